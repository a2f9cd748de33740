"""The demo company: eighteen months of an invented business whose truth is known.

`build` fills an empty database with Tarnwick Metering, `shift` moves it to another day, `built_at` and `built_on` say
where it ends.
The same seed and the same `now` give the same books.

How it comes about
------------------
A lead arrives (`prospects`) by its source's own weekdays and hours, with a mild trend, a season and weeks of fairs.
Its **quality** is fixed: standardised sum of its source, industry, seniority and campaign (about 120), a hump over
the logarithm of its sites (best near 25), a step up for meters of ten years and more and down for new ones, visits
to the site before it came, and two interactions (large companies that were referred or brought by a partner; small
ones where a chief writes), plus noise of 0.45 standard deviations that no record tells. Its **intent** is hidden and
moves: an AR(1) of unit variance with persistence 0.95 a day. A round robin within the team of its territory gives
it to a rep, after minutes or the next morning, so that the wait for the first touch differs by luck.

Each day (`process.step`, constants there) a lead is pulled forward by::

    pull = 0.42 quality + 0.55 intent + skill of the rep + 0.30 - 0.11 log(1 + hours to first touch, at most 96)
           - 0.35 (open leads of the rep / 65 - 1, if above 0)

The rep touches it on working days by the cadence of its rung, less and less while nobody answers, less when
overloaded. A call is picked up with a logit of -1.15, an effect of the hour and of the weekday on the buyer's clock
(best 10 to 12 and 16 to 18, Tuesday to Thursday), 0.30 intent and -0.06 for each touch unanswered so far; an e-mail is
answered with a logit of -1.6 + 0.30 intent. A talk makes contact and qualifies with a logit of -2.0 + pull; then a deal
is open and climbs a stage a working day with a chance of 0.06 to 0.07 times exp(0.6 pull), one deal in four skipping
the demo. On the way someone senior may join and prices be sent. The chance of a win a day is that of the stage
(0.0004 in Discovery to 0.03 in Negotiation) times::

    exp(pull + 0.45 if a demo was held + 0.40 if someone senior is involved + 0.35 if prices were sent)

and that of a loss the rung's (about 0.012 to 0.016) times exp(-0.6 pull), plus 0.4 when the rep was brushed off and
a tenth for each unanswered touch after the ninth. Skill does not depend on the kind of lead. What the buyer does alone
(page and proposal views, downloads, messages) echoes intent with Poisson noise and changes nothing; so views rise
before a win, on average, and fade. Records are made from what happened (`funnel`, `engagement`): one touch in
ten is recorded up to two days late, some fields are missing, and `lead_quality`, `closing_notes_code` and
`last_sales_note_tag` are typed by reps who know how it went. Accounts live on by a hidden health (`customers`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.connectors.demo import agenda, company, customers, engagement, funnel, history, prospects, talks
from knowledge.connectors.demo import truth as truths
from knowledge.connectors.demo.draw import DAY
from knowledge.connectors.demo.funnel import Row
from knowledge.connectors.demo.load import load
from knowledge.connectors.demo.names import Register
from knowledge.connectors.demo.shift import built_at, built_on, mark, shift
from knowledge.database import Database

__all__ = ["DOCUMENTS", "build", "built_at", "built_on", "shift"]

# The company's playbook.
DOCUMENTS = Path(__file__).parents[2] / "documents"

DAYS = 548
LEADS = 6_500


def build(db: Database, *, now: datetime, seed: int = 7, truth: Path | None = None,
          progress: Callable[[str, float], None] | None = None, scale: float = 1.0) -> None:  # fmt: skip
    """Fills an empty, migrated database with the company as of `now`.

    Parameters
    ----------
    now : aware instant at which the data ends; only due dates and the like lie beyond it
    truth : folder for files with what no model may see; none are written without it
    progress : told what is being done and which share of it is, in [0, 1]
    scale : share of the usual 6,500 leads
    """
    tell = progress or (lambda _, __: None)
    rng = np.random.default_rng(seed)
    register = Register(rng)
    world = _live(
        int(now.timestamp()), rng, register, scale, lambda share: tell("Living through eighteen months", share)
    )
    rows, planted = _write_down(world, now, rng, register, scale)
    load(db, rows, lambda share: tell("Writing the books", share))
    mark(db, now)
    if truth:
        truths.write(world, planted, truth, seed, lambda share: tell("Writing down the truth", share))


def _live(now: int, rng: np.random.Generator, register: Register, scale: float,
          progress: Callable[[float], None]) -> history.World:  # fmt: skip
    first_day = now // DAY - DAYS
    buyers = prospects.arrive(rng, register, first_day=first_day, now=now, size=int(LEADS * scale))
    capacity = max(3.0, company.CAPACITY * scale)
    world = history.begin(buyers, company.sellers(rng), first_day, now, capacity, rng)
    history.run(world, rng, truths.instants_to_keep(first_day, now), progress)
    return world


def _write_down(world: history.World, now: datetime, rng: np.random.Generator, register: Register,
                scale: float) -> tuple[dict[str, list[Row]], list[dict[str, Any]]]:  # fmt: skip
    """The rows of every table, and what was planted in the conversations."""
    today = now.astimezone(UTC).date()
    books = funnel.write_down(world, rng)
    activities = engagement.activities(world, books, rng)
    spoken, planted = talks.conversations(world, activities, books.leads, rng, scale)
    rows = {
        "teams": company.team_rows(), "people": company.people_rows(today), "absences": company.absence_rows(today),
        "stages": company.stage_rows(), "products": company.product_rows(), "leads": books.leads,
        "lead_changes": books.lead_changes, "deals": books.deals, "deal_changes": books.deal_changes,
        "assignments": books.assignments, **customers.customers(world, books, register, rng, scale),
        "activities": activities, "conversations": spoken, "tasks": agenda.tasks(world, books, rng),
        "snoozes": agenda.snoozes(world, books, rng),
        "quotas": company.quota_rows(today, funnel.bookings_a_quarter(books.deals, now) / len(company.REPS)),
    }  # fmt: skip
    return rows, planted
