"""A teacher's impact as a board: her students' nudges, what she did, and how soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nudgebot.chat.boards.figures import EFFECT_COLUMNS, effect_rows, hours, words_of
from nudgebot.chat.boards.overview import before_after_section, huge_notes, measure_rows
from nudgebot.insight.trend_data import DateRange
from nudgebot.interventions.adoption_impact import Afterwards, TeachersImpact
from nudgebot.interventions.adoption_times import WITHIN_HOURS, Times
from nudgebot.interventions.effects import CAVEAT
from nudgebot.nudging.dashboards.mentor import (
    MentorImpactReport,
    NeedsAttention,
    StudentSummary,
    SuccessRate,
)
from nudgebot.reports.charts.dashboards import sent_chart
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import count, percent

_FEWEST_JUDGED = 5
OPEN = "Open nudges are still followed; responses and what was done are of the others."


def mentor_board(
    found: MentorImpactReport,
    done: TeachersImpact | None,
    *,
    period: DateRange,
    as_of: datetime,
    data_as_of: datetime | None,
) -> Board:
    """The report of a teacher, about her own students, whom it names; `done` is what she did."""
    weeks = [(week.begin, week.nudges) for week in found.sent.weeks]
    drawn = len(weeks) > 1 and found.total_nudges_triggered
    return Board(
        kind="Impact",
        title=found.mentor_profile.name,
        period=period,
        as_of=as_of,
        data_as_of=data_as_of,
        lines=tuple(_lines(found, done)),
        sections=tuple(_sections(found, done)),
        charts=(sent_chart(weeks, found.mentor_profile.name),) if drawn else (),
        caution=CAVEAT if done is not None and any(each.judged for each in done.kinds) else "",
    )


def _lines(found: MentorImpactReport, done: TeachersImpact | None) -> Iterator[str]:
    profile = found.mentor_profile
    yield (
        f"{count(found.total_nudges_triggered, 'nudge')} about your "
        f"{count(profile.students, 'student')}."
    )
    yield success_line(found.intervention_success_rate)
    if done is not None:
        yield f"{count(done.interventions, 'intervention')} of yours, {done.a_week:.1f} a week."
        yield reaction_line("From alert to first intervention", done.reactions.acted)
    for each in found.students_needing_attention[:3]:
        yield f"Look at {_named(each)}."


def _named(each: NeedsAttention) -> str:
    return f"{each.name} ({each.student_id}): {', '.join(each.reasons)}"


def success_line(rate: SuccessRate) -> str:
    """How many did what was asked for, beside those whom nobody nudged, and how many are open."""
    is_are = "is" if rate.open == 1 else "are"
    still = (
        f" {count(rate.open, 'nudge')} {is_are} still open and not counted." if rate.open else ""
    )
    return _success_alone(rate) + still


def _success_alone(rate: SuccessRate) -> str:
    if rate.share is None:
        return "What the nudges brought: too early to say."
    told = f"{rate.reached} of {rate.followed} nudges were followed by what they asked for"
    if rate.metrics is not None and rate.metrics.target.measured:
        return f"{told}. {rate.metrics.target.text()}"
    if rate.school_held_out is None:
        return f"{told}; against the held out it is too early to say."
    return (
        f"{told} ({percent(100 * rate.share)}); without a nudge, in the whole school, "
        f"{percent(100 * rate.school_held_out)}."
    )


def reaction_line(name: str, times: Times) -> str:
    """Median, nine of ten, and the share within a day."""
    if not times.alerts:
        return f"{name}: there was no alert."
    if times.soon_share is None:
        return f"{name}: too early to say."
    middle = "not yet for half of them" if times.median_hours is None else hours(times.median_hours)
    return (
        f"{name}: {middle} (median of {count(times.alerts, 'alert')}); "
        f"{percent(100 * times.soon_share)} within {WITHIN_HOURS} hours."
    )


def _sections(found: MentorImpactReport, done: TeachersImpact | None) -> Iterator[Section]:
    yield Section(
        "Who needs attention",
        ("Student", "Why"),
        tuple(
            row(f"{each.name} ({each.student_id})", ("; ".join(each.reasons), "text"))
            for each in found.students_needing_attention
        ),
    )
    if done is not None:
        yield Section("From problem to intervention", ("", *TIMES), tuple(_times(done)))
        yield Section(
            "What you did, and how it went on",
            ("Intervention", "How many", "Better after", "The same", "Worse", "Says"),
            tuple(map(_kind, done.kinds)),
        )
    yield from _by_effect(found)
    yield Section(
        "Nudges by type",
        ("Type", "Nudges"),
        tuple(row(words_of(name), (n, "")) for name, n in found.sent.by_type.items()),
    )
    yield _by_student(found.students_overview)


def _by_effect(found: MentorImpactReport) -> Iterator[Section]:
    metrics = found.intervention_success_rate.metrics
    if metrics is not None:
        yield Section(
            "Your students, nudged and held out",
            EFFECT_COLUMNS,
            measure_rows(metrics),
            huge_notes(metrics),
        )
        if metrics.target.measured:
            yield before_after_section(metrics)
    whose = "in the whole school" if found.of_the_school else "with your students"
    yield Section(
        f"What works best {whose}",
        ("Type", *EFFECT_COLUMNS[1:]),
        effect_rows(found.most_effective_strategies),
        () if found.most_effective_strategies else ("Nothing is shown to work best so far.",),
    )


def _by_student(students: Sequence[StudentSummary]) -> Section:
    return Section(
        "Your students",
        ("Student", "Risk", "Nudges", "Still open", "With a response", "Did what was asked for"),
        tuple(
            row(
                f"{each.name} ({each.student_id})",
                (each.risk_level, "risk"),
                (each.nudges, ""),
                (each.open, ""),
                (each.responded, ""),
                (each.reached, ""),
            )
            for each in students
        ),
        (OPEN,) if any(each.open for each in students) else (),
    )


TIMES = ("Alerts", "Median", "Nine of ten within", "Within 24 hours")


def times_row(name: str, times: Times) -> Row:
    """One reaction's figures."""
    soon = times.soon_share
    return row(
        name,
        (times.alerts, ""),
        (hours(times.median_hours), "text"),
        (hours(times.p90_hours), "text"),
        (None if soon is None else 100 * soon, "percent"),
    )


def _times(done: TeachersImpact) -> Iterator[Row]:
    yield times_row("Until somebody looked", done.reactions.looked)
    yield times_row("Until the first intervention", done.reactions.acted)
    yield row("Open alerts nobody looked at", (done.open_alerts, ""))


def _kind(each: Afterwards) -> Row:
    if each.judged < _FEWEST_JUDGED:
        says = "too early to say"
    else:
        says = f"better after {each.better} of {each.judged}"
    return row(
        words_of(each.kind),
        (each.interventions, ""),
        (each.better, ""),
        (each.same, ""),
        (each.worse, ""),
        (says, "text"),
    )
