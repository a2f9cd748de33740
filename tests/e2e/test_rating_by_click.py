"""A person who knows better says so by a click."""

from __future__ import annotations

from dataclasses import replace

from bot.views import buttons
from knowledge import overrides
from tests.company import NOW
from tests.office import Office
from tools.ratings import rate_lead


def test_a_click_rates_the_lead_and_the_message_says_so(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    shown = ana.answer(to=ana.dm(f"why should I call {lead.name}"))
    assert {"Better than the model says", "Worse than the model says"} <= set(shown.buttons)
    assert "Leave it to the model" not in shown.buttons
    ana.click(shown, "Better than the model says")
    ana.wait(lambda: "now counts as" in ana.sees(ana.direct)[-1].says, what="the message to change")
    changed = ana.sees(ana.direct)[-1]
    assert changed.ts == shown.ts
    assert "90 % sure" in changed.says
    assert set(changed.buttons) >= {"Worse than the model says", "Leave it to the model"}
    assert overrides.in_force(office.books.db, NOW)[lead.id].person_id == rep.id
    ana.click(changed, "Leave it to the model")
    ana.wait(lambda: "left to the model again" in ana.sees(ana.direct)[-1].says, what="the message to change")
    assert overrides.in_force(office.books.db, NOW) == {}


def test_a_button_of_an_earlier_version_says_so_and_does_nothing(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    gone = buttons.decides("Better", replace(rate_lead, name="rate_by_stars"), lead=lead.id, view="higher")
    office.client().chat_postMessage(channel=ana.direct.id, text="old", blocks=[buttons.row(gone)])
    ana.click(ana.sees(ana.direct)[-1], "Better")
    ana.wait(lambda: "earlier version" in ana.sees(ana.direct)[-1].says, what="the note")
    assert overrides.in_force(office.books.db, NOW) == {}
