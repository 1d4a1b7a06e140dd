"""One class of five and one of its students, every figure worked out by hand in the comments.

Period: the 28 days up to today, day 0. Skills: add <- mul <- frac (each requires the one before).

practice (correct/questions, minutes, XP)
  ana  mul -3: 9/10 10' 90    mul -1: 9/10 12' 90    frac -8: 5/10 15' 50
  ben  add -2: 12/20 20' 120
  cem  mul -4: 8/10 10' 80
  dil  mul -5: 5/5 5' 50
  eve  add -6: 2/5 5' 20
activity log: ana read -1 for 20', -2 for 10'; the log has 5' of practice for her on -1 too
assignments a1 (due -10), a2 (due -3), a3 (due +5); handed in, with scores:
  ana a1 -11: 80, a2 -2 (late): 60;  ben a1: 70;  cem nothing;  dil a1: 90, a2: 100;  eve a1: 50
exam e1 on -9: ana 70, ben 50, cem 40, dil 95, eve 30 %
"""

from __future__ import annotations

import pytest

from nudgebot.insight.analytics import Analytics
from nudgebot.insight.report_data import (
    ClassReport,
    Comparison,
    MasteryState,
    SkillAnalytics,
    StudentReport,
)
from nudgebot.store import Store

from .facts import Facts, analytics, day, period

MATHS = "Mathematics"


@pytest.fixture
def service(store: Store, facts: Facts) -> Analytics:
    facts.skills("add", "mul", "frac", subject=MATHS)
    facts.requires("mul", "add")
    facts.requires("frac", "mul")
    facts.school_class("7b", "ana", "ben", "cem", "dil", "eve", subject=MATHS)
    facts.practice("ana", "mul", -3, (9, 10), minutes=10, xp=90)
    facts.practice("ana", "mul", -1, (9, 10), minutes=12, xp=90)
    facts.practice("ana", "frac", -8, (5, 10), minutes=15, xp=50)
    facts.practice("ben", "add", -2, (12, 20), minutes=20, xp=120)
    facts.practice("cem", "mul", -4, (8, 10), minutes=10, xp=80)
    facts.practice("dil", "mul", -5, (5, 5), minutes=5, xp=50)
    facts.practice("eve", "add", -6, (2, 5), minutes=5, xp=20)
    facts.active("ana", -1, 20)
    facts.active("ana", -2, 10)
    facts.active("ana", -1, 5, kind="practice")
    for name, due in (("a1", -10), ("a2", -3), ("a3", 5)):
        facts.assignment(name, "7b", due)
    facts.handed_in("a1", "ana", -11, 80)
    facts.handed_in("a2", "ana", -2, 60)
    facts.handed_in("a1", "ben", -11, 70)
    facts.handed_in("a1", "dil", -11, 90)
    facts.handed_in("a2", "dil", -4, 100)
    facts.handed_in("a1", "eve", -11, 50)
    facts.exam("e1", "7b", -9, ana=70, ben=50, cem=40, dil=95, eve=30)
    return analytics(store)


@pytest.fixture
def ana(service: Analytics) -> StudentReport:
    return service.get_student_performance_report("ana", period(-27))


@pytest.fixture
def class_7b(service: Analytics) -> ClassReport:
    return service.get_class_performance_report("7b", period(-27))


def test_the_totals_of_a_student(ana: StudentReport) -> None:
    """Accuracy 9+9+5 = 23 of 30; minutes by day, the log's 5' of practice being in the 12'."""
    totals = ana.totals
    assert (totals.correct, totals.questions, totals.sessions) == (23, 30, 3)
    assert totals.accuracy_percent == pytest.approx(76.6667)  # 23 / 30
    # day -1: 20 read + max(12 in sessions, 5 in the log); -2: 10; -3: 10; -8: 15
    assert totals.minutes == 32 + 10 + 10 + 15
    assert totals.xp == 90 + 90 + 50
    assert (totals.active_days, totals.days) == (4, 28)  # -1, -2, -3, -8
    assert totals.engagement_percent == pytest.approx(100 * 4 / 28)
    assert (ana.current_streak_days, ana.highest_streak_days) == (3, 3)  # -3 to yesterday


