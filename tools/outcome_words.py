"""Outcomes in words: what people say for them, how they are told, and what activity each makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal[
    "reached",
    "no_answer",
    "voicemail",
    "busy",
    "wrong_number",
    "meeting_booked",
    "callback",
    "not_interested",
    "replied",
    "emailed",
    "met",
    "won",
    "lost",
]
Kind = Literal["call", "email", "meeting", "message", "note"]
WORDS: dict[Kind, str] = {
    "call": "call",
    "email": "e-mail",
    "meeting": "meeting",
    "message": "message",
    "note": "note",
}


@dataclass(frozen=True)
class Way:
    """How an outcome is told, and what activity it makes."""

    told: str
    kind: Kind = "call"
    direction: Literal["inbound", "outbound"] = "outbound"
    has_disposition: bool = True


WAYS: dict[Outcome, Way] = {
    "reached": Way("call, reached"),
    "no_answer": Way("call, no answer"),
    "voicemail": Way("call, left a voicemail"),
    "busy": Way("call, busy"),
    "wrong_number": Way("call, wrong number"),
    "meeting_booked": Way("call, meeting booked"),
    "callback": Way("call, wants to be called back"),
    "not_interested": Way("call, not interested"),
    "replied": Way("e-mail, they replied", "email", "inbound", has_disposition=False),
    "emailed": Way("e-mail sent", "email", has_disposition=False),
    "met": Way("meeting held", "meeting", has_disposition=False),
    "won": Way("won", "note"),
    "lost": Way("lost", "note"),
}
# What people say for each.
SAID: Mapping[str, str] = {
    "reached": """
        reached / spoke / talked / chat / chatted / got hold / got through / on the phone / picked up /
        call done / went well / went great / went fine / on the line / good call
        """,
    "no_answer": """
        no luck / no answer / not answer / didn't answer / did not answer / didn't pick up / did not pick up /
        not picking up / doesn't pick up / does not pick up / won't pick up / never picked up / not reach /
        couldn't reach / could not reach / couldn't get hold / could not get hold / did not get hold / haven't
        reached / have not reached / not reached / never reached / nobody there / not there / wasn't there / was
        not there / in vain / unreachable / not available / didn't get through / did not get through / missed
        """,
    "voicemail": """
        voicemail / voice mail / left a voicemail / answering machine / on the machine / left a message /
        mailbox / left voicemail
        """,
    "busy": "busy / was busy / line was busy / engaged",
    "wrong_number": "wrong number / number is wrong / the wrong number / number does not exist / is wrong",
    "meeting_booked": """
        meeting booked / booked a meeting / got a meeting / booked a demo / agreed to a demo / meeting agreed /
        agreed to meet / agreed to a meeting / appointment booked / appointment made / demo booked /
        set up a meeting / wants a demo / has a meeting booked
        """,
    "callback": """
        call back / callback / call again / ring again / ring back / to be called back / call me back /
        wants a callback / asked for a callback / call them back / call him back / call her back
        """,
    "not_interested": """
        not interested / isn't interested / no interest / turned us down / said no / hung up /
        are not interested / is not interested / has no interest / no longer interested
        """,
    "replied": """
        replied / answered my mail / answered my e-mail / answered my email / wrote back / got a reply /
        reply from / responded / got an answer
        """,
    "emailed": "emailed / e-mailed / sent an e-mail / sent an email / sent a mail / wrote to / an email / an e-mail",
    "met": """
        met / had a meeting / record a meeting / the meeting with / meeting took place / took place / meeting
        held / had a demo / demo done / meeting done / visited
        """,
    "won": """
        won / as won / is won / we won / signed / signed the contract / bought / to won / closed won
        """,
    "lost": """
        as lost / is lost / we lost / to lost / closed lost / lost / went with a competitor /
        went to a competitor / chose a competitor / bought elsewhere
        """,
}
