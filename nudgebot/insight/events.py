"""What changed for a student between two looks at her figures, where the change is recent.

performance_declined   a newer score than before, of the last 14 days, 15 points or more below the
                       mean of the scores before it
performance_improved   the same, 15 points or more above
activity_changed       the last 7 days came to differ from the 7 before by 3 active days or more;
                       fewer only counts where active days did go, more only where there are new
                       ones and the last activity is of today or yesterday
streak_broken          a streak of 3 days or more is over, and was alive at the look before
exam_approaching       an exam came within 7 days, or another one is the next

Back-filled history raises nothing: it makes no newer score, no newer activity, and takes no day
away. A student without earlier figures raises nothing either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nudgebot.insight.decline import Row, number

SCORE_POINTS = 15
SCORE_DAYS = 14
ACTIVE_DAYS = 3
STREAK_DAYS = 3
EXAM_DAYS = 7


@dataclass(frozen=True)
class Event:
    """One change; `kind` is a value of the rules' EventKind, `detail` the numbers in words."""

    kind: str
    student_id: str
    detail: str


def changes(before: Row, after: Row) -> dict[str, str]:
    """The kinds of events between two rows of one student, with their details."""
    found = {kind: look(before, after) for kind, look in _LOOKS.items()}
    return {kind: detail for kind, detail in found.items() if detail}


def _newer_score(before: Row, after: Row) -> float | None:
    """The change that the newest score brought, where that score is new and recent."""
    days, days_before = (number(row["days_since_last_score"]) for row in (after, before))
    count, count_before = (number(row["score_count"]) for row in (after, before))
    change = number(after["score_change"])
    if days is None or days_before is None or count is None or count_before is None:
        return None
    # An older score that comes in late never changes the newest one; one taken back might.
    other = after["last_score"] != before["last_score"] and count >= count_before
    return change if days <= SCORE_DAYS and (days < days_before or other) else None


def _declined(before: Row, after: Row) -> str:
    change = _newer_score(before, after)
    if change is None or change > -SCORE_POINTS:
        return ""
    return f"{_newest(after)}, {-change:.0f} points below the scores before it"


def _improved(before: Row, after: Row) -> str:
    change = _newer_score(before, after)
    if change is None or change < SCORE_POINTS:
        return ""
    return f"{_newest(after)}, {change:.0f} points above the scores before it"


def _newest(row: Row) -> str:
    if row["last_work"] == "missed":
        return "the newest work was missed"
    return f"last score {number(row['last_score']) or 0:.0f}\u00a0%"


def _activity(before: Row, after: Row) -> str:
    change, change_before = (number(row["activity_change"]) for row in (after, before))
    days, days_before = (number(row["active_days_7"]) for row in (after, before))
    gap = number(after["days_since_last_activity"])
    if change is None or change_before is None or days is None or days_before is None:
        return ""
    fewer = change <= -ACTIVE_DAYS < change_before and days < days_before
    more = change >= ACTIVE_DAYS > change_before and days > days_before and gap in (0, 1)
    if not fewer and not more:
        return ""
    return f"active on {days:.0f} of the last 7 days, on {days - change:.0f} of the 7 before"


def _streak(before: Row, after: Row) -> str:
    alive, now = number(before["current_streak"]), number(after["current_streak"])
    if alive is None or alive < STREAK_DAYS or now != 0:
        return ""
    return f"a streak of {alive:.0f} days is over"


def _exam(before: Row, after: Row) -> str:
    days, earlier = number(after["upcoming_exam_days"]), number(before["upcoming_exam_days"])
    if days is None or days > EXAM_DAYS:
        return ""
    same = before["upcoming_exam_title"] == after["upcoming_exam_title"]
    if earlier is not None and same and days <= earlier <= EXAM_DAYS:
        return ""
    return f"an exam in {days:.0f} day{'' if days == 1 else 's'}" if days else "an exam today"


_LOOKS: Mapping[str, Callable[[Row, Row], str]] = {
    "activity_changed": _activity,
    "performance_declined": _declined,
    "performance_improved": _improved,
    "streak_broken": _streak,
    "exam_approaching": _exam,
}
