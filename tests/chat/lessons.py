"""Practice for the students of the small school: what a report on them can be made of."""

from __future__ import annotations

from datetime import datetime, timedelta

from nudgebot.school.days import to_at, to_day
from nudgebot.store import Store

CLASSMATES = ("s5", "s6", "s7")


def practise(
    store: Store,
    student_id: str,
    skill_id: str,
    questions: int,
    correct: int,
    *,
    at: datetime,
    minutes: float = 10,
) -> None:
    """One session; its day is that of UTC."""
    number = store.value("SELECT COUNT(*) FROM practice")
    store.execute(
        """INSERT INTO practice
           (session_id, student_id, skill_id, started_at, day, questions, correct, minutes, xp)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            *(f"p{number}", student_id, skill_id, to_at(at), to_day(at.date())),
            *(questions, correct, minutes, 10 * correct),
        ],
    )


def fill(store: Store, now: datetime) -> None:
    """Four weeks of fractions and division in 7B, where there are six students then."""
    store.executemany(
        "INSERT INTO students (student_id, name, given_name) VALUES (?, ?, ?)",
        [(each, f"{each.upper()} Extra", each.upper()) for each in CLASSMATES],
    )
    store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', ?, 'student')",
        [[each] for each in CLASSMATES],
    )
    store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, ?)",
        [
            ("frac", "Fractions", "Maths"),
            ("div", "Division", "Maths"),
            ("geo", "Geometry", "Maths"),
            ("poem", "Poems", "English"),
        ],
    )
    store.execute(
        "INSERT INTO skill_prerequisites (skill_id, requires_skill_id) VALUES ('frac', 'div')"
    )
    store.execute("UPDATE classes SET subject = 'Maths'")
    for place, student_id in enumerate(("s1", "s2", "s4", *CLASSMATES)):
        for days_ago in range(0, 28, 2):
            at = now - timedelta(days=days_ago, hours=3)
            practise(store, student_id, "frac", 10, 4 + place, at=at)
            practise(store, student_id, "div", 10, min(6 + place, 10), at=at)
