"""The chain of the audit log: rows that are only ever added, each sealed with the one before it.

A row's hash is SHA-256 over the hash before it and all that the row says. People stand in it as
commitments, SHA-256 over a random salt and who it is; who is behind one is kept beside the chain.
Where that is erased, salt and all, nothing says any more whom the row is about, and the chain
still holds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

GENESIS = "0" * 64
FORGOTTEN_ACTION = "forgotten"  # the row that says that a person was erased
TRIGGERS = frozenset(
    {
        "audit_log_stays",
        "audit_log_is_kept",
        "audit_anchors_stay",
        "audit_anchors_are_kept",
        "audit_people_stay",
        "audit_people_are_kept",
    }
)
STUDENT, USER = "student", "user"
SALT_BYTES = 16
MOST_PROBLEMS = 10

PersonKey = tuple[str, str]
"""A kind, and the id within it."""


@dataclass(frozen=True)
class Entry:
    """What a row says; `about` None: no single person. Times are seconds since 1970 in UTC."""

    at: int
    actor: PersonKey
    action: str
    about: PersonKey | None
    place: str
    detail: str = ""


def append(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Add rows to the chain's end; within the transaction of the caller."""
    people = _people(
        connection, {e.actor for e in entries} | {e.about for e in entries if e.about is not None}
    )
    number, sealed = head(connection)
    rows = []
    for entry in entries:
        actor_id, actor = people[entry.actor]
        about_id, about = people[entry.about] if entry.about else (None, "")
        number += 1
        what = (number, entry.at, actor, entry.action, about, entry.place, entry.detail)
        sealed = _sealed(sealed, what)
        rows.append(
            (number, entry.at, actor_id, entry.action, about_id, entry.place, entry.detail, sealed)
        )
    connection.executemany(
        """INSERT INTO audit_log (audit_id, at, actor_id, action, about_id, place, detail, hash)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        rows,
    )


def _sealed(before: str, what: Iterable[object]) -> str:
    text = json.dumps([before, *what], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _anchor(connection: sqlite3.Connection) -> tuple[int, str]:
    """Where the kept chain begins: the number and hash of the last row that was pruned."""
    row = connection.execute(
        "SELECT upto_id, hash FROM audit_anchors ORDER BY upto_id DESC LIMIT 1"
    ).fetchone()
    return (0, GENESIS) if row is None else (row[0], row[1])


def _commitment(person: PersonKey, salt: str) -> str:
    return hashlib.sha256(json.dumps([salt, *person]).encode()).hexdigest()


def _people(
    connection: sqlite3.Connection, wanted: Iterable[PersonKey]
) -> dict[PersonKey, tuple[int, str]]:
    """Number and commitment of each, made where there is none yet."""
    named = json.dumps(sorted(wanted))
    find = """SELECT p.kind, p.key, p.person_id, p.commitment FROM json_each(?) AS w
              JOIN audit_people AS p ON p.kind = w.value ->> 0 AND p.key = w.value ->> 1"""
    found = {(r[0], r[1]): (r[2], r[3]) for r in connection.execute(find, [named])}
    missing = [person for person in map(tuple, json.loads(named)) if person not in found]
    if not missing:
        return found
    salts = [secrets.token_hex(SALT_BYTES) for _ in missing]
    connection.executemany(
        "INSERT INTO audit_people (commitment, kind, key, salt) VALUES (?, ?, ?, ?)",
        [(_commitment(who, salt), *who, salt) for who, salt in zip(missing, salts, strict=True)],
    )
    return {(r[0], r[1]): (r[2], r[3]) for r in connection.execute(find, [named])}


def is_known(connection: sqlite3.Connection, person: PersonKey) -> bool:
    """Whether the log holds anything of the person."""
    found = connection.execute("SELECT 1 FROM audit_people WHERE kind = ? AND key = ?", person)
    return found.fetchone() is not None


def erase(connection: sqlite3.Connection, person: PersonKey) -> None:
    """Forget who is behind a person's commitment; a row that says so has to stand in the log."""
    connection.execute(
        "UPDATE audit_people SET key = NULL, salt = NULL WHERE kind = ? AND key = ?", person
    )


def prune(connection: sqlite3.Connection, before_at: int, note: Entry) -> int:
    """Drop the chain's oldest rows, up to the first that is younger; returns how many.

    An anchor keeps the last dropped row's number and hash, so that the rest can still be verified,
    and `note` is added with the number of rows as its detail.
    """
    upto = connection.execute(
        """SELECT audit_id, hash FROM audit_log WHERE audit_id < coalesce(
               (SELECT min(audit_id) FROM audit_log WHERE at >= ?), 9223372036854775807)
           ORDER BY audit_id DESC LIMIT 1""",
        [before_at],
    ).fetchone()
    if upto is None:
        return 0
    number: int = upto[0] - _anchor(connection)[0]
    append(
        connection,
        [Entry(note.at, note.actor, note.action, note.about, note.place, str(number))],
    )
    connection.execute(
        "INSERT INTO audit_anchors (upto_id, hash, at) VALUES (?, ?, ?)", [*upto, note.at]
    )
    connection.execute("DELETE FROM audit_log WHERE audit_id <= ?", [upto[0]])
    connection.execute(
        """DELETE FROM audit_people WHERE person_id NOT IN (
               SELECT actor_id FROM audit_log
               UNION SELECT about_id FROM audit_log WHERE about_id IS NOT NULL)"""
    )
    return number


def chain_existing(connection: sqlite3.Connection) -> None:
    """Chain what was noted before there was a chain; a step of the migration."""
    rows = connection.execute(
        "SELECT at, actor_user_id, action, student_id, place FROM audit_before ORDER BY audit_id"
    )
    with closing(rows):
        entries = [
            Entry(at, (USER, str(actor)), action, (STUDENT, student_id), without_people(place))
            for at, actor, action, student_id, place in rows
        ]
    append(connection, entries)


def without_people(place: str) -> str:
    """A place without the ids of people: who forgets somebody must not find her there."""
    kind, _, _ = place.partition(":")
    return kind if kind in {"dm", "group"} else place


def problems(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with the chain, a sentence each, ids only; empty where it holds.

    It tells a row that was changed, taken out, put in or cut off, and a person who was exchanged
    or erased without a word. Whoever can write the file can write a whole new chain: keep the
    newest hash (`head`) elsewhere to tell that too.
    """
    found = [f"The audit log's trigger {name} is missing." for name in _missing(connection)]
    number, sealed = _anchor(connection)
    rows = connection.execute(
        """SELECT l.audit_id, l.at, a.commitment, l.action, coalesce(s.commitment, ''), l.place,
                  l.detail, l.hash FROM audit_log AS l
           LEFT JOIN audit_people AS a ON a.person_id = l.actor_id
           LEFT JOIN audit_people AS s ON s.person_id = l.about_id ORDER BY l.audit_id"""
    )
    with closing(rows):
        for row in rows:
            *what, claimed = row
            if row[0] != number + 1:
                found.append(f"Between rows {number} and {row[0]} of the audit log some are gone.")
            elif _sealed(sealed, what) != claimed:
                found.append(f"Row {row[0]} of the audit log was changed, or the one before it.")
            number, sealed = row[0], claimed
            if len(found) > MOST_PROBLEMS:
                return found
    newest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'")
    last = newest.fetchone()
    if last is not None and last[0] != number:
        found.append(f"The audit log was cut off after row {number}; it had {last[0]}.")
    return found + _people_problems(connection)


def _missing(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return sorted(TRIGGERS - {row[0] for row in rows})


def _people_problems(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        """SELECT p.person_id, p.commitment, p.kind, p.key, p.salt, EXISTS (
               SELECT 1 FROM audit_log AS l WHERE l.about_id = p.person_id AND l.action = ?)
           FROM audit_people AS p""",
        [FORGOTTEN_ACTION],
    )
    found = []
    for person_id, commitment, kind, key, salt, is_forgotten in rows:
        if key is None and not is_forgotten:
            found.append(f"Person {person_id} of the audit log was erased without a note.")
        if key is not None and _commitment((kind, key), salt or "") != commitment:
            found.append(f"Person {person_id} of the audit log is not who it was.")
    return found[:MOST_PROBLEMS]


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """The number and hash of the newest row; (0, zeros) before there is any."""
    row = connection.execute(
        "SELECT audit_id, hash FROM audit_log ORDER BY audit_id DESC LIMIT 1"
    ).fetchone()
    return _anchor(connection) if row is None else (row[0], row[1])


def hash_of(connection: sqlite3.Connection, number: int) -> str | None:
    """The hash of a row that is kept, or of the last that was pruned; None of any other."""
    row = connection.execute(
        """SELECT hash FROM audit_log WHERE audit_id = :number
           UNION ALL SELECT hash FROM audit_anchors WHERE upto_id = :number LIMIT 1""",
        {"number": number},
    ).fetchone()
    return None if row is None else str(row[0])
