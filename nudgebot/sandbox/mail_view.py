"""The mailbox's HTML: every mail with its words and its invitation, all of it escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape

from nudgebot.sandbox.mails import ArrivedMail, Attachment

ENVELOPE = '<svg viewBox="0 0 24 24"><path d="M3 6h18v12H3zM3 7l9 7 9-7"/></svg>'
# What a calendar does with an invitation, by its METHOD.
METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "PUBLISH": "Event", "REPLY": "Answer"}
SHOWN = (("What", "SUMMARY"), ("When", "DTSTART"), ("Until", "DTEND"), ("Where", "LOCATION"))
_ESCAPED = {"n": "\n", "N": "\n"}


def sidebar_link(count: int, *, user_id: int) -> str:
    """The way to the mailbox, below the conversations."""
    return (
        f'<h2>E-mail</h2><ul><li><a href="/mail?as={user_id}">'
        f'<span class="mail-sign" aria-hidden="true">{ENVELOPE}</span>'
        f'<span class="name">Mailbox</span><span class="kind">{count}</span></a></li></ul>'
    )


def mails(arrived: Iterable[ArrivedMail]) -> str:
    """All of them, the newest first."""
    shown = [_mail(each) for each in arrived][::-1]
    return "".join(shown) or '<p class="lead">Nothing has arrived yet.</p>'


def _mail(mail: ArrivedMail) -> str:
    sent = mail.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (("To", "To"), ("From", "From"), ("Answers to", "Reply-To"))
    rows = "".join(
        f"<dt>{word}</dt><dd>{escape(mail.header(name))}</dd>"
        for word, name in lines
        if mail.header(name)
    )
    files = "".join(_file(mail, place, each) for place, each in enumerate(mail.attachments))
    return (
        f'<article class="mail bubble" id="mail-{mail.number}"><header>'
        f"<h2>{escape(mail.subject) or '(no subject)'}</h2>"
        f'<time class="sent" datetime="{sent}">{sent}</time></header>'
        f'<dl>{rows}</dl><div class="words">{escape(mail.text.strip())}</div>{files}</article>'
    )


def _file(mail: ArrivedMail, place: int, file: Attachment) -> str:
    name = escape(file.name)
    link = f'<a href="/mail/{mail.number}/{place}" download="{name}">{name}</a>'
    if not file.is_invitation:
        return f'<p class="file">{link}</p>'
    parts = calendar_parts(file.text)
    rows = "".join(
        f"<dt>{word}</dt><dd>{_value(parts[key])}</dd>" for word, key in SHOWN if parts.get(key)
    )
    kind = METHODS.get(parts.get("METHOD", ""), "Calendar")
    return (
        f'<section class="invitation"><h3>{kind}</h3><dl>{rows}</dl>'
        f"<details><summary>{link}</summary><pre>{escape(file.text)}</pre></details></section>"
    )


def calendar_parts(text: str) -> dict[str, str]:
    """The first value of each property, unfolded and unescaped; a zone stands behind a time."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    parts: dict[str, str] = {}
    inside = True
    for line in lines:
        head, colon, value = line.partition(":")
        name, _, parameters = head.partition(";")
        if name in ("BEGIN", "END"):
            # A zone's own description has DTSTARTs too.
            inside = value != "VTIMEZONE" if name == "BEGIN" else inside or value == "VTIMEZONE"
        elif colon and inside:
            zone = re.search(r'TZID="?([^;":]+)', parameters)
            value = re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), value)
            parts.setdefault(name.upper(), f"{value} {zone[1]}" if zone else value)
    return parts


def _value(text: str) -> str:
    """A time as the reader's own, where it is one of no zone but UTC; else the text."""
    found = re.fullmatch(r"(\d{8}T\d{6})(Z)?(?: (.+))?", text)
    if found is None:
        return escape(text)
    at = datetime.strptime(found[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # its zone is said beside it
    if found[2]:
        iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f'<time datetime="{iso}">{iso}</time>'
    return escape(f"{at:%Y-%m-%d %H:%M} {found[3] or ''}".strip())
