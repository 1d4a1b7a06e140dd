"""The student whom it is about: her id, her own Zulip user, and the strings that name her."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from nudgebot.errors import InputError
from nudgebot.markup import esc
from nudgebot.school.links import ADMIN_ROLE
from nudgebot.store import Store

NOBODYS_USER = -1
SHORTEST_SEARCHED = 4  # shorter strings stand inside of others everywhere
ID = "id"
Mark = tuple[str, str]
"""What a string is, and the string."""
UNKNOWN = "No student of that id is in the database."
# Everybody else's names and addresses; each is looked for only where nobody else has it.
_OTHERS = """SELECT 1 FROM students WHERE student_id != :student AND (name = :text OR email = :text)
    UNION ALL SELECT 1 FROM teachers WHERE name = :text OR email = :text
    UNION ALL SELECT 1 FROM guardians
        WHERE student_id != :student AND (name = :text OR email = :text)
    UNION ALL SELECT 1 FROM zulip_users
        WHERE user_id != :user AND (full_name = :text OR email = :text)
    LIMIT 1"""


@dataclass(frozen=True)
class Subject:
    """A student; `user_id` is None unless the Zulip user is hers alone.

    `marks` are the strings that name her and nobody else, by what they are; `shared` are those
    that somebody else has too.
    """

    student_id: str
    name: str
    user_id: int | None
    marks: tuple[Mark, ...]
    shared: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, object]:
        """What the catalogue's conditions need."""
        user = NOBODYS_USER if self.user_id is None else self.user_id
        return {"student": self.student_id, "user": user}

    @property
    def searched(self) -> tuple[Mark, ...]:
        """The marks that can be looked for anywhere in a text."""
        return tuple(mark for mark in self.marks if _is_distinct(*mark))

    @property
    def plain(self) -> tuple[Mark, ...]:
        """The others: short ones, and ids of digits only, stand inside of other things."""
        return tuple(mark for mark in self.marks if not _is_distinct(*mark))


def _is_distinct(what: str, text: str) -> bool:
    return len(text) >= SHORTEST_SEARCHED and not (what == ID and text.isdecimal())


def subject_of(store: Store, student_id: str) -> Subject:
    """The student, also one who is gone from the exports; raises InputError for nobody."""
    row = store.row("SELECT * FROM students WHERE student_id = ?", [student_id])
    if row is None:
        raise InputError(UNKNOWN)
    user_id = _own_user(store, student_id, row["zulip_user_id"])
    named = [("name", row["name"]), ("e-mail address", row["email"])]
    user = store.row("SELECT full_name, email FROM zulip_users WHERE user_id = ?", [user_id])
    if user is not None:
        named += [("name in Zulip", user["full_name"]), ("address in Zulip", user["email"])]
    for each in store.rows("SELECT name, email FROM guardians WHERE student_id = ?", [student_id]):
        named += [("guardian's name", each["name"]), ("guardian's address", each["email"])]
    given = {"student": student_id, "user": NOBODYS_USER if user_id is None else user_id}
    marks: dict[str, str] = {}
    shared: list[str] = []
    for what, text in named:
        if text and text not in marks:
            if store.value(_OTHERS, {**given, "text": text}) is None:
                marks[text] = what
            else:
                shared.append(what)
    found = (*((what, text) for text, what in marks.items()), (ID, student_id))
    return Subject(student_id, row["name"], user_id, found, tuple(dict.fromkeys(shared)))


def _own_user(store: Store, student_id: str, claimed: int | None) -> int | None:
    """Her Zulip user, unless somebody else claims that one too or runs the organisation."""
    linked: int | None = store.value(
        "SELECT user_id FROM links WHERE kind = 'student' AND person_id = ?", [student_id]
    )
    user_id = claimed if linked is None else linked
    others = store.value(
        """SELECT 1 FROM students WHERE zulip_user_id = :user AND student_id != :student
           UNION ALL SELECT 1 FROM teachers WHERE zulip_user_id = :user
           UNION ALL SELECT 1 FROM links
               WHERE user_id = :user AND NOT (kind = 'student' AND person_id = :student)
           UNION ALL SELECT 1 FROM zulip_users
               WHERE user_id = :user AND (role <= :admin OR is_bot) LIMIT 1""",
        {"user": user_id, "student": student_id, "admin": ADMIN_ROLE},
    )
    return None if others is not None else user_id


def forms(text: str) -> tuple[str, ...]:
    """A text as it may stand in the file: as it is, escaped for Zulip, and each inside JSON."""
    plain = (text, esc(text))
    return tuple(dict.fromkeys([*plain, *_in_json(plain)]))


def _in_json(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
