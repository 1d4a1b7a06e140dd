"""The school's policy on nudging: the settings that decide whether, when and how often."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from nudgebot.settings import Settings


@dataclass(frozen=True)
class QuietHours:
    """The local hours from `start` until before `end` are silent, over midnight where need be.

    The same hour twice means that no hour is silent.
    """

    start: int
    end: int

    def covers(self, hour: int) -> bool:
        """Whether nothing may arrive in that local hour."""
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


@dataclass(frozen=True)
class Policy:
    """What holds for every nudge; an empty `staff_stream` means that there is none."""

    zone: ZoneInfo
    enabled: bool = True
    max_per_day: int = 3
    max_per_week: int = 10
    quiet: QuietHours = QuietHours(22, 8)
    weekend_allowed: bool = False
    stale_after_hours: int = 36
    language: str = "en"
    staff_stream: str = ""
    staff_topic: str = "nudgebot today"
    class_topic: str = "reminders"
    holdout_share: float = 0.0
    tracking_days: int = 14
    effect_minimum_cases: int = 30


def policy_of(settings: Settings) -> Policy:
    """The policy that the settings state."""
    return Policy(
        enabled=settings["enable_nudging_system"],
        max_per_day=settings["max_nudges_per_day"],
        max_per_week=settings["max_nudges_per_week"],
        quiet=QuietHours(settings["nudge_quiet_hours_start"], settings["nudge_quiet_hours_end"]),
        weekend_allowed=settings["nudge_weekend_enabled"],
        stale_after_hours=settings["stale_after_hours"],
        zone=settings["timezone"],
        language=settings["language"],
        staff_stream=settings["staff_stream"],
        staff_topic=settings["staff_topic"],
        class_topic=settings["class_topic"],
        holdout_share=settings["holdout_share"],
        tracking_days=settings["nudge_effectiveness_tracking_days"],
        effect_minimum_cases=settings["effect_minimum_cases"],
    )
