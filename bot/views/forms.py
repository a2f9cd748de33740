"""Forms: modals that ask for what a tool needs besides what the button knew, and how their answers are read.

A form's fields are input blocks whose ids are the names of the tool's arguments. To add a form, write it where its
subject is drawn and put it into `FORMS` in `bot.listeners.forms`; a button that `opens` it is all that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.base import Result, Tool
from tools.errors import BadInput

FORM = "form"
TITLE_LIMIT, WORDS_LIMIT, LINES_LIMIT, OPTIONS_LIMIT = 24, 1_000, 3_000, 100
WINDOW_LIMIT = 100


@dataclass(frozen=True)
class Form:
    """A modal in front of a tool.

    Attributes
    ----------
    then : what becomes of the tool's answer, as with a button
    fields : the inputs; they are drawn from what `look` says, where there is such a tool
    reads : for arguments that are typed as text, how the text is read; what it raises stands under the field
    once : the argument that takes an id of this opening, by which the tool knows a form that is sent twice
    """

    name: str
    tool: Tool
    title: str
    submit: str
    then: buttons.Kind
    fields: Callable[[Result | None], Sequence[Block]]
    look: Tool | None = None
    reads: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    once: str | None = None


class Unreadable(BadInput):
    """What was entered into a field cannot be read."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def opens(text: str, form: Form, **arguments: str) -> Block:
    """A button that opens a form; what was entered goes to the form's tool beside the arguments."""
    return buttons.button(buttons.OPENS, text, form.name, arguments)


def modal(form: Form, shown: Result | None, private: str) -> dict[str, Any]:
    """A form as Slack opens it; `private` comes back with what was entered."""
    words = {"title": blocks.shortened(form.title, TITLE_LIMIT), "submit": form.submit, "close": "Cancel"}
    return {
        "type": "modal",
        "callback_id": f"{FORM}:{form.name}",
        "private_metadata": private,
        **{name: {"type": "plain_text", "text": text} for name, text in words.items()},
        "blocks": list(form.fields(shown)),
    }


def window(title: str, drawn: Sequence[Block]) -> dict[str, Any]:
    """Blocks in a modal that asks for nothing."""
    words = {"title": blocks.plain(title, TITLE_LIMIT), "close": "Close"}
    return {
        "type": "modal",
        **{name: {"type": "plain_text", "text": text} for name, text in words.items()},
        "blocks": blocks.placed(drawn[:WINDOW_LIMIT], tables=0),
    }


def entered(form: Form, state: dict[str, Any]) -> dict[str, Any]:
    """What was entered, by the name of the argument; fields left empty are not in it.

    Raises
    ------
    Unreadable
        When a text cannot be read; it names the field.
    """
    found: dict[str, Any] = {}
    for name, elements in state["values"].items():
        value = _value(elements[name])
        if value in (None, "", ()):
            continue
        try:
            found[name] = form.reads[name](value) if name in form.reads else value
        except BadInput as error:
            raise Unreadable(name, str(error)) from error
    return found


def words(
    name: str, label: str, *, hint: str = "", initial: str = "", limit: int = WORDS_LIMIT, optional: bool = False
) -> Block:
    """A field for a few sentences."""
    element = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": limit}
    kept = {"initial_value": blocks.shortened(initial, limit)} if initial else {}
    return _field(name, label, element | kept, hint, optional)


def lines(name: str, label: str, *, hint: str = "", initial: Sequence[str] = ()) -> Block:
    """A field for one thing a line, which may be left empty; as many of those that stand there as Slack takes."""
    kept = [line for i, line in enumerate(initial) if sum(len(each) + 1 for each in initial[: i + 1]) <= LINES_LIMIT]
    element = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": LINES_LIMIT}
    return _field(name, label, element | ({"initial_value": "\n".join(kept)} if kept else {}), hint, True)


def number(name: str, label: str, *, hint: str = "", initial: int | None = None) -> Block:
    """A field for a whole number, which may be left empty."""
    element = {"type": "number_input", "action_id": name, "is_decimal_allowed": False, "min_value": "0"}
    return _field(name, label, element | ({} if initial is None else {"initial_value": str(initial)}), hint, True)


