"""The course of a student is read from the school's tables as the figures read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chat.town import shipped_book
from ready import ready_store

from nudgebot.interventions.effects import Course, Interest, Work
from nudgebot.interventions.effects_course import (
    interest_of_rule,
    interest_of_template,
    interest_of_type,
    read_course,
)
from nudgebot.interventions.record import InterventionType
from nudgebot.school.days import local_day, to_at
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
TODAY = local_day(NOW, ZONE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = ready_store(tmp_path / "school.db", [SCHEMA])
    opened.execute(
        """INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)
           VALUES ('x', 'native', 'f', 'taken', ?, ?)""",
        [to_at(NOW), to_at(NOW)],
    )
    yield opened
    opened.close()


def read(store: Store) -> Course:
    return read_course(store, "s1", zone=ZONE, as_of=NOW)


def active(store: Store, student_id: str, *days_ago: int) -> None:
    store.executemany(
        "INSERT INTO activity_days VALUES (?, ?, 'video', '', 9, 1, 5)",
        [(student_id, TODAY - each) for each in days_ago],
    )


def test_nothing_is_known(store: Store) -> None:
    """No day is one that the data know of."""
    course = read(store)
    assert course.first_day > course.last_day
    assert course.active_days == frozenset()


def test_days_of_activity_and_of_practice(store: Store) -> None:
    """Practice counts as activity; today is known by half, others' days and vanished rows not."""
    active(store, "s1", 0, 3, 9)
    active(store, "s2", 5)
    for number, (gone, days_ago) in enumerate([(None, 4), (None, 4), (to_at(NOW), 6)]):
        store.execute(
            "INSERT INTO practice VALUES (?, 's1', 'k', 1, ?, 10, 7, 5, 5, ?)",
            [f"p{number}", TODAY - days_ago, gone],
        )
    course = read(store)
    assert course.active_days == {TODAY - 3, TODAY - 4, TODAY - 9}
    assert course.practice == {TODAY - 4: (20, 14)}
    assert (course.first_day, course.last_day) == (TODAY - 9, TODAY - 1)


def test_the_data_are_older_than_now(store: Store) -> None:
    """Days after the newest export are not days without activity."""
    store.execute("UPDATE batches SET data_as_of_at = ?", [to_at(NOW - timedelta(days=5))])
    active(store, "s1", 9)
    assert read(store).last_day == TODAY - 6


def test_whoever_was_never_active_is_known_since_the_class_began(store: Store) -> None:
    """No activity since the term began is something that is known."""
    store.execute("INSERT INTO classes (class_id, name, term_start_day) VALUES ('c', '7B', ?)",
                  [TODAY - 40])  # fmt: skip
    store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c', 's1', 'student')"
    )
    assert read(store).first_day == TODAY - 40


def test_work_and_when_it_came_in(store: Store) -> None:
    """Her own extension counts; excused, missed and vanished work is none, nor is work to come."""
    store.execute("INSERT INTO classes (class_id, name) VALUES ('c', '7B'), ('d', '8A')")
    store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c', 's1', 'student')"
    )
    due = {"open": 5, "late": 5, "early": 5, "no time": 5, "extended": 5, "excused": 5, "missed": 5,
           "to come": -2}  # fmt: skip
    store.executemany(
        "INSERT INTO assignments (assignment_id, class_id, title, due_at) VALUES (?, 'c', ?, ?)",
        [(key, key, to_at(NOW - timedelta(days=days))) for key, days in due.items()],
    )
    store.execute(
        "INSERT INTO assignments (assignment_id, class_id, title, due_at) VALUES ('x', 'd', 'x', 1)"
    )
    rows: list[tuple[str, int | None, str, int | None]] = [
        ("late", to_at(NOW - timedelta(days=2)), "", None),
        ("early", to_at(NOW - timedelta(days=8)), "", None),
        ("no time", None, "submitted", None),
        ("extended", None, "", to_at(NOW - timedelta(days=1))),
        ("excused", None, "excused", None),
        ("missed", None, "missed", None),
    ]
    store.executemany(
        """INSERT INTO submissions (assignment_id, student_id, submitted_at, status, due_at)
           VALUES (?, 's1', ?, ?, ?)""",
        rows,
    )
    day = TODAY - 5
    assert sorted(read(store).work, key=repr) == sorted(
        [
            Work(day, None),
            Work(day, TODAY - 2),
            Work(day, TODAY - 8),
            Work(day, day),
            Work(TODAY - 1, None),
        ],
        key=repr,
    )


def test_holidays_are_free_and_exam_weeks_are_not(store: Store) -> None:
    """All days of a holiday, the last one too."""
    store.execute("INSERT INTO calendar VALUES (10, 12, 'holiday', '', NULL)")
    store.execute("INSERT INTO calendar VALUES (20, 22, 'exam_week', '', NULL)")
    assert read(store).free_days == {10, 11, 12}


def test_the_cause_says_what_is_looked_at() -> None:
    """A rule by its metrics, a template by its category, else the kind of the intervention."""
    book = shipped_book()
    assert interest_of_rule(book, "overdue_work_reminder") is Interest.OVERDUE
    assert interest_of_rule(book, "low_performance_alert") is Interest.ACCURACY
    assert interest_of_rule(book, "inactivity_check_in") is Interest.ACTIVITY
    assert interest_of_rule(book, "gone") is None
    assert interest_of_template(book, "overdue_was_due") is Interest.OVERDUE
    assert interest_of_template(book, "struggling_meet") is Interest.ACCURACY
    assert interest_of_template(book, "") is None
    assert interest_of_type(InterventionType.TUTOR) is Interest.ACCURACY
    assert interest_of_type(InterventionType.PARENT) is Interest.ACTIVITY
