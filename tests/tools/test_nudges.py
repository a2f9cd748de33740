"""Nudges on the demo company: found, chosen, told in words that are true, answered by clicks, and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from bot import schedule
from bot.nudges import NUDGES
from knowledge import nudges, rotas, wishes
from knowledge.crm import AccountEvent, Activity, Contact, Deal, Lead, Task
from knowledge.nudges import Draft
from knowledge.wishes import Wishes
from tests.company import NOW, Books
from tools.base import Refusal
from tools.briefing import Brief, daily_brief, morning_brief
from tools.catalog import TOOLS
from tools.lift import LiftReport, lift_report
from tools.moments import MOMENTS
from tools.nudge_settings import NudgeSettings, keep_nudge_settings, nudge_settings
from tools.nudges import HeldNudges, NudgeTold, dismiss_nudge, done_nudge, held_nudges, mute_nudge, nudge
from tools.nudging import Nudger, is_held_out

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def nudger(books: Books) -> Nudger:
    services = replace(books.services, policy=replace(books.services.policy, hold_out=0.0))
    return Nudger(services, NUDGES)


def tick(nudger: Nudger, now: datetime = NOW) -> int:
    return schedule.tick(nudger, now, set())


def sent(books: Books, now: datetime = NOW, kind: str | None = None) -> list[nudges.Nudge]:
    found = nudges.history(books.db, now - DAY, verdict="sent")
    return [each for each in found if kind in (None, each.kind) and (kind or each.kind != "brief")]


def view(books: Books, lead_id: str, times: int, now: datetime = NOW) -> None:
    """The buyer of a lead opens the proposal some times within a day."""
    with books.db.write() as session:
        session.add_all(
            Activity(
                id=f"V-{lead_id}-{n}", kind="proposal_view", at=now - n * HOUR, lead_id=lead_id, direction="inbound"
            )
            for n in range(1, times + 1)
        )


def hot_lead(books: Books) -> Lead:
    """A rep's open lead that may be called and was left alone by its buyer of late."""
    rep = books.person("rep")
    known = {each.record for each in MOMENTS["momentum"].find(books.db, NOW, rotas.everyone(books.db), None)}
    return next(lead for lead in books.leads_of(rep) if not lead.do_not_call and f"leads/{lead.id}" not in known)


def test_opening_the_proposal_five_times_is_told_with_what_to_do_why_and_evidence(books: Books, nudger: Nudger) -> None:
    lead = hot_lead(books)
    view(books, lead.id, 5)
    (found,) = MOMENTS["momentum"].find(books.db, NOW, rotas.everyone(books.db), [lead.id])
    assert found.facts == {"touches": 5, "proposals": 5}
    wishes.keep(books.db, books.person("rep").id, Wishes(muted=frozenset(MOMENTS) - {"momentum"}), at=NOW)
    assert tick(nudger) > 0
    (told,) = [each for each in sent(books, kind="momentum") if each.record == f"leads/{lead.id}"]
    said = nudge(books.ctx(books.person("rep")), nudge=told.id)
    assert isinstance(said, NudgeTold), said.text
    assert said.text.startswith(f"Call {lead.name}")
    assert "opened the proposal 5 times" in said.text
    assert {citation.kind for citation in said.citations} == {"crm", "model"}
    assert isinstance(nudge(books.ctx(books.person("rep", 1)), nudge=told.id), Refusal)


def test_what_is_over_by_the_time_it_is_delivered_is_not_told(books: Books, nudger: Nudger) -> None:
    tick(nudger)
    told = next(each for each in sent(books) if each.kind in ("unanswered", "fading"))
    asker = books.roster.get(told.person_id)
    assert asker is not None
    with books.db.write() as session:
        id_ = told.record.partition("/")[2]
        of = {"lead_id" if told.record.startswith("leads") else "deal_id": id_}
        session.add(Activity(id="A-1", kind="call", at=NOW + HOUR / 2, person_id=asker.id, direction="outbound", **of))
    over = nudge(books.ctx(asker, NOW + HOUR), nudge=told.id)
    assert isinstance(over, Refusal)
    assert over.reason == "over"
    settled = nudger.settle(NOW + HOUR)
    # The call may be what another one about the same buyer waited for as well.
    acted = [each.id for each in nudges.history(books.db, NOW - DAY) if nudges.read(books.db, each.id).acted]
    assert told.id in acted
    assert settled == len(acted)


