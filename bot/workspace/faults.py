"""What goes wrong on purpose: refused calls, lost acks, a clock that runs faster."""

import threading
from dataclasses import dataclass, field


@dataclass
class Fault:
    """How the next calls of a method fail, and how many of them are left."""

    method: str
    left: int = 1
    status: int = 200
    error: str | None = None
    retry_after: int = 1
    hang: float = 0.0

    def covers(self, method: str) -> bool:
        """Whether it strikes this method; `*` strikes every one."""
        return self.left > 0 and self.method in (method, "*")


@dataclass
class AckFault:
    """What happens to the next acks: lost, or late by some seconds."""

    left: int
    delay: float | None = None


@dataclass
class Faults:
    """The faults to come.

    `ack_timeout` is in seconds; `retry_scale` stretches the wait before a redelivery (0 = at once, 1 = as in Slack).
    """

    ack_timeout: float = 3.0
    retry_scale: float = 1.0
    calls: list[Fault] = field(default_factory=list)
    acks: list[AckFault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(
        self, method: str, *, times: int = 1, status: int = 200, error: str | None = None, retry_after: int = 1,
        hang: float = 0.0,
    ) -> None:  # fmt: skip
        """Make the next `times` calls of a method (`*` = any) fail: by status 429 or 500, an error code, or late."""
        with self._lock:
            self.calls.append(Fault(method, times, status, error, retry_after, hang))

    def drop_acks(self, times: int = 1) -> None:
        """Lose the next acks, as if the app had never sent them."""
        with self._lock:
            self.acks.append(AckFault(times))

    def delay_acks(self, seconds: float, times: int = 1) -> None:
        """Let the next acks arrive late by some seconds."""
        with self._lock:
            self.acks.append(AckFault(times, seconds))

    def clear(self) -> None:
        """Forget every fault to come; the clocks stay as they are."""
        with self._lock:
            self.calls.clear()
            self.acks.clear()

    def strike(self, method: str) -> Fault | None:
        """The fault that befalls this call, now spent once."""
        with self._lock:
            fault = next((fault for fault in self.calls if fault.covers(method)), None)
            if fault:
                fault.left -= 1
            return fault

    def strike_ack(self) -> AckFault | None:
        """The fault that befalls this ack, now spent once."""
        with self._lock:
            fault = next((fault for fault in self.acks if fault.left > 0), None)
            if fault:
                fault.left -= 1
            return fault
