"""Rules over many students: this project's judge beside the `rule-engine` package, in one run.

`python -m benchmarks.rule_speed [--students N]` prints both times, their ratio, and fails unless
both select the same students for every rule.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import rule_engine

from nudgebot.insight.table import FigureTable, Value
from nudgebot.nudging.judge import judge
from nudgebot.nudging.rule import All, AnyOf, Condition, Not, Test

Column = list[Value]
SYMBOLS = {"equals": "==", "less_than": "<", "at_most": "<=", "greater_than": ">", "at_least": ">="}
RISKS = ("minimal", "low", "medium", "high", "critical")
TRENDS = ("improving", "steady", "declining")


def _rules() -> list[Condition]:
    """Requirement A's five, and fifteen in their manner, nested ones among them."""

    def low(metric: str, limit: float) -> Test:
        return Test(metric, "less_than", limit)

    def high(metric: str, limit: float) -> Test:
        return Test(metric, "greater_than", limit)

    declining = Test("subject_score_trend", "equals", "declining")
    at_risk = Test("risk_level", "in", ("high", "critical"))
    of_requirement: list[Condition] = [
        All((Test("current_streak", "equals", 0), high("highest_streak", 5),
             low("days_since_last_activity", 3))),
        All((low("average_score", 60), high("recent_exam_count", 2), at_risk)),
        All((low("video_completion_rate", 0.5), high("videos_started", 3),
             low("days_since_last_video", 7))),
        All((low("upcoming_exam_days", 7), low("preparation_activity", 0.3),
             low("historical_exam_performance", 75))),
        All((high("struggling_subjects_count", 1), declining,
             high("days_since_subject_activity", 5))),
    ]  # fmt: skip
    more: list[Condition] = [
        Test("days_since_last_activity", "at_least", 7),
        high("overdue_assignments", 0),
        All((low("accuracy", 50), high("questions_answered", 30))),
        AnyOf((at_risk, high("missed_assignments", 2))),
        All((Not(at_risk), high("average_score", 75))),
        All((high("current_streak", 6), Not(declining))),
        AnyOf((All((low("average_score", 40), declining)), low("accuracy", 30))),
        All((Test("subject_score_trend", "equals", "improving"), high("accuracy", 80))),
        All((low("xp", 100), high("days_since_last_activity", 3))),
        All((high("questions_answered", 200), low("accuracy", 60), Not(high("xp", 400)))),
        Not(AnyOf((high("missed_assignments", 0), high("overdue_assignments", 0)))),
        All((Test("risk_level", "equals", "medium"), low("upcoming_exam_days", 14))),
        AnyOf((low("video_completion_rate", 0.2), low("preparation_activity", 0.1), declining)),
        All((Test("highest_streak", "at_least", 10), Test("current_streak", "at_most", 1))),
        All((Test("average_score", "at_least", 90), low("days_since_last_activity", 2))),
    ]
    return of_requirement + more


def _table(students: int) -> FigureTable:
    """Figures as a school has them: every tenth is not known."""
    chance = random.Random(20261119)  # noqa: S311  # sample data, the same at every run

    def column(draw: Callable[[], Value]) -> Column:
        return [None if chance.random() < 0.1 else draw() for _ in range(students)]

    def upto(limit: int) -> Column:
        return column(lambda: chance.randrange(limit))

    def percent() -> Column:
        return column(lambda: round(chance.gauss(65, 18), 1))

    columns: dict[str, Column] = {
        "current_streak": upto(12), "highest_streak": upto(30), "recent_exam_count": upto(6),
        "days_since_last_activity": upto(20), "videos_started": upto(12),
        "days_since_last_video": upto(30), "upcoming_exam_days": upto(60),
        "struggling_subjects_count": upto(4), "days_since_subject_activity": upto(20),
        "overdue_assignments": upto(4), "missed_assignments": upto(4), "xp": upto(800),
        "questions_answered": upto(400), "average_score": percent(), "accuracy": percent(),
        "historical_exam_performance": percent(),
        "video_completion_rate": column(chance.random),
        "preparation_activity": column(chance.random),
        "risk_level": column(lambda: chance.choice(RISKS)),
        "subject_score_trend": column(lambda: chance.choice(TRENDS)),
    }  # fmt: skip
    return FigureTable([str(number) for number in range(students)], columns)


def _as_text(condition: Condition, *, holding: bool = True) -> str:
    """The same condition in rule-engine's language, which has no unknown: so it is asked for."""
    match condition:
        case Test(metric, "in", tuple() as operand):
            words = ", ".join(f'"{word}"' for word in operand)
            test = f"{metric} in [{words}]"
        case Test(metric, operator, operand):
            value = f'"{operand}"' if isinstance(operand, str) else operand
            test = f"{metric} {SYMBOLS[operator]} {value}"
        case Not(part):
            return _as_text(part, holding=not holding)
        case All(parts) | AnyOf(parts):
            joint = " and " if isinstance(condition, All) is holding else " or "
            return f"({joint.join(_as_text(part, holding=holding) for part in parts)})"
    return f"({metric} != null and {test if holding else f'not ({test})'})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100_000)
    students = parser.parse_args().students
    conditions, table = _rules(), _table(students)
    rows = [row for _, row in table.rows()]
    engines = [rule_engine.Rule(_as_text(condition)) for condition in conditions]

    start = time.perf_counter()
    ours = [judge(condition, table) for condition in conditions]
    our_seconds = time.perf_counter() - start

    start = time.perf_counter()
    theirs = [[at for at, row in enumerate(rows) if rule.matches(row)] for rule in engines]
    their_seconds = time.perf_counter() - start

    assert ours == theirs, "the two select different students"
    verdicts = students * len(conditions)
    print(f"{len(conditions)} rules over {students:,} students: the same students selected")
    print(f"nudgebot     {our_seconds:8.3f} s   {verdicts / our_seconds:12,.0f} verdicts/s")
    print(f"rule-engine  {their_seconds:8.3f} s   {verdicts / their_seconds:12,.0f} verdicts/s")
    print(f"ratio        {their_seconds / our_seconds:8.1f}")


if __name__ == "__main__":
    main()
