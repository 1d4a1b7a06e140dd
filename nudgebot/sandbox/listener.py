"""The HTTP side: a threading server on loopback that can go away and come back."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nudgebot.errors import InputError
from nudgebot.sandbox.answers import Json
from nudgebot.sandbox.api import Answer, json_answer
from nudgebot.sandbox.request import Request, parse

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
MOST_BODY_BYTES = 40 * 1024 * 1024
CLOSING_SECONDS = 5.0
Application = Callable[[Request], Answer]


def _refusal(status: int, message: str) -> Answer:
    body: Json = {"result": "error", "msg": message, "code": "BAD_REQUEST"}
    return json_answer(body, status, {"Connection": "close"})


def trusted(headers: dict[str, str], method: str) -> str | None:
    """Why a request is not one of this machine's own; None when it is.

    A foreign Host is how DNS rebinding reaches a loopback server, and a foreign Origin is how
    another page would post through the reader's browser.
    """
    host = headers.get("host", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if name.lower() not in LOOPBACK_NAMES:
        return "The sandbox answers to loopback names only."
    origin = headers.get("origin")
    if method != "GET" and origin is not None and origin != f"http://{host}":
        return "The sandbox takes no requests from other sites."
    if method != "GET" and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "The sandbox takes no requests from other sites."
    return None


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the application, and writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        """One request of a connection; a client that hangs up ends it quietly."""
        try:
            super().handle_one_request()
        except (ConnectionError, OSError, ValueError):
            self.close_connection = True

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES or "transfer-encoding" in headers:
            self._write(_refusal(413, "The body is too long, or of unknown length."))
            self.close_connection = True
            return
        body = self.rfile.read(int(length))
        problem = trusted(headers, self.command)
        if problem is not None:
            self._write(_refusal(403, problem))
            return
        self._write(self.server.application(parse(self.command, self.path, headers, body)))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815  # http.server's names

    def _write(self, answer: Answer) -> None:
        if answer.status is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **answer.headers,
        }
        if headers.get("Connection") == "close":
            self.close_connection = True
        phrase = HTTPStatus(answer.status).phrase
        lines = [f"HTTP/1.1 {answer.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Nothing: a path may hold an address or an id."""


class _Server(ThreadingHTTPServer):
    """A threading server that knows its open connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, application: Application) -> None:
        self.application = application
        self.connections: set[socket.socket] = set()
        self.quiet = threading.Condition()
        super().__init__((LOOPBACK, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note a new connection before its thread starts."""
        with self.quiet:
            self.connections.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.quiet:
                self.connections.discard(request)
                self.quiet.notify_all()

    def cut_connections(self) -> None:
        """Shut down every open connection, whatever it is doing."""
        with self.quiet:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def wait_until_quiet(self, timeout_seconds: float) -> bool:
        """Wait for the last connection's thread to end."""
        with self.quiet:
            return self.quiet.wait_for(lambda: not self.connections, timeout_seconds)


class Listener:
    """Owns the socket; `port` 0 takes a free one, which is then kept."""

    def __init__(self, application: Application, port: int) -> None:
        self.port = port
        self._application = application
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._last: _Server | None = None

    def start(self) -> None:
        """Listen; raises InputError when the port is taken."""
        if self._server is not None:
            return
        try:
            self._server = _Server(self.port, self._application)
        except OSError as error:
            words = f"The sandbox cannot listen on port {self.port}; name another port or 0."
            raise InputError(words) from error
        self.port = int(self._server.server_address[1])
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut what is open."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        thread.join(CLOSING_SECONDS)
        server.server_close()
        server.cut_connections()
        self._last = server

    def settle(self) -> None:
        """Wait until the threads of the connections that were cut have ended."""
        if self._last is not None:
            self._last.wait_until_quiet(CLOSING_SECONDS)
