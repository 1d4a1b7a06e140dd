"""What `why` stands on: sent and not sent, then and now."""

from __future__ import annotations

from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.history import History, standings
from nudgebot.nudging.rule import Delivery, Test
from nudging.bench import Bench
from nudging.fakes import failing
from nudging.samples import HOUR, NOW, rule


def test_a_story_tells_what_became_of_each_part(bench: Bench) -> None:
    """What went to whom as which message, and what is still in doubt."""
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    bench.decide()
    bench.messenger.after = failing(None, times=1)
    bench.deliver()
    history = History(bench.school.store)
    (first,) = history.stories("s1")
    assert [(each.channel, each.person_id, each.state) for each in first.fates] == [
        (Channel.MENTOR, "t1", "unsettled"),
        (Channel.STUDENT, "s1", "sent"),
    ]
    student = first.fates[1]
    assert student.sent_at == NOW
    assert student.message_id is not None
    assert history.alerts("s1") == [], "nobody knows yet whether the teacher was told"


def test_what_was_not_sent_is_there_too(bench: Bench) -> None:
    """A decision against a nudge, and a nudge withdrawn at the door, keep their reasons."""
    bench.decide(NOW - HOUR)
    bench.school.figures.set("s1", current_streak=2)
    bench.deliver()
    bench.school.figures.set("s1", current_streak=0)
    bench.school.store.execute("UPDATE students SET active = 0")
    bench.decide()
    history = History(bench.school.store)
    (story,) = history.stories("s1")
    assert story.nudge.state == "withdrawn"
    assert [(each.stage, each.reason) for each in history.decisions("s1")] == [
        ("enrolled", "The student is not active."),
        ("queued", "Due 2026-11-19 14:00 UTC (14:00, no rhythm is known yet)."),
    ]


def test_standings_say_how_each_rule_stands_now() -> None:
    """The judge's own words for every rule that can be judged."""
    rules = [rule("a"), rule("b", conditions=Test("average_score", "less_than", 50)), rule("c")]
    rules[2] = rule("c", conditions=Test("not_a_metric", "equals", 1))
    found = standings(rules, {"current_streak": 0, "average_score": None})
    assert [(each.rule.id, each.why.holds, each.why.text) for each in found] == [
        ("a", True, "✓ current_streak 0 = 0"),
        ("b", False, "? average_score unknown < 50"),
    ]


def test_who_was_told_of_a_student_is_known(bench: Bench) -> None:
    """Every teacher whose alert arrived, with how often and when last."""
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    bench.decide()
    bench.deliver()
    history = History(bench.school.store)
    (alerted,) = history.alerts("s1")
    assert (alerted.teacher_id, alerted.times, alerted.last_at) == ("t1", 1, NOW)
    assert history.alerts("s9") == []
