"""What people enter into blocks, in the shapes the app hears it in."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.workspace.blocks import every
from bot.workspace.records import Json

REQUIRED: Final = "Please complete this required field."

# For each element: the key its value travels under, and the key of the value it starts with.
_SINGLE: Final = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", ""),
}
_OPTION: Final = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
}
_OPTIONS: Final = {
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
}
_KEYS: Final = {**_SINGLE, **_OPTION, **_OPTIONS}
_UNTOUCHED: Final = object()
_STATELESS: Final = frozenset(("overflow",))


def inputs(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that holds a value, with its block."""
    for block in every(blocks):
        here = [block.get("element"), block.get("accessory"), *(block.get("elements") or ())]
        for element in here:
            if isinstance(element, Mapping) and element.get("type") in _KEYS.keys() - _STATELESS:
                yield block, dict(element)


def state_of(blocks: list[Json], entered: Mapping[str, Any]) -> Json:
    """The state of all inputs: what was entered, by action id or block id, else what they start with.

    Choices may be given by an option's value or by the words on it.
    """
    values: Json = {}
    for block, element in inputs(blocks):
        given = _given(entered, block, element)
        value = element.get(_KEYS[element["type"]][1]) if given is _UNTOUCHED else chosen(element, given)
        held = {"type": element["type"], _KEYS[element["type"]][0]: value or _empty(element)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = held
    return {"values": values}


def with_entry(entered: Mapping[str, Any], block: Json, element: Json, value: Any) -> Json:
    """What stands in all inputs once a value was entered into one of them."""
    inside = entered.get(block["block_id"])
    held = dict(inside) if isinstance(inside, Mapping) else {}
    return {**entered, block["block_id"]: {**held, element["action_id"]: value}}


def action_of(block: Json, element: Json, given: Any, ts: str) -> Json:
    """One entry of `actions`: the element acted on, and the value given."""
    action: Json = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    if "text" in element:
        action["text"] = element["text"]
    if element["type"] in _KEYS:
        action[_KEYS[element["type"]][0]] = chosen(element, given)
    elif given is not None or "value" in element:
        action["value"] = element.get("value") if given is None else given
    return {**action, "action_ts": ts}


def chosen(element: Json, given: Any) -> Any:
    """What an entry stands for: options for choices, the entry itself otherwise."""
    if element["type"] in _OPTION:
        return _option(element, given)
    if element["type"] in _OPTIONS:
        return [_option(element, one) for one in (given if isinstance(given, list | tuple) else [given])]
    return given


def missing(blocks: list[Json], state: Json) -> dict[str, str]:
    """The blocks that must be filled in and are not, with what Slack says under them."""
    found: dict[str, str] = {}
    for block, element in inputs(blocks):
        if block["type"] != "input" or block.get("optional"):
            continue
        held = state["values"][block["block_id"]][element["action_id"]]
        if not held[_KEYS[element["type"]][0]]:
            found[block["block_id"]] = REQUIRED
    return found


def answer_places(blocks: list[Json], state: Json) -> list[Json]:
    """The conversations chosen in menus that let the app answer there."""
    places = []
    for block, element in inputs(blocks):
        held = state["values"][block["block_id"]][element["action_id"]]
        if element.get("response_url_enabled") and (chosen := held[_KEYS[element["type"]][0]]):
            places.append({"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen})
    return places


def _given(entered: Mapping[str, Any], block: Json, element: Json) -> Any:
    inside = entered.get(block["block_id"])
    # The page names every block; one where nothing was done holds nothing, whatever its actions are called.
    if isinstance(inside, Mapping) and (element["action_id"] in inside or not inside):
        return inside.get(element["action_id"], _UNTOUCHED)
    elsewhere = _UNTOUCHED if isinstance(inside, Mapping) or inside is None else inside
    return entered.get(element["action_id"], elsewhere)


def _empty(element: Json) -> Any:
    return [] if element["type"] in _OPTIONS else None


def _option(element: Json, given: Any) -> Json | None:
    if given in (None, ""):
        return None
    if isinstance(given, Mapping):
        return dict(given)
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    for option in (option for group in groups for option in group["options"]):
        if given in (option["value"], option["text"]["text"]):
            return dict(option)
    raise LookupError(f"no option {given!r} in {element['action_id']}")
