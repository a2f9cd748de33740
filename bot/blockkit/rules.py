"""How one value of a payload is checked: small rules that yield problems with the place they were found at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Problem:
    """One thing Slack would refuse: where (a JSON pointer), what, and the error code it answers with."""

    pointer: str
    message: str
    code: str = "invalid_blocks"

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


class Rule(Protocol):
    """A check of one value."""

    def check(self, value: Any, at: str) -> Iterator[Problem]: ...


def is_list(value: Any) -> bool:
    """Whether the value is a JSON array."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


@dataclass(frozen=True)
class Str:
    """A string of `least` to `most` characters."""

    most: int | None = None
    least: int = 1

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "must provide a string")
        elif len(value) < self.least:
            yield Problem(at, f"must be more than {self.least - 1} characters")
        elif self.most is not None and len(value) > self.most:
            yield Problem(at, f"must be less than {self.most + 1} characters")


@dataclass(frozen=True)
class Choice:
    """One of a closed set of words."""

    words: tuple[str, ...]

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if value not in self.words:
            yield Problem(at, f"must be one of: {', '.join(self.words)}")


@dataclass(frozen=True)
class Url:
    """An absolute http(s) address; links may also be mailto, slack or tel."""

    most: int = 3000
    schemes: tuple[str, ...] = ("http://", "https://")

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        found = list(Str(self.most).check(value, at))
        yield from found
        if not found and not value.lower().startswith(self.schemes):
            yield Problem(at, "must be a valid URL")


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield Problem(at, "must be a boolean")


@dataclass(frozen=True)
class Whole:
    """A whole number in a range."""

    least: int | None = None
    most: int | None = None

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(at, "must be an integer")
        elif self.least is not None and value < self.least:
            yield Problem(at, f"must be at least {self.least}")
        elif self.most is not None and value > self.most:
            yield Problem(at, f"must be at most {self.most}")


@dataclass(frozen=True)
class Anything:
    """Any value: Slack does not look at it, or documents no limit."""

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        return iter(())


@dataclass(frozen=True)
class Text:
    """A text object of `least` to `most` characters, of the allowed kinds."""

    most: int
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
    least: int = 1

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(at, "must provide an object")
        elif value.get("type") not in self.kinds:
            yield Problem(f"{at}/type", f"must be one of: {', '.join(self.kinds)}")
        else:
            extra = "emoji" if value["type"] == "plain_text" else "verbatim"
            known: dict[str, Rule] = {"type": Anything(), "text": Str(self.most, self.least), extra: Flag()}
            yield from Shape(known, required=("text",)).check(value, at)


@dataclass(frozen=True)
class Many:
    """An array of `least` to `most` items that follow one rule."""

    item: Rule
    most: int | None = None
    least: int = 1

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not is_list(value):
            yield Problem(at, "must provide an array")
            return
        if len(value) < self.least:
            yield Problem(at, f"no less than {self.least} items required")
        if self.most is not None and len(value) > self.most:
            yield Problem(at, f"no more than {self.most} items allowed")
        for position, item in enumerate(value):
            yield from self.item.check(item, f"{at}/{position}")


@dataclass(frozen=True)
class Shape:
    """An object with known fields, some required, and rules that hold between its fields."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    between: tuple[Callable[[Mapping[str, Any]], str | None], ...] = ()

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(at, "must provide an object")
            return
        present = {name: item for name, item in value.items() if item is not None}
        for name in self.required:
            if name not in present:
                yield Problem(at, f"missing required field: {name}")
        if self.any_of and not present.keys() & set(self.any_of):
            yield Problem(at, f"one of these fields is required: {', '.join(self.any_of)}")
        for name, item in present.items():
            if name not in self.fields:
                yield Problem(at, f"invalid additional property: {name}")
            else:
                yield from self.fields[name].check(item, f"{at}/{name}")
        yield from (Problem(at, said) for rule in self.between if (said := rule(present)))


@dataclass(frozen=True)
class Typed:
    """An object whose `type` picks its shape; `allowed` narrows the choice for the place it stands in."""

    shapes: Mapping[str, Shape]
    allowed: frozenset[str] | None = None
    common: Mapping[str, Rule] = field(default_factory=lambda: {"type": Anything()})

    def check(self, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(at, "must provide an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in self.shapes or not (self.allowed is None or kind in self.allowed):
            yield Problem(f"{at}/type", f"unsupported type: {kind}")
            return
        shape = self.shapes[kind]
        whole = Shape({**self.common, **shape.fields}, shape.required, shape.any_of, shape.between)
        yield from whole.check(value, at)
