"""A web server on loopback that hands out a school's zip, and misbehaves in every way."""

from __future__ import annotations

import io
import ssl
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

CERTIFICATE = Path(__file__).parents[1] / "interventions" / "certificate.pem"
DRIP_SECONDS = 0.05


def school_zip(*names: str) -> bytes:
    """An export with these students."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = [f"{number},{name}" for number, name in enumerate(names, start=1)]
        archive.writestr("students.csv", "\n".join(["student_id,name", *lines, ""]))
    return body.getvalue()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        name = self.path.partition("?")[0].removeprefix("/")
        self.close_connection = True
        try:
            self.server.ways[name](self)
        except OSError:
            return  # the other side has had enough

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Say nothing."""

    def send(
        self, status: int = 200, body: bytes = b"", *, length: int | None = None, **headers: str
    ) -> None:
        """A whole answer; `length` may lie."""
        self.send_response(status)
        for key, text in headers.items():
            self.send_header(key.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, data: bytes) -> None:
        """One byte after the other, for ever so long."""
        for at in range(len(data)):
            self.wfile.write(data[at : at + 1])
            self.wfile.flush()
            if self.server.closing.wait(DRIP_SECONDS):
                return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, school: WebSchool) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.ways = {way: getattr(school, way) for way in dir(WebSchool) if way in WAYS}

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


WAYS = (
    "good", "tagged", "page", "login", "broken", "away", "elsewhere", "file", "onwards",
    "round", "longer", "shorter", "huge", "unlimited", "drip", "head_drip", "silent", "packed",
    "empty", "garbage", "damaged", "bad_place",
)  # fmt: skip


class WebSchool:
    """The server; each method is a way in which it answers, under its own name as a path."""

    def __init__(self, *, tls: bool = False) -> None:
        self.body = school_zip("Ana", "Ben")
        self.tls = tls
        self._server = _Server(self)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, way: str) -> str:
        """Where it answers so; the query holds what nobody may see."""
        host = "localhost" if self.tls else "127.0.0.1"
        return f"http{'s' * self.tls}://{host}:{self._server.server_port}/{way}?key=hidden-in-url"

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """The paths and headers of all requests."""
        return self._server.asked

    def good(self, ask: _Answer) -> None:
        ask.send(body=self.body, Content_Type="text/html")

    def tagged(self, ask: _Answer) -> None:
        if ask.headers["If-None-Match"] == '"one"' and ask.headers["If-Modified-Since"]:
            ask.send(304)
        else:
            ask.send(body=self.body, ETag='"one"', Last_Modified="Thu, 19 Nov 2026 02:00:00 GMT")

    def page(self, ask: _Answer) -> None:
        ask.send(body=b"<html>Please log in</html>", Content_Type="application/zip")

    def login(self, ask: _Answer) -> None:
        ask.send(401)

    def broken(self, ask: _Answer) -> None:
        ask.send(500, b"Traceback: Ana Meier")

    def away(self, ask: _Answer) -> None:
        ask.send(404)

    def elsewhere(self, ask: _Answer) -> None:
        ask.send(302, Location="https://evil.example/school.zip")

    def file(self, ask: _Answer) -> None:
        ask.send(302, Location="file:///etc/passwd")

    def bad_place(self, ask: _Answer) -> None:
        ask.send(302, Location="http://[::bad")

    def onwards(self, ask: _Answer) -> None:
        ask.send(307, Location="/good")

    def round(self, ask: _Answer) -> None:
        ask.send(302, Location="/round")

    def longer(self, ask: _Answer) -> None:
        ask.send(body=self.body, length=len(self.body) + 1000)

    def shorter(self, ask: _Answer) -> None:
        ask.send(body=self.body, length=len(self.body) - 30)

    def huge(self, ask: _Answer) -> None:
        ask.send(body=b"PK", length=10**13)

    def unlimited(self, ask: _Answer) -> None:
        ask.send_response(200)
        ask.end_headers()
        while not self._server.closing.is_set():
            ask.wfile.write(b"PK" * 32768)

    def drip(self, ask: _Answer) -> None:
        ask.send_response(200)
        ask.end_headers()
        ask.drip(b"PK" * 10_000)

    def head_drip(self, ask: _Answer) -> None:
        ask.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000)

    def silent(self, _: _Answer) -> None:
        self._server.closing.wait(30)

    def packed(self, ask: _Answer) -> None:
        ask.send(body=self.body, Content_Encoding="gzip")

    def empty(self, ask: _Answer) -> None:
        ask.send()

    def garbage(self, ask: _Answer) -> None:
        ask.wfile.write(b"\0\1\2 no web server\r\n\r\n")

    def damaged(self, ask: _Answer) -> None:
        ask.send(body=self.body[:60] + b"?" + self.body[61:])
