"""The one door to every tool: role, arguments, run, citations, audit, refusal.

A person's question, a button and a nudge all come through `Tool.__call__`; none of them can be more than the asker.
"""

from __future__ import annotations

import inspect
import logging
import re
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar, cast, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from knowledge import ledger
from knowledge.citations import Citation
from knowledge.crm import ROLES, Role
from knowledge.database import Database
from knowledge.errors import BadInput, CallsheetError, NotAllowed, NotTrained, Over, Unavailable, UnknownRecord
from knowledge.people import Person, Roster, roster

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from knowledge.playbook import Playbook
    from scoring.registry import Registry

logger = logging.getLogger(__name__)

EVERYONE: tuple[Role, ...] = ROLES
Reason = Literal["role", "arguments", "hidden", "unknown", "untrained", "unavailable", "over", "error"]
Kept = TypeVar("Kept")

Limit = Annotated[int, Field(ge=1, le=25, description="how many to show, 1 to 25")]
LeadName = Annotated[str, Field(min_length=1, max_length=200, description="the lead's full name")]
DealName = Annotated[str, Field(min_length=1, max_length=200, description="the deal's full name")]
RecordName = Annotated[str, Field(min_length=1, max_length=200, description="the full name of the deal or lead")]
Owner = Annotated[str, Field(max_length=200, description='whose records: a name, an id, "me" or "team"')]
PeriodWords = Annotated[
    str, Field(max_length=60, description='"today", "this week", "last month", "2026-Q3", "2026-01-01..2026-03-31", …')
]


