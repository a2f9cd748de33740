"""The parts of a team's summary, each of which is worded and drawn on its own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A heading with a line for each of some people: the name and what there is to say; without lines, a sentence."""

    model_config = ConfigDict(frozen=True)

    head: str
    lines: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.head}:" if self.lines else self.head, *(f"• {name}: {why}" for name, why in self.lines)]
        )


class Parts(BaseModel):
    """What a summary says, part by part; as text, one below the other.

    Attributes
    ----------
    first : what it comes to, in the lines that matter first
    todo : things to do, in order
    named : who is out of the ordinary, or how each team stands
    people, small : what a card shows beside: why somebody is named, and what else happened
    """

    model_config = ConfigDict(frozen=True)

    title: str
    aim: str
    first: tuple[str, ...]
    todo: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    people: tuple[Section, ...] = ()
    small: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self.first, *self.todo, *self.named])
