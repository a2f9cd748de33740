"""A quote is short, says most of what was asked, and shows where something was left out."""

from __future__ import annotations

from knowledge.playbook import quoting
from knowledge.playbook.passages import Passage
from knowledge.playbook.words import Glossary, Words, stems

FILLER = "The weather on that day was neither good nor bad, as everyone who was there remembers well. "
LONG = FILLER * 4 + "More than twelve percent is approved by the admin. " + FILLER * 4
ROWS = [f"{n} to {n + 9} sites | {n} % | team {n}" for n in range(0, 200, 10)]


def passage(text: str, *, is_table: bool = False) -> Passage:
    return Passage("p", "d", 0, "", text, 1, None, is_table)


def quoted(found: Passage, question: str) -> str:
    return quoting.quoted(found, Words([stems(found.text)]).terms(question, Glossary()))


def test_a_short_passage_is_quoted_whole() -> None:
    assert quoted(passage("Five percent.\nNo more."), "percent") == "Five percent.\nNo more."


def test_of_a_long_one_the_sentence_that_answers_is_quoted_with_signs_of_omission() -> None:
    said = quoted(passage(LONG), "who approves more than twelve percent")
    assert "approved by the admin" in said
    assert said.startswith("…")
    assert said.endswith("…")
    assert len(said) <= quoting.LENGTH + 4


def test_a_single_endless_sentence_is_cut() -> None:
    said = quoted(passage("word " * 400), "word")
    assert len(said) <= quoting.LENGTH + 2
    assert said.endswith("…")


def test_of_a_long_table_its_head_and_the_rows_that_answer_are_quoted() -> None:
    table = passage("\n".join(["It depends.", "Sites | Off list | Who", *ROWS]), is_table=True)
    said = quoted(table, "discount for team 170").splitlines()
    assert said[:2] == ["It depends.", "Sites | Off list | Who"]
    assert any(line.endswith("team 170") for line in said)
    assert len(said) == 2 + quoting.ROWS + 1
    assert said[-1] == "…"
