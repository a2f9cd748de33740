"""What is entered into a form is what its tool is asked with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit import problems
from bot.listeners.forms import FORMS
from bot.views import forms
from bot.views.forms import Form
from bot.views.plans import ADJUST
from bot.workspace.forms import state_of
from tools.terms import Choice, PlanTerms

NAMES = st.text(min_size=1, max_size=200).filter(str.strip)


def terms(names: list[str], **more: Any) -> PlanTerms:
    reps = [Choice(person_id=f"P-{i}", name=name, team=name, is_excluded=i == 0) for i, name in enumerate(names)]
    return PlanTerms(text="", proposal="1", reps=tuple(reps), **{"max_per_rep": None, "pinned": {}} | more)


def drawn(form: Form, shown: PlanTerms) -> dict[str, Any]:
    view = forms.modal(form, shown if form.look else None, "x" * 3_000)
    assert not problems("views.open", {"trigger_id": "t", "view": view})
    return view


@given(st.lists(NAMES, min_size=1, max_size=120), st.none() | st.integers(0, 500), st.dictionaries(NAMES, NAMES))
def test_every_form_fits_slack_whatever_people_are_called(
    names: list[str], most: int | None, pinned: dict[str, str]
) -> None:
    for form in FORMS.values():
        drawn(form, terms(names, max_per_rep=most, pinned=pinned))


def test_a_form_that_is_sent_as_it_was_opened_asks_for_the_same_again() -> None:
    view = drawn(ADJUST, terms(["Ana Reyes", "Ben Cho"], max_per_rep=7, pinned={"Jane Doe": "Ben Cho"}))
    assert forms.entered(ADJUST, state_of(view["blocks"], {})) == {
        "max_per_rep": 7,
        "exclude": ("P-0",),
        "pin": {"Jane Doe": "Ben Cho"},
    }


def test_a_field_left_empty_is_not_asked_with() -> None:
    view = drawn(ADJUST, terms(["Ana Reyes"]))
    assert forms.entered(ADJUST, state_of(view["blocks"], {"exclude": [], "pin": " \n "})) == {}


@pytest.mark.parametrize("text", ["Jane Doe", "Jane Doe:", ": Ana Reyes", "Jane Doe: Ana Reyes\nJoe Mills"])
def test_a_line_that_names_no_pair_is_shown_under_its_field(text: str) -> None:
    view = drawn(ADJUST, terms(["Ana Reyes"]))
    with pytest.raises(forms.Unreadable, match="needs a lead and a rep") as refused:
        forms.entered(ADJUST, state_of(view["blocks"], {"pin": text}))
    assert refused.value.name == "pin"
