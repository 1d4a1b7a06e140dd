"""Comparisons as chat messages: a student beside her class, a class beside another."""

from __future__ import annotations

from datetime import datetime

from nudgebot.insight.class_data import ClassComparison, ComparedClasses
from nudgebot.insight.report_data import Comparison
from nudgebot.reports.charts.beside import classes_chart, drawable, standing_chart
from nudgebot.reports.figures import count, ordinal, percent, shown
from nudgebot.reports.messages.parts import Block, Parts, bullets, cell, data_note, span, table
from nudgebot.reports.names import said, sentence


def comparison_message(
    comparison: Comparison | ClassComparison, *, data_as_of: datetime | None = None
) -> Parts:
    """A student beside her class, or two classes; or the sentence why nothing is compared."""
    foot = data_note(data_as_of)
    if isinstance(comparison, ClassComparison):
        return _classes(comparison, foot)
    head = (
        f"**{said(comparison.student_name)}** beside **{said(comparison.class_name, 40)}** "
        f"({count(comparison.students, 'student')}) · {span(comparison.period)}"
    )
    if not comparison.compared:
        return Parts(f"{head}\n{sentence(comparison.note)}", foot=foot)
    chart = standing_chart(comparison) if drawable(comparison) else None
    lines = "\n".join(line for line in (head, *_relative(comparison)) if line)
    return Parts(lines, _figures(comparison), chart, foot=foot)


def standing_block(comparison: Comparison) -> Block:
    """The comparison as a part of the student's report."""
    title = f"Beside {said(comparison.class_name, 40)}"
    if not comparison.compared:
        return Block(title, sentence(comparison.note))
    parts = (_figures(comparison), "\n".join(_relative(comparison)))
    return Block(title, "\n\n".join(part for part in parts if part))


def _figures(comparison: Comparison) -> str:
    rows = [
        [
            each.title,
            cell(shown(each.value, each.unit)),
            cell(shown(each.class_average, each.unit)),
            "–" if each.percentile is None else f"{each.percentile:.0f}",
        ]
        for each in comparison.figures
        if each.value is not None
    ]
    return table(("", "Student", "Class average", "Percentile"), rows)


def _relative(comparison: Comparison) -> list[str]:
    lines = []
    for word, group in (("Better", comparison.strengths), ("Weaker", comparison.weaknesses)):
        if group:
            each = "; ".join(
                f"{said(one.name, 40)} {percent(one.accuracy_percent)} "
                f"(the others {percent(one.others_percent)})"
                for one in group[:3]
            )
            lines.append(f"{word} than the others in {each}.")
    if comparison.xp_place is not None:
        of = f" of {comparison.xp_places}" if comparison.xp_places else ""
        lines.append(f"{ordinal(comparison.xp_place).capitalize()}{of} in XP.")
    few = [each.title for each in comparison.figures if each.value is not None
           and each.class_average is None]  # fmt: skip
    if few:
        lines.append(f"Not compared, because fewer than five have it: {', '.join(few)}.")
    return lines


def _classes(comparison: ClassComparison, foot: str) -> Parts:
    first, second = (said(each.name, 40) for each in (comparison.first, comparison.second))
    head = (
        f"**{first}** ({count(comparison.first.students, 'student')}) beside **{second}** "
        f"({count(comparison.second.students, 'student')}) · {span(comparison.period)}"
    )
    if not comparison.compared:
        return Parts(f"{head}\n{sentence(comparison.note)}", foot=foot)
    rows = [
        [
            each.title,
            cell(shown(each.value, each.unit)),
            cell(shown(each.other, each.unit)),
            _difference(each),
        ]
        for each in comparison.figures
    ]
    clear = [each for each in comparison.figures if each.clear]
    lines = [head, bullets(_said(each, first, second) for each in clear)] if clear else [head]
    if not clear:
        lines.append("No difference is clear: all of them may be chance.")
    chart = classes_chart(comparison) if drawable(comparison) else None
    columns = ("", first, second, "Difference")
    return Parts("\n".join(lines), table(columns, rows), chart, foot=foot)


def _difference(each: ComparedClasses) -> str:
    if each.clear is None:
        return "too few measured"
    return "clear" if each.clear else "may be chance"


def _said(each: ComparedClasses, first: str, second: str) -> str:
    higher = first if (each.difference or 0) > 0 else second
    size = abs(each.difference or 0)
    by = shown(size, each.unit)
    if each.unit == "percent":
        by = count(round(size), "point")
    return f"{each.title}: {higher} is clearly higher, by {by}"
