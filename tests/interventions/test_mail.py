"""Mail on its way to a real server: what arrives, and what is said of what does not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar
from nudging.fakes import FakeMessenger

from interventions.post_office import CERTIFICATE, Hook, PostOffice, free_port
from nudgebot.errors import DeliveryError, InputError, SettingError
from nudgebot.interventions.carriers import NO_SERVER, Carriers
from nudgebot.interventions.mail import Mailer, MailServer, mail_server
from nudgebot.interventions.mail_text import Sender, address_of, mime_of
from nudgebot.nudging.carriage import AWAY, UNSEARCHABLE
from nudgebot.nudging.messages import Direct, Mail, Outgoing
from nudgebot.settings import read_settings

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
SENDER = Sender("Lindenschule <bot@school.example>", "office@school.example")
MARIA = Mail("maria@family.example", "María López")
INVITATION = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


def letter(content: str = "Guten Tag,\n\n.schöne Grüße\n", **other: Any) -> Outgoing:
    made: dict[str, Any] = {
        "key": "k",
        "recipient": MARIA,
        "purpose": "parent",
        "heading": "Über Ana",
    }
    return Outgoing(content=content, **(made | other))


def mailer(port: int, *, security: str = "none", **other: Any) -> Mailer:
    server = MailServer("localhost", port, security, SENDER, **other)
    return Mailer(
        server,
        clock=lambda: NOW,
        trust=lambda: ssl.create_default_context(cafile=CERTIFICATE),
        connect_seconds=5,
        answer_seconds=1,
    )


def failure(port: int, message: Outgoing | None = None, **other: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        mailer(port, **other).send(message or letter(), local_id="id1")
    return caught.value


@contextmanager
def scripted(*answers: bytes) -> Iterator[int]:
    """A server that says its lines, one a line that it hears, and then hangs up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as heard:
                for number, answer in enumerate(answers):
                    if number:
                        line = heard.readline()
                        while number == len(answers) and line not in (b".\r\n", b""):
                            line = heard.readline()
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def test_a_mail_arrives_as_it_was_written() -> None:
    """Headers, umlauts, a line that begins with a full stop; the same id gives the same mail."""
    office = PostOffice()
    with office.open() as port:
        for _ in range(2):
            assert mailer(port).send(letter(), local_id="id1") == 0
    mail, again = office.read(0), office.read(1)
    assert mail["From"] == "Lindenschule <bot@school.example>"
    assert mail["To"] == "María López <maria@family.example>"
    assert mail["Reply-To"] == "office@school.example"
    assert mail["Subject"] == "Über Ana"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == again["Message-ID"] == "<id1@school.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == "Guten Tag,\n\n.schöne Grüße\n"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_goes_encrypted_and_logged_in(security: str) -> None:
    """The certificate is verified against the host's name, and the password is never in a text."""
    office = PostOffice()
    with office.open(tls=security, login=True) as port:
        way: dict[str, Any] = {"security": security, "user": "bot"}
        mailer(port, password="right", **way).send(letter(), local_id="id1")
        wrong = failure(port, password="wrong", **way)
        stranger = MailServer("127.0.0.1", port, security, SENDER, user="bot", password="right")
        with pytest.raises(DeliveryError, match="certificate is not one to trust") as untrusted:
            Mailer(stranger, clock=lambda: NOW).send(letter(), local_id="id2")
    assert office.copies == {MARIA.address: 1}
    assert office.logins[0] == (b"bot", b"right")
    assert set(office.logins[1:]) == {(b"bot", b"wrong")}
    for error in (wrong, untrusted.value):
        assert (error.accepted, error.code) == (False, AWAY)
        assert error.retry_after_seconds
    assert "wrong" not in f"{wrong} {stranger}"


def test_nothing_is_sent_unencrypted_where_encryption_was_asked_for() -> None:
    """A server that does not offer it, or a thief in its place, gets neither mail nor password."""
    office = PostOffice()
    with office.open() as port:
        error = failure(port, security="starttls", user="bot", password="right")
    assert "does not offer" in str(error)
    assert not office.mails


