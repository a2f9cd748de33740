"""What the command line prints of an answer."""

from __future__ import annotations

import json

from bot import printing
from bot.agent import OFFLINE, Answer
from tools.base import Attachment, Result

PAGE = Attachment(name="replay.html", title="Replay of six months", content=b"<p>\xff</p>")
SAID = Answer("12 wins were left.", [], [Result(text="12 wins were left.", files=(PAGE,))], OFFLINE, "a1", 1.0)


def test_the_files_of_an_answer_are_named() -> None:
    assert printing.words(SAID) == "12 wins were left.\nWith it in Slack: replay.html (Replay of six months)"


def test_an_answer_as_json_names_its_files_and_leaves_out_what_is_in_them() -> None:
    told = json.loads(json.dumps(printing.answer(SAID)))
    assert told["results"][0]["files"] == [{"name": "replay.html", "title": "Replay of six months"}]


def test_what_could_not_be_measured_says_why_and_lists_no_figures() -> None:
    refused = {"model": "matching", "n": 0, "refusal": "Leads of 0 reps were decided.", "metrics": {"auc": None}}
    assert printing.report(refused) == "matching could not be measured. Leads of 0 reps were decided."