def test_a_second_look_tells_nothing_twice_and_keeps_why_the_rest_waits(books: Books, nudger: Nudger) -> None:
    assert tick(nudger) > 0
    before = sent(books)
    assert tick(Nudger(nudger.services, NUDGES)) == 0
    assert {each.key for each in sent(books)} == {each.key for each in before}
    held = [each for each in nudges.history(books.db, NOW - DAY) if each.verdict == "held"]
    assert held
    assert all(each.why for each in held)
    # Whoever had one has to wait for the next.
    assert len({each.person_id for each in before}) == len(before)


def test_over_a_day_nobody_gets_more_than_wished_nor_in_quiet_hours_and_all_of_it_is_on_record(
    books: Books, nudger: Nudger
) -> None:
    rep = books.person("rep")
    wishes.keep(books.db, rep.id, Wishes(max_per_day=2, quiet_from=time(15), quiet_to=time(11)), at=NOW)
    clock = rotas.everyone(books.db)[rep.id]
    start = clock.at(NOW.date(), time(6))
    for step in range(14):
        tick(nudger, start + step * HOUR)
    mine = [each for each in sent(books, start) if each.person_id == rep.id]
    assert len(mine) <= 2
    assert all(time(11) <= each.decided_at.astimezone(clock.zone).time() < time(15) for each in mine)
    told = held_nudges(replace(books.ctx(rep), now=start + 15 * HOUR))
    assert isinstance(told, HeldNudges)
    assert told.sent == len(mine)
    assert told.count == len(told.held) or told.count > len(told.held) == 10
    head, *lines = told.text.split("\n")
    assert len(lines) == min(told.count, 6)
    assert lines[-1] == f"And {told.count - 5} more." or told.count <= 5
    # What is told of all is not told of each.
    usual = Counter(each.why for each in told.held).most_common(1)[0][0]
    assert usual in head
    assert all(usual not in line for line in lines)


def test_a_kind_that_is_held_out_for_a_person_is_not_told_and_counted_apart(books: Books) -> None:
    everything = replace(books.services, policy=replace(books.services.policy, hold_out=1.0))
    tick(Nudger(everything, NUDGES))
    found = [each for each in nudges.history(books.db, NOW - DAY) if each.kind != "brief" and each.verdict != "held"]
    assert found
    assert all((each.verdict == "control") is MOMENTS[each.kind].measured for each in found)
    shares = [is_held_out(f"P-{n}", "momentum", 0.1) for n in range(2_000)]
    assert 0.07 < sum(shares) / len(shares) < 0.13


def test_clicks_answer_a_nudge_and_muting_its_kind_ends_it(books: Books, nudger: Nudger) -> None:
    tick(nudger)
    told = sent(books)[0]
    asker = books.roster.get(told.person_id)
    assert asker is not None
    ctx = books.ctx(asker)
    assert "thank you" in done_nudge(ctx, nudge=told.id).text
    assert nudges.read(books.db, told.id).acted
    assert "He retired" in dismiss_nudge(ctx, nudge=told.id, reason="He retired").text
    assert not nudges.read(books.db, told.id).acted
    mute_nudge(ctx, nudge=told.id)
    assert wishes.read(books.db, asker.id).muted == {told.kind}
    for click in (done_nudge, mute_nudge):
        assert isinstance(click(books.ctx(books.rival(asker, same_team=True)), nudge=told.id), Refusal)