@pytest.mark.parametrize(
    ("mood", "final", "says"),
    [
        pytest.param({"on_recipient": "550 5.1.1 no maria@family.example here"}, True,
                     "The mail server refused the address (550 5.1.1).", id="no such reader"),
        pytest.param({"on_recipient": "450 4.7.1 later"}, False,
                     "The mail server does not take the address now (450 4.7.1).", id="greylisted"),
        pytest.param({"on_data": "554 spam"}, True,
                     "The mail server refused the mail (554).", id="refused after the mail"),
        pytest.param({"on_data": "452 full"}, False,
                     "The mail server does not take the mail now (452).", id="full"),
    ],
)  # fmt: skip
def test_a_refusal_is_final_and_not_now_is_not(
    mood: dict[str, str], *, final: bool, says: str
) -> None:
    """The sentence tells what was refused, and carries neither address nor the server's words."""
    hooks: dict[str, Hook] = {name: lambda _, said=said: said for name, said in mood.items()}  # type: ignore[misc]
    office = PostOffice(**hooks)  # type: ignore[arg-type]
    with office.open() as port:
        error = failure(port)
    assert str(error) == says
    assert error.accepted is False
    assert (error.retry_after_seconds is None) is final
    assert error.code == ""
    assert not office.mails


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [
        pytest.param([b"421 going down\r\n"], False, id="not at all"),
        pytest.param([b"220 hi\r\n", b"250 hello\r\n", b""], False, id="hangs up before the mail"),
        pytest.param(
            [b"220 hi\r\n", b"250 hello\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go\r\n", b""],
            None,
            id="hangs up behind it",
        ),
        pytest.param(
            [
                b"220 hi\r\n",
                b"250 hello\r\n",
                b"250 OK\r\n",
                b"250 OK\r\n",
                b"354 go\r\n",
                b"?\r\n",
            ],
            None,
            id="babbles",
        ),
    ],
)
def test_doubt_begins_where_the_mail_ends(answers: list[bytes], accepted: bool | None) -> None:
    """Up to its last line the server cannot have taken it; behind it nobody can tell."""
    with scripted(*answers) as port:
        error = failure(port)
    assert error.accepted is accepted
    assert error.code == (UNSEARCHABLE if accepted is None else AWAY)
    assert ("Nobody can tell" in str(error)) is (accepted is None)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    """Nobody listens: surely not sent."""
    error = failure(free_port())
    assert (error.accepted, error.code) == (False, AWAY)
    assert "cannot be reached" in str(error)


def test_a_silent_server_ends_in_doubt() -> None:
    """It takes the mail and says nothing: after the time-out nobody can tell."""
    let_go = threading.Event()
    office = PostOffice(after_data=lambda _: str(let_go.wait(10) or ""))
    with office.open() as port:
        try:
            error = failure(port)
        finally:
            let_go.set()
    assert (error.accepted, error.code) == (None, UNSEARCHABLE)


def test_no_header_takes_a_foreign_line() -> None:
    """Line breaks in names, subject and addresses end as blanks or as a refusal."""
    name = "Eve\r\nBcc: all@family.example"
    mail = mime_of(
        letter(heading="Hi\r\nBcc: x@y.example"), Mail(MARIA.address, name), SENDER,
        local_id="i", at=NOW,
    )  # fmt: skip
    raw = mail.as_bytes()
    assert b"\r\nBcc" not in raw
    assert mail["Subject"] == "Hi Bcc: x@y.example"
    assert [each.addr_spec for each in mail["To"].addresses] == [MARIA.address]
    evil = letter(recipient=Mail("maria@family.example>\r\nRCPT TO:<all@family.example", "M"))
    error = failure(free_port(), evil)
    assert (error.accepted, error.retry_after_seconds) == (False, None)
    assert "all@" not in str(error)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("maria@family.example", "maria@family.example", id="plain"),
        pytest.param("a.b+c@bücher.example", "a.b+c@xn--bcher-kva.example", id="domain in Unicode"),
        pytest.param("märia@family.example", None, id="letters no server takes"),
        pytest.param("maria", None, id="no domain"),
        pytest.param("@family.example", None, id="nobody"),
        pytest.param("a b@family.example", None, id="blank"),
        pytest.param("a@b.example, c@d.example", None, id="two"),
        pytest.param("a" * 250 + "@family.example", None, id="too long"),
        pytest.param("a@" + "b." * 40 + "..example", None, id="empty label"),
        pytest.param("a@b\ud800.example", None, id="half a character"),
    ],
)
def test_an_address_is_one_or_it_is_none(text: str, address: str | None) -> None:
    """What no server would take is told before any is asked."""
    if address is None:
        with pytest.raises(InputError):
            address_of(text)
    else:
        assert address_of(text) == address


