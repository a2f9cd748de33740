"""A BERT encoder in numpy: numbers of tokens in, one vector a text out.

It only runs what others have taught. PyTorch would do the same for gigabytes of disk and seconds of import.

References
----------
Devlin, Chang, Lee & Toutanova (2019), "BERT: Pre-training of Deep Bidirectional Transformers", NAACL.
Reimers & Gurevych (2019), "Sentence-BERT", EMNLP; the mean over a text's tokens is from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erf

Floats = npt.NDArray[np.float32]
# A dense layer: (n_in, n_out) and (n_out,).
Dense = tuple[Floats, Floats]

EPSILON = np.float32(1e-12)
# What a place that holds no token gets before the softmax.
NEVER = np.float32(-1e9)


def tensors(safe: bytes) -> dict[str, Floats]:
    """The 32-bit tensors of a file in the form of safetensors, by name: a length, a header in JSON, then the numbers.

    References
    ----------
    https://github.com/huggingface/safetensors#format
    """
    start = 8 + int.from_bytes(safe[:8], "little")
    found = {}
    for name, each in json.loads(safe[8:start]).items():
        if each.get("dtype") == "F32":
            first, last = each["data_offsets"]
            numbers = np.frombuffer(safe, "<f4", (last - first) // 4, start + first)
            found[name] = numbers.reshape(each["shape"])
    return found


@dataclass(frozen=True)
class Layer:
    """One layer: every token looks at the others, then thinks for itself."""

    looking: Dense
    looked: Dense
    looked_norm: Dense
    inner: Dense
    outer: Dense
    outer_norm: Dense

    @classmethod
    def of(cls, weights: Mapping[str, Floats], prefix: str) -> Layer:
        """The layer whose tensors begin with a prefix."""
        parts = [_dense(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
        # All three at once: one large product is faster than three small ones.
        looking = np.hstack([part[0] for part in parts]), np.hstack([part[1] for part in parts])
        return cls(
            looking,
            _dense(weights, f"{prefix}attention.output.dense"),
            _norm(weights, f"{prefix}attention.output.LayerNorm"),
            _dense(weights, f"{prefix}intermediate.dense"),
            _dense(weights, f"{prefix}output.dense"),
            _norm(weights, f"{prefix}output.LayerNorm"),
        )

    def __call__(self, states: Floats, mask: Floats, heads: int) -> Floats:
        """The next states (n_texts, n_tokens, size); `mask` (n_texts, 1, 1, n_tokens) is added to what is looked at."""
        seen = _looked(_times(states, self.looking), mask, heads)
        states = _normal(states + _times(seen, self.looked), self.looked_norm)
        return _normal(states + _times(_gelu(_times(states, self.inner)), self.outer), self.outer_norm)


class Bert:
    """The encoder of some weights, by the names that BERT's tensors are published under."""

    def __init__(self, weights: Mapping[str, Floats], *, heads: int) -> None:
        self._heads = heads
        # A copy, so that the file it was read from need not be kept.
        self._words = weights["embeddings.word_embeddings.weight"].copy()
        # All texts are of one kind, and a token's place is the same in all of them.
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._places: Floats = weights["embeddings.position_embeddings.weight"] + kind
        self._norm = _norm(weights, "embeddings.LayerNorm")
        self._layers: list[Layer] = []
        while f"encoder.layer.{len(self._layers)}.output.dense.weight" in weights:
            self._layers.append(Layer.of(weights, f"encoder.layer.{len(self._layers)}."))

    @property
    def size(self) -> int:
        return int(self._words.shape[1])

    def means(self, texts: Sequence[Sequence[int]]) -> Floats:
        """The mean of each text's tokens after the last layer, (n_texts, size); no text may be empty."""
        longest = max(map(len, texts))
        ids = np.array([[*text, *[0] * (longest - len(text))] for text in texts])
        here = (np.arange(longest) < np.array([[len(text)] for text in texts])).astype(np.float32)
        states = _normal(self._words[ids] + self._places[:longest], self._norm)
        mask = (1 - here[:, None, None, :]) * NEVER
        for layer in self._layers:
            states = layer(states, mask, self._heads)
        summed: Floats = np.einsum("ntd,nt->nd", states, here)
        summed /= here.sum(axis=1, keepdims=True)
        return summed


def _looked(mixed: Floats, mask: Floats, heads: int) -> Floats:
    """What each token takes from the others, (n_texts, n_tokens, size), of queries, keys and values side by side."""
    n_texts, n_tokens, width = mixed.shape
    query, key, value = mixed.reshape(n_texts, n_tokens, 3, heads, -1).transpose(2, 0, 3, 1, 4)
    scores = query @ key.swapaxes(-1, -2)
    scores *= np.float32(query.shape[-1] ** -0.5)
    scores += mask
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    taken: Floats = (scores @ value).swapaxes(1, 2).reshape(n_texts, n_tokens, width // 3)
    return taken


def _dense(weights: Mapping[str, Floats], name: str) -> Dense:
    # Laid out as it is used: a question's few tokens take half as long.
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _norm(weights: Mapping[str, Floats], name: str) -> Dense:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _times(states: Floats, dense: Dense) -> Floats:
    """A dense layer; as one matrix, for many small ones keep BLAS from its work."""
    flat = states.reshape(-1, states.shape[-1]) @ dense[0]
    flat += dense[1]
    return flat.reshape(*states.shape[:-1], -1)


def _normal(states: Floats, norm: Dense) -> Floats:
    states = states - states.mean(axis=-1, keepdims=True)
    variance = np.einsum("...d,...d->...", states, states)[..., None] / states.shape[-1]
    states /= np.sqrt(variance + EPSILON)
    states *= norm[0]
    states += norm[1]
    return states


def _gelu(values: Floats) -> Floats:
    share = values * np.float32(0.5**0.5)
    erf(share, out=share)
    share += 1
    share *= np.float32(0.5)
    share *= values
    return share
