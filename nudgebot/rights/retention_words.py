"""How long things are kept, in words."""

from __future__ import annotations

from collections.abc import Mapping

DAYS_OF_YEAR = 365


def period_in_words(setting: str, keep_days: Mapping[str, int]) -> str:
    """For how long, as it stands behind "Kept": by a setting, a fixed time, or the exports."""
    if not setting:
        return "while the student is in the school's exports, and then by `keep_left_students_days`"
    if setting not in keep_days:
        return setting
    return days_in_words(keep_days[setting])


def days_in_words(days: int) -> str:
    """`for ever`, `for 2 years`, `for 60 days`."""
    if days == 0:
        return "for ever"
    years, rest = divmod(days, DAYS_OF_YEAR)
    if years and not rest:
        return f"for {years} years" if years > 1 else "for a year"
    return f"for {days:,} days" if days > 1 else "for a day"
