"""What time brings by itself, without anybody doing anything."""

from bot.workspace.state import Workspace


def pass_by(workspace: Workspace) -> None:
    """Post what is due by now, and forget what the app has been doing for too long."""
    with workspace.lock:
        _post_due(workspace)
        _forget_statuses(workspace)


def _post_due(workspace: Workspace) -> None:
    now = workspace.clock().timestamp()
    for one in [one for one in workspace.scheduled.values() if one.post_at <= now]:
        del workspace.scheduled[one.id]
        # Slack's own bug: what was scheduled with metadata is never posted.
        if "metadata" not in one.body:
            workspace.post(one.channel, one.body)


def _forget_statuses(workspace: Workspace) -> None:
    now = workspace.clock()
    for (channel, thread), work in list(workspace.works.items()):
        if work.status and work.status.is_over(now):
            workspace.note_work(channel, thread, status=None)
