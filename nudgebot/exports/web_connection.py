"""One HTTP conversation that ends when its time is over and goes nowhere but where it may."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from nudgebot.errors import ExportError

CONNECT_SECONDS = 10.0


class Wire:
    """The sockets of one conversation; shuts them when its time is over.

    A name may lead to another address from one request to the next. The first address is what the
    admin asked for, on the school's own network maybe; a later one must not lead from the world
    into that network, and no address ever to a machine's own services for itself (link-local).
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._guard = threading.Lock()
        self._is_outside: bool | None = None
        self._timer = threading.Timer(seconds, self.shut)
        self._timer.daemon = True

    def __enter__(self) -> Wire:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def connected(self, raw: socket.socket) -> socket.socket:
        """Hear of a new connection; raises ExportError where it leads where it must not."""
        address = ipaddress.ip_address(raw.getpeername()[0].partition("%")[0])
        forbidden = address.is_link_local or address.is_multicast or address.is_unspecified
        if forbidden or (self._is_outside and not address.is_global):
            raw.close()
            raise ExportError("it leads into a network that it may not lead into.")
        if self._is_outside is None:
            self._is_outside = address.is_global
        with self._guard:
            self._sockets.append(raw)
        if self.is_over.is_set():
            self.shut()
        return raw

    def shut(self) -> None:
        """End what a thread reads from; nothing else wakes one that is fed byte by byte."""
        self.is_over.set()
        with self._guard:
            for each in self._sockets:
                try:
                    # Not that of a TLS socket, which waits for the other side to agree.
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
                except OSError:
                    continue  # it is closed already


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return self._wire.connected(super()._new_conn())


class _Secure(HTTPSConnection):
    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return self._wire.connected(super()._new_conn())


class _Adapter(HTTPAdapter):
    """Makes connections that a wire knows of."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools make such connections."""
        super().init_poolmanager(*args, **kwargs)
        plain, secure = partial(_Plain, wire=self._wire), partial(_Secure, wire=self._wire)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


@contextmanager
def conversation(seconds: float, *, verify: bool | str) -> Iterator[tuple[requests.Session, Wire]]:
    """A session for so many seconds in all.

    It takes nothing from the machine's surroundings: no proxy, no `.netrc` with other passwords.
    """
    with Wire(seconds) as wire, requests.Session() as session:
        session.trust_env = False
        session.verify = verify
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(wire))
        yield session, wire
