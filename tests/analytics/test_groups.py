"""Classes: averages are means, order does not matter, small groups stay private, subjects apart."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nudgebot.insight.report_data import ClassReport, for_students
from nudgebot.insight.student_figures import percentile
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store

from .facts import NOW, Facts, analytics, day, period

NAMES = ("ana", "ben", "cem", "dil", "eve", "fay", "gus")
sessions = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["add", "mul", "frac"]),
        st.integers(-40, 0),
        st.integers(1, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    ),
    max_size=30,
)
Sessions = Sequence[tuple[str, str, int, tuple[int, int]]]


def filled(store: Store, done: Sessions, order: Sequence[int]) -> Store:
    """A class with these sessions, written in that order; their ids say which is which."""
    facts = Facts(store)
    facts.skills("add", "mul", "frac")
    facts.requires("frac", "mul")
    facts.school_class("7b", *NAMES, subject="Mathematics")
    for place in order:
        student, skill, on, answers = done[place]
        given = {"minutes": answers[1], "xp": 10 * answers[0], "session_id": f"s{place:03}"}
        facts.practice(student, skill, on, answers, **given)
    return store


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(done=sessions, seed=st.integers(0, 99))
def test_a_class_is_its_students(done: Sessions, seed: int) -> None:
    """Its averages are the means of what the students' own reports say, however the facts came."""
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Store(Path(folder) / "a.db", [SCHEMA]), done, range(len(done)))
        service = analytics(store)
        report = service.get_class_performance_report("7b", period(-27))
        own = [service.get_student_performance_report(name, period(-27)) for name in NAMES]
        store.close()
        order = list(range(len(done)))
        random.Random(seed).shuffle(order)  # noqa: S311  # another order at every example
        other = filled(Store(Path(folder) / "b.db", [SCHEMA]), done, order)
        again = analytics(other).get_class_performance_report("7b", period(-27))
        other.close()
    assert again == report
    answered = [one.totals for one in own if (one.totals.questions or 0) >= 5]
    accuracies = [one.accuracy_percent for one in answered if one.accuracy_percent is not None]
    totals = report.totals
    if accuracies:
        assert totals.accuracy_percent == pytest.approx(sum(accuracies) / len(accuracies), abs=1e-3)
    else:
        assert totals.accuracy_percent is None
    if done:
        questions = [one.totals.questions or 0 for one in own]
        assert totals.questions_per_student == pytest.approx(sum(questions) / 7, abs=1e-3)
        mastered = [one.skill_states.mastered for one in own]
        assert totals.mastered_per_student == pytest.approx(sum(mastered) / 7, abs=1e-3)
    states = report.skills.skills
    assert all(each.states.total == len(NAMES) for each in states)
    for row, one in zip(report.skills.students, own, strict=True):
        assert [cell.state for cell in row.cells] == [skill.state for skill in one.skills]
    assert [each.student_id for each in report.ranking if each.place is None] == sorted(
        each.student_id for each in report.ranking if each.place is None
    )


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_percentiles_are_fair(values: list[int]) -> None:
    """Their mean is 50 in any group; who is better never stands lower; doubling changes nothing."""
    numbers = [float(each) for each in values]
    ranks = [percentile(each, numbers) for each in numbers]
    assert sum(ranks) / len(ranks) == pytest.approx(50, abs=1e-3)
    for value, rank in zip(numbers, ranks, strict=True):
        assert percentile(value, numbers * 2) == pytest.approx(rank, abs=1e-3)
    ordered = sorted(zip(numbers, ranks, strict=True))
    assert [rank for _, rank in ordered] == sorted(ranks)


@pytest.mark.parametrize(("students", "compared"), [(4, False), (5, True)])
def test_groups_under_five_are_not_compared(
    store: Store, facts: Facts, students: int, compared: bool
) -> None:
    """Neither a student with her class, nor a class with another."""
    facts.school_class("7b", *NAMES[:students])
    facts.school_class("8c", *[f"other{each}" for each in range(9)])
    for name in NAMES[:students]:
        facts.practice(name, "add", -1, (8, 10), xp=80)
    service = analytics(store)
    beside = service.get_student_comparison("ana", "7b")
    classes = service.get_class_comparison("7b", "8c")
    assert beside.compared is classes.compared is compared
    assert bool(beside.figures) is bool(classes.figures) is compared
    assert ("under five" in beside.note) is ("under five" in classes.note) is not compared