def test_the_skills_of_a_student(ana: StudentReport) -> None:
    """Mul is mastered, frac needs work, add was never practised."""
    add, mul, frac = ana.skills  # what is built on comes first
    assert [each.skill_id for each in ana.skills] == ["add", "mul", "frac"]
    assert (add.state, add.answers, add.accuracy_percent) == (MasteryState.NOT_STARTED, 0, None)
    # After 9/10 alone Wilson's lower bound is (0.9 + 0.0354 - 0.0873) / 1.0708 = 0.792: not yet.
    # Ten answers later the first ten weigh half: 13.5 of 15, the same 0.9, and the bound is
    # (0.9 + 0.7083/30 - 0.8416 * sqrt(0.09/15 + 0.7083/900)) / (1 + 0.7083/15)
    # = (0.92361 - 0.06933) / 1.04722 = 0.81576: mastered, on the day of the second session.
    assert mul.state is MasteryState.MASTERED
    assert mul.low_percent == pytest.approx(81.576, abs=0.001)
    assert mul.recent_percent == 90.0
    assert (mul.mastered_on, mul.started_on) == (day(-1), day(-3))
    # 5/10: upper bound (0.5 + 0.0354 + 0.1377) / 1.0708 = 0.6286, below 0.7.
    assert frac.state is MasteryState.NEEDS_WORK
    assert frac.high_percent == pytest.approx(62.859, abs=0.001)
    assert (frac.period_answers, frac.period_accuracy_percent) == (10, 50.0)
    states = ana.skill_states
    assert (states.not_started, states.in_progress, states.needs_work, states.mastered) == (
        1,
        0,
        1,
        1,
    )


def test_what_explains_a_students_weakness(ana: StudentReport) -> None:
    """Below frac, mul is mastered and add is not known: frac itself is where to begin."""
    (weak,) = ana.weak_skills
    assert weak.standing.skill_id == "frac"
    assert [(gap.skill_id, gap.state, gap.steps) for gap in weak.gaps] == [
        ("add", MasteryState.NOT_STARTED, 2)
    ]
    assert weak.begin_with == ("Frac",)
    assert [(each.id, each.percent) for each in ana.strengths] == [("mul", 90.0)]
    assert [(each.id, each.percent) for each in ana.weaknesses] == [("frac", 50.0)]


def test_the_work_of_a_student(ana: StudentReport) -> None:
    """One assignment done, one late, one to come; the average is (80 + 60 + 70) / 3."""
    counts = ana.assignment_counts
    assert (counts.done, counts.late, counts.missed, counts.to_come) == (1, 1, 0, 0)
    assert counts.completion_percent == 100.0
    assert [(each.title, each.state) for each in ana.assignments] == [
        ("a1", "done"),
        ("a2", "late"),
        ("a3", "to_come"),
    ]
    assert ana.average_score_percent == 70.0
    assert [(each.title, each.percent) for each in ana.exams] == [("e1", 70.0)]
    newest = ana.recent_activity[0]
    assert (newest.day, newest.kind, newest.count) == (day(-1), "practice", 10)


def test_the_progress_of_a_student(ana: StudentReport) -> None:
    """Four weeks back from today: 5/10 in the third, 18/20 in the fourth."""
    trend = ana.trend("accuracy")
    assert trend is not None
    assert [point.begin for point in trend.points] == [day(-27), day(-20), day(-13), day(-6)]
    assert [(point.value, point.count) for point in trend.points] == [
        (None, 0),
        (None, 0),
        (50.0, 10),
        (90.0, 20),
    ]
    assert trend.direction.value == "too little data"  # three days of practice
    mastery = ana.trend("mastery")
    assert mastery is not None
    assert [point.value for point in mastery.points] == [0.0, 0.0, 0.0, 1.0]
    assert mastery.text == "Skills mastered: from 0 to 1."


