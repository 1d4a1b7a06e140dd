"""One zip from the web, whole and within its bounds, or one sentence about why not."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from nudgebot.errors import ExportError, SettingError
from nudgebot.exports.bundle import check_zip, name_of, open_bundle
from nudgebot.exports.web_connection import CONNECT_SECONDS, Wire, conversation

REDIRECTS = (301, 302, 303, 307, 308)
BLOCK = 64 * 1024
_PORTS = MappingProxyType({"https": 443, "http": 80})


@dataclass(frozen=True)
class Bounds:
    """How much and how long: of one download, and of one silence in it.

    After `slow_after_seconds` it must have come at `least_bytes_a_second` so far.
    """

    most_bytes: int = 2 * 2**30
    seconds: float = 900.0
    silence_seconds: float = 30.0
    slow_after_seconds: float = 60.0
    least_bytes_a_second: int = 1024
    redirects: int = 3


@dataclass(frozen=True)
class Known:
    """What is known of the last zip from an address, for the server and for comparison."""

    etag: str = ""
    last_modified: str = ""
    sha256: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The question whether there is a newer one."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: text for name, text in asked.items() if text}


@dataclass(frozen=True)
class Address:
    """Where a zip is fetched from; its path and its query may hold a key and are never shown."""

    url: str

    def __post_init__(self) -> None:
        """Refuse what is not fetched; raises SettingError."""
        parts = _split(self.url)
        if parts is None or not parts.hostname:
            raise SettingError(f"inbox_urls: {self.shown} is no address such as https://… .")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
            raise SettingError(f"inbox_urls: {self.shown} must begin with https://.")
        if parts.username or parts.password:
            raise SettingError(
                f"inbox_urls: {self.shown} has a password in it; give the server's token as"
                " NUDGEBOT_INBOX_TOKEN."
            )

    def __repr__(self) -> str:
        return f"Address({self.shown})"

    @property
    def shown(self) -> str:
        """The host alone."""
        parts = _split(self.url)
        return (parts and parts.hostname) or "one of the addresses"

    @property
    def name(self) -> str:
        """A short name of its own, for files."""
        return f"{self.shown}-{hashlib.sha256(self.url.encode()).hexdigest()[:8]}"

    def next(self, place: str) -> Address:
        """Where a redirection leads; raises ExportError unless it stays with the same server."""
        moved = urljoin(self.url, place)
        if _server(moved) is None or _server(moved) != _server(self.url):
            raise ExportError(
                "it sends nudgebot on to another server; put the address that it leads to into"
                " inbox_urls if that is right."
            )
        return Address(moved)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts


def _server(url: str) -> tuple[str, str | None, int | None] | None:
    parts = _split(url)
    return parts and (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))


def _is_here(host: str) -> bool:
    """Whether it is this machine, where nobody can listen in."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fetch(
    address: Address,
    target: Path,
    *,
    known: Known,
    token: str = "",
    bounds: Bounds = Bounds(),  # frozen
    verify: bool | str = True,
) -> Known | None:
    """Put the zip of an address at `target`; None where it is the same as the last one.

    Raises ExportError, whose sentence tells the host at most; `target` is of no use then.
    """
    headers = {
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "nudgebot",
        **known.headers,
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with conversation(bounds.seconds, verify=verify) as (session, wire), _saying(address, wire):
        with _answered(session, address, headers, bounds) as answer:
            if answer.status_code == 304:
                return None
            _check(answer, bounds)
            digest = _written(answer, target, bounds, wire)
        if digest == known.sha256:
            return None
        _look_into(target)
        return Known(
            answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""), digest
        )


def _look_into(target: Path) -> None:
    try:
        check_zip(open_bundle(target))
    except ExportError as error:
        raise ExportError(str(error).replace(name_of(target), "it")) from error


@contextmanager
def _saying(address: Address, wire: Wire) -> Iterator[None]:
    """Make one sentence of whatever goes wrong; the client's own words hold the whole address."""
    where = f"The export of {address.shown} was not fetched: "
    try:
        yield
    except (requests.RequestException, HTTPError, OSError, ValueError, ExportError) as error:
        raise ExportError(where + _why(error, is_over=wire.is_over.is_set())) from None


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (requests.exceptions.SSLError, "it shows no certificate that this machine trusts."),
    (requests.exceptions.Timeout, "it does not answer in time."),
    (requests.exceptions.ChunkedEncodingError, "it broke off before its end."),
    (requests.exceptions.ConnectionError, "it cannot be reached, or is no web server."),
    (requests.RequestException, "its answer is none of a web server."),
    (ReadTimeoutError, "it does not go on."),
    (HTTPError, "it broke off before its end."),
    (OSError, "it could not be written; is the disk full?"),
    (ValueError, "its answer is none of a web server."),
)


def _why(error: Exception, *, is_over: bool) -> str:
    if is_over:
        return "it took too long."
    own = _cause(error)
    if own is not None:
        return str(own)
    return next(words for kind, words in _REASONS if isinstance(error, kind))


def _cause(error: BaseException) -> ExportError | None:
    """The refusal of ours behind an error of the client's."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ExportError):
        seen = seen.__cause__ or seen.__context__
    return seen


@contextmanager
def _answered(
    session: requests.Session, address: Address, headers: Mapping[str, str], bounds: Bounds
) -> Iterator[requests.Response]:
    """The answer behind the redirections."""
    for _ in range(bounds.redirects + 1):
        with session.get(
            address.url,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=(min(CONNECT_SECONDS, bounds.seconds), bounds.silence_seconds),
        ) as answer:
            if answer.status_code not in REDIRECTS:
                yield answer
                return
            address = address.next(answer.headers.get("Location", ""))
        session.close()  # a server that says nothing may have closed this connection
    raise ExportError("it sends nudgebot on again and again.")


def _check(answer: requests.Response, bounds: Bounds) -> None:
    status = answer.status_code
    if status in (401, 403):
        raise ExportError(f"it does not let nudgebot in ({status}); check NUDGEBOT_INBOX_TOKEN.")
    if status != 200:
        raise ExportError(f"it answered with {status}.")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ExportError("it packs its answer, which it was asked not to do.")
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and len(length) < 19 and int(length) > bounds.most_bytes:
        raise ExportError(_too_large(bounds))


def fresh_file(path: Path) -> IO[bytes]:
    """A new file, for this account alone, in the place of what is there; never through a link."""
    path.unlink(missing_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _too_large(bounds: Bounds) -> str:
    return f"it is larger than {bounds.most_bytes / 2**20:,.0f} MB."


def _written(answer: requests.Response, target: Path, bounds: Bounds, wire: Wire) -> str:
    """Write the body as it comes; its digest. Raises ExportError beyond the bounds."""
    digest = hashlib.sha256()
    begun, count = time.monotonic(), 0
    with fresh_file(target) as file:
        while block := answer.raw.read1(BLOCK, decode_content=False):
            if not count and not block.startswith(b"P"):
                raise ExportError("what it sends is no zip; is it a page to log in?")
            count += len(block)
            if count > bounds.most_bytes:
                raise ExportError(_too_large(bounds))
            gone = time.monotonic() - begun
            if gone > bounds.slow_after_seconds and count < gone * bounds.least_bytes_a_second:
                raise ExportError("it comes far too slowly.")
            digest.update(block)
            file.write(block)
    length = answer.headers.get("Content-Length", "")
    if wire.is_over.is_set() or (length.isdecimal() and int(length) != count) or not count:
        raise ExportError("it broke off before its end.")
    return digest.hexdigest()
