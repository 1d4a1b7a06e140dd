"""The mailbox's page: what the demo's mail server took, for everybody who plays with it."""

from __future__ import annotations

import time
from urllib.parse import quote

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.api import Answer, json_answer
from nudgebot.sandbox.mail_view import mails, sidebar_link
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.pages import fill, page
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm


class MailPage:
    """Shows the mails; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, mailbox: Mailbox, *, longpoll_seconds: float) -> None:
        self._realm = realm
        self._mailbox = mailbox
        self._longpoll_seconds = longpoll_seconds

    def routes(self) -> list[Route]:
        """What belongs into the table of pages."""
        return [
            Route("GET", "/mail", self.show),
            Route("GET", "/mail/updates", self.updates),
            Route("GET", "/mail/{number:id}/{place:id}", self.file),
        ]

    def link(self, user_id: int) -> str:
        """The way here, for the list of conversations."""
        return sidebar_link(len(self._mailbox.mails()), user_id=user_id)

    def show(self, request: Request) -> Answer:
        """Every mail, the newest first."""
        reader = request.number("as", 0)
        html = fill(
            "mailbox.html",
            back=f"/as/{reader}" if reader in self._realm.users else "/",
            version=str(self._realm.version),
            mails=mails(self._mailbox.mails()),
        )
        return page(html, title="Mailbox")

    def updates(self, request: Request) -> Answer:
        """The mails as soon as something happened since the version named."""
        version = request.number("version", 0)
        deadline = time.monotonic() + self._longpoll_seconds
        while self._realm.version == version and not self._realm.closing:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self._realm.changed.wait(left)
        shown: Json = {"version": self._realm.version, "html": mails(self._mailbox.mails())}
        return json_answer(shown)

    def file(self, _request: Request, number: int, place: int) -> Answer:
        """A file of a mail, to be saved and never shown as a page."""
        found = self._mailbox.mails()[number - 1 : number] if number else ()
        if not found or place >= len(found[0].attachments):
            raise Refusal("There is no such file.", status=404)
        file = found[0].attachments[place]
        name = quote(file.name, safe="")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return Answer(200, file.data, "application/octet-stream", headers)
