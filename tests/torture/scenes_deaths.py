"""Kill -9 while the file itself is worked on: in a backup, in a restore, in an update of tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

from click.testing import CliRunner
from rights.school import ANA, in_audit

from nudgebot.cli.app import main
from nudgebot.rights.erasure import forget
from nudgebot.store import Schema, Store
from nudgebot.store.backups import back_up, backups_of
from nudgebot.store.soundness import full_check
from nudgebot.wiring import SCHEMAS
from torture.deaths import Deed, die
from torture.registry import Figures, Plan, torture
from torture.school_file import (
    LATE,
    NIGHT,
    Original,
    Rows,
    filled,
    missing,
    names_in,
    original,
    rows_in,
    start,
)

LATER = NIGHT + timedelta(hours=9)
MORE = Schema(
    "more",
    tuple((f"step {n}", f"CREATE TABLE more{n} AS SELECT * FROM outbox;") for n in range(8)),  # noqa: S608  # numbers
)
# She is erased again in what is brought back, which is noted with the time of day.
OF_THE_MOMENT = ("audit_log", "audit_people", "audit_anchors", "forgotten")


def _school(plan: Plan) -> Store:
    return filled(plan.folder / "first.db", students=plan.size("students", short=10, full=40))


def _killed(
    plan: Plan, at_first: Original, deed_at: Callable[[Path], Deed]
) -> Iterator[tuple[Path, bool]]:
    """The database after each death, and whether it came in time; each at a moment by chance."""
    dice = plan.dice()
    database = at_first.lay(plan.folder / "undisturbed")
    begun = time.monotonic()
    deed_at(database)()
    seconds = time.monotonic() - begun
    for number in range(plan.size("kills", short=4, full=60)):
        database = at_first.lay(plan.folder / str(number))
        deed = deed_at(database)
        yield database, die(deed, after_seconds=dice.uniform(0, seconds))


def _held(lost: int, wrong: int, *, died: bool) -> Figures:
    return Figures(
        tries=1, once=int(not lost and not wrong), lost=lost, amiss=wrong, hits=int(died)
    )


def _unsound(database: Path, folder: Path, rows: Rows) -> int:
    """Backups that are offered and are not whole."""
    return sum(
        bool(full_check(each.path)) or missing(rows, rows_in(each.path)) > 0
        for each in backups_of(database, folder)
    )


@torture("kill -9 inside a backup", kind="database")
def in_backup(plan: Plan) -> Figures:
    """What is offered is whole, nothing is lost, and the next backup is made."""
    figures = Figures(0, 0)
    with closing(_school(plan)) as store:
        store.executemany(LATE, [[f"late{n}"] for n in range(30)])
        at_first = original(store)
    for database, died in _killed(plan, at_first, _backing_up):
        folder = database.parent / "backups"
        wrong = _unsound(database, folder, at_first.rows)
        start(database)
        lost = missing(at_first.rows, rows_in(database))
        back_up(database, folder, as_of=LATER)
        wrong += _unsound(database, folder, at_first.rows)
        figures += _held(lost, wrong, died=died)
    return figures


def _backing_up(database: Path) -> Deed:
    return partial(back_up, database, database.parent / "backups", as_of=NIGHT)


@torture("kill -9 inside an update of the tables", kind="database")
def in_update(plan: Plan) -> Figures:
    """All of the update or nothing of it, behind a backup that is whole."""
    figures = Figures(0, 0)
    with closing(_school(plan)) as store:
        store.executemany(LATE, [[f"late{n}"] for n in range(30)])
        at_first = original(store)
    for database, died in _killed(plan, at_first, _updating):
        folder = database.parent / "backups"
        made = {row[0] for row in rows_in(database)} & {f"more{n}" for n in range(8)}
        wrong = int(len(made) not in (0, len(MORE.steps)))
        wrong += bool(made) and not backups_of(database, folder)
        _updating(database)()
        after = rows_in(database)
        wrong += sum(row[0] == "more7" for row in after) != sum(row[0] == "outbox" for row in after)
        wrong += _unsound(database, folder, at_first.rows)
        figures += _held(missing(at_first.rows, after), wrong, died=died)
    return figures


def _updating(database: Path) -> Deed:
    def update() -> None:
        backups = database.parent / "backups"
        Store(database, [*SCHEMAS, MORE], whole=True, held=True, backups=backups).close()

    return update


@torture("kill -9 inside a restore", kind="database")
def in_restore(plan: Plan) -> Figures:
    """The file of before or the restored one, whole; who was erased meanwhile is in neither."""
    figures = Figures(0, 0)
    backups = plan.folder / "backups"
    with closing(_school(plan)) as store:
        backup = back_up(store.path, backups, as_of=NIGHT).path
        forget(store, ANA.student_id, LATER, in_audit=in_audit(store))
        store.executemany(LATE, [[f"late{n}"] for n in range(30)])
        store.execute("UPDATE students SET name = 'Ben Baker' WHERE student_id = 'S1002'")
        at_noon = original(store)
    restoring = partial(_restoring, backup)
    restored = None
    for database, died in _killed(plan, at_noon, restoring):
        if restored is None:
            restored = _lasting(rows_in(plan.folder / "undisturbed" / "school.db"))
        start(database)
        lost = min(missing(each, rows_in(database)) for each in (at_noon.rows, restored))
        leaked = names_in(database.parent, ANA)
        restoring(database)()
        lost += missing(restored, rows_in(database))
        figures += _held(lost, 0, died=died) + Figures(
            0, 0, leaked=leaked + names_in(database.parent, ANA)
        )
    return figures


def _lasting(rows: Rows) -> Rows:
    return Rows({row: count for row, count in rows.items() if row[0] not in OF_THE_MOMENT})


def _restoring(backup: Path, database: Path) -> Deed:
    zuliprc = database.parent / "zuliprc"
    zuliprc.write_text(f"[nudgebot]\ndatabase = {database}\n", encoding="utf-8")

    def bring_back() -> None:
        result = CliRunner().invoke(main, ["-c", str(zuliprc), "restore", str(backup)])
        assert result.exit_code == 0, result.output

    return bring_back