def test_deals_past_their_date_without_a_champion_or_a_next_step_are_found_until_that_is_mended(books: Books) -> None:
    deal, day = books.deal_of(books.person("rep")), NOW.date()
    clocks = rotas.everyone(books.db)

    def found(kind: str) -> bool:
        return bool(MOMENTS[kind].find(books.db, NOW, clocks, [deal.id]))

    with books.db.write() as session:
        session.add(Activity(id="M-1", kind="meeting", at=NOW - 4 * HOUR, deal_id=deal.id, person_id=deal.owner_id))
        session.add(Contact(id="C-1", account_id=deal.account_id, name="Lou", is_champion=True, left_on=day - DAY))
        session.execute(update(Deal).where(Deal.id == deal.id).values(expected_close=day - 3 * DAY))
    assert [found(kind) for kind in ("overdue", "unplanned")] == [True, True]
    assert found("champion_left") is (deal.account_id is not None)
    with books.db.write() as session:
        session.add(Task(id="T-1", person_id=str(deal.owner_id), deal_id=deal.id, text="Call", due_at=NOW + DAY))
        session.execute(update(Deal).where(Deal.id == deal.id).values(expected_close=day))
    assert [found(kind) for kind in ("overdue", "unplanned")] == [False, False]
    with books.db.write() as session:
        if deal.account_id:
            session.add(AccountEvent(id="E-1", account_id=deal.account_id, at=NOW - DAY, kind="champion_left"))
        session.execute(update(Deal).where(Deal.id == deal.id).values(outcome="lost"))
    assert not found("champion_left")


def test_decisions_that_wait_are_told_to_the_manager_and_to_nobody_else(books: Books) -> None:
    rep, manager = books.person("rep"), books.person("manager")
    appeal = books.appeal(rep)
    later = NOW + DAY
    found = MOMENTS["waiting"].find(books.db, later, rotas.everyone(books.db), [appeal])
    assert [each.person_id for each in found] == [manager.id]
    told = MOMENTS["waiting"].tell(books.ctx(manager, later), "the appeal", found[0].facts)
    assert told.do == "Decide on the appeal."


def test_the_brief_names_calls_promises_and_slips_and_an_empty_one_is_not_sent(books: Books) -> None:
    rep, deal = books.person("rep"), books.deal_of(books.person("rep"))
    with books.db.write() as session:
        session.add(Task(id="T-1", person_id=rep.id, deal_id=deal.id, text="Send the offer", due_at=NOW + HOUR))
        session.execute(update(Deal).where(Deal.id == deal.id).values(expected_close=NOW.date() - 2 * DAY))
    said = daily_brief(books.ctx(rep))
    assert isinstance(said, Brief), said.text
    assert said.calls is not None
    assert [each.text for each in said.due] == ["Send the offer"]
    assert deal.name in {each.name for each in said.late}
    assert "Wednesday 18 March" in said.text
    idle = books.person("admin")
    kept = Draft(idle.id, "brief", "brief/2026-03-18", {}, 0.0, 1.0, "sent", "")
    until = NOW + HOUR
    nudges.send(books.db, "B-1", kept, at=NOW, tool="morning_brief", good_until=until, since=NOW, most=0)
    with books.db.write() as session:
        session.execute(update(Deal).where(Deal.outcome == "open").values(outcome="lost"))
    (row,) = nudges.history(books.db, NOW, [idle.id])
    assert isinstance(empty := morning_brief(books.ctx(idle), nudge=row.id), Refusal)
    assert empty.reason == "over"
    assert "Nothing is due" in daily_brief(books.ctx(idle)).text


def test_the_brief_comes_once_at_each_one_s_own_time_and_a_late_one_is_skipped_and_said(
    books: Books, nudger: Nudger
) -> None:
    rep = books.person("rep")
    wishes.keep(books.db, rep.id, Wishes(daily_at=time(7, 45)), at=NOW)
    clock = nudger.hours()[rep.id].rota
    due = clock.at(NOW.date(), time(7, 45))
    for minutes in (-1, 0, 1, 30):
        tick(nudger, due + timedelta(minutes=minutes))
    (brief,) = [each for each in sent(books, due, kind="brief") if each.person_id == rep.id]
    assert brief.decided_at == due
    tomorrow = due + DAY + timedelta(minutes=31)
    tick(nudger, tomorrow)
    late = nudges.history(books.db, tomorrow, [rep.id], verdict="skipped")
    assert [each.record for each in late] == [f"brief/{(due + DAY).astimezone(clock.zone).date()}"]
    tick(nudger, due + 2 * DAY)
    third = next(each for each in reversed(sent(books, due + 2 * DAY, kind="brief")) if each.person_id == rep.id)
    said = morning_brief(books.ctx(rep, due + 2 * DAY), nudge=third.id)
    assert "Not told, because it would have come more than 30 minutes late: the brief of 2026-03-19." in said.text


