"""What people enter reaches the app in Slack's shapes."""

from typing import Any

import pytest

from bot.workspace import forms

Json = dict[str, Any]


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


OPTIONS = [option("hot"), option("cold")]


def block(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "b", "element": {"action_id": "a", **element}, **more}


def held(element: Json, entered: Any = None) -> Json:
    state: Json = forms.state_of([block(element)], {} if entered is None else {"b": entered})
    return dict(state["values"]["b"]["a"])


@pytest.mark.parametrize(
    ("element", "entered", "key", "value"),
    [
        ({"type": "plain_text_input"}, "words", "value", "words"),
        ({"type": "number_input"}, "3", "value", "3"),
        ({"type": "datepicker"}, "2026-03-02", "selected_date", "2026-03-02"),
        ({"type": "timepicker"}, "08:30", "selected_time", "08:30"),
        ({"type": "datetimepicker"}, 1772463600, "selected_date_time", 1772463600),
        ({"type": "users_select"}, "U0ANA", "selected_user", "U0ANA"),
        ({"type": "multi_users_select"}, ["U0ANA"], "selected_users", ["U0ANA"]),
        ({"type": "static_select", "options": OPTIONS}, "cold", "selected_option", OPTIONS[1]),
        ({"type": "static_select", "options": OPTIONS}, "Cold", "selected_option", OPTIONS[1]),
        ({"type": "static_select", "option_groups": [{"options": OPTIONS}]}, "hot", "selected_option", OPTIONS[0]),
        ({"type": "radio_buttons", "options": OPTIONS}, "hot", "selected_option", OPTIONS[0]),
        ({"type": "checkboxes", "options": OPTIONS}, ["hot", "cold"], "selected_options", OPTIONS),
        ({"type": "multi_static_select", "options": OPTIONS}, "hot", "selected_options", OPTIONS[:1]),
    ],
)
def test_each_element_has_its_own_shape(element: Json, entered: Any, key: str, value: Any) -> None:
    assert held(element, entered) == {"type": element["type"], key: value}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input"}, None),
        ({"type": "plain_text_input", "initial_value": "first"}, "first"),
        ({"type": "checkboxes", "options": OPTIONS}, []),
        ({"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[0]}, OPTIONS[0]),
    ],
)
def test_what_is_left_alone_keeps_what_it_started_with(element: Json, value: Any) -> None:
    assert next(one for key, one in held(element).items() if key != "type") == value


def test_a_block_in_which_nothing_was_done_keeps_what_it_started_with_though_its_action_is_called_the_same() -> None:
    element = {"type": "plain_text_input", "action_id": "note", "initial_value": "as it was"}
    state = forms.state_of([{"type": "input", "block_id": "note", "element": element}], {"note": {}})
    assert state["values"]["note"]["note"]["value"] == "as it was"


def test_an_input_that_was_emptied_is_empty() -> None:
    menu = block({"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]})
    state = forms.state_of([menu], {"b": {"a": None}})
    assert state["values"]["b"]["a"] == {"type": "static_select", "selected_option": None}
    assert forms.missing([menu], state) == {"b": forms.REQUIRED}


def test_one_action_in_two_blocks_is_entered_in_each() -> None:
    blocks = [{**block({"type": "plain_text_input"}), "block_id": name} for name in ("first", "second")]
    values = forms.state_of(blocks, {"first": {"a": "1"}, "second": {"a": "2"}})["values"]
    assert [values[name]["a"]["value"] for name in ("first", "second")] == ["1", "2"]


def test_a_menu_of_conversations_may_let_the_app_answer_in_the_one_that_was_chosen() -> None:
    menu = {"type": "conversations_select", "response_url_enabled": True}
    blocks = [block(menu), {**block({"type": "conversations_select"}), "block_id": "other"}]
    state = forms.state_of(blocks, {"b": "C1", "other": "C2"})
    assert forms.answer_places(blocks, state) == [{"block_id": "b", "action_id": "a", "channel_id": "C1"}]


def test_only_required_inputs_left_empty_are_missing() -> None:
    written = {"type": "plain_text_input"}
    for optional, entered, missing in ((False, {}, {"b": forms.REQUIRED}), (False, {"a": "x"}, {}), (True, {}, {})):
        blocks = [block(written, optional=optional)]
        assert forms.missing(blocks, forms.state_of(blocks, entered)) == missing


def test_a_choice_that_is_not_offered_is_an_error() -> None:
    with pytest.raises(LookupError, match="warm"):
        held({"type": "static_select", "options": OPTIONS}, "warm")
