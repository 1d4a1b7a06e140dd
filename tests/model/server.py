"""A real HTTP server on loopback that plays a model's endpoint, well or badly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 20.0  # far beyond any limit of a test: only a broken client waits for it


@dataclass
class Endpoint:
    """What came in, and what is to be done with it; `gone` is set when a client hung up on it."""

    behave: Callable[[Endpoint, BaseHTTPRequestHandler], None]
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def asked(self) -> list[Any]:
        """The requests as JSON."""
        return [json.loads(each) for each in self.bodies]


Behaviour = Callable[[Endpoint, BaseHTTPRequestHandler], None]


@contextmanager
def endpoint(behave: Behaviour) -> Iterator[Endpoint]:
    """A server that behaves so, until the end of the block."""
    made = Endpoint(behave)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            made.headers.append({name.lower(): value for name, value in self.headers.items()})
            made.paths.append(self.path)
            made.arrived.set()
            self.close_connection = True
            made.behave(made, self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    made.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(content: object, finish: str = "stop", **more: object) -> bytes:
    """The body of an answer."""
    message = {"role": "assistant", "content": content, **more}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}).encode()


def says(content: object, finish: str = "stop", **more: object) -> Behaviour:
    """Answer well-formed, with this text."""
    return gives(completion(content, finish, **more))


def gives(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Answer with this body."""

    def behave(_: Endpoint, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            return  # the client has read enough

    return behave


def hangs(made: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the client hangs up."""
    handler.connection.settimeout(PATIENCE_SECONDS)
    try:
        while handler.connection.recv(1024):
            pass
    except TimeoutError:
        return
    except OSError:
        pass
    made.gone.set()


def _drips(made: Endpoint, handler: BaseHTTPRequestHandler, piece: bytes) -> None:
    waited = 0.0
    handler.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while waited < PATIENCE_SECONDS and not made.closing.wait(0.01):
            handler.connection.sendall(piece)
            waited += 0.01
    except OSError:
        made.gone.set()


def drips_body(made: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Send the body a byte at a time, always too soon for a read to time out."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.flush()
    _drips(made, handler, b" ")


def drips_head(made: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Never come to the end of the headers."""
    handler.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drips(made, handler, b"a")


def breaks_off(_: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')


def hangs_up(_: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def refused_url() -> str:
    """An address that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
