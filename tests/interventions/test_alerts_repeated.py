"""Urgent alerts that nobody has looked at are told to the other teachers, once, on school days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nudging.samples import HOUR, NOW

from interventions.alerts_bench import T1, T2, AlertBench, mentor_rule
from nudgebot.nudging.rule import Urgency
from nudgebot.school.days import local_day, to_at

THURSDAY = NOW.replace(hour=9, minute=0)
FRIDAY, MONDAY, TUESDAY = (THURSDAY + timedelta(days=days) for days in (1, 4, 5))
WEDNESDAY = THURSDAY + timedelta(days=6)

Opened = Callable[..., AlertBench]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A school whose rule fires once; its first alert goes to t1, and t2 teaches the class too."""
    benches: list[AlertBench] = []

    def make(at: datetime = THURSDAY, *, second: bool = True, **settings: Any) -> AlertBench:
        bench = AlertBench(tmp_path, **settings)
        benches.append(bench)
        bench.school.rules = [mentor_rule(cooldown_hours=999)]
        bench.run(at)
        if second:
            bench.school.teacher("t2", 12)
        return bench

    yield make
    for each in benches:
        each.store.close()


def test_the_other_teacher_is_told_after_a_day_of_school(opened: Opened) -> None:
    """With who was told first, why, since when, and what to do."""
    bench = opened()
    assert bench.alerts.tick(FRIDAY - HOUR) == 0
    assert bench.alerts.tick(FRIDAY) == 1
    words, below = bench.sent_to(12)
    assert words.key == "alert:1:repeat:t2"
    assert words.content == (
        "**An urgent alert still waits**: nobody has looked so far. I told Teacher t1 first; "
        "you teach the student too.\n\n"
        "- 🟠 **[HIGH]** **Student s1** (7b): no streak at the moment, since "
        "<time:2026-11-19T09:00:00Z> `alert 1`\n\n"
        "`ack <number>` says that you see to it, and nobody is told again."
    )
    assert [each.reply for each in below.buttons] == ["alert 1", "alerts"]
    assert len(bench.texts(11)) == 1


def test_it_is_told_again_once(opened: Opened) -> None:
    """Whatever comes after it, and however often the service restarts."""
    bench = opened()
    for hours in range(0, 100, 5):
        bench.alerts.tick(FRIDAY + hours * HOUR)
    assert len(bench.texts(12)) == 1


def test_what_is_open_again_is_told_again_once(tmp_path: Path) -> None:
    """Repeated, resolved, open again as the cause stayed: nobody looks this time either."""
    bench = AlertBench(tmp_path)
    bench.school.rules = [mentor_rule(cooldown_hours=24)]
    bench.run(THURSDAY)
    bench.school.teacher("t2", 12)
    bench.alerts.tick(FRIDAY)
    bench.alerts.resolve(T2, 1, "talked", as_of=FRIDAY + HOUR)
    bench.run(MONDAY)
    assert bench.only().reopened_at is not None
    for hours in range(0, 60, 5):
        bench.alerts.tick(MONDAY + hours * HOUR)
    bench.store.close()
    reminders = [each for each in bench.texts(12) if "still waits" in each]
    assert len(reminders) == 2
    assert "since <time:2026-11-23T09:00:00Z>" in reminders[1]


def test_where_all_were_told_all_are_reminded_once(opened: Opened) -> None:
    """A class with one teacher has nobody else."""
    bench = opened(second=False)
    for hours in range(0, 100, 5):
        bench.alerts.tick(FRIDAY + hours * HOUR)
    _, reminder = bench.texts(11)
    assert reminder.startswith(
        "**An urgent alert still waits**: nobody has looked so far. This is my one reminder."
    )


@pytest.mark.parametrize(
    ("at", "repeated"),
    [
        pytest.param(FRIDAY, MONDAY, id="not at the weekend"),
        pytest.param(FRIDAY + 11 * HOUR, MONDAY + 11 * HOUR, id="a whole day of school later"),
    ],
)
def test_weekends_do_not_count(opened: Opened, at: datetime, repeated: datetime) -> None:
    """From Friday to Monday is one day of school."""
    bench = opened(at)
    step = at
    while step < repeated:
        assert bench.alerts.tick(step) == 0
        step += HOUR
    assert bench.alerts.tick(repeated) == 1


