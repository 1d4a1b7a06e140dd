"""A web server before the sandbox that dates its answers, as nginx does before Zulip."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

HANDED_ON = ("Authorization", "Content-Type", "User-Agent")


@contextmanager
def relay(site: str, *, ahead_seconds: float) -> Iterator[str]:
    """The address of one that hands everything on to `site`, with a clock that is so far ahead."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _hand_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            with requests.request(
                self.command,
                site + self.path,
                data=self.rfile.read(length),
                headers={name: self.headers[name] for name in HANDED_ON if name in self.headers},
                timeout=30,
            ) as answer:
                self.send_response_only(answer.status_code)
                self.send_header("Date", self.date_time_string(time.time() + ahead_seconds))
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(answer.content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = do_DELETE = _hand_on  # noqa: N815  # the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
            """Nothing: tests say themselves what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
