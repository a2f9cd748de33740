"""auth, apps, api, team, bots: who the app is, and its way in."""

from typing import Any

from bot.blockkit import Problem, problems
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
    given = [name for name in ("blocks", "message", "view") if args.get(name)]
    if len(given) != 1:
        raise Refusal("invalid_arguments")
    (kind,) = given
    content: Any = args.json(kind)
    if kind == "view":
        found = problems("views.update", {"view": content})
    else:
        found = problems("chat.postMessage", {"text": "-", **(content if kind == "message" else {"blocks": content})})
    if found:
        # Pointers begin in what was given.
        raise Refusal(f"invalid_{kind}", errors=[_constraint(one, "" if kind == "message" else kind) for one in found])
    return {}


def _constraint(problem: Problem, within: str) -> Json:
    pointer = problem.pointer.removeprefix(f"/{within}") if within else problem.pointer
    constraint = {"type": "schema", "expected": problem.message}
    return {"pointer": pointer, "code": "failed_constraint", "message": problem.message, "constraint": constraint}
