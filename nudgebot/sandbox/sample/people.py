"""One student of the sample: who she is, where she sits, how she learns, and her guardians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nudgebot.sandbox.sample.chance import Draw, pick, spread, stream
from nudgebot.sandbox.sample.classrooms import Homeroom, homeroom_of
from nudgebot.sandbox.sample.course import SUBJECTS, Course
from nudgebot.sandbox.sample.kinds import ENGLISH, MATHEMATICS, Kind, kind_of
from nudgebot.sandbox.sample.layout import Row
from nudgebot.sandbox.sample.names import student_name
from nudgebot.sandbox.sample.timeline import Timeline

_ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Africa/Cairo",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
)
_AWAY = MappingProxyType({7: 0, 16: 1, 21: 2})
_KNOWN_BY_NUMBER = (3, 5)  # stuck at division and fractions
_AWAY_SHARE = 0.03
_EASY_CAP = 0.97
_SETTLING_DAYS = 7


@dataclass(frozen=True)
class Student:
    """A student with what her kind leaves open; `caps` is the accuracy reachable per skill."""

    number: int
    kind: Kind
    room: Homeroom
    language: str
    given_name: str
    name: str
    zone: str
    hour: float
    diligence: float
    level: float
    subjects: tuple[int, ...]
    caps: tuple[float, ...]
    stop: int | None
    back: int

    @property
    def student_id(self) -> str:
        """The id in every file."""
        return str(self.number)

    def in_class(self, offset: int) -> bool:
        """Whether she is enrolled on that day, counted from the anchor."""
        begins, leaves = self.kind.begins, self.kind.leaves
        return (begins is None or offset >= begins) and (leaves is None or offset <= leaves)

    def is_assessed(self, offset: int) -> bool:
        """Whether work of that day is hers to do: not in the first week after joining."""
        begins = self.kind.begins
        return self.in_class(offset) and (begins is None or offset >= begins + _SETTLING_DAYS)

    def is_away(self, offset: int) -> bool:
        """Whether she has stopped turning up by that day and is not back yet."""
        return self.stop is not None and self.stop < offset < self.back


def build_student(seed: int, number: int, *, course: Course, school_zone: str) -> Student:
    """The student with that number (from 1); the size of the school plays no part."""
    draw = stream(seed, number)
    kind = kind_of(seed, number)
    language, given_name, name = student_name(number, draw)
    return Student(
        number=number,
        kind=kind,
        room=homeroom_of(number),
        language=language,
        given_name=given_name,
        name=name,
        zone=_zone(number, draw, school_zone),
        hour=_hour(draw),
        diligence=0.9 + 0.2 * draw(),
        level=0.0 if number == 5 else (draw() - 0.5) * 12,
        subjects=_subjects(number, draw),
        caps=_caps(number, kind, draw, course),
        stop=None if kind.stops is None else _between(kind.stops, draw),
        back=_between(kind.returns, draw),
    )


def _zone(number: int, draw: Draw, school_zone: str) -> str:
    away, which = draw() < _AWAY_SHARE, pick(draw, _ZONES)
    if number in _AWAY:
        return _ZONES[_AWAY[number]]
    return which if away and number > 30 else school_zone


def _hour(draw: Draw) -> float:
    """When she likes to work: most after school, some in the evening, a few before."""
    times = (8.1, 13.5, 14.5, 15.0, 15.5, 16.0, 16.5, 17.0, 18.5, 19.5)
    return pick(draw, times) + draw() - 0.5


def _subjects(number: int, draw: Draw) -> tuple[int, ...]:
    """Each subject as often as she turns to it; nobody spreads evenly."""
    favourite = int(draw() * len(SUBJECTS))
    everyone = tuple(range(len(SUBJECTS)))
    if number in _KNOWN_BY_NUMBER:
        return (*everyone, MATHEMATICS, MATHEMATICS)
    return (*everyone, *everyone, favourite)


def _caps(number: int, kind: Kind, draw: Draw, course: Course) -> tuple[float, ...]:
    low, high = kind.cap
    caps = [
        low + (high - low) * draw() if draw() < kind.hard_skills else _EASY_CAP
        for _ in course.skills
    ]
    if number in _KNOWN_BY_NUMBER:
        known = {skill.skill_id: place for place, skill in enumerate(course.skills)}
        caps[known["m-multiplication"]] = _EASY_CAP
        caps[known["m-division"]] = 0.76 if number == 5 else 0.6
        caps[known["m-fractions"]] = 0.6 if number == 5 else 0.54
    return tuple(caps)


def _between(pair: tuple[int, int], draw: Draw) -> int:
    low, high = pair
    return low + int(draw() * (high - low + 1))


def people_rows(
    student: Student, timeline: Timeline, ids: Mapping[str, int]
) -> Iterator[tuple[str, Row]]:
    """Rows of the student, her enrollments and her guardians, each with the name of its file."""
    key = student.student_id
    kind, number = student.kind, student.number
    gone = kind.leaves is not None and kind.leaves < timeline.today - timeline.anchor
    yield (
        "students.csv",
        (
            key,
            student.name,
            student.given_name,
            f"student{number}@school.example",
            ids.get(key, ""),
            student.zone,
            student.language,
            "false" if gone else "true",
        ),
    )
    begin = "" if kind.begins is None else timeline.date_of(timeline.anchor + kind.begins)
    end = "" if kind.leaves is None else timeline.date_of(timeline.anchor + kind.leaves)
    for subject in range(len(SUBJECTS)):
        yield "enrollments.csv", (student.room.class_id(subject), key, "student", begin, end)
    for place in range(1 + number % 2):
        yield "guardians.csv", _guardian(student, place)


def _guardian(student: Student, place: int) -> Row:
    key = f"g{student.number}{'ab'[place]}"
    name = f"Guardian {'One' if place == 0 else 'Two'} of Student {student.number}"
    may_contact = "false" if (student.number * 3 + place) % 8 == 0 else "true"
    return (
        key,
        student.student_id,
        name,
        f"{key}@family.example",
        student.language,
        may_contact,
    )


def score_percent(student: Student, subject: int, *, base: float, draw: Draw) -> float:
    """A score between 0 and 100 around `base`, the kind's score on that day."""
    if student.kind.keeps_english and subject == ENGLISH:
        base = 76.0
    lean = (subject - 1) * 3 * (1 if student.number % 2 else -1)
    noise = spread(draw) * student.kind.noise
    return max(4.0, min(100.0, base + student.level + lean + noise))
