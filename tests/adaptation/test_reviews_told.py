"""The admins hear of a rule that should be looked at, over the wire, and find it with the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from service.test_ticks import NOW, Day, day

from nudgebot.nudging.cases import Arm, Case, Cases

__all__ = ["day"]  # the fixture: a house over a sandbox

RULE = "streak_break_recovery"


def _silent(day: Day, count: int) -> None:
    """So many messages of a rule to which nothing came back."""
    begin = NOW - timedelta(days=20)
    Cases(day.house.store).open(
        [
            Case(
                student_id=f"s{number}",
                rule_id=RULE,
                episode_at=begin,
                arm=Arm.NUDGED,
                share=0.1,
                type="encouragement",
                urgency="medium",
                channel="direct_message",
                tone="encouraging",
                hour=14,
                target="activity_resumed",
                decided_at=begin,
                starts_at=begin,
                start_day=20_000,
                ends_at=begin + timedelta(days=14),
                nudge_key=f"n{number}",
            )
            for number in range(count)
        ]
    )
    store = day.house.store
    store.execute("UPDATE cases SET state = 'closed'")
    store.execute(
        """INSERT INTO nudges SELECT nudge_key, student_id, rule_id, 'Streak', episode_at, 1, type,
           urgency, channel, 1, decided_at, starts_at, start_day, ends_at, '', '', 'sent', '',
           starts_at, '', '', '' FROM cases"""
    )


def test_the_admins_hear_of_it_once_and_nothing_is_switched(day: Day) -> None:
    """Told once, not the week after; the rule stays on."""
    _silent(day, 40)
    assert [day.ticks.reviews(NOW + timedelta(days=days)) for days in (0, 7)] == [1, 0]
    (told,) = (text for text in day.admin_reads() if RULE in text)
    assert "Only 0 of 40 messages were answered or acted on" in told
    rules = day.house.book.rules.rules
    assert RULE in {rule.id for rule in day.house.office.switches.on(rules)}


@pytest.mark.parametrize("count", [0, 20])
def test_few_cases_say_nothing(day: Day, count: int) -> None:
    """Below the minimum nobody is bothered."""
    _silent(day, count)
    assert day.ticks.reviews(NOW) == 0
