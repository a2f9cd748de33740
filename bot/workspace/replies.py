"""What the app answers to a click, a command or a form: by its ack, or later at the response address."""

from bot.blockkit import problems
from bot.workspace.blocks import with_ids
from bot.workspace.methods.chat import written
from bot.workspace.methods.registry import Args
from bot.workspace.methods.views import show_view
from bot.workspace.records import Delivery, Json, View
from bot.workspace.state import Workspace
from bot.workspace.surfaces import ResponseUrl, Spent

TROUBLE = "We had some trouble connecting. Try again?"


def say(workspace: Workspace, about: ResponseUrl, payload: Json) -> None:
    """Do what a response payload asks: replace, delete or post, for one person or for all."""
    original = about.message
    if original and payload.get("delete_original"):
        workspace.delete(original)
    elif original and payload.get("replace_original"):
        workspace.edit(original, {"blocks": [], **written(Args(payload))})
    else:
        body = {**workspace.app.author, **written(Args(payload))}
        if thread_ts := payload.get("thread_ts") or about.thread_ts:
            body["thread_ts"] = thread_ts
        public = payload.get("response_type") == "in_channel"
        workspace.post(about.channel, body, only_for=None if public else about.user)


def respond(workspace: Workspace, key: str, payload: Json) -> tuple[int, Json | str]:
    """The HTTP status and body of a POST to a response address."""
    with workspace.lock:
        if found := problems("response_url", payload):
            return 400, {"ok": False, "error": found[0].code, "errors": [str(problem) for problem in found]}
        try:
            about = workspace.surfaces.use_response(key)
        except Spent as spent:
            return 404, {"ok": False, "error": spent.code}
        say(workspace, about, payload)
        return 200, "ok"


def after_command(workspace: Workspace, about: ResponseUrl, command: str, delivery: Delivery) -> None:
    """Show what the app acked a slash command with, or that it did not."""
    reply = delivery.reply or {}
    with workspace.lock:
        if delivery.state == "failed":
            tell_user(workspace, about, f"{command} failed with the error “operation_timeout”")
        elif found := problems("ack", reply):
            tell_user(workspace, about, f"{command} failed with the error “invalid_command_response”: {found[0]}")
        elif reply.get("text") or reply.get("blocks"):
            say(workspace, about, reply)


def suggested(delivery: Delivery) -> list[Json]:
    """The options an app answered a menu with, those of all groups in one list; none when it did not as it should."""
    reply = delivery.reply or {}
    if delivery.state == "failed" or problems("block_suggestion", reply):
        return []
    groups = reply.get("option_groups") or [{"options": reply.get("options") or []}]
    return [option for group in groups for option in group["options"]]


def tell_user(workspace: Workspace, about: ResponseUrl, text: str) -> None:
    """A word from Slackbot that only the asker sees."""
    workspace.post(about.channel, {"user": "USLACKBOT", "text": text}, only_for=about.user)


def after_submission(workspace: Workspace, view: View, delivery: Delivery) -> None:
    """Close, change or keep a modal as the app's ack says; say so when there was none."""
    reply = delivery.reply or {}
    with workspace.lock:
        if delivery.state == "failed" or problems("ack", reply):
            view.trouble = TROUBLE
        elif reply.get("response_action") == "errors":
            view.errors = dict(reply["errors"])
        elif reply.get("response_action") == "clear":
            workspace.surfaces.close(view, whole_stack=True)
        elif reply.get("response_action") == "update":
            workspace.surfaces.update(view, _content(reply))
        elif reply.get("response_action") == "push":
            _push(workspace, view, _content(reply))
        else:
            workspace.surfaces.close(view)
        show_view(workspace, view)


def _push(workspace: Workspace, view: View, content: Json) -> None:
    try:
        workspace.surfaces.push(view.user, content, fresh=False)
    except Spent:
        view.trouble = TROUBLE


def _content(reply: Json) -> Json:
    return {**reply["view"], "blocks": with_ids(reply["view"].get("blocks") or [])}
