"""files: an address to upload to, the upload, the sharing."""

import mimetypes
from typing import Any
from urllib.parse import quote

from bot.workspace.blocks import with_ids
from bot.workspace.methods.chat import in_thread
from bot.workspace.methods.registry import Args, Refusal, method, writable
from bot.workspace.payloads import fresh_id
from bot.workspace.records import Conversation, File, Json
from bot.workspace.state import Workspace

LONGEST_ALT_TEXT = 1000


@method("files.getUploadURLExternal", "files:write", required=("filename", "length"), absent="missing_argument")
def get_upload_url(workspace: Workspace, args: Args) -> Json:
    if not args.text("length").isdigit() or int(args.text("length")) == 0:
        raise Refusal("invalid_arguments")
    if len(args.text("alt_txt")) > LONGEST_ALT_TEXT:
        raise Refusal("alt_txt_too_large")
    file = File(fresh_id("F"), args.text("filename"), int(args.text("length")), alt_text=args.text("alt_txt"))
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.base_url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write", required=("files",), absent="missing_argument")
def complete_upload(workspace: Workspace, args: Args) -> Json:
    entries = args.json("files")
    if not isinstance(entries, list) or not entries:
        raise Refusal("invalid_arguments")
    files = [_uploaded(workspace, entry) for entry in entries]
    # Every place is looked at before anything is said in one of them.
    places = [_place(workspace, args, name) for name in _names(args)]
    threads = [in_thread(conversation, args) for conversation in places]
    for conversation, thread in zip(places, threads, strict=True):
        for file in files:
            file.shared_in.append(conversation.id)
        body: Json = {"text": args.text("initial_comment"), "subtype": "file_share", "upload": True}
        body |= {"display_as_bot": False, "files": [file_json(workspace, file) for file in files]}
        if (blocks := args.json("blocks")) and not body["text"]:
            body["blocks"] = with_ids(blocks)
        workspace.post(conversation.id, {**workspace.app.author, **body, **thread})
    return {"files": [file_json(workspace, file) for file in files]}


@method("files.info", "files:read", required=("file",), absent="missing_argument")
def info(workspace: Workspace, args: Args) -> Json:
    file = workspace.files.get(args.text("file"))
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    return {"file": file_json(workspace, file)}


def file_json(workspace: Workspace, file: File) -> Json:
    """The file object of the Web API."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    address = f"{workspace.base_url}/files/{file.id}/{quote(file.name, safe='')}"
    described = {"alt_txt": file.alt_text} if file.alt_text else {}
    return {
        "id": file.id, "name": file.name, "title": file.title or file.name, "mimetype": kind,
        "filetype": file.name.rpartition(".")[2], "size": file.length, "user": file.user or workspace.app.bot_user_id,
        "url_private": address, "url_private_download": f"{address}?download=1", "permalink": address,
        "is_external": False, "mode": "hosted", "channels": list(file.shared_in), **described,
    }  # fmt: skip


def _names(args: Args) -> list[str]:
    return [name for name in (args.text("channel_id") or args.text("channels")).split(",") if name]


def _place(workspace: Workspace, args: Args, name: str) -> Conversation:
    # Files are shared by a conversation's id; `channel_id` takes neither a name nor a person.
    if args.text("channel_id") and name not in workspace.conversations:
        raise Refusal("channel_not_found")
    return writable(workspace, Args(channel=name))


def _uploaded(workspace: Workspace, entry: Any) -> File:
    file = workspace.files.get(entry.get("id", "") if isinstance(entry, dict) else "")
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file
