"""users: the people of the workspace."""

from bot.workspace.methods.registry import Args, Refusal, method
from bot.workspace.records import Json
from bot.workspace.state import Workspace


@method("users.info", "users:read", required=("user",))
def info(workspace: Workspace, args: Args) -> Json:
    user = args.text("user")
    if user not in workspace.members and user != workspace.app.bot_user_id:
        raise Refusal("user_not_found")
    return {"user": workspace.user_json(user)}


@method("users.list", "users:read")
def list_users(workspace: Workspace, args: Args) -> Json:
    everybody = [*workspace.members, workspace.app.bot_user_id]
    return args.page([workspace.user_json(user) for user in everybody], "members")


@method("users.lookupByEmail", "users:read.email", required=("email",))
def lookup_by_email(workspace: Workspace, args: Args) -> Json:
    email = args.text("email").lower()
    for member in workspace.members.values():
        if member.email.lower() == email and not member.is_deleted:
            return {"user": workspace.user_json(member.id)}
    raise Refusal("users_not_found")
