"""What the answers of a language model took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json

if TYPE_CHECKING:
    from knowledge.spendings import Day

app = typer.Typer()
COLUMNS = ["day", "person", "answers", "tokens read", "written", "cost", "of the day"]


@app.command()
def spending(
    days: Annotated[int, typer.Option("--days", help="Of how many days.", min=1, max=366)] = 30,
    as_json: Json = False,
) -> None:
    """List what a language model's answers took of whom on which day: tokens, cost, and the share of what one may."""
    from knowledge import spendings
    from knowledge.people import roster

    company = opening.company()
    cap, everyone = company.settings.daily_tokens, roster(company.db)

    def zone(person_id: str) -> ZoneInfo:
        person = everyone.get(person_id)
        return ZoneInfo((person and person.timezone) or company.settings.timezone)

    found = spendings.days(company.db, now=company.now, last=days, zone=zone)
    if as_json:
        printing.as_json([vars(each) | {"person": everyone.name(each.person_id), "cap": cap} for each in found])
        return
    if found:
        printing.table(COLUMNS, [_row(each, everyone.name(each.person_id), cap) for each in found])
    typer.echo(
        f"Each person may take {cap:,} tokens a day."
        if found
        else f"No language model was asked in the last {days} days."
    )


def _row(day: Day, person: str, cap: int) -> list[str]:
    taken = day.input_tokens + day.output_tokens
    return [
        f"{day.day}",
        person,
        f"{day.answers:,}",
        f"{day.input_tokens:,}",
        f"{day.output_tokens:,}",
        "not known" if day.usd is None else f"${day.usd:,.4f}",
        f"{taken / cap:.0%}" if cap else "",
    ]
