"""The playbook answers what it can and refuses the rest, better than either of its lists alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge.connectors import demo
from knowledge.database import Database
from knowledge.errors import BadFile
from knowledge.playbook import Found, Playbook, search
from knowledge.playbook.library import Only
from scoring import retrieval
from scoring.retrieval import Case
from tests.company import NOW

Search = Callable[[Case, Only | None], Found]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Asks the sample playbook."""
    folder = tmp_path_factory.mktemp("playbook")
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    playbook = Playbook.beside(db, folder / "vectors")
    playbook.add(demo.DOCUMENTS, now=NOW, progress=lambda what, share: None)

    def run(case: Case, only: Only | None) -> Found:
        return playbook.search(case.question, audiences=case.audiences, now=NOW, limit=retrieval.DEPTH, only=only)

    return run


@pytest.fixture(scope="module")
def judged(ask: Search) -> dict[str, Any]:
    return retrieval.evaluate(ask, retrieval.cases(retrieval.EVALUATION))


def test_questions_kept_apart_find_their_document(judged: dict[str, Any]) -> None:
    metrics = judged["metrics"]
    assert judged["n"] >= 150
    assert metrics["recall_1"]["value"] >= 0.55
    assert metrics["recall_5"]["value"] >= 0.74
    assert metrics["mrr"]["value"] >= 0.63
    assert metrics["recall_1"]["low"] < metrics["recall_1"]["value"] < metrics["recall_1"]["high"]


def test_both_lists_together_find_more_than_either_alone(judged: dict[str, Any]) -> None:
    for alone in judged["baselines"].values():
        assert judged["metrics"]["mrr"]["value"] > alone["mrr"]["value"]


def test_what_is_not_in_the_playbook_is_refused_and_what_is_is_answered(judged: dict[str, Any]) -> None:
    metrics = judged["metrics"]
    assert metrics["refused"]["value"] >= 0.7
    assert metrics["answered"]["value"] >= 0.75
    assert metrics["auc"]["value"] >= 0.83
    # What sureness says is about what comes of it.
    assert metrics["brier"]["value"] < 0.17


def test_the_weights_that_say_how_sure_it_is_are_those_of_the_calibration_questions(ask: Search) -> None:
    learnt = retrieval.calibrated(ask, retrieval.cases(retrieval.CALIBRATION))
    assert learnt == pytest.approx(dict(search.SURENESS), rel=0.1, abs=0.3)


def test_no_question_is_in_both_sets() -> None:
    sets = [{case.question.casefold() for case in retrieval.cases(path)} for path in
            (retrieval.CALIBRATION, retrieval.EVALUATION)]  # fmt: skip
    assert not sets[0] & sets[1]


def test_a_file_that_holds_no_questions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for path in (tmp_path / "a.csv", tmp_path / "none.csv"):
        with pytest.raises(BadFile, match="columns question and documents"):
            retrieval.cases(path)