def test_a_student_beside_her_class(ana: StudentReport, service: Analytics) -> None:
    """The report's comparison, and the one asked for by itself, which knows mastery too."""
    (beside,) = ana.comparisons
    asked = service.get_student_comparison("ana", "7b", period(-27))
    for each in (beside, asked):
        # accuracies 76.67, 60, 80, 100, 40: mean 356.6667 / 5; two of five are below hers
        assert _figure(each, "accuracy") == (71.3333, 50.0)
        # XP 230, 120, 80, 50, 20: mean 100; the other four are below hers
        assert _figure(each, "xp") == (100.0, 90.0)
        assert (each.xp_place, each.xp_places) == (1, 5)
        # handed in: 2, 1, 0, 2, 1 of 2: mean (100 + 50 + 0 + 100 + 50) / 5; three below, two equal
        assert _figure(each, "assignments") == (60.0, 80.0)
        # averages 70, 40, 13.3333, 95, 26.6667: mean 49; three below
        assert _figure(each, "average_score") == (49.0, 70.0)
        assert (each.strengths, each.weaknesses) == ((), ())  # no skill that five practised
    assert ana.percentile == 70.0
    assert _figure(asked, "mastered") == (0.2, 90.0)  # hers is the only one of five


def _figure(beside: Comparison, metric: str) -> tuple[float | None, float | None]:
    found = beside.figure(metric)
    assert found is not None
    return found.class_average, found.percentile


def test_the_totals_of_a_class(class_7b: ClassReport) -> None:
    """Means over the five students."""
    totals = class_7b.totals
    assert (totals.students, totals.active_students) == (5, 5)
    assert totals.accuracy_percent == pytest.approx(71.3333)  # as above
    assert totals.average_score_percent == pytest.approx(49.0)  # as above
    # active days 4, 1, 1, 1, 1 of 28: 8 / 5 / 28
    assert totals.engagement_percent == pytest.approx(5.7143)
    assert (totals.completion_percent, totals.assignments_due) == (60.0, 10)  # 6 of 10
    assert totals.questions_per_student == (30 + 20 + 10 + 5 + 5) / 5
    assert totals.minutes_per_student == pytest.approx((67 + 20 + 10 + 5 + 5) / 5)
    assert totals.xp_per_student == (230 + 120 + 80 + 50 + 20) / 5
    assert totals.mastered_per_student == 1 / 5


def test_the_order_and_spread_of_a_class(class_7b: ClassReport) -> None:
    """Ranked by accuracy from ten answers on: cem 80, ana 76.7, ben 60; dil and eve have five."""
    assert class_7b.ranked_by == "accuracy"
    assert [(each.place, each.student_id) for each in class_7b.ranking] == [
        (1, "cem"),
        (2, "ana"),
        (3, "ben"),
        (None, "dil"),
        (None, "eve"),
    ]
    spread = class_7b.distribution
    filled = {each.low: each.students for each in spread.bins if each.students}
    assert filled == {40.0: 1, 60.0: 1, 70.0: 1, 80.0: 1, 90.0: 1}  # 100 is in the last bin
    # ordered 40, 60, 76.67, 80, 100: the second, the middle and the fourth
    assert (spread.lower_quartile, spread.upper_quartile) == (60.0, 80.0)
    assert spread.median == pytest.approx(76.6667)
    assert spread.not_measured == 0


def test_one_skill_of_a_class(service: Analytics) -> None:
    """Mul: ana, cem and dil began, ana mastered it after 20 answers and two days."""
    mul: SkillAnalytics = service.get_skill_analytics("7b", "mul")
    assert (mul.states.mastered, mul.states.in_progress, mul.states.not_started) == (1, 2, 2)
    assert mul.average_accuracy_percent == (90 + 80 + 100) / 3
    time = mul.time_to_mastery
    assert (time.started, time.reached) == (3, 1)
    # Answers: dil not by 5, cem not by 10, ana after 20: the only one left, so half by 20.
    assert time.median_answers == 20
    # Days: ana after 2 (two thirds left), cem not by 4, dil not by 5: never down to a half.
    assert time.median_days is None
    assert mul.leads_to == ("Frac",)


def test_where_a_class_should_begin(service: Analytics) -> None:
    """Ben's add (12/20: at most 68.7 %) and ana's frac need work, and nothing below them lacks."""
    skills = service.get_class_skills("7b")
    assert [(each.skill_id, each.students) for each in skills.focus] == [("add", 1), ("frac", 1)]
    assert [each.skill_id for each in skills.hardest] == ["frac", "add"]  # 1 of 1, then 1 of 2
    assert [row.student_id for row in skills.students] == ["ana", "ben", "cem", "dil", "eve"]
    assert [cell.answers for cell in skills.students[0].cells] == [0, 20, 10]