class Attachment(BaseModel):
    """A file that goes with an answer; `title` says what it shows to those who cannot open or see it."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    content: bytes = Field(exclude=True, repr=False)


@dataclass(frozen=True)
class Column:
    """What may be added up: the field of a result that holds the rows, and the field of a row, with dots into others.

    Attributes
    ----------
    noun : what is counted; without it amounts are added, in the currency of their rows or of their result
    name : the field of a row that says whose it is; "" where it is of nobody by name
    of : the field of the result that says how many rows there are in all; of a part there is no sum
    """

    rows: str
    amount: str
    noun: str = ""
    name: str = "name"
    of: str = ""


class Result(BaseModel):
    """What a tool has to say: a short text, and the facts behind it.

    Attributes
    ----------
    text : plain sentences, what to do first; each figure in them is a fact of the result
    citations : the records, model features and passages that the text rests on
    covers : which records were looked at, in words
    as_of : when that was so
    hidden : how many records the asker may not see were left out
    owners : whose records are shown (None: nobody's), which decides who else may read it
    audiences : for whom the documents are that it quotes, which decides that as well
    for_one : whether it is for whoever asked alone, so that a channel does not see it
    names : the records shown, in order, so that "the second one" has a meaning
    files : pages and pictures that go with it
    """

    model_config = ConfigDict(frozen=True)

    text: str
    citations: tuple[Citation, ...] = ()
    covers: str = ""
    as_of: datetime | None = None
    hidden: int = 0
    owners: tuple[str | None, ...] = ()
    audiences: tuple[str, ...] = ()
    for_one: bool = False
    names: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    # Whether it proposes what only a click does: then the buttons are a part of the answer, whoever words it.
    awaits_click: ClassVar[bool] = False
    # Columns whose sum has a meaning and is not told anyway.
    addable: ClassVar[tuple[Column, ...]] = ()


class Refusal(Result):
    """Why there is no answer, and what to do instead."""

    reason: Reason
    error_id: str | None = None


@dataclass(frozen=True)
class Policy:
    """The settings that answers depend on; models are trained under `cuts`, so an answer may be made under others.

    Attributes
    ----------
    fair_share : of an equal split of a pool's best leads, the part that a plan gives every rep at least
    switching_cost : share of a lead's chance that is lost when it is taken from whoever works it
    hold_out : share of the leads that go by today's rule when a plan is made, to measure what plans bring
    link_hosts : hosts that documents may be linked to at
    """

    default_zone: str = "UTC"
    consent_required: bool = False
    cuts: tuple[float, float] | None = None
    fair_share: float = 0.5
    switching_cost: float = 0.1
    hold_out: float = 0.1
    link_hosts: frozenset[str] = frozenset()


class Cache:
    """Values that stay good until the books change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        self._values: dict[Hashable, object] = {}

    def get(self, version: int, key: Hashable, compute: Callable[[], Kept]) -> Kept:
        """The value kept under `key` for this version of the books, computed if there is none."""
        with self._lock:
            if version != self._version:
                self._version, self._values = version, {}
            if key in self._values:
                return cast("Kept", self._values[key])
        value = compute()
        with self._lock:
            if version == self._version:
                self._values[key] = value
        return value


@dataclass(frozen=True)
class ToolContext:
    """Who asks, when, and what the tools work with. The asker is never an argument."""

    asker: Person
    roster: Roster
    db: Database
    models: Registry
    playbook: Playbook
    now: datetime
    audit_id: str
    policy: Policy
    cache: Cache
    version: int

    @property
    def zone(self) -> ZoneInfo:
        """The asker's own clock."""
        return ZoneInfo(self.asker.timezone or self.policy.default_zone)

    def keep(self, key: Hashable, compute: Callable[[], Kept]) -> Kept:
        """`compute()`, done once for each version of the books."""
        return self.cache.get(self.version, key, compute)


@dataclass(frozen=True)
class Services:
    """What every question shares; made once, where the application is put together."""

    db: Database
    models: Registry
    clock: Callable[[], datetime]
    playbook: Playbook
    policy: Policy = field(default_factory=Policy)
    cache: Cache = field(default_factory=Cache)

    def roster(self) -> Roster:
        """Everyone who is known, as of now."""
        return roster(self.db)

    def for_(self, asker: Person, everyone: Roster, audit_id: str | None = None) -> ToolContext:
        """The context of one question."""
        return ToolContext(
            asker,
            everyone,
            self.db,
            self.models,
            self.playbook,
            self.clock(),
            audit_id or ledger.new_id(),
            self.policy,
            self.cache,
            self.db.version(),
        )


@dataclass(frozen=True)
class Tool:
    """A function that may be asked, with what is needed to ask it well.

    `examples` are questions it answers, with {lead}, {deal}, {rep}, {source}, {team}, {period} and {number} for what
    varies; `words` are what people say for the values of an argument.
    """

    name: str
    run: Callable[..., Result]
    arguments: type[BaseModel]
    roles: Sequence[Role]
    examples: Sequence[str]
    words: Mapping[str, Mapping[str, Sequence[str]]]
    offered: bool = True

    def __str__(self) -> str:
        return self.name

    @property
    def description(self) -> str:
        return inspect.getdoc(self.run) or ""

    def __call__(self, ctx: ToolContext, **arguments: Any) -> Result:
        """The answer to the asker, or a refusal that says why not. Nothing is raised, everything is on record."""
        result = self._answer(ctx, arguments)
        ledger.record_suggestion(
            ctx.db,
            audit_id=ctx.audit_id,
            at=ctx.now,
            person_id=ctx.asker.id,
            tool=self.name,
            args=arguments,
            refused=result.reason if isinstance(result, Refusal) else None,
            evidence=[citation.key for citation in result.citations],
        )
        return result

    def _answer(self, ctx: ToolContext, arguments: dict[str, Any]) -> Result:
        if ctx.asker.role not in self.roles:
            return Refusal(
                text=f"Only {' and '.join(f'{role}s' for role in self.roles)} can ask for that.", reason="role"
            )
        try:
            checked = self.arguments(**arguments)
            result = self.run(ctx, **{name: getattr(checked, name) for name in type(checked).model_fields})
            if not isinstance(result, Refusal) and not result.citations:
                raise AssertionError(f"{self.name} answered without a citation")
            return result
        except ValidationError as error:
            return Refusal(text=_complaint(self.name, error), reason="arguments")
        except CallsheetError as error:
            return Refusal(text=str(error), reason=_reason(error), names=_choices(error))
        except Exception:
            error_id = ledger.new_id()
            logger.exception("%s failed", self.name, extra={"action": "tool_failed", "error_id": error_id})
            return Refusal(
                text=f"That did not work; it is noted as {error_id}. Ask an admin to look it up.",
                reason="error",
                error_id=error_id,
            )

    def for_langchain(self, ctx: ToolContext) -> BaseTool:
        """This tool as a language model may call it: the asker is bound in, and is not among the arguments."""
        from langchain_core.tools import StructuredTool

        def run(**arguments: Any) -> tuple[str, Result]:
            result = self(ctx, **arguments)
            return result.text, result

        return StructuredTool(
            name=self.name,
            description=self.description,
            args_schema=self.arguments,
            func=run,
            response_format="content_and_artifact",
        )


def tool(
    *,
    roles: Sequence[Role] = EVERYONE,
    examples: str = "",
    words: Mapping[str, Mapping[str, str]] | None = None,
    offered: bool = True,
) -> Callable[[Callable[..., Result]], Tool]:
    """Makes a `Tool` of a function whose first argument is the context and whose others are keyword-only.

    Examples, and the phrases for each value in `words`, are written in one text with " / " between them. Where a tool
    is offered and has no examples here, they are the lines of the file in `examples` that is called as it is.
    """
    said = {name: {value: phrases(text) for value, text in values.items()} for name, values in (words or {}).items()}

    def make(function: Callable[..., Result]) -> Tool:
        asked = phrases(examples) if examples or not offered else _lines(function.__name__)
        return Tool(function.__name__, function, _arguments(function), roles, asked, said, offered)

    return make


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text that has " / " between them."""
    return tuple(" ".join(phrase.split()) for phrase in re.split(r"\s/\s", text))


def _lines(name: str) -> tuple[str, ...]:
    return tuple((files(__package__) / "examples" / f"{name}.txt").read_text(encoding="utf-8").splitlines())


def _arguments(function: Callable[..., Result]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in list(inspect.signature(function).parameters.items())[1:]
    }
    return create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _complaint(name: str, error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "arguments"
    return f"{name} cannot use {where}: {first['msg'][0].lower()}{first['msg'][1:]}."


def _choices(error: CallsheetError) -> tuple[str, ...]:
    """What the asker may choose from, so that "the second one" has a meaning here too."""
    given = error.facts.get("choices")
    return tuple(map(str, given)) if isinstance(given, list) else ()


def _reason(error: CallsheetError) -> Reason:
    kinds: tuple[tuple[type[CallsheetError], Reason], ...] = (
        (NotAllowed, "hidden"),
        (UnknownRecord, "unknown"),
        (NotTrained, "untrained"),
        (Unavailable, "unavailable"),
        (BadInput, "arguments"),
        (Over, "over"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "error")
