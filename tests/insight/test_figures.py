"""Figures stay what a computation from nothing gives, whatever happens and in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ready import ready_store

from nudgebot.insight.figures import Figures
from nudgebot.insight.table import FigureTable
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

from .facts import NOW, THRESHOLDS, Facts, moment

STUDENTS = ("ana", "ben", "cem", "dia", "eve", "fay")
ZONES = ("", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin", "")
CLASSES = ("math", "art")
FACT_TABLES = (
    "students classes enrollments skills activity_days video_days practice exams exam_results "
    "assignments submissions touched figures figures_state standings unranked unranked_classes"
)


@dataclass(frozen=True)
class Step:
    """One thing that happens; numbers choose among a few students, classes, times and values."""

    kind: str
    who: int
    what: int
    days: int
    hours: int
    value: int


KINDS = ("activity video practice exam result assignment submission enroll person time").split()  # noqa: SIM905  # reads better
steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(KINDS),
        who=st.integers(0, 5),
        what=st.integers(0, 3),
        days=st.sampled_from((-12, -8, -7, -2, -1, 0, 0, 0, 0, 1)),
        hours=st.integers(0, 23),
        value=st.integers(0, 10),
    ),
    max_size=30,
)


class World:
    """A school in which things happen, with the marks that an import leaves behind."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.now = NOW
        for table in FACT_TABLES.split():
            facts.store.execute(f"DELETE FROM {table}")  # noqa: S608  # constants
        for class_id, subject in zip(CLASSES, ("Math", ""), strict=True):
            facts.school_class(class_id, subject)
        facts.skill("k0", "Fractions", "Math")
        for name, zone in zip(STUDENTS, ZONES, strict=True):
            facts.student(name, timezone=zone)
            facts.enroll(name, "math")
            facts.exam("x0", "math", -20)
            facts.result("x0", name, 10.0 * len(zone))

    def touch_class(self, class_id: str) -> None:
        for row in self.facts.store.rows(
            "SELECT person_id FROM enrollments WHERE class_id = ?", [class_id]
        ):
            self.facts.touch(row[0])

    def happen(self, step: Step) -> None:
        if step.kind == "time":
            hours = step.value * (1 if step.what % 2 else 7)
            self.now += timedelta(hours=hours, minutes=step.hours)
            return
        who, klass = STUDENTS[step.who], CLASSES[step.what % 2]
        # Counted from where the world has got to, so that much happens later on the same day.
        since_now = (self.now - NOW) / timedelta(days=1)
        getattr(self, step.kind)(step, who, klass, since_now + step.days + step.hours / 24)
        self.facts.touch(who)
        if step.kind in ("exam", "assignment"):
            for class_id in CLASSES:  # the class that it left, too
                self.touch_class(class_id)
            for row in self.facts.store.rows("SELECT student_id FROM exam_results"):
                self.facts.touch(row[0])

    def activity(self, step: Step, who: str, _klass: str, _when: float) -> None:
        subject, kind = ("", "Math", "Art")[step.value % 3], ("login", "video")[step.what % 2]
        self.facts.active(who, step.days, subject=subject, kind=kind, hour=step.hours)

    def video(self, step: Step, who: str, _klass: str, _when: float) -> None:
        self.facts.video(who, f"x{step.what}", step.days, step.value / 10, 7.0)

    def practice(self, step: Step, who: str, _klass: str, when: float) -> None:
        self.facts.practice(who, "k0", step.days, 10, step.value, started_at=moment(when))

    def exam(self, step: Step, _who: str, klass: str, when: float) -> None:
        released = None if step.value == 0 else moment(when + step.value - 2)
        subject = "Art" if step.value % 2 else ""
        self.facts.exam(f"x{step.what}", klass, when, released_at=released, subject=subject)

    def result(self, step: Step, who: str, _klass: str, when: float) -> None:
        status = {0: "missed", 1: "excused"}.get(step.value, "scored")
        changed = None if step.days % 2 else moment(when)
        score = 10.0 * step.value
        self.facts.result(f"x{step.what}", who, score, status=status, changed_at=changed)

    def assignment(self, step: Step, _who: str, klass: str, when: float) -> None:
        self.facts.assignment(f"x{step.what}", klass, when, skill_ids="k0")

    def submission(self, step: Step, who: str, _klass: str, when: float) -> None:
        own_due = moment(when) if step.value % 3 == 0 else None
        handed = when if step.value % 2 else None
        score = 10.0 * step.value if step.hours % 2 else None
        self.facts.submission(f"x{step.what}", who, handed, score, due_at=own_due)

    def enroll(self, step: Step, who: str, klass: str, _when: float) -> None:
        self.facts.enroll(who, klass, step.days, step.days + step.value)

    def person(self, step: Step, who: str, _klass: str, _when: float) -> None:
        self.facts.student(who, timezone=ZONES[step.what], active=int(step.value > 1))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One file for all examples; each begins with empty tables."""
    path: Path = tmp_path_factory.mktemp("figures") / "school.db"
    opened = ready_store(path, [SCHOOL, INSIGHT])
    opened.execute("PRAGMA synchronous=OFF")
    yield opened
    opened.close()


def _rows(table: FigureTable) -> dict[str, dict[str, object]]:
    return {student_id: dict(row) for student_id, row in table.rows()}


def _figures(store: Store) -> Figures:
    return Figures(store, zone=ZoneInfo("Europe/Berlin"), thresholds=THRESHOLDS)


_RELEASE = [
    Step("exam", 0, 1, -1, 0, 1),
    Step("result", 0, 1, -1, 0, 9),
    Step("time", 0, 0, 0, 0, 0),
    Step("time", 0, 0, 0, 0, 10),
]


@given(happenings=steps)
@example(happenings=_RELEASE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_refreshing_gives_what_computing_anew_gives(shared: Store, happenings: list[Step]) -> None:
    """After any facts and any passing of time: refreshed, looked up and recomputed are equal."""
    figures = _figures(shared)
    world = World(Facts(shared))
    figures.refresh(world.now)
    for step in happenings:
        before = _rows(figures.table())
        world.happen(step)
        if step.kind != "time":
            continue
        done = figures.refresh(world.now)
        after = _rows(figures.table())
        assert after == _rows(figures.at(world.now))
        assert done.changed == {each for each in after if after[each] != before.get(each)}
    figures.refresh(world.now)
    refreshed = _rows(figures.table())
    figures.recompute(world.now)
    assert refreshed == _rows(figures.table()) == _rows(figures.at(world.now))


@given(happenings=steps, back_hours=st.integers(0, 400))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_past_is_what_was_computed_then(
    shared: Store, happenings: list[Step], back_hours: int
) -> None:
    """Looking back equals a computation at that instant, and some students equal everybody."""
    world = World(Facts(shared))
    for step in happenings:
        world.happen(step)
    figures = _figures(shared)
    then = world.now - timedelta(hours=back_hours)
    looked_up = _rows(figures.at(then))
    figures.recompute(then)
    assert looked_up == _rows(figures.table())
    assert _rows(figures.at(then, ["ana", "fay"])) == {
        name: looked_up[name] for name in ("ana", "fay") if name in looked_up
    }


def _crowd(facts: Facts, size: int) -> None:
    chance = random.Random(5)  # noqa: S311  # a sample school
    for number in range(size):
        name, klass = f"s{number:04d}", f"c{number // 20}"
        facts.student(name)
        facts.enroll(name, klass)
        facts.active(name, *range(-20, 0, 3), subject="Math")
        facts.practice(name, "k1", -2, 10, chance.randrange(10))
        facts.video(name, "v1", -3, 0.5)
        for item in range(3):
            facts.result(f"{klass}-e{item}", name, chance.randrange(100))
            facts.submission(f"{klass}-a{item}", name, -9, chance.randrange(100))
    for klass in {f"c{number // 20}" for number in range(size)}:
        facts.school_class(klass, "Math")
        for item in range(3):
            facts.exam(f"{klass}-e{item}", klass, -30 + item)
            facts.assignment(f"{klass}-a{item}", klass, -8 + item)


def _steps_of_a_refresh(path: Path, size: int) -> int:
    """How many of the engine's own steps it takes to refresh one student, in thousands."""
    store = ready_store(path / f"{size}.db", [SCHOOL, INSIGHT])
    facts = Facts(store)
    with store.transaction():
        _crowd(facts, size)
    figures = _figures(store)
    figures.refresh(NOW)
    facts.result("c0-e2", "s0003", 77)
    facts.touch("s0003")
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    store.connection.set_progress_handler(tick, 100)
    done = figures.refresh(NOW + timedelta(minutes=1))
    store.connection.set_progress_handler(None, 0)
    store.close()
    assert "s0003" in done.changed
    return count


