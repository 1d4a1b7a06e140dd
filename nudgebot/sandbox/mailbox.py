"""A mail server on loopback that keeps what arrives: the demo's mailbox, and the tests' server."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from nudgebot.errors import InputError
from nudgebot.sandbox.mails import ArrivedMail, read_mail

LOOPBACK = "127.0.0.1"
CLOSING_SECONDS = 5.0
OK = "250 2.0.0 Taken"
Seen = TypeVar("Seen")


class Mailbox:
    """A mail server of your own, in memory: `with Mailbox() as mailbox: …` listens until the end.

    `port` 0 takes a free port, which is then kept. With `tls` it offers STARTTLS, or speaks TLS
    from the first byte on where `tls_at_once`; with a `login` nobody else may send. `clock` gives
    Unix seconds. The faults take mail by mail: an address that is refused, an answer instead of
    taking one, a connection that breaks before or after the mail was taken, a server that is away.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.port = port
        self.host = LOOPBACK
        self._clock = clock
        self._tls = tls
        self._tls_at_once = tls_at_once
        self._login = login
        self._changed = threading.Condition()
        self._mails: list[ArrivedMail] = []
        self._refused: dict[str, str] = {}
        self._hits: list[_Hit] = []
        self._tells: list[Callable[[], object]] = []
        self._connections: set[asyncio.BaseTransport] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None

    # Life

    def start(self) -> Self:
        """Listen; raises InputError when the port is taken."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailbox", daemon=True)
        self._thread.start()
        try:
            self.come_back()
        except InputError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop listening and cut what is open; what arrived can still be read."""
        if self._loop is None or self._thread is None:
            return
        self.go_away()
        self._run(_quiet())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSING_SECONDS)
        self._loop.close()
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, work: Coroutine[Any, Any, Seen]) -> Seen:
        if self._loop is None:
            work.close()
            raise InputError("The mail server is not started.")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CLOSING_SECONDS)

    # Looking

    def mails(self) -> tuple[ArrivedMail, ...]:
        """Every mail that was taken, oldest first."""
        with self._changed:
            return tuple(self._mails)

    def mails_to(self, address: str) -> tuple[ArrivedMail, ...]:
        """Those to one address."""
        return tuple(mail for mail in self.mails() if address in mail.recipients)

    def wait_for(self, count: int, timeout_seconds: float = 5.0) -> tuple[ArrivedMail, ...]:
        """The mails as soon as there are so many; those that there are when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._mails) >= count, timeout_seconds)
            return tuple(self._mails)

    def tell(self, listener: Callable[[], object]) -> None:
        """Call it after each mail, from the server's thread, before the sender gets its answer."""
        self._tells.append(listener)

    # Faults

    def refuse(self, *addresses: str, answer: str = "550 5.1.1 No such address") -> None:
        """Refuse these recipients from now on."""
        with self._changed:
            self._refused |= dict.fromkeys(addresses, answer)

    def accept(self, *addresses: str) -> None:
        """Refuse these no more."""
        with self._changed:
            for each in addresses:
                self._refused.pop(each, None)

    def answer(self, words: str, n: int = 1) -> None:
        """Answer the next `n` mails with this, as `451 4.3.0 Later`, and take none of them."""
        self._plan(_Hit(words), n)

    def drop_before(self, n: int = 1) -> None:
        """Break the connection at the end of the next `n` mails, and take none of them."""
        self._plan(_Hit("", drops=True), n)

    def drop_after(self, n: int = 1) -> None:
        """Take the next `n` mails, and break the connection instead of saying so."""
        self._plan(_Hit("", drops=True, takes=True), n)

    def _plan(self, hit: _Hit, n: int) -> None:
        with self._changed:
            self._hits += [hit] * n

    def go_away(self) -> None:
        """Stop listening: connections are cut, and new ones are refused."""
        self._run(self._close())

    def come_back(self) -> None:
        """Listen again, on the same port; raises InputError when it is taken."""
        self._run(self._listen())

    async def _listen(self) -> None:
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        tls = self._tls if self._tls_at_once else None
        try:
            self._server = await loop.create_server(
                lambda: _Conversation(self, self._connections, loop=loop, **self._manners()),
                self.host,
                self.port,
                ssl=tls,
            )
        except OSError as error:
            words = f"The mail server cannot listen on port {self.port}; name another port or 0."
            raise InputError(words) from error
        self.port = int(self._server.sockets[0].getsockname()[1])

    def _manners(self) -> dict[str, Any]:
        return {
            "hostname": "localhost",
            "ident": "nudgebot's sandbox",
            "enable_SMTPUTF8": True,
            "tls_context": None if self._tls_at_once else self._tls,
            "auth_require_tls": False,
            "authenticator": self._known,
        }

    async def _close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for connection in tuple(self._connections):
            if isinstance(connection, asyncio.WriteTransport):
                connection.abort()
        await server.wait_closed()

    # What the conversation asks

    def _known(
        self, _server: object, _session: object, _envelope: object, _kind: str, data: object
    ) -> AuthResult:
        given = (data.login, data.password) if isinstance(data, LoginPassword) else None
        wanted = self._login and (self._login[0].encode(), self._login[1].encode())
        return AuthResult(success=given is not None and given == wanted, handled=False)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take a sender who may send."""
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 Known"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take or refuse a recipient."""
        with self._changed:
            refusal = self._refused.get(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 Known"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail, unless a fault is planned."""
        with self._changed:
            hit = self._hits.pop(0) if self._hits else _Hit(OK, takes=True)
        if hit.takes:
            self._keep(envelope)
        if hit.drops:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
            raise asyncio.CancelledError  # so that nothing is answered
        return hit.answer

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content or b""
        with self._changed:
            mail = read_mail(
                content if isinstance(content, bytes) else content.encode(),
                number=len(self._mails) + 1,
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                at=self._clock(),
            )
            self._mails.append(mail)
            self._changed.notify_all()
        for each in self._tells:
            each()


class _Hit:
    """What becomes of one mail."""

    def __init__(self, answer: str, *, takes: bool = False, drops: bool = False) -> None:
        self.answer = answer
        self.takes = takes
        self.drops = drops


class _Conversation(SMTP):
    """A client's connection, noted as long as it is open."""

    def __init__(
        self, handler: object, connections: set[asyncio.BaseTransport], **manners: Any
    ) -> None:
        super().__init__(handler, **manners)
        self._connections = connections
        self._noted: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note it."""
        super().connection_made(transport)
        if self._noted is None:
            self._noted = transport
            self._connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(error)
        if self._noted is not None:
            self._connections.discard(self._noted)


async def _quiet() -> None:
    """Let the conversations that were cut come to their end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


__all__ = ["ArrivedMail", "Mailbox"]
