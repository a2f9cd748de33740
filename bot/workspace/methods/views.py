"""views: modals and the Home tab."""

import json

from bot.workspace.blocks import with_ids
from bot.workspace.methods.registry import Args, Refusal, method
from bot.workspace.payloads import shown_view, view_payload
from bot.workspace.records import Json, View
from bot.workspace.state import Workspace
from bot.workspace.surfaces import Spent

MOST_BYTES = 250_000


def content_of(args: Args) -> Json:
    """What a view is to show, its blocks with ids."""
    view: Json = dict(args.json("view"))
    if len(json.dumps(view)) > MOST_BYTES:
        raise Refusal("view_too_large")
    return {**view, "blocks": with_ids(view.get("blocks") or [])}


def show_view(workspace: Workspace, view: View) -> None:
    """Tell the user's pages that their modals or their Home tab changed."""
    is_home = view.content.get("type") == "home"
    views = [view] if is_home else workspace.surfaces.stacks.get(view.user, [])
    shown = [shown_view(workspace.app, one) for one in views]
    workspace.changed("home" if is_home else "modals", {"views": shown}, frozenset((view.user,)))


@method("views.open", required=("trigger_id", "view"))
def open_view(workspace: Workspace, args: Args) -> Json:
    return _push(workspace, args, fresh=True)


@method("views.push", required=("trigger_id", "view"))
def push_view(workspace: Workspace, args: Args) -> Json:
    return _push(workspace, args, fresh=False)


@method("views.update", required=("view",))
def update_view(workspace: Workspace, args: Args) -> Json:
    found = workspace.surfaces.find(view_id=args.text("view_id") or None, external_id=args.text("external_id") or None)
    if found is None:
        raise Refusal("not_found")
    _same_hash(found, args)
    workspace.surfaces.update(found, content_of(args))
    show_view(workspace, found)
    return {"view": view_payload(workspace.app, found)}


@method("views.publish", required=("user_id", "view"))
def publish_view(workspace: Workspace, args: Args) -> Json:
    user = args.text("user_id")
    if user not in workspace.members:
        raise Refusal("user_not_found")
    if not workspace.manifest.has_home:
        raise Refusal("not_enabled")
    if known := workspace.surfaces.homes.get(user):
        _same_hash(known, args)
    view = workspace.surfaces.publish(user, content_of(args))
    show_view(workspace, view)
    return {"view": view_payload(workspace.app, view)}


def _push(workspace: Workspace, args: Args, *, fresh: bool) -> Json:
    try:
        user = workspace.surfaces.spend(args.text("trigger_id"))
        view = workspace.surfaces.push(user, content_of(args), fresh=fresh)
    except Spent as spent:
        raise Refusal(spent.code) from None
    show_view(workspace, view)
    return {"view": view_payload(workspace.app, view)}


def _same_hash(view: View, args: Args) -> None:
    if args.text("hash") and args.text("hash") != view.hash:
        raise Refusal("hash_conflict")
