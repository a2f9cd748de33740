"""Forms being opened and sent: what was entered goes to a tool, through the same door as everything else."""

from __future__ import annotations

import json
import logging
import re
from concurrent.futures import Future, wait
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.agent import Answer
from bot.backlog import Hand
from bot.listeners import clicks, spots
from bot.listeners.spots import Spot
from bot.threads import started
from bot.views import assignments, buttons, forms, nudges, outcomes, plans, team
from tools.base import Refusal

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)
FORMS = {
    form.name: form
    for form in (
        plans.REJECT,
        plans.ADJUST,
        assignments.APPEAL,
        assignments.REFUSE,
        outcomes.LOG,
        outcomes.SNOOZE,
        outcomes.MESSAGE,
        nudges.SETTINGS,
        nudges.USELESS,
        team.POST,
    )
}
# Slack gives up on a form after three seconds; a refusal that comes before that is shown in it, with what was entered.
PATIENCE_S = 2.0


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^{buttons.OPENS}:"))
    def handle_opening(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        ack()
        call, spot = buttons.call(action), spots.of(client, body, action, str(context.team_id))
        form = FORMS.get(call.name)
        if form is None:
            spots.put(desk, client, spot, "asks", clicks.NO_LONGER)
            return
        shown = None
        if form.look:
            looked = clicks.run(desk, client, spot, form.look.name, call.arguments)
            if isinstance(looked, str) or not looked.citations:
                spots.put(desk, client, spot, form.then, looked)
                return
            shown = looked.results[0]
        private = json.dumps({"spot": asdict(spot), "arguments": call.arguments})
        client.views_open(trigger_id=body["trigger_id"], view=forms.modal(form, shown, private))

    @app.view(re.compile(f"^{forms.FORM}:"))
    def handle_sent(ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
        form = FORMS[view["callback_id"].partition(":")[2]]
        private = json.loads(view["private_metadata"])
        spot = Spot(**private["spot"] | {"user": body["user"]["id"]})
        try:
            arguments = private["arguments"] | forms.entered(form, view["state"])
            arguments |= {form.once: view["id"]} if form.once else {}
        except forms.Unreadable as error:
            ack(response_action="errors", errors={error.name: str(error)})
            return
        # Sent again in the same state of the form, it is the same; what was refused may be put right and sent again.
        errand = clicks.errand(f"form:{view['id']}:{view['hash']}", spot, form.then, form.tool.name, arguments)
        if hand := desk.backlog.begin(errand):
            _do(desk, client, ack, view, hand)
        else:
            ack()


def _do(desk: Desk, client: WebClient, ack: Ack, view: dict[str, Any], hand: Hand) -> None:
    """Runs the tool of a form that was sent: it is acknowledged as soon as it is not refused."""
    errand, spot = hand.errand, Spot(**hand.errand.facts["spot"])
    asked = started(partial(clicks.run, desk, client, spot, errand.facts["tool"], errand.facts["arguments"], errand.id))
    try:
        refused = _refused_soon(asked)
    except Exception:
        desk.backlog.forget(errand)
        raise
    if refused:
        desk.backlog.forget(errand)
        ack(response_action="errors", errors={_last_field(view): refused})
        return
    ack()
    try:
        spots.put(desk, client, spot, errand.facts["kind"], hand.wait(asked, desk.patience_s))
    finally:
        desk.backlog.close(errand)


def _refused_soon(asked: Future[Answer | str]) -> str | None:
    """Why there is no answer, if that is known before Slack gives up."""
    wait([asked], PATIENCE_S)
    if not asked.done():
        return None
    answer = asked.result()
    if isinstance(answer, str):
        return answer
    return next((each.text for each in answer.results if isinstance(each, Refusal)), None)


def _last_field(view: dict[str, Any]) -> str:
    return str([block["block_id"] for block in view["blocks"] if block["type"] == "input"][-1])
