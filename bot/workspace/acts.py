"""What the page may do for the person who looks at it: one function for each act, by its name."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.workspace.person import Person
from bot.workspace.records import File, Json, Message, View
from bot.workspace.state import Unknown


def act(person: Person, asked: Json) -> Json:
    """Do something as a person; what came of it, for the page.

    Raises
    ------
    LookupError, PermissionError
        There is no such act or thing, or it is not for this person.
    """
    found = _ACTS.get(str(asked.get("act")))
    if found is None:
        raise Unknown(f"no act {asked.get('act')!r}")
    return found(person, asked) or {}


def _message(person: Person, asked: Mapping[str, Any], name: str = "ts") -> Message:
    conversation = person.workspace.conversations[str(asked["channel"])]
    message = conversation.messages[str(asked[name])]
    if person.id not in person.workspace.audience(message):
        raise PermissionError("not yours to see")
    return message


def _post(person: Person, asked: Json) -> None:
    thread = _message(person, asked, "thread_ts") if asked.get("thread_ts") else None
    files = [_own_file(person, id) for id in asked.get("files") or ()]
    person.post(str(asked["channel"]), str(asked["text"]), thread=thread, files=files)


def _slash(person: Person, asked: Json) -> Json:
    delivery = person.slash(str(asked["command"]), str(asked.get("text", "")), where=str(asked["channel"]))
    return {"acked": delivery.state == "acked"}


def _click(person: Person, asked: Json) -> Json:
    where = _surface(person, asked)
    entered, block_id = asked.get("entered") or {}, asked.get("block_id")
    clicked = person.click(where, str(asked["action_id"]), asked.get("value"), entered=entered, block_id=block_id)
    return {"acked": clicked.state == "acked"}


def _suggest(person: Person, asked: Json) -> Json:
    where, typed = _surface(person, asked), str(asked.get("typed", ""))
    return {"options": person.suggest(where, str(asked["action_id"]), typed, block_id=asked.get("block_id"))}


def _shortcut(person: Person, asked: Json) -> Json:
    message = _message(person, asked) if asked.get("ts") else None
    return {"acked": person.shortcut(str(asked["callback_id"]), message).state == "acked"}


def _surface(person: Person, asked: Json) -> Message | View:
    where: Message | View | None = _message(person, asked) if asked.get("ts") else _own_view(person, asked)
    if where is None:
        raise Unknown("this view is not open any more")
    return where


def _stop(person: Person, asked: Json) -> None:
    person.stop(_message(person, asked))


def _submit(person: Person, asked: Json) -> Json:
    view = _own_view(person, asked)
    if view is None:
        raise Unknown("this view is not open any more")
    person.submit(asked.get("entered") or {}, view=view)
    return {"errors": view.errors, "trouble": view.trouble}


def _own_view(person: Person, asked: Mapping[str, Any]) -> View | None:
    view = person.workspace.surfaces.find(view_id=str(asked["view_id"]))
    return view if view and view.user == person.id else None


def _close(person: Person, asked: Json) -> None:
    person.close(_own_view(person, asked), whole_stack=bool(asked.get("all")))


def _react(person: Person, asked: Json) -> None:
    person.react(_message(person, asked), str(asked["name"]), add=bool(asked.get("add", True)))


def _edit(person: Person, asked: Json) -> None:
    person.edit(_own_message(person, asked), str(asked["text"]))


def _delete(person: Person, asked: Json) -> None:
    person.delete(_own_message(person, asked))


def _own_message(person: Person, asked: Json) -> Message:
    message = _message(person, asked)
    if message.user != person.id:
        raise PermissionError("not yours to change")
    return message


def _own_file(person: Person, id: str) -> File:
    file = person.workspace.files[id]
    if file.user != person.id:
        raise PermissionError("not yours to share")
    return file


_ACTS: dict[str, Callable[[Person, Json], Json | None]] = {
    "post": _post,
    "slash": _slash,
    "click": _click,
    "suggest": _suggest,
    "shortcut": _shortcut,
    "stop": _stop,
    "submit": _submit,
    "close": _close,
    "react": _react,
    "edit": _edit,
    "delete": _delete,
    "look": lambda person, asked: person.look_at(str(asked["channel"])),
    "home": lambda person, asked: person.open_home(),
    "messages": lambda person, asked: person.open_messages(),
}
