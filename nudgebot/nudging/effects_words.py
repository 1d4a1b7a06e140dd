"""Effects in words that a teacher understands, with the numbers that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LARGEST = 2.0  # beyond it a change tells how small the beginning was
NEARLY_ALL = 0.9  # there is no room above it for a nudge to show anything
_HOURS_TOLD = 48
DID = "did what was asked for"
_DID = {
    "activity_resumed": "came back",
    "video_finished": "finished a video",
    "overdue_handed_in": "handed in what was overdue",
    "exam_prepared": "prepared for the exam",
    "practised": "practised",
    "score_held": "held their score",
}
MEASURES = {
    "target": "what was asked for",
    "activity_change": "activity",
    "performance_change": "marks",
    "engagement_change": "days with activity",
    "overall_impact": "all three measures together",
}
NOTES = {
    "tone": "with the same tone in mind",
    "hour": "that were due in the same hours",
    "channel": "that were meant for the same channel",
}


class Compared(NamedTuple):
    """The numbers of a sentence, as fractions."""

    measure: str
    nudged: float
    held_out: float
    difference: float
    low: float
    high: float


def did(targets: Sequence[str]) -> str:
    """What students did who reached the target; cases of several targets share general words."""
    return _DID.get(targets[0], DID) if len(targets) == 1 else DID


def note(by: str) -> str:
    """How the lines of a grouping may be read; empty where nothing needs saying."""
    if by not in NOTES:
        return ""
    return (
        f"Each line compares nudges with held-out cases {NOTES[by]}. Which case got which {by} was "
        "not drawn by lot, so a line says whether such nudges help, not which of the lines is best."
    )


def points(value: float, *, sign: bool = False) -> str:
    """A fraction in whole points, tenths where whole points would hide it; with a true minus.

    What is huge is said in words: who began with next to nothing changes by thousands of percent.
    """
    if abs(value) > LARGEST:
        most = f"{100 * LARGEST:.0f}"
        return f"less than −{most}" if value < 0 else f"more than {'+' if sign else ''}{most}"
    whole = 100 * value
    text = f"{abs(whole):.0f}" if abs(whole) >= 0.95 else f"{abs(whole):.1f}"
    if text == "0.0":
        return "0"
    minus = "−" if whole < 0 else "+" if sign else ""  # the sign itself
    return f"{minus}{text}"


def change(value: float) -> str:
    """A change in percent of what was before, with its sign; what is huge in words."""
    if abs(value) > LARGEST:
        return f"{points(value, sign=True)} %"
    whole = round(100 * value)
    return f"{'+' if whole > 0 else '−' if whole < 0 else '±'}{abs(whole)} %"  # a true minus


def interval(low: float | None, high: float | None) -> str:
    """ "2 points fewer to 1 more" with signs, or nothing."""
    if low is None or high is None:
        return ""
    return f"{points(low, sign=True)} to {points(high, sign=True)} points"


def early(nudged: int, held_out: int, minimum: int) -> str:
    """Why nothing is said yet."""
    if min(nudged, held_out) >= minimum:
        return f"Too early to say: all of {nudged + held_out} cases came out alike."
    return (
        f"Too early to say: {nudged} nudged and {held_out} held out so far, "
        f"{minimum} of each are needed."
    )


def compared(found: Compared, *, did: str, days: int) -> str:
    """Both arms, the difference and its interval."""
    much = _difference(found)
    if found.measure == "target":
        within = f" within {days} days" if days else ""
        return (
            f"Nudged {100 * found.nudged:.0f} % {did}{within}, "
            f"held out {100 * found.held_out:.0f} %: {much}."
        )
    what = MEASURES[found.measure]
    return (
        f"{what[0].upper()}{what[1:]}, each against their own before: nudged "
        f"{points(found.nudged, sign=True)} %, held out "
        f"{points(found.held_out, sign=True)} %: {much}."
    )


def by_chance(comparisons: int) -> str:
    """Why an interval without zero is not yet a verdict."""
    return f"One of {comparisons} comparisons, among which chance alone can bring such a one."


def unlike(nudged: float, held_out: float) -> str:
    """Why a measure is not judged: the two groups were not measured alike."""
    return (
        f"Not judged: {100 * nudged:.0f} % of the nudged and {100 * held_out:.0f} % of the held out"
        " could be measured, so these are no longer the same kind of students."
    )


def medians(nudged: float, held_out: float | None) -> str:
    """How long it took."""
    other = (
        "the held out later or not at all"
        if held_out is None
        else f"half of the held out within {_days(held_out)}"
    )
    return f"Half of the nudged had within {_days(nudged)}, {other}."


def recommendations(
    *,
    rating: str,
    cases: int,
    interval: str,
    steady: bool,
    missing: int,
    harmed: Sequence[str],
    held_out: float | None = None,
) -> tuple[str, ...]:
    """What to do, the weightiest first; `held_out` is the share that needed no nudge."""
    later = "; it was seen while cases were still coming in, so look again"
    harm = "Switch it off? It seems to harm" if steady else "Review: it seems to harm"
    doubt = "" if steady else later
    first = {
        "effective": f"Keep it: it helps in {cases} cases, interval {interval}{doubt}.",
        "harmful": f"{harm} in {cases} cases, interval {interval}{doubt}.",
        "no effect worth a message": (
            f"Review: no effect worth a message in {cases} cases, interval {interval}. "
            "Reword it, move it to another hour, or switch it off."
        ),
        "not shown": (
            f"Keep it running: after {cases} cases the effect may be anything from {interval}."
        ),
        "too early to say": "Leave it as it is until there are enough cases"
        + (f": {missing} more held out are needed." if missing else "."),
    }[rating]
    others = (f"Look at {each}: there the nudged do worse than the held out." for each in harmed)
    if rating == "no effect worth a message" and (held_out or 0.0) >= NEARLY_ALL:
        easy = f"{100 * (held_out or 0.0):.0f} % do it without a nudge: ask for more by `target`."
        return (first, easy, *others)
    return (first, *others)


def _difference(found: Compared) -> str:
    size = points(abs(found.difference))
    limits = f"({points(found.low)} to {points(found.high)})"
    if size == "0":
        return f"no difference {limits}"
    unit = "point" if size == "1" else "points"
    return f"{size} {unit} {'more' if found.difference > 0 else 'less'} {limits}"


def _days(days: float) -> str:
    """Hours up to two days, else days."""
    hours = max(round(24 * days), 1)
    if hours < _HOURS_TOLD:
        return "an hour" if hours == 1 else f"{hours} hours"
    return f"{days:.1f}".removesuffix(".0") + " days"
