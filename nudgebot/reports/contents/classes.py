"""What the report on a class holds, and the comparison of two (requirement B, step 7.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.insight.class_data import ClassComparison, ClassReport, ClassTotals, RankedStudent
from nudgebot.reports.charts.beside import classes_chart, drawable
from nudgebot.reports.charts.spread import distribution_chart
from nudgebot.reports.contents.section import (
    Contents,
    Row,
    Section,
    kept,
    names,
    row,
    told,
    trend_sections,
)
from nudgebot.reports.contents.skills import skills_sections
from nudgebot.reports.figures import PERCENT, Raw

FIGURES: tuple[tuple[str, str, str], ...] = (
    ("Students", "students", ""),
    ("Active students", "active_students", ""),
    ("Accuracy", "accuracy_percent", "percent"),
    ("Average score, 180 days", "average_score_percent", "percent"),
    ("Share of days active", "engagement_percent", "percent"),
    ("Assignments handed in", "completion_percent", "percent"),
    ("Assignments due", "assignments_due", ""),
    ("Questions per student", "questions_per_student", ""),
    ("Time per student", "minutes_per_student", "minutes"),
    ("XP per student", "xp_per_student", "XP"),
    ("Skills mastered per student", "mastered_per_student", ""),
)


def class_contents(report: ClassReport) -> Contents:
    """The whole report on a class, for its teachers."""
    return Contents(
        kind="Class report",
        title=report.name,
        about=report.subject,
        period=told(report.period),
        as_of=report.as_of,
        data_as_of=report.data_as_of,
        note=report.note,
        sections=kept(_sections(report)),
    )


def _sections(report: ClassReport) -> Iterator[Section]:
    columns = ("Figure", "This period", "Period before")
    yield Section("Overview", columns, _totals((report.totals, report.before)))
    yield _distribution(report)
    yield from trend_sections(report.trends)
    yield Section(
        "Who needs attention",
        ("Student", "Risk", "Why"),
        tuple(
            row(each.name, (each.risk_level, "risk"), ("; ".join(each.reasons), "text"))
            for each in report.struggling
        ),
        _silent(report),
    )
    yield from skills_sections(report.skills)
    yield _ranking("Top performers", report.top)
    yield _ranking(f"All students, by {report.ranked_by.replace('_', ' ')}", report.ranking)
    if report.others:
        yield Section(
            "Beside the other classes",
            ("Figure", report.name, *(each.name for each in report.others)),
            _totals((report.totals, *report.others)),
        )


def _totals(classes: Sequence[ClassTotals | None]) -> tuple[Row, ...]:
    return tuple(
        row(title, *((_of(each, field), unit) for each in classes))
        for title, field, unit in FIGURES
    )


def _of(totals: ClassTotals | None, field: str) -> Raw:
    found: Raw = None if totals is None else getattr(totals, field)
    return found


def _silent(report: ClassReport) -> tuple[str, ...]:
    if not report.silent:
        return ()
    found = [each.name for each in report.silent]
    return (f"Without any activity in the period: {names(found)}.",)


def _distribution(report: ClassReport) -> Section:
    spread = report.distribution
    rows = [
        row(f"from {each.low:g} to {each.high:g}{PERCENT}", (each.students, "students"))
        for each in spread.bins
    ]
    rows += [
        row("Lower quartile", (spread.lower_quartile, "percent")),
        row("Median", (spread.median, "percent")),
        row("Upper quartile", (spread.upper_quartile, "percent")),
        row("Measured", (spread.measured, "students")),
        row("Not measured yet", (spread.not_measured, "students")),
    ]
    title = f"Distribution of {spread.title.lower()}"
    if not spread.measured:
        return Section(title, notes=(f"{spread.title} is not measured yet for anybody.",))
    charts = (distribution_chart(spread),) if spread.measured > 1 else ()
    return Section(title, ("", ""), tuple(rows), charts=charts, printed=not charts)


def _ranking(title: str, students: Sequence[RankedStudent]) -> Section:
    return Section(
        title,
        ("Student", "Place", "Accuracy", "Score", "Questions", "Time", "XP", "Active days",
         "Handed in", "Mastered", "Risk"),
        tuple(
            row(
                each.name,
                (each.place, ""),
                (each.accuracy_percent, "percent"),
                (each.average_score_percent, "percent"),
                (each.questions, ""),
                (each.minutes, "minutes"),
                (each.xp, ""),
                (each.active_days, ""),
                (each.completion_percent, "percent"),
                (each.mastered, ""),
                (each.risk_level, "risk"),
            )
            for each in students
        ),
    )  # fmt: skip


def classes_contents(comparison: ClassComparison) -> Contents:
    """Two classes side by side."""
    first, second = comparison.first, comparison.second
    return Contents(
        kind="Comparison of two classes",
        title=f"{first.name} and {second.name}",
        about="",
        period=told(comparison.period),
        as_of=comparison.as_of,
        data_as_of=None,
        note=comparison.note,
        sections=kept(_compared(comparison)),
    )


def _compared(comparison: ClassComparison) -> Iterator[Section]:
    first, second = comparison.first.name, comparison.second.name
    if comparison.compared:
        yield Section(
            "Side by side",
            ("Figure", first, second, "Difference", "Clear"),
            tuple(
                row(
                    each.title,
                    (each.value, each.unit),
                    (each.other, each.unit),
                    (each.difference, "points" if each.unit == "percent" else each.unit),
                    (None if each.clear is None else "yes" if each.clear else "no", "text"),
                )
                for each in comparison.figures
            ),
            ("Clear: the 95\u00a0% interval of the difference leaves out 0.",),
            (classes_chart(comparison),) if drawable(comparison) else (),
        )
    yield Section(
        "All figures",
        ("Figure", first, second),
        _totals((comparison.first, comparison.second)) if comparison.compared else (),
    )
