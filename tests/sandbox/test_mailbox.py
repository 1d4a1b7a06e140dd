"""The mail server: what arrives is kept and read, and it fails on demand as real ones do."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from nudgebot.errors import InputError
from nudgebot.sandbox.mailbox import Mailbox

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Größe\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as opened:
        yield opened


def a_mail(to: str = "p1@family.example", subject: str = "Käthe") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "School <school@school.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Reply-To"] = "office@school.example"
    mail["Message-ID"] = "<one@school.example>"
    mail.set_content("Grüß Gott\n.\nlast line\n")
    return mail


def send(mailbox: Mailbox, mail: EmailMessage) -> None:
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=5) as client:
        client.send_message(mail)


def test_a_mail_is_kept_and_read(mailbox: Mailbox) -> None:
    """Headers, words and the invitation arrive as they were written."""
    mail = a_mail()
    mail.add_attachment(ICS.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    send(mailbox, mail)
    (got,) = mailbox.wait_for(1)
    assert (got.sender, got.recipients) == ("school@school.example", ("p1@family.example",))
    assert (got.subject, got.message_id) == ("Käthe", "<one@school.example>")
    assert got.header("Reply-To") == "office@school.example"
    assert got.text == "Grüß Gott\n.\nlast line\n"
    assert got.invitations == (ICS,)
    assert [each.name for each in got.attachments] == ["invite.ics"]
    assert mailbox.mails_to("p1@family.example") == (got,)
    assert mailbox.mails_to("p2@family.example") == ()


def test_an_invitation_inside_the_mail_is_found(mailbox: Mailbox) -> None:
    """Beside the words, as mail programs like it, it counts once, and so does its copy."""
    mail = a_mail()
    mail.add_alternative(ICS.encode(), maintype="text", subtype="calendar")
    mail.add_attachment(ICS.encode(), maintype="application", subtype="ics", filename="i.ics")
    send(mailbox, mail)
    (got,) = mailbox.wait_for(1)
    assert got.invitations == (ICS,)
    assert "Grüß" in got.text


def test_a_refused_address_gets_nothing(mailbox: Mailbox) -> None:
    """It is refused by name until it is accepted again."""
    mailbox.refuse("p1@family.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mailbox, a_mail())
    assert refused.value.recipients["p1@family.example"][0] == 550
    mailbox.accept("p1@family.example")
    send(mailbox, a_mail())
    assert len(mailbox.mails()) == 1


FAULTS: list[tuple[str, Callable[[Mailbox], None], type[Exception], int]] = [
    ("an answer", lambda m: m.answer("451 4.3.0 Later"), smtplib.SMTPDataError, 0),
    ("a break before", lambda m: m.drop_before(), smtplib.SMTPServerDisconnected, 0),
    ("a break after", lambda m: m.drop_after(), smtplib.SMTPServerDisconnected, 1),
]


@pytest.mark.parametrize(
    ("fault", "error", "kept"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_hits_one_mail(
    mailbox: Mailbox, fault: Callable[[Mailbox], None], error: type[Exception], kept: int
) -> None:
    """The sender learns of a failure, whether the mail was taken or not; the next one passes."""
    fault(mailbox)
    with pytest.raises(error):
        send(mailbox, a_mail())
    assert len(mailbox.mails()) == kept
    send(mailbox, a_mail())
    assert [mail.number for mail in mailbox.mails()] == list(range(1, kept + 2))


def test_it_goes_away_and_comes_back(mailbox: Mailbox) -> None:
    """Open connections are cut, new ones refused, and the port stays its own."""
    port = mailbox.port
    client = smtplib.SMTP(mailbox.host, port, timeout=5)
    mailbox.go_away()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.send_message(a_mail())
    client.close()
    with pytest.raises(ConnectionRefusedError):
        send(mailbox, a_mail())
    mailbox.come_back()
    mailbox.come_back()
    send(mailbox, a_mail())
    assert (mailbox.port, len(mailbox.mails())) == (port, 1)


def test_a_taken_port_is_said() -> None:
    """One sentence that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="name another port or 0"):
            Mailbox(port=port).start()


def test_without_the_login_nothing_is_taken() -> None:
    """The right password opens it, another one does not, none neither."""
    with Mailbox(login=("school", "secret")) as mailbox:
        with pytest.raises(smtplib.SMTPException):
            send(mailbox, a_mail())
        with smtplib.SMTP(mailbox.host, mailbox.port, timeout=5) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("school", "wrong")
            client.login("school", "secret")
            client.send_message(a_mail())
        assert len(mailbox.mails()) == 1


def test_whoever_listens_is_told_of_each_mail(mailbox: Mailbox) -> None:
    """Before the sender gets its answer, so that a test may act in between."""
    heard: list[int] = []
    mailbox.tell(lambda: heard.append(len(mailbox.mails())))
    send(mailbox, a_mail())
    send(mailbox, a_mail())
    assert heard == [1, 2]


def test_waiting_ends(mailbox: Mailbox) -> None:
    """What does not come is not waited for for ever."""
    assert mailbox.wait_for(1, timeout_seconds=0.01) == ()
