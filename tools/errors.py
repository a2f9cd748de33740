"""The errors that the floors above may raise or catch; see `knowledge.errors` for the whole tree."""

from knowledge.errors import BadInput, CallsheetError, NotAllowed, NotTrained, Unavailable, UnknownPerson, UnknownRecord

__all__ = ["BadInput", "CallsheetError", "NotAllowed", "NotTrained", "Unavailable", "UnknownPerson", "UnknownRecord"]