def test_a_refresh_costs_what_it_touches_not_what_there_is(tmp_path: Path) -> None:
    """One student's new mark costs the engine as much in a school ten times as large."""
    small, large = _steps_of_a_refresh(tmp_path, 40), _steps_of_a_refresh(tmp_path, 400)
    assert large <= small * 1.15


def _passing(kind: str, facts: Facts) -> None:  # noqa: C901  # a table of cases
    """Something that will come about two hours from now, in ana's case."""
    soon = moment(0, 2)
    if kind == "an exam is written":
        facts.exam("e1", "math", 0, at=soon, released_at=None)
    elif kind == "a result is released":
        facts.exam("e1", "math", -3, released_at=soon)
        facts.result("e1", "ana", 50)
    elif kind == "a result is released without an enrolment":
        facts.exam("e1", "elsewhere", -3, released_at=soon)
        facts.result("e1", "ana", 50)
    elif kind == "a result is changed":
        facts.exam("e1", "math", -3)
        facts.result("e1", "ana", 50, changed_at=soon)
    elif kind == "a week after an exam":
        facts.exam("e1", "math", 0, at=soon - 7 * 86400, released_at=moment(-20))
    elif kind == "a week after a release":
        facts.exam("e1", "math", -9, released_at=soon - 7 * 86400)
    elif kind == "an assignment is due":
        facts.assignment("a1", "math", 0, due_at=soon)
    elif kind == "an extension is over":
        facts.assignment("a1", "math", -3)
        facts.submission("a1", "ana", due_at=soon)
    elif kind == "work is handed in":
        facts.assignment("a1", "math", -3)
        facts.submission("a1", "ana", 2 / 24, 70)
    elif kind == "work of a class that she is not in is due":
        facts.assignment("a1", "elsewhere", 0, due_at=soon)
        facts.submission("a1", "ana", status="missed")
    elif kind == "activity of a later hour":
        facts.active("ana", 0, hour=16)
    else:
        facts.practice("ana", "k1", 0, 10, 5, started_at=soon)


