"""The slash command: a word that stands for a tool, or a question, for the asker's eyes alone."""

from __future__ import annotations

from bot import commands
from bot.commands import COMMANDS
from bot.workspace import Person
from tests.office import Office
from tools.base import Refusal
from tools.catalog import TOOLS


def typed(person: Person, text: str) -> str:
    """What somebody sees who types something after the command."""
    before = len(person.sees("sales"))
    assert person.slash("/callsheet", text, where="sales").state == "acked"
    person.wait(lambda: len(person.sees("sales")) > before, what="the answer")
    shown = person.sees("sales")[-1]
    assert shown.only_for == person.id
    return shown.says


def test_a_word_asks_its_tool_and_anything_else_is_a_question(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead, deal = office.user(rep), office.books.lead_of(rep), office.books.deal_of(rep)
    assert "chance" in typed(ana, "today")
    assert lead.name in typed(ana, f"Lead {lead.name}")
    assert deal.name in typed(ana, f"deal {deal.name}")
    assert "last quarter" in typed(ana, "forecast last quarter")
    # The words behind it are no period, but a question.
    assert "next month" in typed(ana, "forecast for me next month")
    assert "Only managers and admins" in typed(ana, "approvals")
    assert "/callsheet deal NAME" in typed(ana, "deal")
    assert "I know no deal" in typed(ana, "deal Nobody Of That Name")
    assert "leads" in typed(ana, "how many leads came in this month")


def test_the_help_lists_what_the_asker_may_use(office: Office) -> None:
    ana, mia = (office.user(office.books.person(role)) for role in ("rep", "manager"))
    assert "approvals" not in typed(ana, "help")
    told = typed(mia, "")
    assert "/callsheet approvals" in told
    assert "/callsheet forecast [PERIOD]" in told
    known = {tool.name: tool for tool in TOOLS}
    assert {each.word for each in COMMANDS if each.tool in known} == {
        each.word for each in COMMANDS if f"`/callsheet {each.word}" in commands.helped("admin", TOOLS)
    }


def test_every_word_is_one_and_gives_its_tool_what_it_takes(office: Office) -> None:
    assert len({each.word for each in COMMANDS}) == len(COMMANDS)
    known = {tool.name: tool for tool in TOOLS}
    for command in COMMANDS:
        if command.tool in known:
            fields = known[command.tool].arguments.model_fields
            given = {*command.arguments, *([command.takes] if command.takes else [])}
            assert given <= fields.keys()
            assert {name for name, info in fields.items() if info.is_required()} <= given
    said = commands.answer(office.desk, office.books.person("rep"), "plan")
    assert isinstance(said.results[0], Refusal)
