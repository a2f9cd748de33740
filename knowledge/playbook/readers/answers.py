"""A table of questions and answers (CSV): each row is a passage, headed by its question."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Block, Draft, clean, heading
from knowledge.playbook.readers import plain

QUESTION, ANSWER, SECTION = ("question", "q"), ("answer", "a"), ("section", "topic", "category")
ASKED = ("asked",)


def read(path: Path) -> Draft:
    """One block for each row; columns `section` and `asked` may say where it belongs and how else it is asked.

    Raises
    ------
    BadFile
        When there is no `question` and `answer` column.
    """
    text = plain.text(path)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:4_096], delimiters=",;\t")
        dialect.doublequote = True
    except csv.Error:
        dialect = csv.excel
    lines = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    try:
        columns = {(name or "").strip().lower(): name for name in lines.fieldnames or ()}
        question, answer, section, asked_as = (
            next((columns[each] for each in names if each in columns), None)
            for names in (QUESTION, ANSWER, SECTION, ASKED)
        )
        if question is None or answer is None:
            raise BadFile("it has no columns named question and answer")
        blocks: list[Block] = []
        others: list[str] = []
        for line in lines:
            asked, told = heading(line.get(question) or ""), clean(line.get(answer) or "")
            above = heading(line.get(section) or "") if section else ""
            if asked_as:
                others += (line.get(asked_as) or "").split("|")
            if asked and told:
                first = lines.line_num - sum(str(each).count("\n") for each in line.values())
                blocks.append(Block(told, tuple(each for each in (above, asked) if each), first))
    except csv.Error as error:
        raise BadFile("it is no table of comma-separated values") from error
    return Draft(tuple(blocks), {"asked": others})
