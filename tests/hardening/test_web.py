"""Exports over HTTP: whole or not at all, within bounds, and no key in any word."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from exports.desk import NOW, Desk

from hardening.web_school import CERTIFICATE, WebSchool, school_zip
from nudgebot.errors import ExportError, SettingError
from nudgebot.exports.inbox import Inbox
from nudgebot.exports.web_connection import Wire
from nudgebot.exports.web_fetch import Address, Bounds
from nudgebot.exports.web_source import WebSources
from nudgebot.store import Store

QUICK = Bounds(
    most_bytes=4 * 2**20,
    seconds=0.8,
    silence_seconds=0.4,
    slow_after_seconds=0.3,
    least_bytes_a_second=1000,
)
TOKEN = "hidden-token"
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def web() -> Iterator[WebSchool]:
    with WebSchool() as school:
        yield school


def tried(web: WebSchool, way: str, folder: Path, bounds: Bounds = QUICK) -> list[str]:
    """The sentences after one fetch."""
    sources = WebSources([web.url(way)], folder, token=TOKEN, bounds=bounds)
    failed = sources.poll()
    assert sources.wait(PATIENCE_SECONDS)
    sources._addresses = []
    return [each.text for each in [*failed, *sources.poll()]]


def landed(folder: Path) -> list[bytes]:
    """The zips that the inbox would see."""
    return [path.read_bytes() for path in folder.glob("*.zip")]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("page", "what it sends is no zip"),
        ("login", "does not let nudgebot in (401); check NUDGEBOT_INBOX_TOKEN"),
        ("broken", "it answered with 500"),
        ("away", "it answered with 404"),
        ("elsewhere", "it sends nudgebot on to another server"),
        ("file", "it sends nudgebot on to another server"),
        ("bad_place", "none of a web server"),
        ("round", "it sends nudgebot on again and again"),
        ("longer", "it broke off before its end"),
        ("shorter", "it is not a whole zip"),
        ("huge", "it is larger than 4 MB"),
        ("unlimited", "it is larger than 4 MB"),
        ("drip", "it comes far too slowly"),
        ("head_drip", "it took too long"),
        ("silent", "it does not answer in time"),
        ("packed", "it packs its answer"),
        ("empty", "it broke off before its end"),
        ("garbage", "is no web server"),
        ("damaged", "is damaged or not whole"),
    ],
)
def test_what_is_no_whole_export_does_not_land(
    web: WebSchool, tmp_path: Path, caplog: pytest.LogCaptureFixture, way: str, words: str
) -> None:
    """One sentence that names the host, in time; the last good zip stays and is alone."""
    caplog.set_level(logging.INFO)
    tried(web, "good", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    begin = time.monotonic()
    (text,) = tried(web, way, tmp_path)
    assert time.monotonic() - begin < 5
    assert words in text
    assert text.startswith("The export of 127.0.0.1 was not fetched: ")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert "hidden" not in text + caplog.text + repr(Address(web.url(way)))


def test_a_drip_with_time_ends_with_the_whole_time(web: WebSchool, tmp_path: Path) -> None:
    """Bytes that keep coming do not keep it waiting: the socket is shut from outside."""
    patient = Bounds(seconds=0.5, silence_seconds=5, slow_after_seconds=60)
    begin = time.monotonic()
    (text,) = tried(web, "drip", tmp_path, patient)
    assert "it took too long" in text
    assert time.monotonic() - begin < 3


@pytest.mark.parametrize("way", ["good", "onwards"])
def test_a_zip_lands_whole(web: WebSchool, tmp_path: Path, way: str) -> None:
    """Also behind a redirection that stays with the server, and whatever type it says it is."""
    assert tried(web, way, tmp_path) == []
    assert landed(tmp_path) == [web.body]
    assert web.asked[-1][1]["Authorization"] == f"Bearer {TOKEN}"


def test_what_is_known_is_not_fetched_again(web: WebSchool, tmp_path: Path) -> None:
    """Its tag and date are asked with, over a restart too, as long as the zip is there."""
    for _ in range(2):
        assert tried(web, "tagged", tmp_path) == []
    asked = [headers for path, headers in web.asked if path.startswith("/tagged")]
    assert "If-None-Match" not in asked[0]
    assert asked[1]["If-None-Match"] == '"one"'
    (path,) = tmp_path.glob("*.zip")
    path.unlink()
    assert tried(web, "tagged", tmp_path) == []
    assert landed(tmp_path) == [web.body]


def test_the_same_bytes_again_do_not_land_again(web: WebSchool, tmp_path: Path) -> None:
    """A server without tags does not make the same export look new."""
    tried(web, "good", tmp_path)
    (path,) = tmp_path.glob("*.zip")
    before = path.stat()
    tried(web, "good", tmp_path)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_the_inbox_takes_what_lands(web: WebSchool, tmp_path: Path, store: Store) -> None:
    """From the address to the table of students; a new version is taken as well."""
    desk = Desk(tmp_path / "unused", store)
    sources = WebSources([web.url("good"), web.url("broken")], tmp_path / "inbox", bounds=QUICK)
    inbox = Inbox(
        tmp_path / "inbox", desk.importer, format_name="native", settle_seconds=0, web=sources
    )
    old = web.body
    states = []
    try:
        for minute, names in enumerate([("Ana", "Ben"), ("Ana", "Ben", "Cem")]):
            web.body = school_zip(*names)
            inbox.poll(NOW + timedelta(minutes=2 * minute))
            assert sources.wait(PATIENCE_SECONDS)
            states += [each.state for each in inbox.poll(NOW + timedelta(minutes=2 * minute + 1))]
            assert sources.wait(PATIENCE_SECONDS)
            assert [row["name"] for row in store.rows("SELECT name FROM students")] == list(names)
    finally:
        web.body = old
    assert states.count("taken") == 2
    assert states.count("refused") >= 2


def test_tls_is_verified(tmp_path: Path) -> None:
    """A certificate that nobody vouches for ends it; a trusted one brings the zip."""
    with WebSchool(tls=True) as web:
        (text,) = tried(web, "good", tmp_path)
        assert "no certificate that this machine trusts" in text
        sources = WebSources([web.url("good")], tmp_path, bounds=QUICK, verify=str(CERTIFICATE))
        sources.fetch_all()
        assert landed(tmp_path) == [web.body]


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example/school.zip",
        "file:///etc/passwd",
        "ftp://lms.example/x.zip",
        "https://ana:secret@lms.example/x.zip",
        "https://",
        "https://[::bad/x.zip",
        "https://lms.example:99999/x.zip",
        "/etc/passwd",
        "lms.example/hidden-in-url",
    ],
)
def test_an_address_that_is_not_fetched(url: str) -> None:
    """Only https, and no password within it; the sentence repeats neither path nor password."""
    with pytest.raises(SettingError, match="inbox_urls: ") as caught:
        Address(url)
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


class Plug:
    """A socket that is connected to an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_closed = False

    def getpeername(self) -> tuple[str, int]:
        return self.address, 443

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        pytest.param(["10.0.0.7", "10.0.0.7"], True, id="the school's own network"),
        pytest.param(["9.9.9.9", "149.112.112.112"], True, id="the world"),
        pytest.param(["9.9.9.9", "10.0.0.7"], False, id="from the world into the network"),
        pytest.param(["9.9.9.9", "127.0.0.1"], False, id="from the world to this machine"),
        pytest.param(["9.9.9.9", "fd00::7"], False, id="the same in IPv6"),
        pytest.param(["9.9.9.9", "::ffff:10.0.0.7"], False, id="the same, wrapped in IPv6"),
        pytest.param(["169.254.169.254"], False, id="a cloud's own service"),
        pytest.param(["fe80::1%eth0"], False, id="link-local with a zone"),
        pytest.param(["::"], False, id="no address"),
    ],
)
def test_where_a_name_may_lead(addresses: list[str], allowed: bool) -> None:
    """A name that leads elsewhere the second time does not lead into the network."""
    wire = Wire(seconds=1)
    plugs = [Plug(address) for address in addresses]
    try:
        for plug in plugs:
            wire.connected(cast("socket.socket", plug))
        assert allowed
    except ExportError:
        assert not allowed
        assert plugs[-1].is_closed


def test_an_address_that_nobody_answers_at(web: WebSchool, tmp_path: Path) -> None:
    """A server that is not there is named by its host."""
    with WebSchool() as gone:
        url = gone.url("good")
    sources = WebSources([url, web.url("good")], tmp_path, bounds=QUICK)
    sources.fetch_all()
    assert len(landed(tmp_path)) == 1
    sources._addresses = []
    (failed,) = sources.poll()
    assert "it cannot be reached" in failed.text
