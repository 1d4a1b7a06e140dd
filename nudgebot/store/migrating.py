"""Steps to the tables of today: which of them a file lacks, and all of them at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

# DDL, or what computes where DDL cannot; it runs inside the migration's transaction.
Step = str | Callable[[sqlite3.Connection], None]

_APPLIED = Migrations.migrations_table


@dataclass(frozen=True)
class Schema:
    """The tables of one part of the house: named steps, run once each, in this order."""

    part: str
    steps: tuple[tuple[str, Step], ...]


def is_new(db: Database) -> bool:
    """Whether the file holds nothing at all yet."""
    return db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def is_newer(db: Database, schemas: Sequence[Schema], *, whole: bool) -> bool:
    """Whether the file went through steps that this program does not know.

    `whole`: the schemas are all that there are, so that a part which is none of them is new too.
    """
    known = {(schema.part, name) for schema in schemas for name, _ in schema.steps}
    parts = {schema.part for schema in schemas}
    return any(step not in known and (whole or step[0] in parts) for step in _applied(db))


def pending(db: Database, schemas: Sequence[Schema]) -> list[str]:
    """The steps that the file lacks, as `part: step`, in order."""
    applied = _applied(db)
    return [
        f"{schema.part}: {name}"
        for schema in schemas
        for name, _ in schema.steps
        if (schema.part, name) not in applied
    ]


def apply(db: Database, schemas: Sequence[Schema]) -> None:
    """Run what is pending, all of it in one transaction or nothing; another process may wait."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        for schema in schemas:
            _migrations(schema).apply(db)
        db.conn.execute("COMMIT")
    except BaseException:
        db.conn.rollback()
        raise


def _applied(db: Database) -> set[tuple[str, str]]:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [_APPLIED]).fetchone() is None:
        return set()
    rows = db.execute(f"SELECT migration_set, name FROM {_APPLIED}")  # noqa: S608  # a constant
    return {(row[0], row[1]) for row in rows}


def _migrations(schema: Schema) -> Migrations:
    migrations = Migrations(schema.part)
    for name, step in schema.steps:
        migrations(name=name)(_step(step))
    return migrations


def _step(step: Step) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        if not isinstance(step, str):
            step(db.conn)
            return
        # executescript would commit the migration's own transaction first, so: one by one.
        for statement in _statements(step):
            db.conn.execute(statement)

    return run


def _statements(ddl: str) -> Iterator[str]:
    pending = ""
    for piece in ddl.split(";"):
        pending += f"{piece};"
        # A semicolon in a comment or in a text ends nothing.
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
