"""A person who knows better says so by a click."""

from __future__ import annotations

from knowledge import overrides
from tests.company import NOW
from tests.office import Office


def test_a_click_rates_the_lead_and_the_message_says_so(office: Office) -> None:
    rep = office.books.person("rep")
    ana, lead = office.user(rep), office.books.lead_of(rep)
    shown = ana.answer(to=ana.dm(f"why should I call {lead.name}"))
    assert {"Better than that", "Worse than that"} <= set(shown.buttons)
    assert "Leave it to the model" not in shown.buttons
    ana.click(shown, "Better than that")
    ana.wait(lambda: "now counts as" in ana.sees(ana.direct)[-1].says, what="the message to change")
    changed = ana.sees(ana.direct)[-1]
    assert changed.ts == shown.ts
    assert "90 % interval" in changed.says
    assert set(changed.buttons) >= {"Worse than that", "Leave it to the model"}
    assert overrides.in_force(office.books.db, NOW)[lead.id].person_id == rep.id
    ana.click(changed, "Leave it to the model")
    ana.wait(lambda: "left to the model again" in ana.sees(ana.direct)[-1].says, what="the message to change")
    assert overrides.in_force(office.books.db, NOW) == {}
