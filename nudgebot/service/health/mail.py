"""The mail server: whether it lets nudgebot in, asked without sending, and what to do if not."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime

from nudgebot.errors import DeliveryError
from nudgebot.interventions.mail import CONNECT_SECONDS, Mailer, MailServer, mail_server
from nudgebot.service.health.finding import Finding, State
from nudgebot.settings import Settings

WAITS = "E-mails wait until then, and nothing is lost."
# The first kind that fits counts: what smtplib and ssl raise are OSErrors too.
_ADVICE: tuple[tuple[type[object], str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "Give smtp_user and the environment variable NUDGEBOT_SMTP_PASSWORD anew.",
    ),
    (
        smtplib.SMTPNotSupportedError,
        (
            "Try smtp_security = tls with smtp_port = 465, or starttls with 587; ask who runs the "
            "server whether a login is wanted at all."
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        (
            "Set smtp_host to the name that the server's certificate has, or install the school's "
            "certificate authority on this machine."
        ),
    ),
    (ssl.SSLError, "Set smtp_security = starttls for port 587, tls for port 465."),
    (
        smtplib.SMTPException,
        (
            "See that smtp_security fits smtp_port (starttls 587, tls 465), and ask who runs the "
            "mail server."
        ),
    ),
    (
        TimeoutError,
        (
            "Nothing answered within {seconds:.0f} seconds: see that no firewall closes port "
            "{port}, and that smtp_security fits the port (starttls 587, tls 465)."
        ),
    ),
    (
        object,
        (
            "See that smtp_host = {host} and smtp_port = {port} are right, that the server runs, "
            "and that a firewall lets this machine through."
        ),
    ),
)


def mail_findings(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
) -> Iterator[Finding]:
    """Greet the server, encrypt and log in as for a mail; none is sent.

    Raises SettingError where the settings cannot be. `trust` says whose certificates count.
    """
    server = mail_server(settings)
    if server is None:
        yield Finding("mail", State.OK, "no mail server is set; no e-mail is sent.")
        return
    where = f"{server.host}:{server.port}"
    try:
        Mailer(server, clock=clock, trust=trust).greet()
    except DeliveryError as error:
        advice = f"{_what_to_do(error, server)} {WAITS}"
        yield Finding("mail", State.FAIL, f"{where}: {error}", advice)
        return
    way = "not encrypted" if server.security == "none" else "encrypted"
    login = f", logged in as {server.user}" if server.user else ", without a login"
    yield Finding("mail", State.OK, f"{where} lets nudgebot in ({way}{login}).")


def _what_to_do(error: DeliveryError, server: MailServer) -> str:
    """By what broke; the mail server's own words are never repeated."""
    advice = next(text for kind, text in _ADVICE if isinstance(error.__cause__, kind))
    return advice.format(host=server.host, port=server.port, seconds=CONNECT_SECONDS)