def test_a_figure_that_few_have_is_not_averaged(store: Store, facts: Facts) -> None:
    """Six students, four with accuracy: her value stands alone."""
    facts.school_class("7b", *NAMES[:6])
    for name in NAMES[:4]:
        facts.practice(name, "add", -1, (8, 10), xp=80)
    accuracy = analytics(store).get_student_comparison("ana", "7b").figure("accuracy")
    assert accuracy is not None
    assert (accuracy.value, accuracy.students) == (80.0, 4)
    assert (accuracy.class_average, accuracy.percentile) == (None, None)


def test_relative_strengths_and_weaknesses(store: Store, facts: Facts) -> None:
    """Ana: mul 95 % where the four others have 50, add 40 where they have 80, frac like them."""
    facts.skills("add", "mul", "frac")
    facts.school_class("7b", *NAMES[:5], subject="Mathematics")
    for name in NAMES[1:5]:
        facts.practice(name, "mul", -1, (10, 20))
        facts.practice(name, "add", -1, (16, 20))
        facts.practice(name, "frac", -1, (12, 20))
    facts.practice("ana", "mul", -1, (19, 20))
    facts.practice("ana", "add", -1, (8, 20))
    facts.practice("ana", "frac", -1, (12, 20))
    beside = analytics(store).get_student_comparison("ana", "7b")
    assert [(each.name, each.difference_points) for each in beside.strengths] == [("Mul", 45.0)]
    assert [(each.name, each.difference_points) for each in beside.weaknesses] == [("Add", -40.0)]


def test_who_is_not_in_the_class_is_not_compared(store: Store, facts: Facts) -> None:
    facts.school_class("7b", *NAMES)
    facts.student("zoe")
    beside = analytics(store).get_student_comparison("zoe", "7b")
    assert not beside.compared
    assert beside.note == "The student is not in 7B, so there is nothing to compare."


def test_a_class_counts_its_own_subject(store: Store, facts: Facts) -> None:
    """The same students in mathematics and English: each class shows its own."""
    facts.skills("add")
    facts.skills("spell", subject="English")
    facts.school_class("7b-m", "ana", subject="Mathematics")
    facts.school_class("7b-e", "ana", subject="English")
    facts.practice("ana", "add", -1, (9, 10))
    facts.practice("ana", "spell", -2, (5, 10))
    facts.active("ana", -3)  # of no subject: of both
    service = analytics(store)
    maths = service.get_class_performance_report("7b-m").totals
    english = service.get_class_performance_report("7b-e").totals
    assert (maths.accuracy_percent, english.accuracy_percent) == (90.0, 50.0)
    assert (
        maths.engagement_percent
        == english.engagement_percent
        == pytest.approx(100 * 2 / 28, abs=1e-3)
    )
    assert [each.skill_id for each in service.get_class_skills("7b-e").skills] == ["spell"]
    assert service.get_class_trend_data("7b-m", "questions", 7).points[5].value == 10.0


def test_the_difference_of_two_classes_has_an_interval(store: Store, facts: Facts) -> None:
    """Welch by hand: 60, 70, 80, 90, 100 against 10, 20, 30, 40, 50 % of 10 answers each.

    The difference is 50; each variance is 250, so the error is sqrt(250/5 + 250/5) = 10 with 8
    degrees of freedom, whose 97.5 % quantile is 2.306: from 26.94 to 73.06.
    """
    facts.school_class("7b", *NAMES[:5])
    facts.school_class("8c", *[f"other{each}" for each in range(5)])
    for place, name in enumerate(NAMES[:5]):
        facts.practice(name, "add", -1, (6 + place, 10))
        facts.practice(f"other{place}", "add", -1, (1 + place, 10))
    classes = analytics(store).get_class_comparison("7b", "8c")
    accuracy = next(each for each in classes.figures if each.metric == "accuracy")
    assert (accuracy.value, accuracy.other, accuracy.difference) == (80.0, 30.0, 50.0)
    assert accuracy.low == pytest.approx(26.94, abs=0.02)
    assert accuracy.high == pytest.approx(73.06, abs=0.02)
    assert accuracy.clear


def a_report(store: Store, facts: Facts) -> ClassReport:
    facts.skills("add", "mul")
    facts.requires("mul", "add")
    facts.school_class("7b", *NAMES, subject="Mathematics")
    for place, name in enumerate(NAMES):
        for on in range(-12, -1):
            facts.practice(name, "add", on, (place + 1, 7))
            facts.practice(name, "mul", on, (place + 1, 7))
    return analytics(store).get_class_performance_report("7b")