def test_an_invitation_goes_along_twice() -> None:
    """As a part that mail programs offer to answer, with the text's own method, and as a file."""
    mail = mime_of(letter(calendar=INVITATION), MARIA, SENDER, local_id="i", at=NOW)
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/calendar", "application/ics"]
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "invite.ics"
    assert Calendar.from_ical(attached.get_content())["METHOD"] == "CANCEL"
    (inline,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert inline["Content-Type"].params["method"] == "CANCEL"
    assert Calendar.from_ical(inline.get_content())["METHOD"] == "CANCEL"


def test_a_mail_cannot_be_looked_for() -> None:
    """Which is said at once, with what to do."""
    with pytest.raises(DeliveryError, match="ask, or send it again") as caught:
        mailer(1).find(letter(), local_id="i", since=NOW, after_id=0)
    assert caught.value.code == UNSEARCHABLE


def test_each_message_goes_by_its_carrier() -> None:
    """Mail to the mail server, all else to Zulip; without a server a mail is refused."""
    zulip, mail = FakeMessenger(), FakeMessenger()
    hello = Outgoing("h", Direct((7,)), "Hello", "answer")
    both = Carriers(zulip, mail)
    for message in (hello, letter()):
        both.send(message, local_id="i")
        both.find(message, local_id="i", since=NOW, after_id=0)
    assert (zulip.sends, zulip.finds, mail.sends, mail.finds) == (1, 1, 1, 1)
    with pytest.raises(DeliveryError) as caught:
        Carriers(zulip, None).send(letter(), local_id="i")
    assert (str(caught.value), caught.value.accepted) == (NO_SERVER, False)
    assert caught.value.retry_after_seconds is None


def test_without_a_host_there_is_no_server() -> None:
    """The defaults send no mail."""
    assert mail_server(read_settings(environment={})) is None


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"mail_from": ""}, "mail_from: ", id="nobody writes"),
        pytest.param({"mail_reply_to": "the office"}, "mail_reply_to: ", id="no address"),
        pytest.param({"smtp_security": "none"}, "on this machine only", id="unencrypted"),
        pytest.param({"smtp_user": "bot"}, "NUDGEBOT_SMTP_PASSWORD", id="no password"),
    ],
)
def test_settings_that_cannot_be_are_told_at_the_start(
    settings: dict[str, object], says: str
) -> None:
    """Not when the first mail to a parent is due."""
    complete = {"smtp_host": "mail.school.example", "mail_from": "bot@school.example"}
    with pytest.raises(SettingError, match=says):
        mail_server(read_settings(environment={}).replaced(**(complete | settings)))


def test_the_school_is_the_sender() -> None:
    """Under its own name, which may hold anything."""
    found = mail_server(
        read_settings(environment={}).replaced(
            smtp_host="127.0.0.1",
            smtp_security="none",
            mail_from="bot@school.example",
            school_name='Lindenschule, "Haus 2" <b@c>',
        )
    )
    assert found is not None
    mail = mime_of(letter(), MARIA, found.sender, local_id="i", at=NOW)
    (origin,) = mail["From"].addresses
    assert origin.addr_spec == "bot@school.example"
    assert origin.display_name == 'Lindenschule, "Haus 2" <b@c>'
