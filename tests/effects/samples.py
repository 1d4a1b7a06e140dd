"""Single cases to order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nudgebot.nudging.cases import Arm, Case, Measures

AT = datetime(2026, 10, 5, 16, tzinfo=UTC)


def case(
    number: int,
    *,
    nudged: bool = True,
    met_after_days: float | None = None,
    before: Measures | None = None,
    after: Measures | None = None,
    arm: Arm | None = None,
    share: float = 0.1,
    closed: bool = True,
    rule_id: str = "come_back",
    tone: str = "encouraging",
    hour: int = 16,
    target: str = "activity_resumed",
) -> Case:
    """A case of student `number`, in one of the arms."""
    met = None if met_after_days is None else AT + timedelta(days=met_after_days)
    return Case(
        student_id=f"pupil-{number}",
        rule_id=rule_id,
        episode_at=AT,
        arm=arm or (Arm.NUDGED if nudged else Arm.HELD_OUT),
        share=share,
        type="engagement",
        urgency="low",
        channel="direct_message",
        tone=tone,
        hour=hour,
        target=target,
        decided_at=AT,
        starts_at=AT,
        start_day=AT.toordinal(),
        ends_at=AT + timedelta(days=14),
        nudge_key=f"key-{number}" if nudged else None,
        before=before or Measures(),
        after=after or Measures(),
        target_met_at=met,
        closed=closed,
    )


def arms(
    nudged: tuple[int, int], held_out: tuple[int, int], *, rule_id: str = "come_back"
) -> list[Case]:
    """Reached and all, of either arm; each student has one case, and who reached took two days."""
    return [
        case(
            number + (0 if is_nudged else 100_000),
            nudged=is_nudged,
            met_after_days=2 if number < reached else None,
            rule_id=rule_id,
        )
        for is_nudged, (reached, count) in ((True, nudged), (False, held_out))
        for number in range(count)
    ]
