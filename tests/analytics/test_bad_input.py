"""What cannot be answered is said in a sentence; what is not measured is None and no error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nudgebot.errors import InputError
from nudgebot.insight.analytics import Analytics
from nudgebot.insight.report_data import DateRange, MasteryState
from nudgebot.store import Store

from .facts import Facts, analytics, day, period

Ask = Callable[[Analytics, DateRange], object]
EVERYTHING: dict[str, Ask] = {
    "student report": lambda it, when: it.get_student_performance_report("ana", when),
    "class report": lambda it, when: it.get_class_performance_report("7b", when),
    "student trend": lambda it, when: it.get_student_trend("ana", "xp", when),
    "class trend": lambda it, when: it.get_class_trend("7b", "xp", when),
    "comparison": lambda it, when: it.get_student_comparison("ana", "7b", when),
    "classes": lambda it, when: it.get_class_comparison("7b", "8c", when),
}


@pytest.fixture
def service(store: Store, facts: Facts) -> Analytics:
    facts.school_class("7b", "ana")
    facts.school_class("8c", "zoe")
    return analytics(store)


@pytest.mark.parametrize("ask", EVERYTHING.values(), ids=EVERYTHING)
@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        pytest.param(period(0, -1), "ends before it begins", id="backwards"),
        pytest.param(period(1, 5), "lies in the future", id="future"),
        pytest.param(period(-2000, 0), "too long", id="endless"),
    ],
)
def test_a_period_that_is_none(
    service: Analytics, ask: Ask, when: DateRange, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        ask(service, when)


def test_a_period_that_reaches_into_the_future_ends_today(service: Analytics) -> None:
    report = service.get_student_performance_report("ana", period(-6, 9))
    assert report.period == DateRange(day(-6), day(0))
    assert report.totals.days == 7


UNKNOWN: dict[str, Callable[[Analytics], object]] = {
    "a student": lambda it: it.get_student_performance_report("nobody"),
    "a student's trend": lambda it: it.get_student_trend_data("nobody", "xp"),
    "a class": lambda it: it.get_class_performance_report("nothing"),
    "another class": lambda it: it.get_class_performance_report("7b", other_class_ids=["no"]),
    "a class's trend": lambda it: it.get_class_trend_data("nothing", "xp"),
    "a skill": lambda it: it.get_skill_analytics("7b", "flying"),
    "a class of skills": lambda it: it.get_class_skills("nothing"),
    "whom to compare": lambda it: it.get_student_comparison("nobody", "7b"),
    "with whom": lambda it: it.get_student_comparison("ana", "nothing"),
    "a second class": lambda it: it.get_class_comparison("7b", "nothing"),
}


@pytest.mark.parametrize("ask", UNKNOWN.values(), ids=UNKNOWN)
def test_who_is_not_there(service: Analytics, ask: Callable[[Analytics], object]) -> None:
    with pytest.raises(InputError, match=r"There is no (active student|class|skill) of this id"):
        ask(service)


def test_a_class_is_not_compared_with_itself(service: Analytics) -> None:
    with pytest.raises(InputError, match="name two classes"):
        service.get_class_comparison("7b", "7b")


def test_a_student_of_whom_nothing_is_known(service: Analytics) -> None:
    """No export of practice or activity: nothing is 0."""
    report = service.get_student_performance_report("ana")
    totals = report.totals
    assert (totals.questions, totals.accuracy_percent, totals.minutes, totals.xp) == (None,) * 4
    assert totals.engagement_percent is None
    assert (report.skills, report.strengths, report.recent_activity) == ((), (), ())
    assert report.note.startswith("Nothing is recorded in this period")
    assert report.risk is not None
    assert report.risk.overall_risk_level == "unknown"
    assert report.data_as_of is None


def test_a_student_who_has_just_joined(store: Store, facts: Facts) -> None:
    """Two days here: two days count, and there is no period before."""
    facts.school_class("7b", "ben")
    facts.practice("ben", "add", -20, (5, 10))
    facts.student("new")
    facts.enroll("new", "7b", -1)
    report = analytics(store).get_student_performance_report("new", period(-27))
    assert (report.totals.days, report.totals.active_days, report.totals.questions) == (2, 0, 0)
    assert report.totals.accuracy_percent is None
    assert report.before is None


def test_a_student_who_came_after_the_period(store: Store, facts: Facts) -> None:
    facts.school_class("7b", "ben")
    facts.practice("ben", "add", -20, (5, 10))
    facts.student("new")
    facts.enroll("new", "7b", -1)
    report = analytics(store).get_student_performance_report("new", period(-27, -10))
    assert report.totals.days == 0
    assert report.totals.questions is None
    assert report.totals.engagement_percent is None
    assert "came after this period" in report.note


def test_a_class_of_one(store: Store, facts: Facts) -> None:
    """Her own figures are there; nobody is compared, ranked top, or put in quartiles."""
    facts.school_class("7b", "ana")
    facts.practice("ana", "add", -1, (8, 10), xp=80)
    service = analytics(store)
    report = service.get_class_performance_report("7b")
    assert report.totals.accuracy_percent == 80.0
    assert report.distribution.median is None
    assert report.top == ()
    beside = service.get_student_comparison("ana", "7b")
    assert (beside.compared, beside.figures, beside.xp_place) == (False, (), None)
    assert beside.note == "7B has only 1 student; groups under five are not compared."


def test_an_empty_class(store: Store, facts: Facts) -> None:
    facts.school_class("7b")
    service = analytics(store)
    report = service.get_class_performance_report("7b")
    assert report.note == "Nobody is in this class on the last day of the period."
    assert (report.ranking, report.totals.students, report.before) == ((), 0, None)
    assert not any(trend.measured for trend in report.trends)
    assert service.get_class_skills("7b").note


def test_a_skill_that_nobody_has_tried(store: Store, facts: Facts) -> None:
    facts.school_class("7b", "ana", "ben", subject="Mathematics")
    facts.skills("add")
    skill = analytics(store).get_skill_analytics("7b", "add")
    assert skill.note == "Nobody in this class has practised this skill yet."
    assert skill.average_accuracy_percent is None
    assert skill.states.not_started == 2
    assert skill.time_to_mastery.text == "nobody has begun"
    assert skill.students[0].standing.state is MasteryState.NOT_STARTED


def test_a_school_without_skills(store: Store, facts: Facts) -> None:
    """The skill parts say so, the rest stands."""
    facts.school_class("7b", "ana", subject="Mathematics")
    facts.active("ana", -1)
    service = analytics(store)
    assert service.get_class_skills("7b").note.startswith("The data have no skills")
    assert service.get_class_performance_report("7b").totals.mastered_per_student is None
    assert service.get_student_performance_report("ana").totals.active_days == 1


def test_rings_of_prerequisites_are_reported(store: Store, facts: Facts) -> None:
    """A requires b requires a: named, and nothing hangs."""
    facts.school_class("7b", "ana", subject="Mathematics")
    facts.skills("a", "b")
    facts.requires("a", "b")
    facts.requires("b", "a")
    facts.practice("ana", "a", -2, (2, 20))
    facts.practice("ana", "b", -1, (3, 20))
    service = analytics(store)
    assert service.get_class_skills("7b").cycles == (("A", "B"),)
    assert service.get_skill_analytics("7b", "a").cycles == (("A", "B"),)
    weak = service.get_student_performance_report("ana").weak_skills
    assert [each.begin_with for each in weak] == [("B",), ("A",)]


def test_a_session_without_questions_divides_nothing(store: Store, facts: Facts) -> None:
    facts.school_class("7b", "ana")
    facts.practice("ana", "add", -1, (0, 0), minutes=5)
    report = analytics(store).get_student_performance_report("ana")
    assert (report.totals.questions, report.totals.accuracy_percent) == (0, None)
    assert report.skills[0].state is MasteryState.NOT_STARTED


def test_a_log_without_minutes_measures_no_time(store: Store, facts: Facts) -> None:
    """Some LMS log clicks only: that is not no time at all."""
    facts.school_class("7b", "ana")
    facts.active("ana", -1, 0)
    service = analytics(store)
    assert service.get_student_performance_report("ana").totals.minutes is None
    assert not service.get_class_trend_data("7b", "time").measured
    facts.active("ana", -60, 5)
    assert service.get_student_performance_report("ana").totals.minutes == 0
