"""What a teacher is told, and when: the truth about the student, and few messages."""

from __future__ import annotations

from datetime import datetime

import pytest

from nudgebot.nudging.history import written_to
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.rule import Delivery, Rule, Test, Urgency
from nudgebot.school.days import to_at
from nudging.bench import Bench
from nudging.fakes import failing
from nudging.samples import HOUR, NOW, rule

TEACHER = Direct((11,))
WRITTEN = "I am writing to the student as well."
LEFT = "I did not write to the student: at critical risk a person comes first."
LOW = Test("average_score", "less_than", 60)


def _only_one_student(bench: Bench) -> None:
    for each in ("s2", "s3"):
        bench.school.figures.set(each, current_streak=5, average_score=90)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        pytest.param([rule()], LEFT, id="sent to a person instead"),
        pytest.param([rule(), rule("b", conditions=LOW, message_template="score",
                                   delivery_method=Delivery.MENTOR_AND_STUDENT)],
                     WRITTEN, id="another rule writes to both"),
        pytest.param([rule(), rule("b", conditions=LOW, message_template="score",
                                   urgency=Urgency.CRITICAL)],
                     WRITTEN, id="another rule writes to her alone"),
        pytest.param([rule(delivery_method=Delivery.MENTOR_ALERT)],
                     "I did not write to the student.", id="a rule for teachers"),
    ],
)  # fmt: skip
def test_a_teacher_is_told_the_truth_about_the_student(
    bench: Bench, rules: list[Rule], says: str
) -> None:
    """Whether the student was written to is looked up, by whichever rule it was."""
    _only_one_student(bench)
    bench.school.figures.set("s1", risk_level="critical")
    bench.school.rules = rules
    bench.decide()
    bench.deliver()
    (text,) = bench.to(TEACHER)
    assert f"\n{says} `why s1`" in text
    assert bool(bench.to(Direct((101,)))) == (says == WRITTEN)


def test_who_was_written_to_lately(bench: Bench) -> None:
    """What waits counts, what was sent counts for a day, and what was withdrawn never does."""
    store = bench.school.store
    bench.school.figures.set("s3", current_streak=5)
    bench.decide(NOW - HOUR)
    bench.school.figures.set("s2", current_streak=5)
    assert written_to(store, ["s1", "s2", "s3"], NOW) == {"s1", "s2"}
    bench.deliver()
    assert written_to(store, ["s1", "s2", "s3"], NOW + 23 * HOUR) == {"s1"}
    assert written_to(store, ["s1"], NOW + 25 * HOUR) == set()


def _mentor(rule_id: str, urgency: Urgency, **changes: object) -> Rule:
    return rule(rule_id, urgency=urgency, delivery_method=Delivery.MENTOR_ALERT, **changes)


MORNING = NOW.replace(hour=9, minute=0)
NO_STREAK, AVERAGE = "no streak at the moment", "average 55\u00a0%"


def test_what_is_for_a_teacher_on_one_day_is_one_digest(bench: Bench) -> None:
    """The urgent alert of the morning takes those along that were due after noon."""
    bench.school.rules = [
        _mentor("now", Urgency.HIGH),
        _mentor("later", Urgency.MEDIUM, conditions=LOW),
        _mentor("some_day", Urgency.LOW, conditions=Test("xp", "less_than", 9)),
    ]
    bench.school.figures.set("s1", xp=3)
    bench.school.exported(MORNING)
    bench.decide(MORNING)
    bench.deliver(MORNING)
    (text,) = bench.to(TEACHER)
    assert text.count("**Student s1**") == 1
    assert all(words in text for words in (NO_STREAK, AVERAGE, "3 XP in 4 weeks"))
    for hours in range(1, 9):
        bench.deliver(MORNING + hours * HOUR)
    assert len(bench.to(TEACHER)) == 1
    assert {state for state, _ in bench.states()} == {"sent"}


