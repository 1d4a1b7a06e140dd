"""A school with nudges, responses and cases, laid down in the tables as nudging lays them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from nudgebot.school.days import to_at
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
DAY = 86_400
RULES = {
    "inactivity_check_in": ("Inactivity Check-in", "check_in", "activity_resumed"),
    "overdue_work_reminder": ("Overdue Work Reminder", "reminder", "overdue_handed_in"),
    "video_completion_nudge": ("Video Completion Nudge", "reminder", "video_finished"),
}


@dataclass(frozen=True)
class Truth:
    """How a rule is: the chance to reach the target without a nudge, and what a nudge adds."""

    usual: float = 0.4
    gain: float = 0.0


def fill(
    store: Store,
    *,
    cases: int,
    students: int,
    truths: dict[str, Truth] | None = None,
    days: int = 60,
    seed: int = 7,
) -> None:
    """Lay down cases spread evenly over the days before NOW; one in five is held out."""
    random = Random(seed)  # noqa: S311  # a simulation
    truths = truths or {rule: Truth() for rule in RULES}
    nudges, parts, rows, responses = [], [], [], []
    begin = to_at(NOW) - days * DAY
    for number in range(cases):
        rule = list(truths)[number % len(truths)]
        name, kind, target = RULES[rule]
        student, starts = f"s{number % students}", begin + number * days * DAY // cases
        held, ends = random.random() < 0.2, starts + 14 * DAY
        truth = truths[rule]
        reached = random.random() < truth.usual + (0 if held else truth.gain)
        closed = ends <= to_at(NOW)
        key = None if held else f"{student}:{rule}:{starts}:1"
        before = random.uniform(0, 4)
        after = max(0.0, before + random.gauss(0.5 + (0 if held else truth.gain), 1))
        row = (student, rule, starts, key, kind, "medium", "student", "warm", 16,
               "held_out" if held else "nudged", 0.2, target, starts, starts, starts // DAY, ends,
               before, random.uniform(30, 80), before / 5, *((after, random.uniform(30, 80),
               min(after / 5, 1.0), starts + 2 * DAY if reached else None, "closed") if closed
               else (None, None, None, None, "followed")))  # fmt: skip
        rows.append(row)
        if key is None:
            continue
        nudges.append((key, student, rule, name, starts, 1, kind, "medium", "direct_message", 1,
                       starts, starts, starts // DAY, starts + DAY, "", "{}", "sent", "", starts,
                       rule, "warm", "en"))  # fmt: skip
        parts.append((key, "student", student, starts, "sent", "", 1, None))
        if random.random() < 0.5:
            responses.append((key, "read", starts + 600))
            if random.random() < 0.4:
                responses.append((key, random.choice(("answered", "reacted", "done")),
                                  starts + 7200))  # fmt: skip
    with store.transaction() as db:
        db.executemany(f"INSERT INTO nudges VALUES ({', '.join('?' * 22)})", nudges)  # noqa: S608  # marks
        db.executemany("INSERT INTO nudge_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", parts)
        db.executemany("INSERT INTO responses VALUES (?, ?, ?)", responses)
        db.executemany(
            f"""INSERT INTO cases (student_id, rule_id, episode_at, nudge_key, type, urgency,
                channel, tone, hour, arm, share, target, decided_at, starts_at, start_day, ends_at,
                activity_before, performance_before, engagement_before, activity_after,
                performance_after, engagement_after, target_met_at, state)
                VALUES ({", ".join("?" * 24)})""",  # noqa: S608  # marks
            rows,
        )


def last_days(days: int) -> tuple[datetime, datetime]:
    """The range of the last days before NOW."""
    return NOW - timedelta(days=days), NOW
