"""The system overview as a board: sent, responses, effects, the best and the worst rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nudgebot.chat.boards.figures import (
    EFFECT_COLUMNS,
    effect_rows,
    outcome_row,
    response_line,
    response_section,
    share,
    words_of,
)
from nudgebot.insight.trend_data import DateRange
from nudgebot.nudging import effects_words as words
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.dashboards.effectiveness import EffectivenessMetrics
from nudgebot.nudging.dashboards.overview import SystemOverview
from nudgebot.nudging.effects_values import Effect
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.charts.dashboards import Arms, effects_chart, sent_chart
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import count

CAUTION = (
    "Nudged and held out were drawn by lot, so their difference is what the nudges did; before "
    "and after alone would flatter them."
)
HUGE = (
    "A change of more than 200 % comes from students who began with next to nothing; the table of "
    "before and after has the figures themselves."
)
_EARLY = "Effects: too early to say, for no nudge has been followed to its end in this time."


def overview_board(
    found: SystemOverview,
    *,
    title: str,
    period: DateRange,
    as_of: datetime,
    data_as_of: datetime | None,
) -> Board:
    """The overview of the students whom the title names."""
    return Board(
        kind="Nudging dashboard",
        title=title,
        period=period,
        as_of=as_of,
        data_as_of=data_as_of,
        lines=tuple(_lines(found)),
        sections=tuple(_sections(found)),
        charts=tuple(_charts(found, title)),
        caution=CAUTION if found.effects_by_rule else "",
    )


def _lines(found: SystemOverview) -> Iterator[str]:
    students = count(found.sent.students, "student")
    yield f"{count(found.total_nudges_sent, 'nudge')} sent, about {students}."
    if found.response_rates.nudges:
        yield response_line(found.response_rates)
    metrics, engagement = found.effectiveness_metrics, found.student_engagement_improvement
    if metrics is None or engagement is None:
        yield _EARLY
        return
    yield f"{sentence_case(metrics.target.verdict)}. {metrics.target.text()}"
    if engagement.outcome.measured:
        yield engagement.outcome.text()
    yield from _extremes(found)


def _extremes(found: SystemOverview) -> Iterator[str]:
    for each in found.top_performing_nudges[:1]:
        yield f"Best: {each.group}, {each.target.interval_text} against the held out."
    for each in found.worst_performing_nudges[:1]:
        interval = each.target.interval_text
        yield f"Worst: {each.group}, {interval}: {each.effectiveness_rating}."
    if not found.top_performing_nudges and any(e.target.measured for e in found.effects_by_rule):
        yield "No rule is shown to help so far."


def sentence_case(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def _sections(found: SystemOverview) -> Iterator[Section]:
    yield Section("What was sent", ("", ""), tuple(_sent(found)))
    yield response_section(found.response_rates)
    metrics = found.effectiveness_metrics
    if metrics is not None:
        yield Section(
            "What it brings about", EFFECT_COLUMNS, measure_rows(metrics), rating_notes(metrics)
        )
        yield before_after_section(metrics)
    yield Section(
        "Rule by rule: did what was asked for",
        ("Rule", *EFFECT_COLUMNS[1:]),
        effect_rows(found.effects_by_rule),
    )
    yield from extremes_sections(found.top_performing_nudges, found.worst_performing_nudges)
    yield Section(
        "By type of nudge: did what was asked for",
        ("Type", *EFFECT_COLUMNS[1:]),
        effect_rows(found.effects_by_type),
    )
    yield Section(
        "Sent by week",
        ("Week from", "Nudges"),
        tuple(row(week.begin.isoformat(), (week.nudges, "")) for week in found.sent.weeks),
        printed=False,
    )


def _sent(found: SystemOverview) -> Iterator[Row]:
    yield row("Nudges sent", (found.total_nudges_sent, ""))
    yield row("of these to students themselves", (found.sent.to_students, ""))
    yield row("Students they were about", (found.sent.students, ""))
    for name, number in found.nudge_types_breakdown.items():
        yield row(f"Type: {words_of(name)}", (number, ""))
    for name, number in found.sent.by_rule.items():
        yield row(f"Rule: {name}", (number, ""))
    followed = found.followed
    yield row("Followed to the end: nudged", (followed.nudged, ""))
    yield row("Followed to the end: held out", (followed.held_out, ""))
    yield row("Followed to the end, not compared", (followed.exempt, ""))
    yield row("Still followed", (followed.open, ""))


def measure_rows(metrics: EffectivenessMetrics) -> tuple[Row, ...]:
    """The target and requirement A's changes, each against its own baseline."""
    return (
        outcome_row("Did what was asked for", metrics.target),
        outcome_row("Change of activity", metrics.activity_change),
        outcome_row("Change of marks", metrics.performance_change),
        outcome_row("Change of days with activity", metrics.engagement_change),
        outcome_row("All three together (impact score)", metrics.impact_score),
    )


def rating_notes(metrics: EffectivenessMetrics) -> tuple[str, ...]:
    """The rating, the measures that are shown to be better, and what to do."""
    better = [words.MEASURES[each.measure.value] for each in metrics.specific_improvements]
    improved = f"Shown to be better: {', '.join(better)}." if better else ""
    rating = f"Rating: {metrics.effectiveness_rating}."
    return tuple(
        note for note in (rating, improved, *metrics.recommendations) if note
    ) + huge_notes(metrics)


def huge_notes(metrics: EffectivenessMetrics) -> tuple[str, ...]:
    """Where a change is too huge to mean what it says."""
    known = (value for each in metrics.changes for value in (each.nudged, each.held_out))
    return (HUGE,) if any(abs(value or 0.0) > words.LARGEST for value in known) else ()


def before_after_section(metrics: EffectivenessMetrics) -> Section:
    """Both groups' own baseline and what came after."""
    before, after = metrics.baseline_metrics, metrics.post_nudge_metrics
    sides = (before.nudged, after.nudged, before.held_out, after.held_out)
    return Section(
        "Before and after, of both groups",
        ("On average", "Nudged before", "Nudged after", "Held out before", "Held out after"),
        (
            row("Events a day", *((side.activity, "") for side in sides)),
            row("Score", *((side.performance, "percent") for side in sides)),
            row("Days with activity", *(_engaged(side) for side in sides)),
        ),
    )


def _engaged(side: Measures) -> tuple[float | int | str | None, str]:
    value, unit = share(side.engagement)
    return (value if isinstance(value, float) else None, unit)


def extremes_sections(best: Sequence[Effect], worst: Sequence[Effect]) -> Iterator[Section]:
    """What is shown to help, and what is not worth a message or harms, with advice."""
    yield Section("Best nudges", notes=_advice(best))
    yield Section("Worst nudges", notes=_advice(worst))


def _advice(effects: Sequence[Effect]) -> tuple[str, ...]:
    return tuple(f"{each.group}: {each.text} {' '.join(each.recommendations)}" for each in effects)


def _charts(found: SystemOverview, about: str) -> Iterator[Chart]:
    rules = [arms for each in found.effects_by_rule if (arms := _arms(each)) is not None]
    if rules:
        yield effects_chart(rules)
    if len(found.sent.weeks) > 1 and found.total_nudges_sent:
        yield sent_chart([(week.begin, week.nudges) for week in found.sent.weeks], about)


def _arms(effect: Effect) -> Arms | None:
    target = effect.target
    if target.nudged is None or target.held_out is None or target.low is None:
        return None
    return Arms(
        words_of(effect.group),
        100 * target.nudged,
        100 * target.held_out,
        100 * target.low,
        100 * (target.high or 0.0),
    )
