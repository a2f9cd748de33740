"""Every error that a person may see. The docstring is the default message and says what to do next.

CallsheetError
├── BadInput            what was typed or uploaded cannot be used
│   ├── UnknownPerson
│   ├── BadPeriod
│   ├── BadMapping
│   ├── BadFile
│   └── ImpossiblePlan
├── Unavailable         something outside is not reachable
│   ├── DatabaseUnreachable
│   ├── NotInstalled
│   └── LockedInstallation
├── TooSlow             it was given up before it was done
├── MissingExtra        something is installed on request only, and was not
├── NotAllowed          the asker may not see or do this
├── Overtaken           somebody or something was faster
│   ├── AlreadyDecided
│   ├── StaleProposal
│   ├── TooLate
│   └── Over
├── UnknownRecord       nothing by that name among the records the asker may see
└── NotTrained          no model serves yet
"""

from __future__ import annotations


class CallsheetError(Exception):
    """Something went wrong; try again, and tell an admin if it happens twice."""

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])
        self.facts = facts


class BadInput(CallsheetError):
    """That cannot be used as it is; check it and try again."""


class UnknownPerson(BadInput):
    """Nobody of that name is known; `callsheet people` lists who is."""


class BadPeriod(BadInput):
    """That period is not understood; say for example "this month", "last quarter" or "2026-01-01..2026-03-31"."""


class BadMapping(BadInput):
    """The mapping file cannot be used; compare it with the example in the README."""


class BadFile(BadInput):
    """The file cannot be read as a table; save it as CSV (UTF-8) or Parquet and try again."""


class ImpossiblePlan(BadInput):
    """No plan can keep all these limits; lower a minimum or raise a capacity."""


class Unavailable(CallsheetError):
    """Something this needs is not reachable just now; try again in a minute."""


class DatabaseUnreachable(Unavailable):
    """The database cannot be reached; check CALLSHEET_DATABASE_URL and that the server is running."""


class NotInstalled(Unavailable):
    """The app is not installed in this Slack workspace; open /slack/install on the app's address to install it."""


class LockedInstallation(Unavailable):
    """This workspace's token cannot be read; add its key to CALLSHEET_SECRET_KEY, or install the app there again."""


class TooSlow(CallsheetError):
    """That took too long and was stopped; ask for less, or again in a while."""


class MissingExtra(CallsheetError):
    """This needs a part that is installed on request only; run `pip install "callsheet[sequence]"` and try again."""


class NotAllowed(CallsheetError):
    """That is not yours to see; ask your manager or an admin."""


class Overtaken(CallsheetError):
    """Something changed meanwhile, so nothing was done; look again and then decide."""


class AlreadyDecided(Overtaken):
    """This was decided already; nothing was changed by your click."""


class StaleProposal(Overtaken):
    """The books moved since this was proposed, so nothing was changed; ask for a fresh plan."""


class TooLate(Overtaken):
    """This cannot be undone any more; make a new plan instead."""


class Over(Overtaken):
    """This is over; there is nothing to tell or to do about it any more."""


class UnknownRecord(CallsheetError):
    """No record of that name that you may see; check the spelling."""


class NotTrained(CallsheetError):
    """No model serves yet; an admin can run `callsheet train`."""
