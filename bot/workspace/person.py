"""Acts as one person of the workspace: writes, clicks, fills in, and waits for the app's answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.workspace import blocks, forms, payloads, replies
from bot.workspace.methods.files import file_json
from bot.workspace.methods.views import show_view
from bot.workspace.onlooker import NoAnswer, Onlooker, Place
from bot.workspace.records import Delivery, File, Json, Message, View
from bot.workspace.surfaces import ResponseUrl


class Person(Onlooker):
    """One person at their Slack. Acts return at once; `wait…` and clicks return when the app has answered."""

    # Writing

    def dm(self, text: str, *, thread: Message | None = None) -> Message:
        """Write to the app's Messages tab, or into a thread there."""
        return self.post(self.direct, text, thread=thread)

    def post(self, where: Place, text: str, *, thread: Message | None = None, files: Sequence[File] = ()) -> Message:
        """Write into a conversation (id, name, or the one of a message), or into a thread there, with own files."""
        with self.workspace.lock:
            conversation = self.place(where)
            body: Json = {
                "user": self.id,
                "text": text,
                "client_msg_id": payloads.fresh_id("m"),
                "blocks": payloads.rich_text(text),
            }
            if conversation.kind == "im" and (context := self.workspace.contexts.get(self.id)):
                body["app_context"] = context
            if thread:
                root = conversation.messages[thread.thread_ts or thread.ts]
                body |= {"thread_ts": root.ts, "parent_user_id": root.user}
            if files:
                told = [file_json(self.workspace, file) for file in files]
                body |= {"subtype": "file_share", "upload": False, "display_as_bot": False, "files": told}
            return self.workspace.post(conversation.id, body)

    def upload(self, name: str, content: bytes) -> File:
        """Bring a file into the workspace, to be posted or given to a form."""
        with self.workspace.lock:
            file = File(payloads.fresh_id("F"), name, len(content), content, title=name, user=self.id)
            self.workspace.files[file.id] = file
            return file

    def mention(self, where: Place, text: str, *, thread: Message | None = None) -> Message:
        """Write into a conversation, naming the app first."""
        return self.post(where, f"{self.workspace.app.mention} {text}", thread=thread)

    def edit(self, message: Message, text: str) -> None:
        """Change the words of an own message."""
        edited = {"user": self.id, "ts": self.workspace.next_ts()}
        self.workspace.edit(message, {"text": text, "blocks": payloads.rich_text(text), "edited": edited})

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self.workspace.delete(message)

    def react(self, message: Message, name: str, *, add: bool = True) -> None:
        """Put a reaction on a message, or take it off."""
        self.workspace.react(message, self.id, name, add=add)

    def slash(self, command: str, text: str = "", *, where: Place | None = None) -> Delivery:
        """Type a slash command (in the DM with the app unless said) and wait until the app acked it."""
        with self.workspace.lock:
            conversation = self.place(where or self.direct)
            about = ResponseUrl(conversation.id, self.id, self.workspace.clock())
            payload = payloads.slash_command(
                self.workspace.app,
                conversation,
                self._user,
                command,
                text,
                trigger=self.workspace.surfaces.trigger(self.id),
                url=self._response_url(about),
            )
        return self._settled(
            "slash_commands", payload, lambda delivery: replies.after_command(self.workspace, about, command, delivery)
        )

    # Clicking

    def click(
        self,
        where: Message | View,
        what: str,
        value: Any = None,
        *,
        entered: Mapping[str, Any] | None = None,
        block_id: str | None = None,
    ) -> Delivery:
        """Use an element (by its words or its action id) and wait until the app acked it.

        `value` is what was chosen, for menus and pickers; `entered` what stands in the other inputs there. The first
        element of that name is used, or the one in a block.
        """
        with self.workspace.lock:
            block, element = blocks.find(where.blocks, what, block_id)
            chosen = blocks.pressed(element, what) if value is None else value
            payload = self._interaction("block_actions")
            payload["actions"] = [forms.action_of(block, element, chosen, self.workspace.next_ts())]
            entered = forms.with_entry(entered or {}, block, element, value)
            payload["state"] = forms.state_of(where.blocks, entered)
            payload |= self._where(where, payload["state"])
        return self._settled("interactive", payload, lambda delivery: None)

    def suggest(self, where: Message | View, what: str, typed: str, *, block_id: str | None = None) -> list[Json]:
        """Type into a menu that the app fills; its options, flat, or none when it did not say in time."""
        with self.workspace.lock:
            block, element = blocks.find(where.blocks, what, block_id)
            asked = self._interaction("block_suggestion") | payloads.suggestion(block, element, typed)
            asked |= self._where(where, forms.state_of(where.blocks, {}))
            # An app may not open or answer anything when it is only asked what there is.
            asked = {name: value for name, value in asked.items() if name not in ("trigger_id", "response_url")}
        return replies.suggested(self._settled("interactive", asked, lambda delivery: None))

    def shortcut(self, name: str, message: Message | None = None) -> Delivery:
        """Use a shortcut of the app by its name or callback id, on a message or from anywhere, and wait for the ack.

        Raises
        ------
        LookupError
            The manifest has no such shortcut of that kind.
        """
        callback_id = self.workspace.manifest.shortcut(name, "message" if message else "global")
        with self.workspace.lock:
            payload = self._interaction("message_action" if message else "shortcut")
            if message:
                payload |= self._on_message(message, callback_id)
            else:
                payload |= {"callback_id": callback_id, "action_ts": self.workspace.next_ts()}
        return self._settled("interactive", payload, lambda delivery: None)

    def thumbs(self, message: Message, *, up: bool) -> Delivery:
        """Press one of the feedback buttons below an answer."""
        element = next(item for item in blocks.objects(message.blocks) if item.get("type") == "feedback_buttons")
        side = element["positive_button" if up else "negative_button"]
        return self.click(message, element["action_id"], side["value"])

    def stop(self, message: Message) -> None:
        """Press Stop in a thread where an agent is busy: its streams take no more text, and the app hears of it."""
        workspace, thread = self.workspace, message.thread_ts or message.ts
        with workspace.lock:
            streams = [m for m in workspace.thread(message.channel, thread) if m.streaming and not m.stopped]
            for one in streams:
                one.stopped = True
                workspace.show(one)
            stopped, ts = [one.ts for one in streams], workspace.next_ts()
            where = {"channel": message.channel, "thread_ts": thread, "streaming_message_ts": stopped}
            workspace.tell_app({"type": "agent_session_stopped", "user": self.id, **where, "event_ts": ts})

    # Modals and Home

    def submit(self, entered: Mapping[str, Any] | None = None, *, view: View | None = None) -> View:
        """Fill in the modal on top (by action id or block id) and press its button; wait until the app acked it.

        What came of it stands in the view: `errors`, `trouble`, or it is not open any more.
        """
        view = view or self.modal
        if view is None:
            raise NoAnswer("no modal is open")
        with self.workspace.lock:
            state = self._with_files(forms.state_of(view.blocks, entered or {}))
            view.errors, view.trouble = dict(forms.missing(view.blocks, state)), None
            payload = self._interaction("view_submission")
            urls = [self._chosen_url(place) for place in forms.answer_places(view.blocks, state)]
            payload |= {"view": payloads.view_payload(self.workspace.app, view, state), "response_urls": urls}
        if view.errors:
            show_view(self.workspace, view)
        else:
            self._settled("interactive", payload, lambda d: replies.after_submission(self.workspace, view, d))
        return view

    def close(self, view: View | None = None, *, whole_stack: bool = False) -> None:
        """Close the modal on top, or all of them; the app hears of it where it asked to."""
        view = view or self.modal
        if view is None:
            return
        with self.workspace.lock:
            for gone in self.workspace.surfaces.close(view, whole_stack=whole_stack):
                if gone.content.get("notify_on_close"):
                    told = {**self._interaction("view_closed"), "is_cleared": whole_stack}
                    told |= {"view": payloads.view_payload(self.workspace.app, gone)}
                    self.workspace.deliver("interactive", told)
            show_view(self.workspace, view)

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._open("home")

    def open_messages(self) -> None:
        """Open the app's Messages tab."""
        self._open("messages")

    def look_at(self, where: Place) -> None:
        """Go to another conversation with the app's pane open."""
        team_id, ts = self.workspace.app.team_id, self.workspace.next_ts()
        entity = {"type": "slack#/types/channel_id", "value": self.place(where).id, "team_id": team_id}
        event = {"type": "app_context_changed", "user": self.id, "channel": self.direct.id, "event_ts": ts}
        self.workspace.contexts[self.id] = context = {"entities": [entity]}
        self.workspace.tell_app({**event, "context": context})

    @property
    def _user(self) -> Json:
        return self.workspace.user_json(self.id)

    def _open(self, tab: str) -> None:
        with self.workspace.lock:
            event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.direct.id, "tab": tab}
            if tab == "home" and self.home:
                event["view"] = payloads.view_payload(self.workspace.app, self.home)
            if context := self.workspace.contexts.get(self.id):
                event["context"] = context
            self.workspace.tell_app({**event, "event_ts": self.workspace.next_ts()})

    def _interaction(self, kind: str) -> Json:
        trigger = self.workspace.surfaces.trigger(self.id)
        return payloads.interaction(self.workspace.app, kind, self._user, trigger)

    def _where(self, where: Message | View, state: Json) -> Json:
        if isinstance(where, View):
            container = {"type": "view", "view_id": where.id}
            return {"container": container, "view": payloads.view_payload(self.workspace.app, where, state)}
        about = ResponseUrl(where.channel, self.id, self.workspace.clock(), where, where.thread_ts)
        conversation = self.workspace.conversations[where.channel]
        return payloads.in_message(where, conversation, self._response_url(about))

    def _with_files(self, state: Json) -> Json:
        """A state whose file inputs tell of files, where their ids were entered."""
        for held in (held for block in state["values"].values() for held in block.values()):
            if held["type"] == "file_input":
                held["files"] = [file_json(self.workspace, self.workspace.files[id]) for id in held["files"] or ()]
        return state

    def _on_message(self, message: Message, callback_id: str) -> Json:
        about = ResponseUrl(message.channel, self.id, self.workspace.clock(), thread_ts=message.thread_ts)
        conversation, ts = self.workspace.conversations[message.channel], self.workspace.next_ts()
        return payloads.message_shortcut(message, conversation, callback_id, ts, self._response_url(about))

    def _chosen_url(self, place: Json) -> Json:
        about = ResponseUrl(place["channel_id"], self.id, self.workspace.clock())
        return {**place, "response_url": self._response_url(about)}

    def _response_url(self, about: ResponseUrl) -> str:
        return f"{self.workspace.base_url}/response/{self.workspace.surfaces.response(about)}"

    def _settled(self, kind: str, payload: Json, settled: Callable[[Delivery], None]) -> Delivery:
        delivery = self.workspace.deliver(kind, payload, settled)
        self.wait(lambda: delivery.is_settled, patience=60.0, what="an ack")
        return delivery