def test_between_two_digests_there_is_time(bench: Bench) -> None:
    """What comes up soon after a digest waits for the next, which is in time for what is urgent."""
    bench.school.rules = [_mentor("now", Urgency.HIGH)]
    bench.school.figures.set("s2", current_streak=5)
    bench.school.figures.set("s3", current_streak=5)
    bench.school.exported(MORNING)
    bench.decide(MORNING)
    bench.deliver(MORNING)
    for number in (2, 3):
        at = MORNING + (number - 1) * HOUR
        bench.school.figures.set(f"s{number}", current_streak=0)
        bench.decide(at)
        assert bench.deliver(at).messages == 0
        assert bench.deliver(at + HOUR / 2).messages == 0
    assert bench.deliver(MORNING + 4 * HOUR).messages == 1
    assert "2 students need your attention" in bench.to(TEACHER)[-1]


def test_what_is_critical_does_not_wait(bench: Bench) -> None:
    """It goes at once, and what waits for the teacher goes with it."""
    bench.school.rules = [_mentor("now", Urgency.HIGH), _mentor("danger", Urgency.CRITICAL,
                                                                conditions=LOW)]  # fmt: skip
    for number in (1, 2, 3):
        bench.school.figures.set(f"s{number}", current_streak=0 if number == 1 else 5,
                                 average_score=90)  # fmt: skip
    bench.school.exported(MORNING)
    bench.decide(MORNING)
    bench.deliver(MORNING)
    bench.school.figures.set("s2", current_streak=0)
    bench.school.figures.set("s3", average_score=30)
    bench.decide(MORNING + HOUR)
    bench.deliver(MORNING + HOUR)
    _, text = bench.to(TEACHER)
    assert text.index("Student s3") < text.index("Student s2")
    assert "🚨 At once" in text


def test_a_critical_alert_at_night_wakes_nobody_for_the_rest(bench: Bench) -> None:
    """In quiet hours only what is critical goes out."""
    bench.school.rules = [
        _mentor("danger", Urgency.CRITICAL, conditions=LOW),
        _mentor("later", Urgency.MEDIUM),
    ]
    night = NOW.replace(hour=2)
    bench.school.exported(night)
    bench.decide(night)
    bench.deliver(night)
    (text,) = bench.to(TEACHER)
    assert AVERAGE in text
    assert NO_STREAK not in text


FRIDAY = NOW.replace(day=20, hour=19, minute=0)
MONDAY = NOW.replace(day=23, hour=8, minute=0)


def _two_alerts(bench: Bench, at: datetime, **changes: object) -> None:
    """A digest about s1 goes out at that moment, and half an hour later s2 has one coming."""
    bench.school.rules = [
        _mentor("now", Urgency.HIGH),
        rule("low", conditions=LOW, message_template="score",
             **{"urgency": Urgency.HIGH, "delivery_method": Delivery.MENTOR_AND_STUDENT,
                **changes}),
    ]  # fmt: skip
    for number in (1, 2, 3):
        bench.school.figures.set(
            f"s{number}", current_streak=0 if number == 1 else 5, average_score=90
        )
    bench.school.exported(at)
    bench.decide(at)
    bench.deliver(at)
    assert len(bench.to(TEACHER)) == 1
    bench.school.figures.set("s2", average_score=30)
    bench.decide(at + HOUR / 2)


@pytest.mark.parametrize(
    ("at", "changes", "messages"),
    [
        pytest.param(MORNING, {}, 1, id="the next digest is in time"),
        pytest.param(FRIDAY, {}, 2, id="quiet hours begin before the next digest"),
        pytest.param(MORNING, {"expires_after_hours": 3}, 2, id="it expires before that"),
        pytest.param(MORNING, {"expires_after_hours": 4}, 1, id="it expires after that"),
    ],
)
def test_nothing_waits_for_a_digest_that_comes_too_late(
    bench: Bench, at: datetime, changes: dict[str, object], messages: int
) -> None:
    """A teacher's rest holds back only what is still good, and in open hours, at its end."""
    _two_alerts(bench, at, **changes)
    bench.deliver(at + HOUR / 2)
    assert len(bench.to(TEACHER)) == messages
    bench.deliver(at + 4 * HOUR)
    assert len(bench.to(TEACHER)) == 2
    assert "Student s2" in bench.to(TEACHER)[1]


