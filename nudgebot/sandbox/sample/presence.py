"""Which days a student is active: chance, weekends, holidays, and what her kind says for sure."""

from __future__ import annotations

from nudgebot.sandbox.sample.chance import Draw, ramp
from nudgebot.sandbox.sample.kinds import Kind
from nudgebot.sandbox.sample.people import Student
from nudgebot.sandbox.sample.timeline import Timeline

_WEEKEND, _HOLIDAY = 0.45, 0.25
_RAMP_DAYS = 36


class Presence:
    """Which days students are active; the chances of a kind are worked out once."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._weights = tuple(self._weight(day) for day in range(len(timeline.dates)))
        self._chances: dict[Kind, tuple[float, ...]] = {}

    def _weight(self, day: int) -> float:
        if self._timeline.is_holiday(day):
            return _HOLIDAY
        return _WEEKEND if self._timeline.is_weekend(day) else 1.0

    def _of_kind(self, kind: Kind) -> tuple[float, ...]:
        known = self._chances.get(kind)
        if known is None:
            anchor, (far, near) = self._timeline.anchor, kind.activity
            known = self._chances[kind] = tuple(
                weight * ramp(day - anchor, far, near, _RAMP_DAYS)
                for day, weight in enumerate(self._weights)
            )
        return known

    def active_days(self, student: Student, draw: Draw) -> list[bool]:
        """One flag a day, also for days to come, where assignments will be handed in."""
        diligence, anchor = student.diligence, self._timeline.anchor
        flags = [draw() < chance * diligence for chance in self._of_kind(student.kind)]
        if student.kind.run is not None:
            first, last = (anchor + offset for offset in student.kind.run)
            for day in range(max(0, first), min(len(flags), last + 1)):
                flags[day] = True
        for day in range(len(flags)):
            offset = day - anchor
            if student.is_away(offset) or not student.in_class(offset):
                flags[day] = False
        if student.stop is not None and 0 <= anchor + student.stop < len(flags):
            flags[anchor + student.stop] = student.in_class(student.stop)
        if student.back + anchor < len(flags):
            flags[student.back + anchor] = True
        return flags
