"""What English words mean, as vectors: words that no example has are near to others that some have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"[a-z]+")
# The weight of a word falls with its frequency p as a / (a + p); that of the n-th word is near to 0.1 / n.
_A, _ZIPF, _SHIFT = 1e-3, 0.1, 2.7


def is_word(text: str) -> bool:
    """Whether a text in small letters is one of the 20,000 words that English uses most."""
    return text in _places()


def meanings(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Vectors of length one, (n_texts, 50): the mean of the words' own, frequent ones weighing less.

    A text without a known word is all zeros.

    References
    ----------
    Arora, Liang & Ma (2017), "A simple but tough-to-beat baseline for sentence embeddings", ICLR.
    Tulkens & van Dongen (2024), "Model2Vec: fast state-of-the-art static embeddings".
    """
    places, vectors = _places(), _vectors()
    found = np.zeros((len(texts), vectors.shape[1]), np.float32)
    for row, text in enumerate(texts):
        known = [places[word] for word in _WORD.findall(text) if word in places]
        found[row] = vectors[known].sum(axis=0)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.where(length > 0, length, 1)
    return found


@cache
def _places() -> dict[str, int]:
    return {word: place for place, word in enumerate(_file()["words"].tobytes().decode().split("\n"))}


@cache
def _vectors() -> npt.NDArray[np.float32]:
    vectors = _file()["vectors"].astype(np.float32)
    weights = _A / (_A + _ZIPF / (np.arange(len(vectors)) + _SHIFT))
    return (vectors / 127 * weights[:, None]).astype(np.float32)


def _file() -> dict[str, npt.NDArray[np.generic]]:
    with (files(__package__) / "words.npz").open("rb") as file, np.load(file, allow_pickle=False) as held:
        return {name: held[name] for name in held.files}
