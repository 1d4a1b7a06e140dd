"""Adoption as a board: each of requirement B's success metrics beside its goal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nudgebot.chat.boards.figures import EFFECT_COLUMNS, hours, share, words_of
from nudgebot.chat.boards.mentor import TIMES, times_row
from nudgebot.chat.boards.overview import huge_notes, measure_rows
from nudgebot.insight.trend_data import DateRange
from nudgebot.interventions.adoption import GOALS, Adoption, Share
from nudgebot.nudging.dashboards.effectiveness import EffectivenessMetrics
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import count, percent

CAUTION = (
    "Improvement is what nudged students did, beside those held out by lot: the difference is "
    "what it brings. The goal counts everybody who did better, also by themselves."
)


def adoption_board(
    found: Adoption,
    metrics: EffectivenessMetrics | None,
    *,
    period: DateRange,
    as_of: datetime,
    data_as_of: datetime | None,
) -> Board:
    """The metrics of the school; no teacher is named."""
    return Board(
        kind="Adoption",
        title="The whole school",
        period=period,
        as_of=as_of,
        data_as_of=data_as_of,
        lines=tuple(_lines(found, metrics)),
        sections=tuple(_sections(found, metrics)),
        caution=CAUTION if metrics is not None else "",
    )


def _lines(found: Adoption, metrics: EffectivenessMetrics | None) -> Iterator[str]:
    if not found.teachers:
        yield "Nobody teaches a class in term today."
        return
    yield f"{count(found.teachers, 'teacher')}, {found.linked} of them with a Zulip account."
    yield _goal("Looked at reports this week", found.viewed_weekly, "viewed_weekly")
    a_week = found.interventions_a_week
    if a_week is not None:
        goal = GOALS["interventions_a_week"]
        yield f"Interventions per teacher and week: {a_week:.1f}, the goal is {goal:.0f}."
    looked = found.reactions.looked
    if looked.soon_share is None:
        yield "Alerts seen to within 24 hours: too early to say."
    else:
        yield (
            f"Alerts seen to within 24 hours: {percent(100 * looked.soon_share)} "
            f"of {looked.due}, the goal is all."
        )
    yield f"Improvement: {improvement(metrics)}"
    yield _goal("Messages from templates", found.from_templates, "from_templates")
    yield _goal("Exported a report this month", found.exported_monthly, "exported_monthly")


def _goal(name: str, share: Share, goal: str) -> str:
    if share.value is None:
        return f"{name}: there was none yet."
    return (
        f"{name}: {share.count} of {share.of} ({percent(100 * share.value)}), "
        f"the goal is {percent(100 * GOALS[goal])}."
    )


def improvement(metrics: EffectivenessMetrics | None) -> str:
    """What the nudged did, beside the held out, and the goal."""
    if metrics is None or not metrics.target.measured:
        return "too early to say."
    return f"{metrics.target.text()} The goal is {percent(100 * GOALS['improved'])}."


def _sections(found: Adoption, metrics: EffectivenessMetrics | None) -> Iterator[Section]:
    yield Section("Beside the goals", ("", "Now", "Goal", "Of"), tuple(_goals(found, metrics)))
    yield Section(
        "From alert to action",
        ("", *TIMES),
        (
            times_row("Until somebody looked", found.reactions.looked),
            times_row("Until the first intervention", found.reactions.acted),
            times_row("Looked, the period before", found.before.looked),
            times_row("Intervention, the period before", found.before.acted),
        ),
    )
    yield Section(
        "Interventions by kind",
        ("Kind", "How many"),
        tuple(row(words_of(kind), (n, "")) for kind, n in found.interventions.items()),
    )
    if metrics is not None:
        yield Section(
            "Nudged and held out", EFFECT_COLUMNS, measure_rows(metrics), huge_notes(metrics)
        )


def _goals(found: Adoption, metrics: EffectivenessMetrics | None) -> Iterator[Row]:
    def shared(name: str, share: Share, goal: str) -> Row:
        value = share.value
        return row(
            name,
            (None if value is None else 100 * value, "percent"),
            (100 * GOALS[goal], "percent"),
            (share.of, ""),
        )

    yield shared("Teachers who looked at reports this week", found.viewed_weekly, "viewed_weekly")
    yield row(
        "Interventions per teacher and week",
        (found.interventions_a_week, ""),
        (GOALS["interventions_a_week"], ""),
        (found.teachers, ""),
    )
    median = found.reactions.looked.median_hours
    yield row(
        "Half of the alerts seen to within",
        (hours(median), "text"),
        (hours(GOALS["response_hours"]), "text"),
        (found.reactions.looked.alerts, ""),
    )
    nudged = metrics.target.nudged if metrics is not None else None
    held_out = metrics.target.held_out if metrics is not None else None
    yield row(
        "Students who did what was asked for",
        (None if nudged is None else 100 * nudged, "percent"),
        (100 * GOALS["improved"], "percent"),
        (metrics.target.nudged_count if metrics is not None else 0, ""),
    )
    yield row(
        "The same, held out",
        (None if held_out is None else 100 * held_out, "percent"),
        (None, "text"),
        (metrics.target.held_out_count if metrics is not None else 0, ""),
    )
    yield shared("Messages from templates", found.from_templates, "from_templates")
    yield shared("Writing teachers who use templates", found.use_templates, "use_templates")
    yield shared("Teachers who exported this month", found.exported_monthly, "exported_monthly")
    yield row(
        "Less time from alert to intervention",
        share(found.faster),
        (100 * GOALS["faster"], "percent"),
        (found.reactions.acted.alerts, ""),
    )
