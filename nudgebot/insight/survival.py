"""Median time to an event that not everybody has had yet (Kaplan and Meier 1958)."""

from __future__ import annotations

from collections.abc import Iterable


def median_time(spells: Iterable[tuple[float, bool]]) -> float | None:
    """The time by which half have got there, by the Kaplan-Meier estimate.

    A spell is a time and whether it ended with the event; one that did not says "not by then".
    None where the estimate never comes down to a half.
    """
    ordered = sorted(spells)
    left, waiting, place = len(ordered), 1.0, 0
    while place < len(ordered):
        time = ordered[place][0]
        events = leaving = 0
        while place < len(ordered) and ordered[place][0] == time:
            events += ordered[place][1]
            leaving += 1
            place += 1
        waiting *= 1 - events / left
        left -= leaving
        # A third of three quarters is not exactly a quarter in floating point.
        if waiting <= 0.5 + 1e-9:
            return time
    return None
