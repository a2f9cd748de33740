"""files: an address to upload to, the upload, the sharing."""

import mimetypes
from typing import Any

from bot.workspace.methods.chat import in_thread
from bot.workspace.methods.registry import Args, Refusal, joined, method
from bot.workspace.payloads import fresh_id
from bot.workspace.records import File, Json
from bot.workspace.state import Workspace, with_ids


@method("files.getUploadURLExternal", "files:write", required=("filename", "length"))
def get_upload_url(workspace: Workspace, args: Args) -> Json:
    if not args.text("length").isdigit() or int(args.text("length")) == 0:
        raise Refusal("invalid_arguments")
    file = File(fresh_id("F"), args.text("filename"), int(args.text("length")))
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.base_url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write", required=("files",))
def complete_upload(workspace: Workspace, args: Args) -> Json:
    files = [_uploaded(workspace, entry) for entry in args.json("files")]
    told = [file_json(workspace, file) for file in files]
    for name in filter(None, (args.text("channel_id") or args.text("channels")).split(",")):
        place = Args({**args, "channel": name})
        conversation = joined(workspace, place)
        body: Json = {"text": args.text("initial_comment"), "files": told, "upload": True, "subtype": "file_share"}
        if blocks := args.json("blocks"):
            body["blocks"] = with_ids(blocks)
        workspace.post(conversation.id, {**workspace.app.author, **body, **in_thread(conversation, place)})
        for file in files:
            file.shared_in.append(conversation.id)
    return {"files": told}


@method("files.info", "files:read", required=("file",))
def info(workspace: Workspace, args: Args) -> Json:
    file = workspace.files.get(args.text("file"))
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    return {"file": file_json(workspace, file)}


def file_json(workspace: Workspace, file: File) -> Json:
    """The file object of the Web API."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    address = f"{workspace.base_url}/files/{file.id}/{file.name}"
    return {
        "id": file.id, "name": file.name, "title": file.title or file.name, "mimetype": kind,
        "filetype": file.name.rpartition(".")[2], "size": file.length, "user": workspace.app.bot_user_id,
        "url_private": address, "url_private_download": address, "permalink": address, "is_external": False,
        "mode": "hosted", "channels": list(file.shared_in),
    }  # fmt: skip


def _uploaded(workspace: Workspace, entry: Any) -> File:
    file = workspace.files.get(entry.get("id", "") if isinstance(entry, dict) else "")
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file
