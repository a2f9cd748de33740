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
# Whoever reached somebody may say as well what came of it.
REACHED: Outcome = "reached"
CAME_OF_IT: tuple[Outcome, ...] = ("meeting_booked", "callback", "not_interested", "won", "lost")
# What people say for each.
SAID: Mapping[str, str] = {
    "reached": """
        reached / spoke / talked / chat / chatted / got hold / got through / on the phone / picked up / call done / went
        well / went great / went fine / on the line / good call / had … on the phone / got … on the phone / answered the
        phone / answered / called me / rang me / phoned me / reached … at last / a word with / chat with / conversation
        with / long call / short call / gave me / interested / will think / thinks about it / wants prices / wants an
        offer / wants a quote / wants more time / likes it
        """,
    "no_answer": """
        no luck / no answer / no answer from / not answer / didn't answer / did not answer / didn't pick up / did not
        pick up / didn't pick / did not pick / no pickup / no pick-up / no pick up / ghosted / not picking up / doesn't
        pick up / does not pick up / won't pick up / never picked up / not reach / couldn't reach / could not reach /
        couldn't get hold / could not get hold / did not get hold / haven't reached / have not reached / not reached /
        never reached / nobody there / not there / wasn't there / was not there / in vain / unreachable / not available
        / didn't get through / did not get through / missed / doesn't answer / won't answer / not answering / isn't
        answering / no reply / nobody answers / nobody answered / nobody picked up / no one picked up / nothing / can't
        reach / can't get hold / no response / not in / out of office / not at his desk / not at her desk / rang out /
        no joy / tried … again / isn't picking up / never answers / no one there / not replied / hasn't replied /
        haven't replied / didn't reply / doesn't reply / never replied / not reply
        """,
    "voicemail": """
        voicemail / voice mail / vm'd / vmed / left a voicemail / answering machine / on the machine / left a message /
        mailbox / left voicemail / left … a message / left … a voicemail / machine / left word / message on / left
        message / left her … message / left him … message / left them … message / left vm
        """,
    "busy": """
        busy / was busy / line was busy / engaged / line busy / was on another call / in a meeting / line is busy /
        always busy
        """,
    "wrong_number": """
        wrong number / number … somebody else / number … someone else / number is wrong / the wrong number / number does
        not exist / is wrong / bad number / number … wrong / number … dead / dead number / doesn't work there / number
        doesn't work / number does not work / out of service / invalid number / disconnected / doesn't exist / has left
        the company / left the company / not the right number / no longer works there / no longer in use
        """,
    "meeting_booked": """
        meeting booked / book a meeting / book a demo / demo fixed / meeting fixed / demo … fixed / fixed a demo / fixed
        a meeting / booked a meeting / got a meeting / booked a demo / agreed to a demo / meeting agreed / agreed to
        meet / agreed to a meeting / appointment booked / appointment made / demo booked / set up a meeting / wants a
        demo / has a meeting booked / meetings booked / booked … demo / booked … meeting / booked … call / booked … in /
        booked … for / demo … agreed / demo … set / meeting … set / meeting … agreed / meeting on / demo on / set up a
        demo / got a demo / fixed a date / accepted the demo / accepted the meeting / agreed to a call / wants to meet /
        agreed to see / will see us / meeting scheduled / demo scheduled / in the diary / appointment with
        """,
    "callback": """
        call back / callback / call again / ring again / ring back / to be called back / call me back / wants a callback
        / asked for a callback / call them back / call him back / call her back / call … back / ring … back / ring me
        back / wants a call / call me / call in / calls me back / be called / try again / call later / phone back /
        called back / get back to … later / no time now / asked to call / call her again / call him again
        """,
    "not_interested": """
        not interested / isn't interested / no interest / turned us down / said no / hung up / are not interested / is
        not interested / has no interest / no longer interested / stop calling / doesn't want / don't want / does not
        want / doesn't need / declined / rejected / no need / not for them / no thanks / passed / get lost / no more
        calls / turned me down / not for now / not keen / interest is gone / lost interest / waste of time
        """,
    "replied": """
        replied / answered my mail / answered my e-mail / answered my email / wrote back / got a reply / reply from /
        responded / got an answer / answered by mail / mailed me / wrote me / mail from / email from / e-mail from /
        answer from / sent me / came back to me / answered our mail / answered the mail
        """,
    "emailed": """
        emailed / e-mailed / sent an e-mail / sent an email / sent a mail / wrote to / an email / an e-mail / mailed /
        sent … mail / sent … e-mail / sent … email / sent … offer / sent … proposal / sent … quote / sent … prices /
        sent … information / wrote … a mail / sent … price list / sent … brochure / sent … contract
        """,
    "met": """
        met / had a meeting / record a meeting / the meeting with / meeting took place / took place / meeting held / had
        a demo / demo done / meeting done / visited / met with / met … at / had lunch / demo … done / did a demo / gave
        a demo / showed … the product / meeting … went / visit / was at / saw … at / had coffee / meeting … over
        """,
    "won": """
        won / as won / is won / we won / signed / signed the contract / bought / to won / closed won / closed / is ours
        / we got / got the deal / said yes / ordered / is in / a customer / contract signed / new customer / has signed
        / they bought / placed the order / came in / done deal / in the bag
        """,
    "lost": """
        as lost / is lost / we lost / to lost / closed lost / lost / went with a competitor / went to a competitor /
        chose a competitor / bought elsewhere / dead / died / gone / fell through / against us / went with / chose /
        chose … else / somebody else / someone else / another supplier / other supplier / cancelled / canceled / won't
        happen / didn't get / did not get / no budget / not going ahead / pulled out / backed out / off the table /
        competition / we are out / out of the race / another vendor / another provider / other vendor / went elsewhere /
        went somewhere else
        """,
}
