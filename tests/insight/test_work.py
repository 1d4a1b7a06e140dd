"""Which work counts, from when on, and as what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from .conftest import Row
from .facts import NOW, TODAY, Facts, moment

Setting = Callable[[Facts], None]


def _exam(day: float = -10, **values: object) -> Setting:
    return lambda facts: facts.exam("e1", "math", day, **values)


def _result(percent: float | None = 80, **values: object) -> Setting:
    return lambda facts: facts.result("e1", "ana", percent, **values)


def _due(day: float = -10) -> Setting:
    return lambda facts: facts.assignment("a1", "math", day)


def _handed(day: float | None = None, score: float | None = None, **values: object) -> Setting:
    return lambda facts: facts.submission("a1", "ana", day, score, **values)


def _enrolled(begin: int | None = None, end: int | None = None, **values: object) -> Setting:
    return lambda facts: facts.put(
        "enrollments",
        class_id="math",
        person_id="ana",
        role="student",
        begin_day=None if begin is None else TODAY + begin,
        end_day=None if end is None else TODAY + end,
        **values,
    )


CASES = (
    pytest.param([_exam(), _result()], 80.0, 0, id="a released result counts"),
    pytest.param([_exam(released_at=None), _result()], None, None, id="not released"),
    pytest.param([_exam(released_at=moment(0, 1)), _result()], None, None, id="released later"),
    pytest.param([_exam(released_at=moment()), _result()], 80.0, 0, id="released this second"),
    pytest.param([_exam(), _result(changed_at=moment(0, 1))], None, None, id="marked later"),
    pytest.param([_exam(), _result(None, status="missed")], 0.0, 1, id="a missed exam is 0"),
    pytest.param([_exam(), _result(None, status="excused")], None, None, id="excused exam"),
    pytest.param([_exam(), _result(None)], None, None, id="not marked yet is not missed"),
    pytest.param([_exam(), _result(gone_at=moment(-1))], 0.0, 1, id="a result that is gone"),
    pytest.param([_exam(gone_at=moment(-1)), _result()], None, None, id="an exam that is gone"),
    pytest.param([_exam(-8, released_at=moment(-7))], 0.0, 1, id="no word a week after release"),
    pytest.param([_exam(-8, released_at=moment(-7, 1))], None, None, id="no word within the week"),
    pytest.param([_exam(max_score=0), _result()], None, None, id="no points to be had"),
    pytest.param([_exam(-180), _result()], None, None, id="180 days ago is too long"),
    pytest.param([_exam(-179), _result()], 80.0, 0, id="179 days ago counts"),
    pytest.param([_due()], 0.0, 1, id="due and not handed in is 0"),
    pytest.param([_due(0)], 0.0, 1, id="due this second"),
    pytest.param([_due(0.01)], None, None, id="due later today"),
    pytest.param([_due(), _handed(-11, 70)], 70.0, 0, id="handed in and scored"),
    pytest.param([_due(), _handed(-11)], None, None, id="handed in, waiting for its mark"),
    pytest.param([_due(), _handed(-5, 70)], 70.0, 0, id="late is better than never"),
    pytest.param([_due(), _handed(0.1, 70)], 0.0, 1, id="handed in later than now"),
    pytest.param([_due(5), _handed(-1, 70)], 70.0, 0, id="early"),
    pytest.param([_due(), _handed(status="excused")], None, None, id="excused assignment"),
    pytest.param([_due(), _handed(due_at=moment(1))], None, None, id="an extension that runs"),
    pytest.param([_due(), _handed(due_at=moment(-1))], 0.0, 1, id="an extension that is over"),
    pytest.param([_due(2), _handed(due_at=moment(-1))], 0.0, 1, id="an earlier date of her own"),
    pytest.param([_due(-200), _handed(due_at=moment(-1))], 0.0, 1, id="a very long extension"),
    pytest.param([_due(), _handed(score=60)], 60.0, 0, id="a mark without a time of handing in"),
    pytest.param([_due(), _handed(score=0, status="missed")], 0.0, 1, id="closed as missed"),
    pytest.param([_enrolled(-9), _due()], None, None, id="joined the day after it was due"),
    pytest.param([_enrolled(-10), _due()], 0.0, 1, id="joined on the day it was due"),
    pytest.param([_enrolled(-90, -11), _due()], None, None, id="left before it was due"),
    pytest.param([_enrolled(-90, -10), _due()], 0.0, 1, id="left on the day it was due"),
    pytest.param([_enrolled(gone_at=moment(-1)), _due()], None, None, id="no longer listed"),
    pytest.param([_enrolled(-9), _exam(), _result()], 80.0, 0, id="a mark counts, enrolled or not"),
    pytest.param(
        [_enrolled(-9), _exam(), _result(None, status="missed")],
        None,
        None,
        id="missed before she joined",
    ),
    pytest.param(
        [_enrolled(-9), _due(), _handed(score=0, status="missed")],
        None,
        None,
        id="closed as missed before she joined",
    ),
)


@pytest.mark.parametrize(("settings", "average", "missed"), CASES)
def test_what_counts(
    facts: Facts,
    row: Row,
    settings: list[Setting],
    average: float | None,
    missed: int | None,
) -> None:
    """Each case alone gives the average score, and the number of missed pieces of work."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math")
    for setting in settings:
        setting(facts)
    figures = row()
    assert (figures["average_score"], figures["missed_work"]) == (average, missed)


