"""The chat page: who you are is part of the address, and what you do is done as that person."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from html import escape

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.api import Answer, Api, json_answer
from nudgebot.sandbox.chat_view import ChatView, avatar, chooser, kind_of
from nudgebot.sandbox.conversations import Conversation, conversation_of
from nudgebot.sandbox.door import file_answer
from nudgebot.sandbox.mail_page import MailPage
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.pages import fill, page, redirect, text_file
from nudgebot.sandbox.posting import Draft, click_text
from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route, Routes

log = logging.getLogger(__name__)

STATIC: Mapping[str, str] = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
LONGPOLL_SECONDS = 20.0


class ChatPage:
    """Answers what is not the API's."""

    def __init__(self, api: Api, mailbox: Mailbox | None = None) -> None:
        self.api = api
        self.realm = api.realm
        self._mail = mailbox and MailPage(self.realm, mailbox, longpoll_seconds=LONGPOLL_SECONDS)
        self._routes = Routes(
            [
                Route("GET", "/", self.choose),
                Route("GET", "/page/{name:text}", self.static),
                Route("GET", "/as/{user_id:id}", self.chat),
                Route("GET", "/as/{user_id:id}/new", self.new),
                Route("GET", "/as/{user_id:id}/open", self.open),
                Route("GET", "/as/{user_id:id}/updates", self.updates),
                Route("GET", "/as/{user_id:id}/user_uploads/{path:path}", self.upload),
                Route("POST", "/as/{user_id:id}/send", self.send),
                Route("POST", "/as/{user_id:id}/click", self.click),
                Route("POST", "/as/{user_id:id}/react", self.react),
                *(self._mail.routes() if self._mail else ()),
            ]
        )

    def answer(self, request: Request) -> Answer:
        """Find the page and draw it; what goes wrong is said on a page too."""
        try:
            route, captured = self._routes.find(request.method, request.path)
            with self.realm.lock:
                done: Answer = route.call(request, **captured)
            return done
        except Refusal as refusal:
            return self._refused(request, refusal)
        except Exception:  # the boundary: a bug of the page must not look like a lost server
            log.exception("sandbox page failed method=%s", request.method)
            return self._refused(request, Refusal("Something broke in the sandbox.", status=500))

    def _refused(self, request: Request, refusal: Refusal) -> Answer:
        if _wants_json(request):
            return json_answer(refusal.body(), refusal.status)
        words = f'<main class="plain"><h1>That did not work</h1><p>{escape(str(refusal))}</p>'
        html = f'{words}<p><a href="/">Back to the start</a></p></main>'
        return page(html, title="That did not work", status=refusal.status)

    def _reader(self, user_id: int) -> SandboxUser:
        user = self.realm.users.get(user_id)
        if user is None or user.is_bot or not user.is_active:
            raise Refusal("There is no such person here.", status=404)
        return user

    def _view(self, user_id: int) -> ChatView:
        return ChatView(self.realm, self.api.office.rendering, self._reader(user_id))

    # Pages

    def choose(self, _request: Request) -> Answer:
        """Who do you want to be?"""
        html = fill("choose.html", people=chooser(self.realm))
        return page(html, title="Who are you?")

    def static(self, _request: Request, name: str) -> Answer:
        """The style sheet, the script and the icon."""
        if name not in STATIC:
            raise Refusal("There is no such file.", status=404)
        return Answer(200, text_file(name).encode(), STATIC[name])

    def chat(self, request: Request, user_id: int) -> Answer:
        """The conversations, and the one that the address names."""
        view = self._view(user_id)
        key = request.text("c")
        current = None if key is None else view.conversations.named(key)
        parts = {
            "me": avatar(view.reader),
            "my_name": escape(view.reader.full_name),
            "my_kind": escape(kind_of(view.reader)),
            "root": view.root,
        }
        main = self._conversation(view, current) if current else text_file("welcome.html")
        parts |= {"sidebar": self._sidebar(view, current), "main": main}
        html = fill("chat.html", **parts, version=str(self.realm.version))
        title = view.reader.full_name if current is None else view.title(current)
        return page(html, title=title, kind="open" if current else "list")

    def _sidebar(self, view: ChatView, current: Conversation | None) -> str:
        mail = self._mail.link(view.reader.user_id) if self._mail else ""
        return view.sidebar(current) + mail

    def _conversation(self, view: ChatView, current: Conversation) -> str:
        messages = view.conversations.messages(current)
        self._read(view, messages)
        shown = "".join(html for _, html in view.messages(messages))
        bots = [u for u in self.realm.users.values() if u.is_bot and not u.is_system]
        prefix = f"@**{bots[0].full_name}** " if bots and current.stream_id is not None else ""
        hint = "Message " + view.title(current)
        return fill(
            "conversation.html",
            root=view.root,
            key=escape(current.key(view.reader)),
            heading=view.heading(current),
            messages=shown,
            prefix=escape(prefix),
            mention=escape("@" + bots[0].full_name if bots else ""),
            hint=escape(hint),
            hidden="" if prefix else "hidden",
        )

    def _read(self, view: ChatView, messages: list[SandboxMessage]) -> None:
        """What a person has on the screen is read, and its receipt says so."""
        unread = view.conversations.unread_in(messages)
        if unread:
            self.api.changes.set_flag(view.reader, unread, "read", add=True)

    def new(self, _request: Request, user_id: int) -> Answer:
        """Pick people or a topic."""
        return page(self._view(user_id).new(), title="New conversation")

    def open(self, request: Request, user_id: int) -> Answer:
        """Go to the conversation that the form names."""
        view = self._view(user_id)
        stream = request.text("stream")
        if stream is not None:
            topic = self.api.office.topic(request.text("topic"))
            return redirect(view.link(view.conversations.named(f"stream:{stream}:{topic}")))
        ids = [name.removeprefix("with-") for name in request.params if name.startswith("with-")]
        if not ids or not all(one.isdigit() for one in ids):
            raise Refusal("Pick at least one person to write to.")
        return redirect(view.link(view.conversations.direct(ids)))

    def upload(self, _request: Request, user_id: int, path: str) -> Answer:
        """An uploaded file, if this person may see it."""
        return file_answer(self.api.uploads.open(self._reader(user_id), path))

    # What the script asks

    def updates(self, request: Request, user_id: int) -> Answer:
        """The list and the conversation as soon as they differ from the version named."""
        self._reader(user_id)
        version = request.number("version", 0)
        deadline = time.monotonic() + LONGPOLL_SECONDS
        while self.realm.version == version and not self.realm.closing:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self.realm.changed.wait(left)
        view = self._view(user_id)
        key = request.text("c")
        current = None if not key else view.conversations.named(key)
        messages = [] if current is None else view.conversations.messages(current)
        if request.text("visible") == "1":
            self._read(view, messages)
        body: Json = {
            "version": self.realm.version,
            "sidebar": self._sidebar(view, current),
            "unread": sum(line.unread for line in view.conversations.listed()),
            "messages": [{"id": one, "html": html} for one, html in view.messages(messages)],
        }
        return json_answer(body)

    # What a person does

    def send(self, request: Request, user_id: int) -> Answer:
        """Say something in a conversation."""
        view = self._view(user_id)
        where = view.conversations.named(request.needed("c"))
        self._say(view.reader, where, request.needed("content"))
        return self._done(request, view, where)

    def _say(self, reader: SandboxUser, where: Conversation, content: str) -> None:
        office = self.api.office
        if where.stream_id is None:
            draft = Draft(reader, content, where.participants, read_by_sender=True)
        else:
            stream = office.stream(reader, str(where.stream_id))
            topic = office.topic(where.topic)
            draft = Draft(reader, content, stream=stream, topic=topic, read_by_sender=True)
        office.send(draft)

    def click(self, request: Request, user_id: int) -> Answer:
        """Press a button: its reply is posted as an ordinary message of this person."""
        view = self._view(user_id)
        message = self.realm.message_for(view.reader, request.number("message_id"))
        place = request.number("place")
        if place >= len(message.choices):
            raise Refusal("There is no such button.", status=404)
        where = conversation_of(message)
        self._say(view.reader, where, click_text(self.realm.users, message, place))
        return self._done(request, view, where)

    def react(self, request: Request, user_id: int) -> Answer:
        """Add a reaction, or take it back."""
        view = self._view(user_id)
        message = self.realm.message_for(view.reader, request.number("message_id"))
        name, code = request.needed("emoji_name"), request.text("emoji_code")
        there = any(
            r.user_id == user_id and (r.emoji_code == code or r.emoji_name == name)
            for r in message.reactions
        )
        self.api.changes.react(view.reader, message.message_id, name, add=not there, code=code)
        return self._done(request, view, conversation_of(message))

    def _done(self, request: Request, view: ChatView, where: Conversation) -> Answer:
        """Without the script the form leads back to the conversation."""
        return (
            json_answer({"result": "success"})
            if _wants_json(request)
            else redirect(view.link(where))
        )


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
