"""Mail: takes messages to the school's mail server, and sorts what may go wrong on the way."""

from __future__ import annotations

import ipaddress
import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from nudgebot.errors import DeliveryError, InputError, SettingError
from nudgebot.interventions.mail_text import Sender, mime_of, named_address
from nudgebot.nudging.carriage import AWAY, UNSEARCHABLE
from nudgebot.nudging.messages import Mail, Outgoing
from nudgebot.settings import Settings

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
AWAY_SECONDS = 30.0  # until a server that is away is asked again
LATER_SECONDS = 300.0  # what greylisting wants one to wait, mostly
BROKE_OFF = "The mail server broke off before it took the mail."
NOBODY_KNOWS = "Nobody can tell whether the mail arrived: ask, or send it again."
_ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
_READY, _TAKEN = 354, 250


@dataclass(frozen=True)
class MailServer:
    """The school's mail server, as the settings have it."""

    host: str
    port: int
    security: str
    sender: Sender
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(settings: Settings) -> MailServer | None:
    """The server of the settings, None where none is set; raises SettingError where it cannot be.

    A mail that is not encrypted on its way, or a password, never leaves this machine.
    """
    host = settings["smtp_host"].strip()
    if not host:
        return None
    if settings["smtp_security"] == "none" and not _is_here(host):
        raise SettingError(
            "smtp_security: `none` is for a mail server on this machine only; set starttls or tls."
        )
    if settings["smtp_user"] and not settings["smtp_password"]:
        raise SettingError(
            "smtp_user: its password is missing; set the environment variable "
            "NUDGEBOT_SMTP_PASSWORD."
        )
    for name in ("mail_from", "mail_reply_to"):
        if name == "mail_reply_to" and not settings[name]:
            continue
        try:
            named_address(settings[name])
        except (InputError, ValueError):
            raise SettingError(f"{name}: set an e-mail address that e-mails can have.") from None
    return MailServer(
        host=host,
        port=settings["smtp_port"],
        security=settings["smtp_security"],
        sender=Sender(_with_school(settings), settings["mail_reply_to"]),
        user=settings["smtp_user"],
        password=settings["smtp_password"],
    )