def test_holidays_do_not_count(opened: Opened) -> None:
    """Nothing is said on them, and the day after them is the first."""
    bench = opened(FRIDAY)
    bench.store.execute(
        "INSERT INTO calendar (begin_day, end_day, kind) VALUES (?, ?, 'holiday')",
        [local_day(MONDAY, bench.school.policy.zone)] * 2,
    )
    assert bench.alerts.tick(MONDAY + 5 * HOUR) == 0
    assert bench.alerts.tick(TUESDAY - HOUR) == 0
    assert bench.alerts.tick(TUESDAY) == 1


def test_silence_is_kept(opened: Opened) -> None:
    """What is due at night waits for the morning."""
    bench = opened(THURSDAY + 12.5 * HOUR)
    assert bench.alerts.tick(FRIDAY + 13.5 * HOUR) == 0
    assert bench.alerts.tick(FRIDAY + 20 * HOUR) == 0
    assert bench.alerts.tick(MONDAY - HOUR) == 1


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"alert_repeat_school_days": 0}, id="never"),
        pytest.param({"alert_repeat_school_days": 4}, id="later"),
        pytest.param({"enable_nudging_system": False}, id="nothing is sent by itself"),
    ],
)
def test_settings_say_when(opened: Opened, settings: dict[str, Any]) -> None:
    """Days of school; 0 is never."""
    bench = opened(**settings)
    assert bench.alerts.tick(TUESDAY) == 0
    assert bench.alerts.tick(WEDNESDAY) == int(settings == {"alert_repeat_school_days": 4})


@pytest.mark.parametrize("act", ["ack", "resolve", "over", "medium"])
def test_what_somebody_sees_to_is_not_repeated(opened: Opened, act: str) -> None:
    """Nor what is over, or not urgent."""
    bench = opened()
    match act:
        case "ack":
            bench.alerts.acknowledge(T1, 1, as_of=THURSDAY)
        case "resolve":
            bench.alerts.resolve(T1, 1, "talked", as_of=THURSDAY)
        case "over":
            bench.school.figures.set("s1", current_streak=3)
            bench.evaluate(THURSDAY + HOUR)
        case "medium":
            bench.store.execute("UPDATE alerts SET severity = 'medium'")
    assert bench.alerts.tick(FRIDAY) == 0
    assert bench.sent_to(12) == []


def test_what_is_still_on_its_way_is_not_repeated(opened: Opened) -> None:
    """Nobody can have looked at what nobody has got yet."""
    bench = opened()
    bench.store.execute("UPDATE nudge_parts SET state = 'waiting' WHERE channel = 'mentor'")
    assert bench.alerts.tick(FRIDAY) == 0


def test_the_day_counts_from_when_it_arrived(opened: Opened) -> None:
    """Not from when it was found."""
    bench = opened()
    bench.store.execute("UPDATE outbox SET settled_at = ?", [to_at(THURSDAY + 4 * HOUR)])
    assert bench.alerts.tick(FRIDAY + 3 * HOUR) == 0
    assert bench.alerts.tick(FRIDAY + 4 * HOUR) == 1


def test_many_are_one_message(opened: Opened) -> None:
    """The most urgent first, a screenful of them, and the rest is counted."""
    bench = opened()
    for number in range(4, 20):
        bench.school.student(f"s{number}", None)
    bench.school.figures.set("s7", risk_level="critical")
    bench.school.rules = [mentor_rule(cooldown_hours=999, urgency=Urgency.HIGH)]
    bench.evaluate(THURSDAY + HOUR)
    bench.store.execute("UPDATE nudge_parts SET state = 'expired' WHERE state = 'waiting'")
    assert bench.alerts.tick(FRIDAY + HOUR) == 2, "one was told of s1, nobody of the others"
    (text,) = bench.texts(12)
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert "**17 urgent alerts still wait**" in text
    assert lines[0].startswith("- 🔴 **[CRITICAL]** **Student s7** (7b)")
    assert len(lines) == 11
    assert lines[-1] == "- and 7 more: `alerts`"


def test_without_anybody_to_tell_it_waits(opened: Opened) -> None:
    """Who is linked later is told then."""
    bench = opened()
    bench.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    assert bench.alerts.tick(FRIDAY) == 0
    bench.store.execute("UPDATE teachers SET zulip_user_id = 12 WHERE teacher_id = 't2'")
    assert bench.alerts.tick(FRIDAY + HOUR) == 1
    assert len(bench.texts(12)) == 1