@pytest.mark.parametrize(
    "kind",
    [
        "an exam is written",
        "a result is released",
        "a result is released without an enrolment",
        "a result is changed",
        "a week after an exam",
        "a week after a release",
        "an assignment is due",
        "an extension is over",
        "work is handed in",
        "work of a class that she is not in is due",
        "activity of a later hour",
        "practice of a later hour",
    ],
)
def test_time_alone_changes_figures(facts: Facts, figures: Figures, kind: str) -> None:
    """No import in between: the refresh after the instant sees it, the one before does not."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math")
    _passing(kind, facts)
    figures.refresh(NOW)
    assert figures.refresh(NOW + timedelta(hours=1)).changed == frozenset()
    later = NOW + timedelta(hours=2)
    assert figures.refresh(later).changed == {"ana"}
    assert _rows(figures.table()) == _rows(figures.at(later))


def test_a_quiet_refresh_changes_nothing(facts: Facts, figures: Figures) -> None:
    """Nothing touched, nothing due: nothing is computed, and the instant is noted."""
    facts.student("ana")
    figures.refresh(NOW)
    later: datetime = NOW + timedelta(minutes=5)
    done = figures.refresh(later)
    assert (done.changed, done.events) == (frozenset(), ())
    assert figures.computed_at() == later


def test_another_basis_computes_everything_anew(facts: Facts, store: Store) -> None:
    """Other thresholds or an earlier instant: nobody keeps figures of the former basis."""
    facts.student("ana")
    facts.exam("e1", "math", -20)
    for number in range(3):
        facts.exam(f"e{number}", "math", -20 + number)
        facts.result(f"e{number}", "ana", 45)
    _figures(store).refresh(NOW)
    assert _figures(store).table().columns["risk_level"] == ["high"]
    raised = {**THRESHOLDS, "critical": 0.95, "high": 0.9}
    other = Figures(store, zone=ZoneInfo("UTC"), thresholds={**raised, "medium": 0.2, "low": 0.1})
    assert other.refresh(NOW).changed == {"ana"}
    assert other.refresh(NOW - timedelta(days=40)).changed == {"ana"}
    assert other.table().columns["average_score"] == [None]


def test_a_file_of_another_catalogue_is_laid_out_anew(facts: Facts, store: Store) -> None:
    """A program with other metrics than the one before it opens the file and computes afresh."""
    facts.student("ana")
    _figures(store).refresh(NOW)
    store.execute("ALTER TABLE figures ADD COLUMN a_metric_of_old")
    store.execute("ALTER TABLE figures DROP COLUMN current_streak")
    figures = _figures(store)
    assert figures.computed_at() is None
    assert len(figures.table()) == 0
    assert figures.refresh(NOW).changed == {"ana"}


def test_a_student_who_leaves_is_forgotten(facts: Facts, figures: Figures) -> None:
    """An inactive student loses her figures with the import that says so."""
    facts.student("ana")
    facts.student("ben")
    figures.refresh(NOW)
    facts.student("ana", active=0)
    facts.touch("ana")
    figures.refresh(NOW + timedelta(minutes=1))
    assert list(figures.table().student_ids) == ["ben"]
    assert facts.store.value("SELECT count(*) FROM touched") == 0
