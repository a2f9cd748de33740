"""auth, apps, api, team, bots: who the app is, and its way in."""

from typing import Any

from bot.blockkit import problems
from bot.workspace.methods.registry import Args, Refusal, method
from bot.workspace.records import Json
from bot.workspace.state import Workspace


@method("api.test", token="none")
def api_test(workspace: Workspace, args: Args) -> Json:
    if error := args.text("error"):
        raise Refusal(error, args=dict(args))
    return {"args": dict(args)}


@method("auth.test")
def auth_test(workspace: Workspace, args: Args) -> Json:
    app = workspace.app
    return {
        "url": f"{workspace.base_url}/", "team": app.team_name, "user": app.app_name.lower(), "team_id": app.team_id,
        "user_id": app.bot_user_id, "bot_id": app.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


@method("apps.connections.open", token="app")
def open_connection(workspace: Workspace, args: Args) -> Json:
    return {"url": workspace.link()}


@method("team.info", "team:read")
def team_info(workspace: Workspace, args: Args) -> Json:
    app = workspace.app
    return {"team": {"id": app.team_id, "name": app.team_name, "domain": app.team_domain, "email_domain": ""}}


@method("bots.info", "users:read", required=("bot",))
def bots_info(workspace: Workspace, args: Args) -> Json:
    app = workspace.app
    if args.text("bot") != app.bot_id:
        raise Refusal("bot_not_found")
    who: Json = {"id": app.bot_id, "app_id": app.app_id, "user_id": app.bot_user_id}
    return {"bot": {**who, "name": app.app_name, "deleted": False}}


@method("blocks.validate", token="none")
def blocks_validate(workspace: Workspace, args: Args) -> Json:
    view: Any = args.json("view")
    message: Json = args.json("message") or {"blocks": args.json("blocks")}
    found = problems("views.update", {"view": view}) if view else problems("chat.postMessage", {"text": "-", **message})
    if not found:
        return {}
    errors = [{"pointer": p.pointer, "code": p.code, "message": p.message} for p in found]
    raise Refusal("invalid_view" if view else "invalid_blocks", errors=errors)
