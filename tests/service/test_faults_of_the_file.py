"""Disk full, locked by another program, damaged, two processes: what was promised is kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nudging.fakes import FakeMessenger

from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.errors import StoreError
from nudgebot.exports.importer import Importer
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.sandbox.sample import write_sample_school
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.settings import read_settings
from nudgebot.store import Store
from nudgebot.store.lock import InUseError, alone
from nudgebot.store.soundness import DamagedError, quick_check
from nudgebot.wiring import open_store, serve

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
MESSAGES = 50
SHORT_MS = 50


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING, CHAT])
    yield opened
    opened.close()


def _message(number: int, text: str = "Hello ") -> Outgoing:
    return Outgoing(f"nudge:{number}", Direct((100 + number,)), text, purpose="nudge")


def _once_each(messenger: FakeMessenger) -> bool:
    keys = [each.message.key for each in messenger.inbox]
    return len(keys) == len(set(keys))


def _fill_up(store: Store, *, pages: int = 0) -> None:
    """As a full disk does: no page more than so many, from now on, on this thread."""
    count = store.value("PRAGMA page_count")
    store.execute(f"PRAGMA max_page_count = {count + pages}")


def _make_room(store: Store) -> None:
    store.execute("PRAGMA max_page_count = 1000000000")


def test_on_a_full_disk_nothing_is_sent_that_could_not_be_claimed(store: Store) -> None:
    """Of 50 messages some fit; each of the others is sent once when there is room again."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    _fill_up(store, pages=3)
    failed, reasons = [], set()
    for number in range(MESSAGES):
        try:
            outbox.post(_message(number, "long " * 300), NOW)
        except sqlite3.OperationalError as error:
            failed.append(number)
            reasons.add(str(error))
    assert reasons == {"database or disk is full"}
    assert 0 < len(failed) < MESSAGES
    assert len(messenger.inbox) <= MESSAGES - len(failed) + 1
    _make_room(store)
    later = NOW + timedelta(hours=1)
    outbox.run(later)
    for number in failed:
        outbox.post(_message(number, "long " * 300), later)
    outbox.run(later + timedelta(hours=1))
    assert _once_each(messenger)
    assert len(messenger.inbox) == MESSAGES
    assert outbox.unsettled() == []
    assert quick_check(store.path) == []


def test_a_disk_that_fills_up_while_a_message_is_on_its_way(store: Store) -> None:
    """It arrived and could not be noted: it is looked for, found, and not sent again."""
    broken = threading.Event()

    def fill(_: Outgoing) -> None:
        if not broken.is_set():
            broken.set()
            store.execute("PRAGMA query_only=ON")  # no write goes through, as on a full disk

    messenger = FakeMessenger(after=fill)
    outbox = Outbox(store, messenger)
    with pytest.raises(sqlite3.OperationalError):
        outbox.post(_message(1), NOW)
    store.execute("PRAGMA query_only=OFF")
    outbox.run(NOW + timedelta(minutes=10))
    assert len(messenger.inbox) == 1
    posted = outbox.find("nudge:1")
    assert posted is not None
    assert posted.state == "sent"


def test_an_import_that_does_not_fit_leaves_everything_as_it_was(
    store: Store, tmp_path: Path
) -> None:
    """None of its rows is there, and it goes in whole once there is room."""
    write_sample_school(tmp_path / "export", students=40, days=30, seed=1, today=NOW.date())
    importer = Importer(store, zone=read_settings(environment={})["timezone"], max_drop_share=0.1)
    _fill_up(store, pages=8)
    with pytest.raises((sqlite3.OperationalError, StoreError)):
        importer.ingest(tmp_path / "export", format_name="native", as_of=NOW)
    assert store.value("SELECT count(*) FROM students") == 0
    _make_room(store)
    assert importer.ingest(tmp_path / "export", format_name="native", as_of=NOW).state == "taken"
    assert store.value("SELECT count(*) FROM students") == 40


def test_a_database_that_another_program_locks(store: Store) -> None:
    """Reading goes on; a write gives up after its patience, and nothing is sent or lost by it."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    outbox.post(_message(0), NOW)
    store.execute(f"PRAGMA busy_timeout = {SHORT_MS}")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1, 10):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                outbox.post(_message(number), NOW)
        assert store.value("SELECT count(*) FROM outbox") == 1
        assert len(messenger.inbox) == 1
        other.execute("ROLLBACK")
    for number in range(10):
        outbox.post(_message(number), NOW)
    assert len(messenger.inbox) == 10
    assert _once_each(messenger)


def test_a_writer_waits_for_another_program_that_is_brief(store: Store) -> None:
    """Within its patience (30 seconds) the write goes through by itself."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    assert store.value("PRAGMA busy_timeout") == 30_000
    with closing(
        sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        letting_go = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        letting_go.start()
        outbox.post(_message(1), NOW)
        letting_go.join()
    assert len(messenger.inbox) == 1


def test_a_start_refuses_a_database_that_is_in_use(tmp_path: Path) -> None:
    """Before it says a word to the server, which is not there at all in this test."""
    settings = read_settings(environment={}).replaced(database=tmp_path / "school.db")
    with (
        alone(tmp_path / "school.db"),
        pytest.raises(InUseError, match="already runs on"),
    ):
        serve(settings, tmp_path / "none", clock=lambda: NOW, stopping=threading.Event())
    assert not (tmp_path / "school.db").exists()


@pytest.mark.parametrize("page", [1, 2, 5, 20, 40])
def test_a_damaged_page_is_found_before_anything_is_done(tmp_path: Path, page: int) -> None:
    """Wherever its structure is hit, the file is refused with advice, and stays as it is."""
    settings = read_settings(environment={}).replaced(database=tmp_path / "school.db")
    open_store(settings).close()
    path = tmp_path / "school.db"
    content = bytearray(path.read_bytes())
    assert len(content) > 40 * 4096
    content[(page - 1) * 4096 : (page - 1) * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)
    if page == 1:
        with pytest.raises(DamagedError, match="is not a SQLite database"):
            open_store(settings)
    assert quick_check(path) != []
    assert path.read_bytes() == content