def choices(
    name: str, label: str, groups: Mapping[str, Mapping[str, str]], *, hint: str = "", initial: Sequence[str] = ()
) -> Block:
    """A field to choose any of some values, which may be left empty; `groups` hold what each value is called."""
    options = {value: option(value, text) for group in groups.values() for value, text in group.items()}
    element: Block = {
        "type": "multi_static_select",
        "action_id": name,
        "option_groups": [
            {
                "label": {"type": "plain_text", "text": blocks.plain(label, blocks.LABEL_LIMIT)},
                "options": [options[value] for value in list(group)[:OPTIONS_LIMIT]],
            }
            for label, group in list(groups.items())[:OPTIONS_LIMIT]
        ],
    }
    chosen = [options[value] for value in initial if value in options]
    return _field(name, label, element | ({"initial_options": chosen} if chosen else {}), hint, True)


def choice(name: str, label: str, values: Mapping[str, str], *, hint: str = "", initial: str | None = None) -> Block:
    """A field to choose one of some values from a menu; `values` says what each is called."""
    element: Block = {"type": "static_select", "action_id": name, "options": _options(values)}
    chosen = {} if initial is None else {"initial_option": option(initial, values[initial])}
    return _field(name, label, element | chosen, hint, False)


def quick(name: str, label: str, values: Mapping[str, str], *, hint: str = "") -> Block:
    """A field to choose one of a few values that all stand there, which may be left empty."""
    return _field(name, label, {"type": "radio_buttons", "action_id": name, "options": _options(values)}, hint, True)


def day(name: str, label: str, *, hint: str = "", initial: str | None = None) -> Block:
    """A field for a day, which may be left empty."""
    chosen = {} if initial is None else {"initial_date": initial}
    return _field(name, label, {"type": "datepicker", "action_id": name} | chosen, hint, True)


def clock(name: str, label: str, *, hint: str = "", initial: str | None = None) -> Block:
    """A field for a time of day."""
    chosen = {} if initial is None else {"initial_time": initial}
    return _field(name, label, {"type": "timepicker", "action_id": name} | chosen, hint, False)


def conversation(name: str, label: str, *, hint: str = "") -> Block:
    """A field to choose a channel that whoever fills it in can see, which may be left empty."""
    kinds = {"include": ["public", "private"], "exclude_bot_users": True}
    return _field(name, label, {"type": "conversations_select", "action_id": name, "filter": kinds}, hint, True)


def search(name: str, label: str, placeholder: str, *, hint: str = "") -> Block:
    """A field that looks up what is typed, from two letters on; whoever hears its name offers what there is."""
    told = {"type": "plain_text", "text": placeholder}
    element = {"type": "external_select", "action_id": name, "placeholder": told, "min_query_length": 2}
    return _field(name, label, element, hint, False)


def _field(name: str, label: str, element: Block, hint: str, optional: bool) -> Block:
    told = {"label": label, **({"hint": hint} if hint else {})}
    texts = {key: {"type": "plain_text", "text": text} for key, text in told.items()}
    return {"type": "input", "block_id": name, "element": element, "optional": optional, **texts}


def _options(values: Mapping[str, str]) -> list[Block]:
    return [option(value, text) for value, text in list(values.items())[:OPTIONS_LIMIT]]


def option(value: str, text: str) -> Block:
    """One of the values to choose from."""
    return {"text": {"type": "plain_text", "text": blocks.plain(text, blocks.LABEL_LIMIT)}, "value": value}


def _value(element: dict[str, Any]) -> Any:
    if "selected_options" in element:
        return tuple(chosen["value"] for chosen in element["selected_options"])
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    for picked in ("selected_date", "selected_time", "selected_conversation"):
        if picked in element:
            return element[picked]
    text = (element.get("value") or "").strip()
    return int(text) if element["type"] == "number_input" and text else text
