"""oauth: a code from the consent page becomes a token."""

from bot.workspace.consent import CLIENT_ID, CLIENT_SECRET
from bot.workspace.methods.registry import Args, Refusal, method
from bot.workspace.records import Json
from bot.workspace.state import Workspace


@method("oauth.v2.access", token="none")
def exchange(workspace: Workspace, args: Args) -> Json:
    if args.text("client_id") != CLIENT_ID:
        raise Refusal("invalid_client_id")
    if args.text("client_secret") != CLIENT_SECRET:
        raise Refusal("bad_client_secret")
    if args.text("redirect_uri") not in ("", workspace.redirect_url):
        raise Refusal("bad_redirect_uri")
    token = workspace.codes.pop(args.text("code"), None)
    if token is None:
        raise Refusal("invalid_code")
    workspace.app_state = "installed"
    app, installer = workspace.app, next(iter(workspace.members))
    return {
        "app_id": app.app_id, "authed_user": {"id": installer}, "scope": ",".join(sorted(workspace.manifest.scopes)),
        "token_type": "bot", "access_token": token, "bot_user_id": app.bot_user_id,
        "team": {"id": app.team_id, "name": app.team_name}, "enterprise": None, "is_enterprise_install": False,
    }  # fmt: skip
