"""Playbooks of any size, made of the sample one: each document is one of it with other names, numbers and words."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.connectors.demo import DOCUMENTS

# The share of a document's words that are others than in the sample, and of those the share that is in no other.
OTHER, COINED = 0.2, 0.3
WORD, NUMBER = re.compile(r"[A-Za-z]{4,}"), re.compile(r"\d+")
SYLLABLES = ("ba", "den", "fo", "gri", "hal", "jo", "kem", "lor", "mi", "nav", "os", "pel", "qua", "rin", "sto", "tur")


@dataclass(frozen=True)
class Model:
    """A document of the sample playbook: its name in the folder, what it says of itself, and its text."""

    name: str
    facts: dict[str, Any]
    text: str

    def varied(self, dice: random.Random, vocabulary: Sequence[str]) -> str:
        """The document again, as somebody in another trade would have written it."""
        other = {
            word: _coined(dice) if dice.random() < COINED else dice.choice(vocabulary)
            for word in sorted(set(map(str.lower, WORD.findall(self.text))))
            if dice.random() < OTHER
        }

        def vary(text: str) -> str:
            text = WORD.sub(lambda found: _as(found[0], other.get(found[0].lower(), found[0])), text)
            return NUMBER.sub(lambda found: str(_alike(int(found[0]), dice)), text)

        facts = {**self.facts, "title": vary(self.facts["title"]), "asked": [*map(vary, self.facts["asked"])]}
        return f"---\n{yaml.safe_dump(facts, allow_unicode=True)}---\n{vary(self.text)}"


def write(folder: Path, documents: int, seed: int = 11) -> None:
    """Writes a playbook of as many Markdown documents, and the sample's synonyms."""
    models = [_model(path) for path in sorted(DOCUMENTS.rglob("*.md"))]
    vocabulary = sorted({word.lower() for model in models for word in WORD.findall(model.text)})
    folder.mkdir(parents=True)
    shutil.copy(DOCUMENTS / "glossary.yaml", folder)
    for number in range(documents):
        model = models[number % len(models)]
        path = folder / model.name / f"{number:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Each from a seed of its own, so that a larger playbook begins with the smaller one.
        path.write_text(model.varied(random.Random(f"{seed}/{number}"), vocabulary), encoding="utf-8")


def _model(path: Path) -> Model:
    _, facts, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return Model(path.relative_to(DOCUMENTS).with_suffix("").as_posix(), yaml.safe_load(facts), text)


def _coined(dice: random.Random) -> str:
    return "".join(dice.choices(SYLLABLES, k=3))


def _alike(number: int, dice: random.Random) -> int:
    """A number of about the same size."""
    return dice.randint(number - number // 3, number + number // 3)


def _as(written: str, other: str) -> str:
    return other.capitalize() if written[0].isupper() else other
