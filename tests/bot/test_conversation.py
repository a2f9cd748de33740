"""What a model is told of a thread."""

from __future__ import annotations

from itertools import count

from bot.conversation import GIST, LETTERS_PER_TOKEN, REMEMBERED, history
from knowledge.ledger import Turn

_ids = count()


def turn(question: str, answer: str) -> Turn:
    return Turn(id=f"T-{next(_ids)}", question=question, answer=answer, calls=[])


def test_a_short_thread_is_told_whole() -> None:
    told = history([turn("who first?", "Ana."), turn("and then?", "Ben.")])
    assert [message.text for message in told] == ["who first?", "Ana.", "and then?", "Ben."]


def test_a_thread_takes_no_more_than_its_share_however_long_its_turns_are() -> None:
    most = REMEMBERED * LETTERS_PER_TOKEN
    told = history([*(turn("q" * 2_000, "a" * 3_000) for _ in range(11)), turn("why?", "b" * 50_000)])
    earlier, question, answer = (message.text for message in told)
    assert len(question) + len(answer) == most
    assert answer.endswith("…")
    assert earlier.count("…") == 11
    assert len(earlier) < 12 * (GIST + 2)


def test_what_does_not_fit_is_told_by_what_it_was_about() -> None:
    told = history([turn("forecast?", "f" * 5_000), turn("deals at risk?", "d" * 5_000), turn("why?", "w" * 1_000)])
    assert [message.text[:60] for message in told][:2] == [
        "Earlier in this thread I asked: forecast?",
        "deals at risk?",
    ]
