"""The mailbox's page: every mail with its words and its invitation, and nothing that runs."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from nudgebot.sandbox.mail_view import calendar_parts
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.server import Sandbox

EVIL = "<script>alert(1)</script>"
ICS = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nDTSTART:19700329T020000\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20261120T150000\r\nDTEND:20261120T143000Z\r\n"
    "SUMMARY:Fractions\\, then\r\n  lunch\r\nLOCATION:<b>Room 4</b>\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as opened:
        yield opened


@pytest.fixture
def sandbox(mailbox: Mailbox) -> Iterator[Sandbox]:
    with Sandbox(mailbox=mailbox) as opened:
        yield opened


def send(mailbox: Mailbox, *, subject: str = "About Ana", words: str = "Dear parent") -> None:
    mail = EmailMessage()
    mail["From"] = "nudgebot@school.example"
    mail["To"] = "Guardian One <g1a@family.example>"
    mail["Reply-To"] = "office@school.example"
    mail["Subject"] = subject
    mail.set_content(words)
    mail.add_attachment(
        ICS.encode(), maintype="text", subtype="calendar", filename="invitation.ics"
    )
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=5) as client:
        client.send_message(mail)


def test_a_mail_is_shown_with_its_invitation(mailbox: Mailbox, sandbox: Sandbox) -> None:
    """Whom it went to, its words, and when and where the meeting is; the file can be saved."""
    tara = sandbox.add_user("Tara Teacher")
    page = f"{sandbox.url}/mail"
    assert "Nothing has arrived yet." in requests.get(page, timeout=5).text
    send(mailbox)
    html = requests.get(page, params={"as": tara.user_id}, timeout=5).text
    for words in (
        "About Ana",
        "Guardian One &lt;g1a@family.example&gt;",
        "<dt>Answers to</dt><dd>office@school.example</dd>",
        "Dear parent",
        "<h3>Invitation</h3>",
        "Fractions, then lunch",
        "2026-11-20 15:00 Europe/Berlin",
        '<time datetime="2026-11-20T14:30:00Z">',
        "&lt;b&gt;Room 4&lt;/b&gt;",
        f'href="/as/{tara.user_id}"',
    ):
        assert words in html
    file = requests.get(f"{page}/1/0", timeout=5)
    assert file.content == ICS.encode()
    assert file.headers["Content-Disposition"].startswith("attachment;")
    for missing in ("/0/0", "/1/1", "/2/0"):
        assert requests.get(page + missing, timeout=5).status_code == 404


def test_a_mails_text_is_never_html(mailbox: Mailbox, sandbox: Sandbox) -> None:
    """Subject, words and names are shown as they are."""
    send(mailbox, subject=EVIL, words=EVIL)
    html = requests.get(f"{sandbox.url}/mail", timeout=5).text
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)") == 2


def test_the_chat_leads_to_the_mailbox(mailbox: Mailbox, sandbox: Sandbox) -> None:
    """The list of conversations says how many mails there are; without a mailbox, nothing."""
    ana = sandbox.add_user("Ana Alvarez")
    send(mailbox)
    html = requests.get(f"{sandbox.url}/as/{ana.user_id}", timeout=5).text
    assert f'href="/mail?as={ana.user_id}"' in html
    with Sandbox() as plain:
        ben = plain.add_user("Ben Baker")
        assert "/mail" not in requests.get(f"{plain.url}/as/{ben.user_id}", timeout=5).text
        assert requests.get(f"{plain.url}/mail", timeout=5).status_code == 404


def test_the_page_hears_of_the_next_mail(mailbox: Mailbox, sandbox: Sandbox) -> None:
    """Its request waits until one arrives."""
    got: list[dict[str, Any]] = []
    version = str(sandbox.realm.version)
    url = f"{sandbox.url}/mail/updates"

    def ask() -> None:
        got.append(requests.get(url, params={"version": version}, timeout=10).json())

    thread = threading.Thread(target=ask)
    thread.start()
    send(mailbox)
    thread.join(10)
    (state,) = got
    assert "About Ana" in state["html"]
    assert str(state["version"]) != version


def test_a_calendars_parts_are_those_of_its_event() -> None:
    """Lines are unfolded, escapes undone, and a zone's own description is passed over."""
    parts = calendar_parts(ICS)
    assert parts["SUMMARY"] == "Fractions, then lunch"
    assert parts["DTSTART"] == "20261120T150000 Europe/Berlin"
    assert calendar_parts("no calendar") == {}
