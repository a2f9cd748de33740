"""The errors that the floors above may raise or catch; see `knowledge.errors` for the whole tree."""

from knowledge.errors import (
    BadInput,
    CallsheetError,
    LockedInstallation,
    NotAllowed,
    NotInstalled,
    NotTrained,
    TooSlow,
    Unavailable,
    UnknownPerson,
    UnknownRecord,
)

__all__ = [
    "BadInput",
    "CallsheetError",
    "LockedInstallation",
    "NotAllowed",
    "NotInstalled",
    "NotTrained",
    "TooSlow",
    "Unavailable",
    "UnknownPerson",
    "UnknownRecord",
]
