"""The roll: of some students, who is in school on her own calendar's today, and why not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.nudging.rule import AppliesTo
from nudgebot.school.days import local_day, zone_named
from nudgebot.school.enrollment import IN_FORCE, IN_TERM
from nudgebot.store import Store


@dataclass(frozen=True)
class Pupil:
    """A student today; `absence` says why she is not in school, and is empty when she is."""

    student_id: str
    name: str
    first_name: str
    zone: ZoneInfo
    language: str
    day: int
    absence: str


@dataclass(frozen=True)
class Seat:
    """A class that a student is in today."""

    class_id: str
    name: str
    subject: str
    stream: str


def pupils(
    store: Store, student_ids: Collection[str], *, zone: ZoneInfo, as_of: datetime
) -> dict[str, Pupil]:
    """The students of these ids that the newest export holds; nobody is found twice."""
    rows = store.rows(
        """SELECT student_id, name, given_name, timezone, language, active FROM students
           WHERE gone_at IS NULL AND student_id IN (SELECT value FROM json_each(?))""",
        [json.dumps(list(student_ids))],
    )
    zones = {name: zone_named(name, zone) for name in {row["timezone"] for row in rows}}
    today = {name: local_day(as_of, each) for name, each in zones.items()}
    by_day: dict[int, list[str]] = {}
    for row in rows:
        by_day.setdefault(today[row["timezone"]], []).append(row["student_id"])
    absences: dict[str, str] = {}
    for day, ids in by_day.items():
        absences |= _absences(store, ids, day)
    return {
        row["student_id"]: Pupil(
            student_id=row["student_id"],
            name=row["name"] or row["student_id"],
            first_name=row["given_name"] or row["name"] or row["student_id"],
            zone=zones[row["timezone"]],
            language=row["language"],
            day=today[row["timezone"]],
            absence=absences.get(row["student_id"], "")
            if row["active"]
            else "The student is not active.",
        )
        for row in rows
    }


def _absences(store: Store, student_ids: Collection[str], day: int) -> dict[str, str]:
    holiday = store.row(
        """SELECT title FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
           AND begin_day <= :day AND end_day >= :day""",
        {"day": day},
    )
    if holiday is not None:
        return dict.fromkeys(student_ids, "Today is a holiday.")
    rows = store.rows(
        f"""SELECT e.person_id, MAX({IN_TERM}) AS in_term
            FROM enrollments e JOIN classes c ON c.class_id = e.class_id
            WHERE e.role = 'student' AND {IN_FORCE}
            AND e.person_id IN (SELECT value FROM json_each(:ids))
            GROUP BY e.person_id""",  # noqa: S608  # constants of this module
        {"day": day, "ids": json.dumps(list(student_ids))},
    )
    in_term = {row["person_id"]: bool(row["in_term"]) for row in rows}
    return {
        student_id: "No class of the student is in term today."
        if student_id in in_term
        else "The student is in no class today."
        for student_id in student_ids
        if not in_term.get(student_id)
    }


def seats(store: Store, found: Iterable[Pupil]) -> dict[str, list[Seat]]:
    """The classes in term that each of the students is in today, by class id."""
    seats_by_student: dict[str, list[Seat]] = {}
    for day, ids in _by_day(found).items():
        rows = store.rows(
            f"""SELECT e.person_id, c.class_id, c.name, c.subject, c.stream
                FROM enrollments e JOIN classes c ON c.class_id = e.class_id
                WHERE e.role = 'student' AND {IN_FORCE} AND {IN_TERM}
                AND e.person_id IN (SELECT value FROM json_each(:ids))
                ORDER BY c.class_id""",  # noqa: S608  # constants of this module
            {"day": day, "ids": json.dumps(ids)},
        )
        for row in rows:
            seats_by_student.setdefault(row["person_id"], []).append(
                Seat(row["class_id"], row["name"], row["subject"], row["stream"])
            )
    return seats_by_student


def mentors(store: Store, found: Iterable[Pupil]) -> dict[str, list[str]]:
    """The ids of the teachers of the classes in term that each of the students is in today."""
    teachers: dict[str, list[str]] = {}
    for day, ids in _by_day(found).items():
        rows = store.rows(
            f"""SELECT DISTINCT s.person_id AS student_id, e.person_id AS teacher_id
                FROM enrollments e
                JOIN classes c ON c.class_id = e.class_id
                JOIN teachers t ON t.teacher_id = e.person_id AND t.gone_at IS NULL
                JOIN enrollments s ON s.class_id = e.class_id AND s.role = 'student'
                    AND s.gone_at IS NULL
                    AND (s.begin_day IS NULL OR s.begin_day <= :day)
                    AND (s.end_day IS NULL OR s.end_day >= :day)
                WHERE e.role = 'teacher' AND {IN_FORCE} AND {IN_TERM}
                AND s.person_id IN (SELECT value FROM json_each(:ids))
                ORDER BY 1, 2""",  # noqa: S608  # constants of this module
            {"day": day, "ids": json.dumps(ids)},
        )
        for row in rows:
            teachers.setdefault(row["student_id"], []).append(row["teacher_id"])
    return teachers


def members(store: Store, applies_to: AppliesTo, *, day: int) -> frozenset[str]:
    """The students who are, on a day, in a class that a rule is about.

    A class is named by id or name, a subject by name; case does not matter.
    """
    rows = store.rows(
        f"""SELECT e.person_id, c.class_id, c.name, c.subject
            FROM enrollments e JOIN classes c ON c.class_id = e.class_id
            WHERE e.role = 'student' AND {IN_FORCE} AND {IN_TERM}""",  # noqa: S608  # constants of this module
        {"day": day},
    )
    chosen: dict[tuple[str, str, str], bool] = {}
    found = set()
    for student_id, *about in rows:
        key = (about[0], about[1], about[2])
        if key not in chosen:
            chosen[key] = covers(applies_to, Seat(*key, stream=""))
        if chosen[key]:
            found.add(student_id)
    return frozenset(found)


def covers(applies_to: AppliesTo, seat: Seat) -> bool:
    """Whether a rule is about this class."""
    names = {seat.class_id.casefold(), seat.name.casefold()}
    classes = {each.casefold() for each in applies_to.classes}
    subjects = {each.casefold() for each in applies_to.subjects}
    return (not classes or bool(classes & names)) and (
        not subjects or seat.subject.casefold() in subjects
    )


def _by_day(found: Iterable[Pupil]) -> Mapping[int, list[str]]:
    by_day: dict[int, list[str]] = {}
    for pupil in found:
        by_day.setdefault(pupil.day, []).append(pupil.student_id)
    return by_day
