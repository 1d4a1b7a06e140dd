"""Which of SQLite's errors are the file's own fault, and what somebody says while it has one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chat.town import ANA, TARA, Town
from nudgebot.chat.desk import Desk
from nudgebot.store import is_of_the_file


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A table with one row, in a file; nobody waits for a lock."""
    with closing(sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)) as made:
        made.execute("CREATE TABLE a (b INTEGER UNIQUE, c TEXT)")
        made.execute("INSERT INTO a VALUES (1, 'x')")
        yield made


def locked(connection: sqlite3.Connection) -> None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO a VALUES (2, 'x')")


def full(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 1")
    connection.execute("INSERT INTO a VALUES (2, ?)", ["x" * 100_000])


def read_only(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("INSERT INTO a VALUES (2, 'x')")


def damaged(connection: sqlite3.Connection) -> None:
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM a")


def closed(connection: sqlite3.Connection) -> None:
    connection.close()
    connection.execute("SELECT 1")


def said(sql: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute(sql)


def error_of(
    connection: sqlite3.Connection, act: Callable[[sqlite3.Connection], object]
) -> Exception:
    with pytest.raises(sqlite3.Error) as caught:
        act(connection)
    return caught.value


@pytest.mark.parametrize(
    ("act", "of_the_file"),
    [
        pytest.param(locked, True, id="locked by another"),
        pytest.param(full, True, id="full"),
        pytest.param(read_only, True, id="read only"),
        pytest.param(damaged, True, id="damaged"),
        pytest.param(closed, False, id="closed"),
        pytest.param(said("SELECT nothing FROM a"), False, id="no such column"),
        pytest.param(said("SELEKT 1"), False, id="a slip"),
        pytest.param(said("INSERT INTO a VALUES (1, 'y')"), False, id="not unique"),
    ],
)
def test_whose_fault_it_is(
    connection: sqlite3.Connection,
    act: Callable[[sqlite3.Connection], object],
    *,
    of_the_file: bool,
) -> None:
    """What no other statement would do better with is the file's; another try may be."""
    assert is_of_the_file(error_of(connection, act)) is of_the_file
    assert not is_of_the_file(ValueError("locked"))


@pytest.mark.parametrize("sender", [ANA, TARA])
def test_what_is_said_to_a_locked_file_waits(
    town: Town, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, sender: int
) -> None:
    """It is not answered that something broke; whoever listens hears it once more."""
    error = error_of(connection, locked)

    def answer(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "_answer", answer)
        with pytest.raises(sqlite3.OperationalError):
            town.say(sender, "help")
    assert not town.zulip.to(sender)
    assert town.say(sender, "help")


def test_a_slip_of_ours_is_answered(
    town: Town, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would come again for ever, and nobody behind it would be heard."""
    error = error_of(connection, said("SELECT nothing FROM a"))

    def answer(*_: object) -> None:
        raise error

    monkeypatch.setattr(Desk, "_answer", answer)
    [sent] = town.say(ANA, "help")
    assert "Something broke on my side" in sent.content