def test_a_class_shows_who_is_stuck_and_where_to_begin(store: Store, facts: Facts) -> None:
    """Eleven sessions each; all but Gus, who has 7 of 7, never master it, and begin with add."""
    report = a_report(store, facts)
    assert {each.student_id for each in report.skills.stuck} == set(NAMES[:6])
    (focus,) = report.skills.focus
    assert (focus.skill_id, focus.students, focus.unlocks) == ("add", 6, ("Mul",))
    assert focus.text == "6 of 7 students should begin here; it holds up Mul"
    assert report.struggling[0].student_id == "ana"
    assert "ten sessions or more without mastering Add, Mul" in report.struggling[0].reasons
    assert [each.student_id for each in report.top] == ["gus", "fay"]


def test_students_are_never_shown_each_other(store: Store, facts: Facts) -> None:
    """Nothing in what is left names or ranks a student; the averages stay."""
    report = a_report(store, facts)
    kept = for_students(report)
    words = repr(kept).casefold()
    assert not [name for name in NAMES if f"'{name}'" in words]
    assert kept.totals == report.totals
    assert (kept.ranking, kept.top, kept.struggling) == ((), (), ())
    beside = analytics(store).get_student_comparison("ana", "7b")
    alone = for_students(beside)
    assert (alone.xp_place, alone.xp_places) == (None, None)
    assert replace(beside, xp_place=None, xp_places=None) == alone


def test_other_classes_stand_beside(store: Store, facts: Facts) -> None:
    """Each once, without the class itself, with the totals of its own report."""
    facts.school_class("7b", "ana")
    facts.school_class("8c", "ben")
    facts.practice("ben", "add", -1, (8, 10), minutes=9)
    service = analytics(store)
    report = service.get_class_performance_report("7b", other_class_ids=["8c", "7b", "8c"])
    assert report.others == (service.get_class_performance_report("8c").totals,)


def test_the_past_is_seen_as_it_was(store: Store, facts: Facts) -> None:
    """What came later changes nothing in a report on a period that was over."""
    facts.school_class("7b", *NAMES[:5])
    for name in NAMES[:5]:
        facts.practice(name, "add", -20, (8, 10), xp=80)
    facts.assignment("a1", "7b", -15)
    service = analytics(store, NOW)
    before = service.get_student_performance_report("ana", period(-30, -10))
    class_before = service.get_class_performance_report("7b", period(-30, -10))
    facts.practice("ana", "add", -5, (0, 30), xp=0)
    facts.handed_in("a1", "ana", -5, 90)
    facts.active("ana", -2)
    assert service.get_student_performance_report("ana", period(-30, -10)) == before
    assert service.get_class_performance_report("7b", period(-30, -10)) == class_before
    assert before.as_of.date() == day(-10)


def test_days_are_the_students_own(store: Store, facts: Facts) -> None:
    """As of 14:30 in UTC it is tomorrow already on Kiritimati; a class has the school's today."""
    facts.school_class("7b", "ana", "ben")
    facts.student("ana", timezone="Pacific/Kiritimati")
    facts.active("ana", 1)
    service = analytics(store)
    assert service.get_student_performance_report("ana").totals.active_days == 1
    assert service.get_student_performance_report("ana").period.last_day == day(1)
    report = service.get_class_performance_report("7b", period(-6, 1))
    assert report.period == period(-6)
    assert report.totals.active_students == 0


CLASS = ("ana", "ben", "cat", "dan", "eve", "fay")


def test_somebody_who_has_just_come_is_not_compared(store: Store, facts: Facts) -> None:
    """Four days beside four weeks say nothing; the others are compared as before."""
    facts.school_class("7b", *CLASS[1:])
    facts.student("ana")
    facts.enroll("ana", "7b", begin=-3)
    for place, each in enumerate(CLASS):
        facts.practice(each, "add", -1, (8, 10), xp=10 + place)
    service = analytics(store)
    beside = service.get_student_comparison("ana", "7b")
    assert (beside.compared, beside.figures, beside.xp_place) == (False, (), None)
    assert beside.note == (
        "The student has been here for only 4 days of this period, so is not compared."
    )
    assert service.get_student_comparison("ben", "7b").xp_place == 5
    assert service.get_student_comparison("ana", "7b", period(-3)).compared


def test_nobody_has_a_place_where_all_have_the_same(store: Store, facts: Facts) -> None:
    """Six students without a point are not six who came first."""
    facts.school_class("7b", *CLASS)
    for each in CLASS:
        facts.practice(each, "add", -1, (0, 10), xp=0)
    beside = analytics(store).get_student_comparison("ana", "7b")
    assert beside.compared
    assert (beside.xp_place, beside.xp_places) == (None, None)
