"""A real mail server on loopback that keeps what it takes, and fails where a test says so."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("certificate.pem")
Hook = Callable[[str], str]
"""From an address to the server's answer; empty means yes."""


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class PostOffice:
    """The server's memory and its moods; `after_data` answers for a mail that is kept already."""

    on_recipient: Hook = lambda _: ""
    on_data: Hook = lambda _: ""
    after_data: Hook = lambda _: ""
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        refusal = self.on_recipient(address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        refusal = self.on_data(envelope.rcpt_tos[0])
        if refusal:
            return refusal
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.rcpt_tos[0], content))
        return self.after_data(envelope.rcpt_tos[0]) or "250 OK"

    def login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: Any
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        self.logins.append((said.login, said.password))
        return AuthResult(success=said.password == b"right", handled=False)

    @property
    def copies(self) -> Counter[str]:
        """How many mails each address has got."""
        return Counter(address for address, _ in self.mails)

    def read(self, number: int = -1) -> EmailMessage:
        """A mail as a mail program reads it."""
        found = message_from_bytes(self.mails[number][1], policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @contextmanager
    def open(self, *, port: int = 0, tls: str = "none", login: bool = False) -> Iterator[int]:
        """Listen; gives the port."""
        context = None
        if tls != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        options: dict[str, Any] = {"authenticator": self.login} if login else {}
        if login:
            # aiosmtpd does not take a connection that is encrypted from the start for one that is.
            options |= dict.fromkeys(("auth_required", "auth_require_tls"), tls == "starttls")
        if tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        server = Controller(
            self,
            hostname="127.0.0.1",
            port=port or free_port(),
            ssl_context=context if tls == "tls" else None,
            **options,
        )
        server.start()
        try:
            yield server.port
        finally:
            server.stop()