def test_a_brief_that_comes_a_little_late_comes_alone(books: Books, nudger: Nudger) -> None:
    late = NOW + timedelta(minutes=25)  # 8:55 in Los Angeles
    tick(nudger, late)
    briefed = {each.person_id for each in sent(books, late, kind="brief")}
    assert briefed
    assert not briefed & {each.person_id for each in sent(books, late)}


def test_no_brief_comes_on_days_off_or_while_muted(books: Books, nudger: Nudger) -> None:
    hours = nudger.hours()[books.person("rep").id]
    saturday = hours.rota.at((NOW + 3 * DAY).date(), time(9))
    muted = replace(hours, wishes=replace(hours.wishes, mute_until=NOW + DAY))
    assert schedule.brief(hours, NOW) is not None
    assert schedule.brief(hours, saturday) is None
    assert schedule.brief(muted, NOW) is None
    assert schedule.closed(hours, saturday) == schedule.DAY_OFF
    assert schedule.closed(muted, NOW) == schedule.MUTED
    assert schedule.closed(hours, NOW) is None
    due = hours.rota.at(NOW.date(), time(8, 30))
    assert schedule.closed(hours, due + timedelta(minutes=5)) == schedule.BRIEFED
    assert schedule.closed(hours, due + timedelta(minutes=25)) is None


def test_settings_are_proposed_in_words_and_changed_by_a_click_alone(books: Books) -> None:
    ctx = books.ctx(books.person("rep"))
    said = nudge_settings(ctx, max_per_day=3, daily_at="7:45", quiet_from="6pm", mute_until="tomorrow")
    assert isinstance(said, NudgeSettings), said.text
    assert said.proposed
    assert "At most 3 nudges a day." in said.text
    assert "7:45" in said.text
    assert wishes.read(books.db, ctx.asker.id) == Wishes()
    kept = {name: getattr(said, name) for name in ("max_per_day", "daily_at", "quiet_from", "quiet_to", "muted")}
    keep_nudge_settings(ctx, **kept, mute_until=said.mute_until.isoformat() if said.mute_until else None)
    now = wishes.read(books.db, ctx.asker.id)
    assert (now.max_per_day, now.daily_at, now.quiet_from, now.quiet_to) == (3, time(7, 45), time(18), time(8))
    assert now.is_muted(NOW)
    assert not nudge_settings(ctx).proposed  # type: ignore[attr-defined]
    assert "Not muted" in nudge_settings(ctx, mute_until="off").text
    for wrong in ({"daily_at": "25:00"}, {"max_per_day": 400}, {"mute_until": "someday"}):
        assert isinstance(nudge_settings(ctx, **wrong), Refusal)


def test_what_nudges_bring_is_told_from_all_that_came_up_in_both_arms(books: Books, nudger: Nudger) -> None:
    manager = books.person("manager")
    assert "nothing that came up is two days old" in lift_report(books.ctx(manager)).text
    tick(nudger)
    found = [each for each in nudges.history(books.db, NOW - DAY) if each.kind != "brief"]
    nudges.follow(books.db, {each.id: NOW + HOUR for each in found[::2]})
    said = lift_report(books.ctx(manager, NOW + 3 * DAY))
    assert isinstance(said, LiftReport), said.text
    arms = said.nudges
    assert arms.nudged + arms.apart == sum(MOMENTS[each.kind].measured for each in found)
    assert arms.apart == sum(
        is_held_out(each.person_id, each.kind, 0.1) for each in found if MOMENTS[each.kind].measured
    )
    assert arms.acted + arms.acted_apart == sum(MOMENTS[each.kind].measured for each in found[::2])
    assert f"{arms.acted} of {arms.nudged}" in said.text


def test_every_nudge_of_the_list_is_one_of_the_moments_and_once() -> None:
    names = [rule.moment.name for rule in NUDGES]
    assert sorted(names) == sorted(MOMENTS)
    assert {"nudge", "morning_brief"} <= {tool.name for tool in TOOLS}
