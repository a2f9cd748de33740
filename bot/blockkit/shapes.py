"""The table of Block Kit: every composition object, element and block with its fields and limits.

`data_visualization` is left out, and `data_table` held to the smaller of the limits that Slack's own documents give.

References
----------
https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.blockkit.rules import Anything, Choice, Flag, Many, Rule, Shape, Str, Text, Typed, Url, Whole, is_list

PLAIN: Final = ("plain_text",)
ACTION_ID: Final = Str(255)
LINK: Final = Url(schemes=("http://", "https://", "mailto:", "slack:", "tel:"))


def _one(*names: str) -> Callable[[Mapping[str, Any]], str | None]:
    def exactly_one(value: Mapping[str, Any]) -> str | None:
        given = [name for name in names if name in value]
        return None if len(given) == 1 else f"exactly one of these fields is required: {', '.join(names)}"

    return exactly_one


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if is_list(value) else []


def _initial_is_an_option(value: Mapping[str, Any]) -> str | None:
    groups = _objects(value.get("option_groups")) or [value]
    offered = [option.get("value") for group in groups for option in _objects(group.get("options"))]
    chosen = _objects(value.get("initial_options")) or _objects([value.get("initial_option")])
    stray = any(option.get("value") not in offered for option in chosen)
    return "initial option must match one of the options" if stray else None


def _values_differ(value: Mapping[str, Any]) -> str | None:
    values = [str(option.get("value")) for option in _objects(value.get("options"))]
    return None if len(values) == len(set(values)) else "option values must be unique"


CONFIRM: Final = Shape(
    {"title": Text(100, PLAIN), "text": Text(300), "confirm": Text(30, PLAIN), "deny": Text(30, PLAIN),
     "style": Choice(("primary", "danger"))},
    required=("title", "text", "confirm", "deny"),
)  # fmt: skip
FILE: Final = Shape({"id": Str(), "url": Url()}, between=(_one("id", "url"),))


def _option(kinds: tuple[str, ...]) -> Shape:
    fields: dict[str, Rule] = {"text": Text(75, kinds), "value": Str(150), "description": Text(75, kinds), "url": LINK}
    return Shape(fields, required=("text", "value"))


OPTION: Final = _option(PLAIN)
RICH_OPTION: Final = _option(("plain_text", "mrkdwn"))
GROUP: Final = Shape({"label": Text(75, PLAIN), "options": Many(OPTION, 100)}, required=("label", "options"))
DISPATCH: Final = Shape({"trigger_actions_on": Many(Choice(("on_enter_pressed", "on_character_entered")), 2)})
FEEDBACK: Final = Shape(
    {"text": Text(75, PLAIN), "value": Str(2000), "accessibility_label": Str(75)}, required=("text", "value")
)
FILTER: Final = Shape(
    {"include": Many(Choice(("im", "mpim", "private", "public"))), "exclude_external_shared_channels": Flag(),
     "exclude_bot_users": Flag()},
)  # fmt: skip

_ACTS: Final[dict[str, Rule]] = {"action_id": ACTION_ID, "confirm": CONFIRM}
_FOCUS: Final[dict[str, Rule]] = {**_ACTS, "focus_on_load": Flag()}
_MENU: Final[dict[str, Rule]] = {**_FOCUS, "placeholder": Text(150, PLAIN)}
_TYPED: Final[dict[str, Rule]] = {
    "action_id": ACTION_ID, "focus_on_load": Flag(), "placeholder": Text(150, PLAIN), "dispatch_action_config": DISPATCH
}  # fmt: skip
_MOST: Final[dict[str, Rule]] = {"max_selected_items": Whole(1)}
_OPTIONS: Final[dict[str, Rule]] = {"options": Many(OPTION, 100), "option_groups": Many(GROUP, 100)}
_IMAGE: Final[dict[str, Rule]] = {"image_url": Url(), "slack_file": FILE, "alt_text": Str(2000)}


def _menus(name: str, first: str, one: Mapping[str, Rule], both: Mapping[str, Rule]) -> dict[str, Shape]:
    return {
        f"{name}_select": Shape({**_MENU, first: Str(), **one, **both}),
        f"multi_{name}_select": Shape({**_MENU, **_MOST, f"{first}s": Many(Str()), **both}),
    }


def _picks(**more: Rule) -> Shape:
    rules = (_initial_is_an_option, _values_differ)
    return Shape({**_FOCUS, "options": Many(RICH_OPTION, 10), **more}, required=("options",), between=rules)


def _input(**more: Rule) -> Shape:
    return Shape({**_TYPED, **more})


ELEMENTS: Final[dict[str, Shape]] = {
    "image": Shape(_IMAGE, required=("alt_text",), between=(_one("image_url", "slack_file"),)),
    "button": Shape(
        {**_ACTS, "text": Text(75, PLAIN), "value": Str(2000), "url": LINK, "agent_prompt": Str(4000),
         "style": Choice(("primary", "danger")), "accessibility_label": Str(75)}, required=("text",)),
    "workflow_button": Shape(
        {"action_id": ACTION_ID, "text": Text(75, PLAIN), "workflow": Anything(), "accessibility_label": Str(75),
         "style": Choice(("primary", "danger")), "confirm": CONFIRM}, required=("text", "workflow")),
    "overflow": Shape({**_ACTS, "options": Many(OPTION, 5)}, required=("options",), between=(_values_differ,)),
    "checkboxes": _picks(initial_options=Many(RICH_OPTION, 10)),
    "radio_buttons": _picks(initial_option=RICH_OPTION),
    "static_select": Shape({**_MENU, **_OPTIONS, "initial_option": OPTION},
                           between=(_one("options", "option_groups"), _initial_is_an_option)),
    "multi_static_select": Shape({**_MENU, **_OPTIONS, **_MOST, "initial_options": Many(OPTION, 100)},
                                 between=(_one("options", "option_groups"), _initial_is_an_option)),
    "external_select": Shape({**_MENU, "min_query_length": Whole(0), "initial_option": OPTION}),
    "multi_external_select": Shape({**_MENU, **_MOST, "min_query_length": Whole(0), "initial_options": Many(OPTION)}),
    **_menus("users", "initial_user", {}, {}),
    **_menus("channels", "initial_channel", {"response_url_enabled": Flag()}, {}),
    **_menus("conversations", "initial_conversation", {"response_url_enabled": Flag()},
             {"filter": FILTER, "default_to_current_conversation": Flag()}),
    "datepicker": Shape({**_MENU, "initial_date": Str(10, 10)}),
    "timepicker": Shape({**_MENU, "initial_time": Str(5, 5), "timezone": Str()}),
    "datetimepicker": Shape({**_FOCUS, "initial_date_time": Whole(1)}),
    "plain_text_input": _input(initial_value=Str(3000, 0), multiline=Flag(), min_length=Whole(0, 3000),
                               max_length=Whole(1, 3000)),
    "email_text_input": _input(initial_value=Str()),
    "url_text_input": _input(initial_value=Str()),
    "number_input": Shape({**_TYPED, "is_decimal_allowed": Flag(), "initial_value": Str(), "min_value": Str(),
                           "max_value": Str()}, required=("is_decimal_allowed",)),
    "rich_text_input": _input(initial_value=Anything(), min_lines=Whole(1), max_lines=Whole(1)),
    "file_input": Shape({"action_id": ACTION_ID, "filetypes": Many(Str()), "max_files": Whole(1, 10)}),
    "feedback_buttons": Shape({"action_id": ACTION_ID, "positive_button": FEEDBACK, "negative_button": FEEDBACK},
                              required=("positive_button", "negative_button")),
    "icon_button": Shape(
        {**_ACTS, "icon": Choice(("trash",)), "text": Text(75, PLAIN), "value": Str(2000),
         "accessibility_label": Str(75), "visible_to_user_ids": Many(Str())}, required=("icon", "text")),
    "url": Shape({"url": LINK, "text": Str()}, required=("url", "text")),
}  # fmt: skip


def element(*names: str) -> Typed:
    """The rule for an element of one of these types."""
    return Typed(ELEMENTS, frozenset(names))


_STYLE: Final = Anything()
_RICH_PIECES: Final[dict[str, Shape]] = {
    "text": Shape({"text": Str(), "style": _STYLE}, required=("text",)),
    "link": Shape({"url": Str(), "text": Str(), "unsafe": Flag(), "style": _STYLE}, required=("url",)),
    "emoji": Shape({"name": Str(), "unicode": Str(), "skin_tone": Whole(), "style": _STYLE}, required=("name",)),
    "user": Shape({"user_id": Str(), "style": _STYLE}, required=("user_id",)),
    "team": Shape({"team_id": Str(), "style": _STYLE}, required=("team_id",)),
    "usergroup": Shape({"usergroup_id": Str(), "style": _STYLE}, required=("usergroup_id",)),
    "channel": Shape({"channel_id": Str(), "style": _STYLE}, required=("channel_id",)),
    "broadcast": Shape({"range": Choice(("here", "channel", "everyone")), "style": _STYLE}, required=("range",)),
    "color": Shape({"value": Str(), "style": _STYLE}, required=("value",)),
    "date": Shape({"timestamp": Whole(), "format": Str(), "url": LINK, "fallback": Str(), "style": _STYLE},
                  required=("timestamp", "format")),
}  # fmt: skip
_PIECES: Final = Many(Typed(_RICH_PIECES), least=0)
_SECTION: Final = Shape({"elements": _PIECES}, required=("elements",))
_RICH_PARTS: Final[dict[str, Shape]] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Shape({"elements": _PIECES, "border": Whole(0, 1)}, required=("elements",)),
    "rich_text_preformatted": Shape({"elements": _PIECES, "border": Whole(0, 1), "language": Str()},
                                    required=("elements",)),
    "rich_text_list": Shape(
        {"elements": Many(Typed({"rich_text_section": _SECTION}), least=0), "style": Choice(("bullet", "ordered")),
         "indent": Whole(0, 8), "offset": Whole(0), "border": Whole(0, 1)}, required=("elements", "style")),
}  # fmt: skip
RICH_TEXT: Final = Typed({
    "rich_text": Shape({"elements": Many(Typed(_RICH_PARTS)), "block_id": Str(255)}, required=("elements",))
})  # fmt: skip

SELECTS: Final = tuple(f"{kind}_select" for kind in ("static", "external", "users", "conversations", "channels"))
MULTI_SELECTS: Final = tuple(f"multi_{name}" for name in SELECTS)
PICKERS: Final = ("datepicker", "timepicker", "checkboxes", "radio_buttons")
SECTION_ELEMENTS: Final = ("button", "image", "overflow", "workflow_button", *PICKERS, *SELECTS, *MULTI_SELECTS)
ACTION_ELEMENTS: Final = ("button", "overflow", "workflow_button", "datetimepicker", *PICKERS, *SELECTS)
WRITTEN: Final = ("plain_text", "email_text", "url_text", "number", "rich_text", "file")
TYPED_INPUTS: Final = tuple(f"{kind}_input" for kind in WRITTEN)
INPUT_ELEMENTS: Final = (*TYPED_INPUTS, "datetimepicker", *PICKERS, *SELECTS, *MULTI_SELECTS)

COMMON: Final[dict[str, Rule]] = {"type": Anything(), "block_id": Str(255)}
_CONTEXT_TEXT: Final = Shape({"text": Str(3000), "emoji": Flag(), "verbatim": Flag()}, required=("text",))
_CONTEXT: Final = Typed({"image": ELEMENTS["image"], "plain_text": _CONTEXT_TEXT, "mrkdwn": _CONTEXT_TEXT})
_CELL: Final = Typed({
    "raw_text": Shape({"text": Str()}, ("text",)),
    "raw_number": Shape({"value": Anything(), "text": Str()}, ("value",)),
    **RICH_TEXT.shapes,
})  # fmt: skip
_COLUMN: Final = Shape({"align": Choice(("left", "center", "right")), "is_wrapped": Flag()})
_CARD: Final = Shape(
    {"hero_image": element("image"), "icon": element("image"), "slack_icon": Anything(), "title": Text(150),
     "subtitle": Text(150), "body": Text(200), "actions": Many(element("button"), 25)},
    any_of=("hero_image", "title", "actions", "body"))  # fmt: skip
_TASK: Final = Shape(
    {"task_id": Str(), "title": Str(), "details": RICH_TEXT, "output": RICH_TEXT, "sources": Many(element("url")),
     "status": Choice(("pending", "in_progress", "complete", "error"))},
    required=("task_id", "title", "status"))  # fmt: skip

BLOCKS: Final[dict[str, Shape]] = {
    "section": Shape({"text": Text(3000), "fields": Many(Text(2000), 10), "accessory": element(*SECTION_ELEMENTS),
                      "expand": Flag()}, any_of=("text", "fields")),
    "divider": Shape({}),
    "header": Shape({"text": Text(150, PLAIN), "level": Whole(1, 4)}, required=("text",)),
    "image": Shape({**_IMAGE, "title": Text(2000, PLAIN)}, required=("alt_text",),
                   between=(_one("image_url", "slack_file"),)),
    "context": Shape({"elements": Many(_CONTEXT, 10)}, required=("elements",)),
    "actions": Shape({"elements": Many(element(*ACTION_ELEMENTS), 25)}, required=("elements",)),
    "context_actions": Shape({"elements": Many(element("feedback_buttons", "icon_button"), 5)},
                             required=("elements",)),
    "input": Shape({"label": Text(2000, PLAIN), "hint": Text(2000, PLAIN), "optional": Flag(),
                    "dispatch_action": Flag(), "element": element(*INPUT_ELEMENTS)}, required=("label", "element")),
    "rich_text": RICH_TEXT.shapes["rich_text"],
    "markdown": Shape({"text": Str(12_000)}, required=("text",)),
    "table": Shape({"rows": Many(Many(_CELL, 20), 100), "column_settings": Many(_COLUMN, 20)}, required=("rows",)),
    "data_table": Shape(
        {"rows": Many(Many(_CELL, 20), 101, 2), "caption": Str(), "page_size": Whole(1, 100),
         "row_header_column_index": Whole(0, 19)}, required=("rows", "caption")),
    "file": Shape({"external_id": Str(255), "source": Choice(("remote",))}, required=("external_id", "source")),
    "video": Shape({"alt_text": Str(2000), "title": Text(199, PLAIN), "thumbnail_url": Url(), "video_url": Url(),
                    "author_name": Str(49), "description": Text(200, PLAIN), "provider_icon_url": Url(),
                    "provider_name": Str(), "title_url": Url()},
                   required=("alt_text", "title", "thumbnail_url", "video_url")),
    "task_card": _TASK,
    "plan": Shape({"title": Str(), "tasks": Many(Typed({"task_card": _TASK}, common=COMMON))},
                  required=("title",)),
    "alert": Shape({"text": Text(3000), "level": Choice(("default", "info", "warning", "error", "success"))},
                   required=("text",)),
    "card": _CARD,
    "carousel": Shape({"elements": Many(Typed({"card": _CARD}, common=COMMON), 10)},
                      required=("elements",)),
    "container": Shape(
        {"title": Text(150, PLAIN), "rich_text_title": RICH_TEXT, "subtitle": Text(150), "icon": element("image"),
         "width": Choice(("narrow", "standard", "wide", "full")), "is_collapsible": Flag(), "default_collapsed": Flag(),
         "has_header_divider": Flag(), "child_blocks": Many(Anything(), 10)},
        required=("child_blocks",), any_of=("title", "rich_text_title")),
}  # fmt: skip

MESSAGE_ONLY: Final = frozenset(("markdown", "table", "data_table", "file", "context_actions", "task_card", "plan"))
NOT_IN: Final[dict[str, frozenset[str]]] = {
    "message": frozenset(("alert",)),
    "modal": MESSAGE_ONLY,
    "home": MESSAGE_ONLY | {"alert"},
}
MODAL_ONLY_ELEMENTS: Final = ("file_input",)


def blocks_for(surface: str) -> Typed:
    """The rule for one block on a surface: message, modal or home."""
    return Typed(BLOCKS, frozenset(BLOCKS) - NOT_IN[surface], COMMON)
