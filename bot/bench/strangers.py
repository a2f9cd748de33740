"""How often what customers of somebody else's asked is found beside what means the same, by each way of searching."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bot.bench import say
from bot.bench.company import NOW
from knowledge.playbook import Document, Passage
from knowledge.playbook.documents import APPROVED, EVERYONE
from knowledge.playbook.embedding import Embedding, Hashing
from knowledge.playbook.search import DEPTH, Entry, Index
from knowledge.playbook.vectors import Folder, Store
from knowledge.playbook.words import Glossary
from scoring import metrics

SHARED = Path(os.environ.get("CALLSHEET_SHARED", Path(__file__).parents[3] / "shared"))
# What people asked and what they meant by it, a column each.
ASKED = Path("data", "conversation", "banking77_train.csv")
ABSENT = "left out: the public data sets are not here; set CALLSHEET_SHARED to their folder"
MOST = 1_000
# Only so many of the others are searched; all by default.
AMONG: int | None = None
Said = Sequence[tuple[str, str]]


def questions() -> Said | None:
    """What was asked, each with what was meant by it; None where the data is not here."""
    if not (SHARED / ASKED).is_file():
        return None
    with (SHARED / ASKED).open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in csv.reader(file)][1:]


def measure() -> dict[str, Any] | str:
    """The share of questions whose first neighbour means the same, by vectors, by words and by both; or why not."""
    said = questions()
    if said is None:
        return ABSENT
    order = np.random.default_rng(0).permutation(len(said))
    asked, others = [said[place] for place in order[:MOST]], [said[place] for place in order[MOST:][:AMONG]]
    # Whoever asked in the very same words would be found by anything.
    known = {text.casefold().strip() for text, _ in others}
    return compare(others, [each for each in asked if each[0].casefold().strip() not in known])


def compare(others: Said, asked: Said, embedding: Embedding | None = None) -> dict[str, Any]:
    """The same for questions among others, each a text and what it means."""
    say(f"searching {len(others):,} questions of others for {len(asked):,} …")
    embedding = embedding or Hashing()
    index = Index([_entry(place, text) for place, (text, _) in enumerate(others)], Glossary())
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        store = Folder(Path(folder))
        place = store.draft(None, (), 1)
        texts = [text for text, _ in others]
        store.add(place, list(map(str, range(len(others)))), embedding.vectors(texts), [EVERYONE] * len(others), 1)
        firsts = [_firsts(index, store, place, embedding, text) for text, _ in asked]
    found, pairs = {}, list(zip(firsts, asked, strict=True))
    for way in firsts[0]:
        found[way] = _share([_means(others, first[way]) == meant for first, (_, meant) in pairs])
    return found


def _firsts(index: Index, store: Store, place: str, embedding: Embedding, question: str) -> dict[str, int]:
    """The place of the first neighbour by each way; -1 where there is none."""
    near = {int(id_): cosine for id_, cosine in store.nearest(place, embedding.vectors([question]), DEPTH, None)}
    asked = index.asked(question)
    by_words = index.by_words(asked, index.allowed(None))
    both = index.ranked(asked, by_words, near, {}, NOW.date(), 1).hits
    return {
        "vectors": next(iter(near), -1),
        "words": next(iter(by_words), -1),
        "both": int(both[0].entry.passage.id) if both else -1,
    }


def _means(others: Said, place: int) -> str | None:
    return others[place][1] if place >= 0 else None


def _share(same: Sequence[bool]) -> dict[str, float]:
    share = metrics.share(np.array(same, dtype=float), np.arange(len(same)).astype(object))
    return {"asked": len(same)} | {name: round(value, 3) for name, value in asdict(share).items()}


def _entry(place: int, text: str) -> Entry:
    """A question as a passage of the one document that holds them all."""
    document = Document(
        id="questions",
        source="",
        path="questions.csv",
        digest="",
        title="Questions",
        owner=None,
        audience=EVERYONE,
        status=APPROVED,
        reviewed=None,
        asked=(),
        url=None,
        links=(),
        added_at=NOW,
    )
    # No passage is the first: that counts for whoever asks for a document by its name.
    return Entry(Passage(str(place), document.id, place + 1, "", text, None, None, is_table=False), document)
