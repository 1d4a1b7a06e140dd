"""Whatever happens in whatever order: one open alert a student and cause, and no surprises."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nudging.samples import HOUR, NOW

from interventions.alerts_bench import T1, AlertBench, mentor_rule
from nudgebot.errors import CommandError
from nudgebot.nudging.rule import Test
from nudgebot.school.days import to_at

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("streak"), st.sampled_from(["s1", "s2"]), st.integers(0, 1)),
        st.tuples(st.just("ack"), st.just(""), st.integers(1, 4)),
        st.tuples(st.just("resolve"), st.just(""), st.integers(1, 4)),
        st.tuples(st.just("reopen"), st.just(""), st.integers(1, 4)),
        st.tuples(st.just("pass"), st.just(""), st.integers(1, 30)),
    ),
    min_size=3,
    max_size=12,
)


def _do(bench: AlertBench, step: tuple[str, str, int], at: datetime) -> None:
    what, who, number = step
    try:
        match what:
            case "streak":
                bench.school.figures.set(who, current_streak=number)
            case "ack":
                bench.alerts.acknowledge(T1, number, as_of=at)
            case "resolve":
                bench.alerts.resolve(T1, number, "done", as_of=at)
            case "reopen":
                bench.alerts.reopen(T1, number, as_of=at)
    except CommandError:
        pass  # there is no such alert, or it is not its turn


def _open(bench: AlertBench) -> list[tuple[str, str]]:
    return [(each.student_id, each.rule_id) for each in bench.all() if each.stands]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_never_two_open_alerts_of_a_cause_and_twice_is_once(
    steps: list[tuple[str, str, int]],
) -> None:
    """Syncing again changes nothing, and what is open has an episode that goes on."""
    with TemporaryDirectory() as folder:
        bench = AlertBench(Path(folder))
        bench.school.rules = [
            mentor_rule(cooldown_hours=6),
            mentor_rule("low", conditions=Test("average_score", "less_than", 60)),
        ]
        at = NOW.replace(hour=9)
        for step in steps:
            _do(bench, step, at)
            at += timedelta(hours=step[2] if step[0] == "pass" else 1)
            bench.run(at)
            before = bench.all()
            assert bench.alerts.sync(at) == 0
            assert bench.all() == before
            pairs = _open(bench)
            assert len(pairs) == len(set(pairs))
            holding = {
                tuple(row) for row in bench.store.rows("SELECT student_id, rule_id FROM episodes")
            }
            assert set(pairs) <= holding
        causes = [(each.student_id, each.rule_id, each.episode_at) for each in bench.all()]
        assert len(causes) == len(set(causes))
        bench.store.close()


def test_ten_thousand_nudges_are_a_few_statements(tmp_path: Path) -> None:
    """A whole district's morning takes seconds, and the next look nothing worth mentioning."""
    bench = AlertBench(tmp_path)
    number = 10_000
    ids = json.dumps([f"x{each}" for each in range(number)])
    at = to_at(NOW)
    with bench.store.transaction():
        bench.store.execute(
            "INSERT INTO episodes SELECT value, 'streak', ? FROM json_each(?)", [at, ids]
        )
        bench.store.execute(
            """INSERT INTO nudges SELECT value || ':k', value, 'streak', 'Streak', :at, 1, 'e',
               'high', 'mentor_alert', 0, :at, :at, 1, :at, '', '✓ current_streak 0 = 0',
               'queued', '', :at, '', '', '' FROM json_each(:ids)""",
            {"at": at, "ids": ids},
        )
        bench.store.execute(
            """INSERT INTO nudge_parts SELECT value || ':k', 'mentor', 't1', ?, 'waiting', '', 0,
               NULL FROM json_each(?)""",
            [at, ids],
        )
    statements: list[str] = []
    bench.store.connection.set_trace_callback(statements.append)
    begun = time.perf_counter()
    assert bench.alerts.sync(NOW) == number
    first = time.perf_counter() - begun
    selects = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
    assert len(selects) < 10
    statements.clear()
    assert bench.alerts.sync(NOW + HOUR) == 0
    assert len(statements) < 5
    bench.store.connection.set_trace_callback(None)
    assert first < 20, "far above what it takes, far below one query a row"
    bench.store.close()