def _with_school(settings: Settings) -> str:
    """The sender under the school's name, unless the setting has a name of its own."""
    return str(named_address(settings["mail_from"], settings["school_name"]))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Mailer:
    """A messenger for mail: one connection a mail, so that one that fails harms no other."""

    def __init__(
        self,
        server: MailServer,
        *,
        clock: Callable[[], datetime],
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`clock` dates the mails; `trust` says whose certificates count."""
        self._server = server
        self._clock = clock
        self._trust = trust
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        # How it greets: asking the network for this machine's name may take its time.
        self._name = named_address(server.sender.sender).domain

    def send(self, message: Outgoing, *, local_id: str) -> int:
        """Hand it to the server, which then answers for it; a mail has no number, so that it is 0.

        Raises DeliveryError; in doubt only once the whole mail was on its way.
        """
        recipient = message.recipient
        if not isinstance(recipient, Mail):
            raise DeliveryError("That is no mail.", accepted=False)
        try:
            mail = mime_of(
                message, recipient, self._server.sender, local_id=local_id, at=self._clock()
            )
            origin, target = mail["From"].addresses[0], mail["To"].addresses[0]
        except (InputError, ValueError) as error:
            reason = "The address is not one that mail can be sent to; nothing was sent."
            raise DeliveryError(reason, accepted=False) from error
        with self._connection() as smtp:
            self._announce(smtp, origin.addr_spec, target.addr_spec)
            self._hand_over(smtp, mail.as_bytes())
        log.info("mail taken by the server id=%s", local_id)
        return 0

    def greet(self) -> None:
        """Connect, encrypt and log in as for a mail, and send none; raises DeliveryError."""
        with self._connection():
            pass

    def find(
        self,
        message: Outgoing,  # noqa: ARG002  # as the messenger's port has it
        *,
        local_id: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        after_id: int,  # noqa: ARG002
    ) -> int | None:
        """Never: a mail server cannot be asked for what it took."""
        raise DeliveryError(NOBODY_KNOWS, accepted=False, code=UNSEARCHABLE)

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """A greeted, encrypted and logged-in connection, closed at the end whatever happens."""
        smtp = self._opened()
        try:
            self._log_in(smtp)
            yield smtp
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()  # the mail is taken; a server in a hurry to hang up changes nothing
        finally:
            smtp.close()

    def _opened(self) -> smtplib.SMTP:
        server, wait = self._server, self._connect_seconds
        try:
            if server.security == "tls":
                return smtplib.SMTP_SSL(
                    server.host, server.port, self._name, timeout=wait, context=self._trust()
                )
            return smtplib.SMTP(server.host, server.port, self._name, timeout=wait)
        except ssl.SSLError as error:
            raise _untrusted(error) from error
        except (smtplib.SMTPException, OSError) as error:
            reason = "The mail server cannot be reached (settings smtp_host and smtp_port)."
            raise _away(reason) from error

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        if smtp.sock is not None:
            smtp.sock.settimeout(self._answer_seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=self._trust())
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except smtplib.SMTPNotSupportedError as error:
            reason = (
                "The mail server does not offer what the settings smtp_security and smtp_user ask "
                "for."
            )
            raise _away(reason) from error
        except smtplib.SMTPAuthenticationError as error:
            reason = (
                "The mail server did not accept the login (smtp_user and NUDGEBOT_SMTP_PASSWORD)."
            )
            raise _away(reason) from error
        except ssl.SSLError as error:
            raise _untrusted(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _away(BROKE_OFF) from error

    def _announce(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> None:
        """Who writes to whom, up to the word that the mail may come."""
        try:
            for said, answer in (
                ("the sender's address (setting mail_from)", smtp.mail(sender)),
                ("the address", smtp.rcpt(recipient)),
            ):
                _need(said, *answer, wanted=range(250, 252))
            _need("the mail", *smtp.docmd("DATA"), wanted=range(_READY, _READY + 1))
        except (smtplib.SMTPException, OSError) as error:
            raise _away(BROKE_OFF) from error

    def _hand_over(self, smtp: smtplib.SMTP, data: bytes) -> None:
        """The mail itself: without its last line it is none, behind it nobody can tell."""
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", data).removesuffix(b"\r\n") + b"\r\n")
        except (smtplib.SMTPException, OSError) as error:
            raise _away(BROKE_OFF) from error
        try:
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise _doubt() from error
        if not 200 <= code < 600:
            raise _doubt()
        _need("the mail", code, said, wanted=range(_TAKEN, 300))


def _need(what: str, code: int, said: bytes, *, wanted: range) -> None:
    """Raise what another answer than the wanted one means; it never holds the server's words."""
    if code in wanted:
        return
    found = _ENHANCED.search(said)
    number = f"{code} {found[0].decode()}" if found else str(code)
    if 500 <= code < 600:
        raise DeliveryError(f"The mail server refused {what} ({number}).", accepted=False)
    raise DeliveryError(
        f"The mail server does not take {what} now ({number}).",
        accepted=False,
        retry_after_seconds=LATER_SECONDS,
        code=AWAY if code == 421 or code < 0 else "",
    )


def _away(reason: str) -> DeliveryError:
    return DeliveryError(reason, accepted=False, retry_after_seconds=AWAY_SECONDS, code=AWAY)


def _doubt() -> DeliveryError:
    reason = f"The connection to the mail server broke while it took the mail. {NOBODY_KNOWS}"
    return DeliveryError(reason, accepted=None, code=UNSEARCHABLE)


def _untrusted(error: ssl.SSLError) -> DeliveryError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _away("The mail server's certificate is not one to trust for the name in smtp_host.")
    return _away("No encrypted connection to the mail server came about (setting smtp_security).")
