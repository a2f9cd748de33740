"""What a person does with a record: said, clicked, written once, taken back; and a message kept with a record."""

from __future__ import annotations

from sqlalchemy import select

from knowledge.crm import Activity
from tests.company import NOW, Books
from tests.office import Office


def entered(books: Books, lead_id: str) -> list[Activity]:
    query = select(Activity).where(Activity.lead_id == lead_id, Activity.recorded_at == NOW)
    with books.db.read() as session:
        return list(session.scalars(query))


def test_an_outcome_is_said_clicked_and_written_once_and_taken_back(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    said = ana.answer(to=ana.dm(f"just spoke to {lead.name}, meeting booked"))
    assert "meeting booked?" in said.says
    assert entered(office.books, lead.id) == []
    for _ in range(2):
        ana.click(said, "Log it")
    ana.wait(lambda: "Undo" in ana.sees(ana.direct)[-1].buttons, what="the message to change")
    (call,) = entered(office.books, lead.id)
    assert (call.kind, call.disposition, call.person_id) == ("call", "meeting_booked", rep.id)
    shown = ana.answer(to=ana.dm(f"show me {lead.name}"))
    assert "call by " in shown.says
    assert "meeting booked" in shown.says
    changed = next(each for each in ana.sees(ana.direct) if each.ts == said.ts)
    ana.click(changed, "Undo")
    ana.wait(lambda: entered(office.books, lead.id) == [], what="the call to go")


def test_from_a_card_a_lead_is_won_and_another_put_aside_by_forms(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    listed = ana.answer(to=ana.dm("top 2 leads"))
    rows = [block for block in listed.blocks if block["type"] == "actions"]
    log, snooze = rows[0]["block_id"], rows[1]["block_id"]
    ana.click(listed, "Log outcome…", block_id=log)
    form = ana.wait_for_modal("Log outcome")
    assert ana.submit({"note": "At last"}).errors.keys() == {"outcome"}
    ana.submit({"outcome": "won", "note": "At last"}, view=form)
    ana.wait(lambda: "closed as won" in ana.sees(ana.direct)[-1].says, what="the card to change")
    ana.click(ana.sees(ana.direct)[-1], "Snooze…", block_id=snooze)
    form = ana.wait_for_modal("Snooze")
    assert "past" in ana.submit({"day": "2026-03-01"}).errors["day"]
    ana.submit({"until": "in 2 weeks"}, view=form)
    ana.wait(lambda: "put aside until Wed 1 Apr 2026" in ana.sees(ana.direct)[-1].says, what="the card to change")
    again = ana.answer(to=ana.dm("top 2 leads"))
    assert not {row["elements"][0]["value"] for row in rows} & {
        block["elements"][0]["value"] for block in again.blocks if block["type"] == "actions"
    }


def test_a_message_is_kept_with_the_lead_that_was_looked_up(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    theirs = office.books.lead_of(office.books.rival(rep, same_team=True))
    message = ana.post("#sales", "Lead times are <https://example.com|here> &amp; fine.\nCall me &lt;soon&gt;")
    ana.shortcut("log_message", message)
    form = ana.wait_for_modal("Log to lead or deal")
    (found,) = [each for each in ana.suggest(form, "record", str(lead.name)) if each["value"] == f"leads/{lead.id}"]
    assert ana.suggest(form, "record", str(theirs.name)) == []
    ana.submit({"record": found, "kind": "email"})
    ana.wait(lambda: [each for each in ana.sees(ana.direct) if "Logged for" in each.says], what="the word of it")
    (kept,) = entered(office.books, lead.id)
    assert (kept.kind, kept.body) == ("email", "Lead times are here & fine.\nCall me <soon>")
