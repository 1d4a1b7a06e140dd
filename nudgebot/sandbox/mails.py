"""A mail as it arrived: its headers, its words, and the files that came with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

CALENDAR = "text/calendar"
CALENDARS = (CALENDAR, "application/ics")


@dataclass(frozen=True)
class Attachment:
    """A file of a mail; an invitation is one too, however it is packed."""

    name: str
    kind: str
    data: bytes

    @property
    def is_invitation(self) -> bool:
        """Whether a calendar can read it."""
        return self.kind in CALENDARS

    @property
    def text(self) -> str:
        """The data as UTF-8; what is not is replaced."""
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True)
class ArrivedMail:
    """A mail that the server took; `number` counts from 1, `recipients` are the envelope's."""

    number: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    text: str
    attachments: tuple[Attachment, ...]

    @property
    def subject(self) -> str:
        """The subject in words, decoded."""
        return self.header("Subject")

    @property
    def message_id(self) -> str:
        """The Message-ID, by which one knows a mail that comes twice."""
        return self.header("Message-ID")

    @property
    def invitations(self) -> tuple[str, ...]:
        """The iCalendar texts."""
        return tuple(each.text for each in self.attachments if each.is_invitation)

    def header(self, name: str) -> str:
        """A header as a reader sees it; empty where there is none."""
        return str(self.message.get(name, ""))


def read_mail(
    data: bytes, *, number: int, sender: str, recipients: tuple[str, ...], at: float
) -> ArrivedMail:
    """Parse what came over the wire; `at` is in Unix seconds."""
    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return ArrivedMail(
        number=number,
        at=datetime.fromtimestamp(at, UTC),
        sender=sender,
        recipients=recipients,
        message=message,
        text="" if body is None else str(body.get_content()).replace("\r\n", "\n"),
        attachments=tuple(_attachments(message, body)),
    )


def _attachments(message: EmailMessage, body: object) -> list[Attachment]:
    found: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart() or part is body:
            continue
        kind = part.get_content_type()
        name = part.get_filename()
        if name is None and kind != CALENDAR:
            continue  # the same words once more, as HTML
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        found.append(Attachment(name or "invitation.ics", kind, data))
    return _once(found)


def _once(found: list[Attachment]) -> list[Attachment]:
    """An invitation comes inside the mail and as a file, for all calendars; it is one."""
    once = {each.data if each.is_invitation else (each.name, each.data): each for each in found}
    return list(once.values())