def test_without_an_enrolment_file_marks_count_and_nothing_is_missed(
    facts: Facts, row: Row
) -> None:
    """Classes that nobody is listed in make no work due; what the LMS says of her stands."""
    facts.student("ana")
    facts.exam("e1", "math", -20)
    facts.result("e1", "ana", 60)
    facts.assignment("a1", "math", -5)
    figures = row()
    assert (figures["average_score"], figures["missed_assignments"]) == (60.0, None)
    facts.submission("a1", "ana", status="missed")
    assert row()["average_score"] == 30.0


def test_the_past_sees_the_same_work_as_it_stood(facts: Facts, row: Row) -> None:
    """Missed between due and late hand-in, then the mark; a later end of enrolment is unknown."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math", -90, -2)
    facts.assignment("a1", "math", -10)
    facts.submission("a1", "ana", -8, 70)
    found = [row(as_of=NOW + timedelta(days=day))["average_score"] for day in (-11, -9, -7, 0)]
    assert found == [None, 0.0, 70.0, 70.0]
    facts.exam("e1", "math", 3)
    assert row(as_of=NOW - timedelta(days=3))["upcoming_exam_days"] == 6
    assert row()["upcoming_exam_days"] is None


@pytest.mark.parametrize(
    ("day", "values", "days"),
    [
        pytest.param(0.1, {}, 0, id="later today"),
        pytest.param(0, {}, None, id="begun this second"),
        pytest.param(60, {}, 60, id="in 60 days"),
        pytest.param(61, {}, None, id="too far ahead"),
        pytest.param(3, {"gone_at": moment(-1)}, None, id="cancelled"),
    ],
)
def test_the_next_exam(
    facts: Facts, row: Row, day: float, values: dict[str, int], days: int | None
) -> None:
    """Days to the next exam of a class that she is in, within 60 days."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math")
    facts.exam("e1", "math", day, **values)
    assert row()["upcoming_exam_days"] == days


def test_an_excused_exam_is_not_ahead(facts: Facts, row: Row) -> None:
    """Whoever is excused is not asked to prepare; the exam after it is the next."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math")
    facts.exam("e1", "math", 3)
    facts.exam("e2", "math", 9)
    facts.result("e1", "ana", None, status="excused")
    assert row()["upcoming_exam_title"] == "e2"


@pytest.mark.parametrize(
    ("scores", "trend", "change"),
    [
        pytest.param((50, 60), None, 10.0, id="two scores are no line"),
        pytest.param((50, 55, 60), "improving", 7.5, id="ten points over three"),
        pytest.param((50, 55, 59), "steady", 6.5, id="nine points"),
        pytest.param((60, 55, 50), "declining", -7.5, id="ten points down"),
        pytest.param((0, 90, 80, 70, 60, 50), "declining", -25.0, id="only the last five"),
        pytest.param((70, 70, 70), "steady", 0.0, id="level"),
    ],
)
def test_trend_and_change(
    facts: Facts, row: Row, scores: tuple[int, ...], trend: str | None, change: float
) -> None:
    """The oldest score first; a line through the last five, and the last against those before."""
    facts.student("ana")
    for number, score in enumerate(scores):
        facts.exam(f"e{number}", "math", number - 20, subject="Math")
        facts.result(f"e{number}", "ana", score)
    figures = row()
    assert (figures["score_trend"], figures["score_change"]) == (trend, change)
    assert figures["subject_score_trend"] == trend


def test_struggling_subjects(facts: Facts, row: Row) -> None:
    """Below 60 from two pieces of work on; the weakest first, and its own activity."""
    facts.student("ana")
    for subject, scores in {"Art": (59, 60), "Math": (30, 40), "Physics": (10,)}.items():
        for number, score in enumerate(scores):
            facts.exam(f"{subject}{number}", subject, -20 + number, subject=subject)
            facts.result(f"{subject}{number}", "ana", score)
    facts.active("ana", -1, subject="Art")
    facts.active("ana", -6, subject="Math")
    facts.skill("k1", "Fractions", "Math")
    facts.practice("ana", "k1", -4, 5, 5)
    figures = row()
    assert figures["struggling_subjects"] == ("Math", "Art")
    assert figures["struggling_subjects_count"] == 2
    assert (figures["weakest_subject"], figures["subject_score"]) == ("Math", 35.0)
    assert figures["days_since_subject_activity"] == 4


@pytest.mark.parametrize(
    ("size", "rank"), [pytest.param(4, None, id="four are too few"), pytest.param(5, 10.0, id="5")]
)
def test_percentile_needs_a_group(facts: Facts, row: Row, size: int, rank: float | None) -> None:
    """With fewer than five measured in a class a rank would give the others away."""
    facts.exam("e1", "math", -10)
    for number, name in enumerate(["ana", "ben", "cem", "dia", "eve"][:size]):
        facts.student(name)
        facts.enroll(name, "math")
        facts.result("e1", name, 50 + number)
    assert row()["percentile_rank"] == rank
