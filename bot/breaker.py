"""Leaves a provider that is in trouble alone for a while, so that nobody waits for what will not come."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)


@dataclass
class Breaker:
    """Lets calls through until several in a row failed; then none for a while, and then one that tries again.

    References
    ----------
    Nygard (2018), "Release It!", 2nd ed., ch. 5 (circuit breaker).
    """

    failures: int = 3
    rest_s: float = 60.0
    now: Callable[[], float] = time.monotonic
    _failed: int = field(default=0, init=False)
    _closed_until: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def allows(self) -> bool:
        """Whether a call may be made now; whoever is allowed one after a rest is alone until it is noted."""
        with self._lock:
            if self._failed < self.failures:
                return True
            if self.now() < self._closed_until:
                return False
            self._closed_until = self.now() + self.rest_s
            return True

    def give_back(self) -> None:
        """Lets the next one try in the place of whoever was allowed a call and needed none."""
        with self._lock:
            self._closed_until = min(self._closed_until, self.now())

    def note(self, *, went_well: bool) -> None:
        """Takes in how a call went."""
        with self._lock:
            self._failed = 0 if went_well else self._failed + 1
            if self._failed >= self.failures:
                self._closed_until = self.now() + self.rest_s
                logger.warning("The provider is left alone for a while", extra={"action": "provider_rests"})
