"""Texts as vectors whose nearness is nearness of meaning, as far as letters tell it.

The default needs no network and no model. Others (a sentence model, a provider's) are given where the application is
put together; the index remembers by name which one it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from knowledge.playbook import words

Vectors = npt.NDArray[np.float32]


class Embedding(Protocol):
    """Makes vectors of unit length of texts."""

    @property
    def name(self) -> str:
        """What the index remembers: vectors of other names cannot be compared with these."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """(n_texts, size), each of length one.

        Raises
        ------
        Unavailable
            When it is made elsewhere, and that cannot be reached.
        """


class Hashing:
    """Letters three to five at a time, hashed: knows no meaning, but forgives misspellings and endings."""

    name = "hashing-1024"
    size = 1_024

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts' stems, (n_texts, 1024)."""
        from sklearn.feature_extraction.text import HashingVectorizer

        hashed = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=self.size, dtype=np.float32)
        # Stop words are the same everywhere, so they would make everything alike.
        found: Vectors = hashed.transform([" ".join(words.stems(text)) for text in texts]).toarray()
        return found