def test_what_cannot_wait_takes_along_what_could(bench: Bench) -> None:
    """One message more, not two."""
    _two_alerts(bench, MORNING, expires_after_hours=3)
    bench.school.figures.set("s3", current_streak=0)
    bench.decide(MORNING + HOUR / 2)
    bench.deliver(MORNING + HOUR / 2)
    _, text = bench.to(TEACHER)
    assert "Student s2" in text
    assert "Student s3" in text


def test_what_is_urgent_rests_no_longer_than_it_promises(bench: Bench) -> None:
    """Whatever went to the teacher since, a high alert is with her within four hours."""
    store = bench.school.store
    _two_alerts(bench, MORNING)
    bench.deliver(MORNING + HOUR / 2)
    later = MORNING + 3 * HOUR
    store.execute("UPDATE outbox SET claimed_at = ?", [to_at(later)])
    store.execute("UPDATE nudge_parts SET due_at = ? WHERE state = 'waiting'", [to_at(later)])
    bench.deliver(later)
    assert len(bench.to(TEACHER)) == 2


@pytest.mark.parametrize("hours", [1, 4, 48])
def test_a_weekend_costs_an_alert_nothing(bench: Bench, hours: int) -> None:
    """What was too late for Friday evening goes out on Monday, however soon it expires."""
    _left_for_monday(bench, hours)
    bench.deliver(MONDAY)
    assert len(bench.to(TEACHER)) == len(bench.to(Direct((12,)))) == 1


def test_the_wait_for_monday_is_no_second_life(bench: Bench) -> None:
    """What had one hour left on Friday has one on Monday, whomever it is for."""
    _left_for_monday(bench, 2)
    assert bench.deliver(MONDAY + 1.25 * HOUR).states.keys() == {"expired"}
    assert bench.to(TEACHER) == []


def _left_for_monday(bench: Bench, hours: int) -> None:
    """An alert for two teachers, due on Friday evening and found by the next run at night."""
    evening, night = FRIDAY + 2.5 * HOUR, FRIDAY + 3.5 * HOUR
    bench.school.teacher("t2", 12)
    bench.school.rules = [_mentor("now", Urgency.HIGH, expires_after_hours=hours)]
    bench.school.exported(evening)
    bench.decide(evening)
    assert bench.deliver(night).states.keys() == {"waiting"}
    bench.school.exported(MONDAY)


def test_teachers_do_not_wait_for_one_another(bench: Bench) -> None:
    """Each has her own rounds."""
    bench.school.teacher("t2", 12)
    bench.school.rules = [_mentor("now", Urgency.HIGH)]
    bench.school.exported(MORNING)
    bench.decide(MORNING)
    bench.messenger.before = lambda message: (
        failing(False, retry_after_seconds=60)(message) if message.recipient == TEACHER else None
    )
    bench.deliver(MORNING)
    bench.messenger.before = lambda _: None
    bench.deliver(MORNING + HOUR)
    assert len(bench.to(TEACHER)) == len(bench.to(Direct((12,)))) == 1


def test_a_teacher_s_alert_has_no_rhythm_to_know(bench: Bench) -> None:
    """It is due at the school's hour, and says so."""
    bench.school.rules = [_mentor("later", Urgency.MEDIUM)]
    found = bench.engine.evaluate(MORNING - HOUR).decisions[0]
    assert found.reason == "Due 2026-11-19 14:00 UTC (14:00, the hour for staff and classes)."
