"""Figures of nudging as cells and rows of a report."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.nudging import effects_words as words
from nudgebot.nudging.dashboards.response_rates import (
    READ,
    RESPONDED,
    TARGET,
    ResponseRate,
    ResponseRates,
)
from nudgebot.nudging.effects_values import Effect, Outcome
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import Raw, count, percent

RESPONSES = {
    READ: "read, as far as Zulip shows it",
    RESPONDED: "responded in any way",
    "reacted": "reacted",
    "answered": "answered in own words",
    "done": "answered: done",
    "need_help": "answered: need help",
    "not_now": "answered: not now",
    "wrong": "answered: this is wrong",
    TARGET: "did what was asked for",
}
EFFECT_COLUMNS = ("", "Says", "Nudged", "Held out", "Difference", "95 % interval", "Cases",
                  "Cases held out")  # fmt: skip


def share(value: float | None) -> tuple[Raw, str]:
    """A fraction as a cell in percent; what is huge in words, as `effects_words.points` has it."""
    if value is not None and abs(value) > words.LARGEST:
        return (f"{words.points(value)} %", "text")
    return (None if value is None else 100 * value, "percent")


def hours(value: float | None) -> str:
    """`20 min`, `3 hours`, `4 days`; a dash for nothing."""
    if value is None:
        return "–"
    if value < 1:
        return f"{round(60 * value)} min"
    return count(round(value), "hour") if value < 48 else count(value / 24, "day")


def words_of(name: str) -> str:
    """A name of a type or channel as words: `check_in` is `check in`."""
    return name.replace("_", " ") or "–"


def response_section(rates: ResponseRates) -> Section:
    """How often and how soon each kind of response came."""
    return Section(
        "What came back",
        ("Students who", "Nudges", "Share", "Half of these within"),
        tuple(_response(name, rates.of(kind)) for kind, name in RESPONSES.items()),
        (f"Of {count(rates.nudges, 'nudge')} to students.",) if rates.nudges else (),
    )


def _response(name: str, rate: ResponseRate) -> Row:
    within = hours(rate.median_hours)
    return row(name, (rate.count, ""), share(rate.share), (within, "text"))


def response_line(rates: ResponseRates) -> str:
    """One sentence about it."""
    read, responded = rates.of(READ), rates.of(RESPONDED)
    if read.share is None or responded.share is None:
        return "No nudge went to a student in this time."
    soon = responded.median_hours
    within = "" if soon is None else f", half of these within {hours(soon)}"
    return (
        f"Read by at least {percent(100 * read.share)}; "
        f"{percent(100 * responded.share)} responded{within}."
    )


def outcome_row(name: str, outcome: Outcome) -> Row:
    """One measure in both groups, and what may be said."""
    return row(
        name,
        (str(outcome.verdict), "text"),
        share(outcome.nudged),
        share(outcome.held_out),
        _difference(outcome.difference),
        (outcome.interval_text.removesuffix(" points") or None, "text"),
        (outcome.nudged_count, ""),
        (outcome.held_out_count, ""),
    )


def _difference(value: float | None) -> tuple[Raw, str]:
    if value is None or abs(value) <= words.LARGEST:
        return (None if value is None else 100 * value, "points")
    size = words.points(abs(value))
    return (f"{size} points {'above' if value > 0 else 'below'}", "text")


def effect_rows(effects: Sequence[Effect]) -> tuple[Row, ...]:
    """Of each group whether it did what was asked for."""
    return tuple(outcome_row(words_of(each.group), each.target) for each in effects)
