"""Which Zulip user is which person of the school, and why somebody is not linked.

A person is linked when exactly one active human Zulip user is named for her, by the export's
`zulip_user_id` or by an admin's word, and nobody else of her kind claims that user. Names, e-mail
addresses and profile fields prove nothing (people can edit them); they only suggest.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nudgebot.school.days import to_at
from nudgebot.school.forgotten import Forgotten
from nudgebot.store import Schema, Store

Kind = Literal["student", "teacher"]
KINDS: tuple[Kind, ...] = ("student", "teacher")

SCHEMA = Schema(
    "links",
    (
        (
            "links",
            """
CREATE TABLE zulip_users (                   -- the organisation's people, as last read
    user_id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    role INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    is_bot INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    seen_at INTEGER NOT NULL
);
CREATE TABLE links (                         -- an admin's word; it goes before the export's
    kind TEXT NOT NULL,
    person_id TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (kind, person_id)
) WITHOUT ROWID;
CREATE INDEX students_by_zulip_user ON students (zulip_user_id);
CREATE INDEX teachers_by_zulip_user ON teachers (zulip_user_id);
CREATE INDEX links_by_user ON links (user_id);
""",
        ),
    ),
)

ADMIN_ROLE = 200  # Zulip: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest


@dataclass(frozen=True)
class ZulipUser:
    """A user of the Zulip organisation; `email` is the real address, or empty where hidden."""

    user_id: int
    full_name: str
    email: str
    role: int
    is_active: bool
    is_bot: bool
    timezone: str


@dataclass(frozen=True)
class Persons:
    """Who a Zulip user is in the school; a teacher may be a student elsewhere."""

    student_id: str | None
    teacher_id: str | None


@dataclass(frozen=True)
class Unlinked:
    """A person nobody can be sure of, why, and which users look like her.

    They have her e-mail address, or else, with `by_name`, only her name, as anybody may.
    """

    kind: Kind
    person_id: str
    why: str
    suggested: tuple[int, ...]
    by_name: bool = False


@dataclass(frozen=True)
class LinkTable:
    """All links at one moment: user ids by person, and reasons by the persons without one."""

    user_ids: Mapping[str, int]
    reasons: Mapping[str, str]


class Links:
    """Reads and keeps the links between the school's people and Zulip's users."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_users(self, users: Iterable[ZulipUser], as_of: datetime) -> None:
        """Replace what is known of the organisation's users; who was forgotten stays out."""
        with self._store.transaction() as connection:
            forgotten = Forgotten(connection)
            rows = [
                (u.user_id, u.full_name, u.email, u.role, u.is_active, u.is_bot, u.timezone)
                for u in users
                if not forgotten.user(u.user_id)
            ]
            connection.execute("DELETE FROM zulip_users")
            connection.executemany(
                "INSERT INTO zulip_users VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*row, to_at(as_of)) for row in rows],
            )

    def users(self) -> list[ZulipUser]:
        """All known users, bots too, by id."""
        rows = self._store.rows("SELECT * FROM zulip_users ORDER BY user_id")
        return [_user(row) for row in rows]

    def user(self, user_id: int) -> ZulipUser | None:
        """The user of that id."""
        row = self._store.row("SELECT * FROM zulip_users WHERE user_id = ?", [user_id])
        return None if row is None else _user(row)

    def link(self, kind: Kind, person_id: str, user_id: int, as_of: datetime) -> None:
        """Note an admin's word that this person is that user; an earlier word is replaced."""
        self._store.execute(
            "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
            [kind, person_id, user_id, to_at(as_of)],
        )

    def unlink(self, kind: Kind, person_id: str) -> None:
        """Take an admin's word back; what the export says counts again."""
        self._store.execute("DELETE FROM links WHERE kind = ? AND person_id = ?", [kind, person_id])

    def table(self, kind: Kind) -> LinkTable:
        """Every person of a kind at once, for work over the whole school."""
        claims = self._claims(kind)
        users = {user.user_id: user for user in self.users()}
        claimed = Counter(user_id for user_id in claims.values() if user_id is not None)
        user_ids, reasons = {}, {}
        for person_id, user_id in claims.items():
            why = _why_not(user_id, users.get(user_id or 0), claimed[user_id or 0])
            if why:
                reasons[person_id] = why
            elif user_id is not None:
                user_ids[person_id] = user_id
        return LinkTable(user_ids, reasons)

    def user_id_of(self, kind: Kind, person_id: str) -> int | None:
        """The user that the person is linked to, else None."""
        user_id, why = self._resolve(kind, person_id)
        return None if why else user_id

    def why_not(self, kind: Kind, person_id: str) -> str:
        """Why the person is not linked, in a sentence; empty when she is."""
        return self._resolve(kind, person_id)[1]

    def _resolve(self, kind: Kind, person_id: str) -> tuple[int | None, str]:
        claim = self._claims(kind, person_id).get(person_id)
        if claim is None:
            return None, _why_not(None, None, 0)
        claimed = sum(user_id == claim for user_id in self._claimants(kind, claim).values())
        return claim, _why_not(claim, self.user(claim), claimed)

    def persons_of(self, user_id: int) -> Persons:
        """Who the user is in the school: only by links that hold."""
        found: dict[str, str | None] = {}
        for kind in KINDS:
            claimants = [p for p, u in self._claimants(kind, user_id).items() if u == user_id]
            alone = claimants[0] if len(claimants) == 1 else None
            linked = alone is not None and self.user_id_of(kind, alone) == user_id
            found[kind] = alone if linked else None
        return Persons(found["student"], found["teacher"])

    def unlinked(self) -> list[Unlinked]:
        """Everybody without a link, with the users whose e-mail address or whole name is hers."""
        people = [user for user in self.users() if user.is_active and not user.is_bot]
        by_address = _by(people, lambda user: user.email)
        by_name = _by(people, lambda user: user.full_name)
        found = []
        for kind in KINDS:
            reasons = self.table(kind).reasons
            for person_id, name, email in self._traits(kind):
                if person_id in reasons:
                    sure = by_address.get(email.casefold(), [])
                    alike = tuple(sure or by_name.get(name.casefold(), []))
                    found.append(Unlinked(kind, person_id, reasons[person_id], alike, not sure))
        return found

    def _traits(self, kind: Kind) -> list[tuple[str, str, str]]:
        rows = self._store.rows(
            f"SELECT {kind}_id, name, email FROM {kind}s WHERE gone_at IS NULL ORDER BY 1"  # noqa: S608  # kind is one of two words
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def _claims(self, kind: Kind, person_id: str | None = None) -> dict[str, int | None]:
        """The user that each person claims to be, whether or not that can be so."""
        one = "" if person_id is None else f"AND p.{kind}_id = :person"
        rows = self._store.rows(
            f"""SELECT p.{kind}_id, coalesce(l.user_id, p.zulip_user_id) FROM {kind}s p
                LEFT JOIN links l ON l.kind = :kind AND l.person_id = p.{kind}_id
                WHERE p.gone_at IS NULL {one}""",  # noqa: S608  # kind is one of two words
            {"kind": kind, "person": person_id},
        )
        return {row[0]: row[1] for row in rows}

    def _claimants(self, kind: Kind, user_id: int) -> dict[str, int | None]:
        """The persons who may claim a user, with the user that each really claims."""
        rows = self._store.rows(
            f"""SELECT {kind}_id FROM {kind}s WHERE zulip_user_id = :user AND gone_at IS NULL
                UNION SELECT person_id FROM links WHERE kind = :kind AND user_id = :user""",  # noqa: S608  # kind is one of two words
            {"kind": kind, "user": user_id},
        )
        found: dict[str, int | None] = {}
        for row in rows:
            found |= self._claims(kind, row[0])
        return found


def _why_not(user_id: int | None, user: ZulipUser | None, claimants: int) -> str:
    if user_id is None:
        return "No Zulip user is named for this person."
    if claimants > 1:
        return f"Zulip user {user_id} is named for {claimants} people."
    if user is None:
        return f"Zulip has no user {user_id}."
    if user.is_bot:
        return f"Zulip user {user_id} is a bot."
    if not user.is_active:
        return f"Zulip user {user_id} is deactivated."
    return ""


def _by(users: Iterable[ZulipUser], trait: Callable[[ZulipUser], str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for user in users:
        if trait(user):
            found.setdefault(trait(user).casefold(), []).append(user.user_id)
    return found


def _user(row: sqlite3.Row) -> ZulipUser:
    return ZulipUser(
        user_id=row["user_id"],
        full_name=row["full_name"],
        email=row["email"],
        role=row["role"],
        is_active=bool(row["is_active"]),
        is_bot=bool(row["is_bot"]),
        timezone=row["timezone"],
    )
