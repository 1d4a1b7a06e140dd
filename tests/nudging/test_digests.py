"""What a teacher is told, and when: the truth about the student, and few messages."""

from __future__ import annotations

import pytest

from nudgebot.nudging.history import written_to
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.rule import Delivery, Rule, Test, Urgency
from nudging.bench import Bench
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
