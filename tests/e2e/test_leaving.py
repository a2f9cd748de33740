"""Who leaves the company loses access at once: also to what was posted, asked or opened before."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.views.home import HOW_TO_LINK
from knowledge import crm
from knowledge.people import Person as Colleague
from tests.company import NOW, Books
from tests.office import Office


def leaves(books: Books, person: Colleague) -> None:
    with books.db.write() as session:
        session.execute(update(crm.Person).where(crm.Person.id == person.id).values(active=False))


def test_old_buttons_and_threads_and_the_home_tab_are_closed_to_who_left(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    listed = ana.answer(to=ana.dm("top 2 leads"))
    said = ana.answer(to=ana.dm(f"just spoke to {lead.name}, meeting booked"))
    leaves(office.books, rep)
    ana.click(said, "Log it")
    ana.wait(lambda: HOW_TO_LINK in ana.sees(ana.direct)[-1].says, what="the refusal")
    with office.books.db.read() as session:
        assert list(session.scalars(select(crm.Activity).where(crm.Activity.recorded_at == NOW))) == []
    assert HOW_TO_LINK in ana.answer(to=ana.dm("why the first one?", thread=listed)).says
    ana.open_home()
    assert "do not know who you are" in ana.wait_for_home().says
