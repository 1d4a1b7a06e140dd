"""What the risk score is worth on real students: those of the Open University's data (OULAD).

`python -m benchmarks.risk_oulad [FOLDER] [--write FILE]` scores the students of three courses on
days 14, 28, 56, 84 and 112 with what was known then, through the importer and `Figures.at`, and
sets them against what became of them: failed or withdrawn. Students who had left by then are not
counted. Neither `final_result` nor a later row is seen by any score; weights that are fitted are
fitted on the two other courses, three ways. --write fits the shipped weights, on all three.

ours       the formula, fitted on the two other courses
shipped    the formula with the weights that nudgebot brings, which have seen all three
seed       requirement A's own code, where no score is a 100
single     the best single figure of all at that day, chosen by the answer: a hard mark
reference  a logistic regression on all figures of that day, trained on the two other courses
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.optimize import minimize

from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.decline import Row, number
from nudgebot.insight.metric import Unit
from nudgebot.insight.risk import score_and_level
from nudgebot.insight.risk_fit import Case, fitted
from nudgebot.insight.risk_formula import Formula, shipped_formula, terms
from nudgebot.insight.risk_quality import auc, quality, top_precision
from nudgebot.settings import read_settings
from nudgebot.wiring import make_figures, make_importer, open_store

FOLDER = Path("../shared/data/oulad")
DAYS = (14, 28, 56, 84, 112)
MONTHS = {"B": 2, "J": 10}
SCALE = {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3}
FITTED = "three Open University courses ({courses}), students still registered on days {days}"
FIGURES = tuple(
    metric.name
    for metric in METRICS
    if metric.unit not in (Unit.WORD, Unit.WORDS) and metric.name != "risk_score"
)
STRENGTHS = (1000.0, 300.0, 100.0, 30.0, 10.0)  # of the reference's ridge
Cells = dict[tuple[str, int], list["Student"]]


@dataclass(frozen=True)
class Student:
    """One student of a course on one day, and whether she failed or withdrew in the end."""

    student_id: str
    figures: Row
    failed: bool


@dataclass(frozen=True)
class Line:
    """A line of the table: the means over the courses, and the areas of each."""

    name: str
    areas: tuple[float, ...]
    top: float
    brier: float | None = None
    error: float | None = None

    @property
    def area(self) -> float:
        """The mean area under the curve."""
        return fmean(self.areas)


def rows(folder: Path, stem: str) -> Iterator[dict[str, str]]:
    """The rows of one file of the data set, zipped or not."""
    plain, zipped = folder / f"{stem}.csv", folder / f"{stem}.csv.gz"
    data = gzip.decompress(zipped.read_bytes()) if zipped.exists() else plain.read_bytes()
    return iter(list(csv.DictReader(io.StringIO(data.decode("utf-8")))))


def registered(folder: Path) -> dict[str, list[tuple[str, int, int, bool]]]:
    """By course: student, the days of joining and leaving, and whether she failed or withdrew."""
    joined = {
        (row["code_module"], row["code_presentation"], row["id_student"]): (
            _day(row["date_registration"], -1000),
            _day(row["date_unregistration"], 1000),
        )
        for row in rows(folder, "studentRegistration")
    }
    found: dict[str, list[tuple[str, int, int, bool]]] = {}
    for row in rows(folder, "studentInfo"):
        key = (row["code_module"], row["code_presentation"], row["id_student"])
        begin, end = joined.get(key, (-1000, 1000))
        failed = row["final_result"] in ("Fail", "Withdrawn")
        found.setdefault(f"{key[0]} {key[1]}", []).append((key[2], begin, end, failed))
    return dict(sorted(found.items()))


def _day(text: str, otherwise: int) -> int:
    return otherwise if text in ("", "?") else int(text)


def begins(course: str) -> date:
    """The first day of a course, by the code of its presentation."""
    presentation = course.split()[1]
    return date(int(presentation[:4]), MONTHS[presentation[4]], 1)


def read(folder: Path, days: Sequence[int] = DAYS) -> Cells:
    """The students of every course on every day, with the figures of that day."""
    settings = read_settings(environment={})
    cells: Cells = {}
    with TemporaryDirectory() as scratch:
        settings = settings.replaced(database=Path(scratch) / "oulad.db")
        store = open_store(settings)
        try:
            make_importer(store, settings).ingest(
                folder, format_name="oulad", as_of=datetime(2026, 1, 1, tzinfo=UTC)
            )
            figures = make_figures(store, settings)
            for course, students in registered(folder).items():
                for day in days:
                    midnight = datetime.combine(begins(course), datetime.min.time(), UTC)
                    there = {
                        who: failed for who, begin, end, failed in students if begin <= day < end
                    }
                    table = figures.at(midnight + timedelta(days=day + 1, seconds=-1), list(there))
                    cells[course, day] = [
                        Student(who, row, there[who]) for who, row in table.rows()
                    ]
        finally:
            store.close()
    return cells


def cases(cells: Cells, courses: Sequence[str]) -> list[Case]:
    """What a fit learns from."""
    return [
        Case(each.student_id, course, day, terms(each.figures), each.failed)
        for (course, day), students in cells.items()
        if course in courses
        for each in students
    ]


def formulas(cells: Cells) -> dict[str, Formula]:
    """By course, the formula fitted on the others."""
    courses = sorted({course for course, _ in cells})
    return {
        course: fitted(
            cases(cells, [each for each in courses if each != course]),
            shipped_formula(),
            told={},
            prior_students=0,
        )
        for course in courses
    }


def scored(students: Sequence[Student], formula: Formula) -> list[float]:
    """The overall scores; an unknown one is that of nobody special."""
    found = [score_and_level(each.figures, SCALE, formula)[0] for each in students]
    return [formula.score(1 / (1 + np.exp(-formula.base))) if one is None else one for one in found]


def seed(row: Row) -> float:
    """Requirement A's academic risk as its code reads, on the scale of its thresholds."""
    count, missed = number(row["score_count"]) or 0, number(row["missed_work"]) or 0
    average = number(row["average_score"])
    level = 0
    # Its average is of the scores that there are, and 100 without any.
    mean = 100.0 if average is None or count <= missed else average * count / (count - missed)
    level = 3 if mean < 40 else 2 if mean < 60 else 1 if mean < 75 else 0
    percentile = number(row["percentile_rank"])
    if percentile is not None and percentile < 25:
        level = max(level, 1)
    if row["score_trend"] == "declining":
        level = min(level + 1, 3)
    return (0.3, 0.5, 0.7, 0.9)[level]


def formula_line(name: str, groups: Sequence[Sequence[Student]], chosen: Sequence[Formula]) -> Line:
    """The formula: order by its score, calibration by its chance."""
    found = []
    for students, formula in zip(groups, chosen, strict=True):
        failed = [each.failed for each in students]
        scores = scored(students, formula)
        worth = quality([formula.chance(each.figures) for each in students], failed)
        found.append((auc(scores, failed), top_precision(scores, failed), worth))
    areas, tops, worths = zip(*found, strict=True)
    brier, error = fmean(w.brier for w in worths), fmean(w.calibration_error for w in worths)
    return Line(name, areas, fmean(tops), brier, error)


def signal_line(
    name: str,
    groups: Sequence[Sequence[Student]],
    signal: Callable[[Row], float],
    *,
    chances: bool = False,
) -> Line:
    """A signal of one student's figures; `chances` where it says it is one."""
    found = []
    for students in groups:
        values = [signal(each.figures) for each in students]
        found.append(quality(values, [each.failed for each in students]))
    return Line(
        name,
        tuple(each.auc for each in found),
        fmean(each.top_precision for each in found),
        fmean(each.brier for each in found) if chances else None,
        fmean(each.calibration_error for each in found) if chances else None,
    )


def best_single(groups: Sequence[Sequence[Student]]) -> Line:
    """The figure with the highest mean area, either way up, the unknown at either end."""

    def reading(name: str, sign: int, unknown: float) -> Callable[[Row], float]:
        def look(row: Row) -> float:
            value = number(row[name])
            return unknown if value is None else sign * value

        return look

    lines = [
        signal_line(f"single: {name}", groups, reading(name, sign, unknown))
        for name in FIGURES
        for sign in (1, -1)
        for unknown in (-1e9, 1e9)
    ]
    return max(lines, key=lambda line: line.area)


def matrix(students: Sequence[Student]) -> Any:
    """All figures as numbers, not known ones as NaN."""
    return np.array(
        [[_or_nan(number(each.figures[name])) for name in FIGURES] for each in students], float
    )


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


class Reference:
    """A ridge logistic regression on all figures and on which of them are unknown."""

    def __init__(self, students: Sequence[Student], strength: float) -> None:
        data = matrix(students)
        known = np.where(np.isnan(data), 0, 1).sum(axis=0) > 0
        self._columns = np.flatnonzero(known)
        self._middle = np.nanmedian(data[:, self._columns], axis=0)
        features = self._features(data)
        self._mean, self._spread = features.mean(axis=0), features.std(axis=0)
        self._spread[self._spread == 0] = 1
        features = self._scaled(features)
        failed = np.array([float(each.failed) for each in students])

        def loss(weights: Any) -> tuple[float, Any]:
            logits = features @ weights
            wrong = 1 / (1 + np.exp(-logits)) - failed
            ridge = strength * np.append(weights[:-1], 0)
            likely = np.logaddexp(0, logits) - failed * logits
            return float(likely.sum() + ridge @ weights / 2), features.T @ wrong + ridge

        start = np.zeros(features.shape[1])
        self._weights = minimize(loss, start, jac=True, method="L-BFGS-B").x

    def chances(self, students: Sequence[Student]) -> list[float]:
        """The chance of each student to fail or withdraw."""
        logits = self._scaled(self._features(matrix(students))) @ self._weights
        return [float(each) for each in 1 / (1 + np.exp(-logits))]

    def _features(self, data: Any) -> Any:
        chosen = data[:, self._columns]
        unknown = np.isnan(chosen)
        return np.hstack([np.where(unknown, self._middle, chosen), unknown.astype(float)])

    def _scaled(self, features: Any) -> Any:
        scaled = np.clip((features - self._mean) / self._spread, -5, 5)
        return np.hstack([scaled, np.ones((len(scaled), 1))])


def reference_line(groups: Sequence[Sequence[Student]]) -> Line:
    """Trained on the other courses, its strength chosen on them, one against the other."""
    found = []
    for place, students in enumerate(groups):
        others = [each for other, each in enumerate(groups) if other != place]
        strength = max(STRENGTHS, key=lambda one: _inner(others, one))
        model = Reference([each for group in others for each in group], strength)
        found.append(quality(model.chances(students), [each.failed for each in students]))
    return Line(
        "reference",
        tuple(each.auc for each in found),
        fmean(each.top_precision for each in found),
        fmean(each.brier for each in found),
        fmean(each.calibration_error for each in found),
    )


def _inner(others: Sequence[Sequence[Student]], strength: float) -> float:
    return fmean(
        auc(Reference(train, strength).chances(test), [each.failed for each in test])
        for train in others
        for test in others
        if test is not train
    )


def table(cells: Cells) -> dict[int, list[Line]]:
    """The lines of every day."""
    courses = sorted({course for course, _ in cells})
    fits = formulas(cells)
    found = {}
    for day in sorted({day for _, day in cells}):
        groups = [cells[course, day] for course in courses]
        found[day] = [
            formula_line("ours", groups, [fits[course] for course in courses]),
            formula_line("shipped", groups, [shipped_formula()] * len(courses)),
            signal_line("seed", groups, seed, chances=True),
            best_single(groups),
            reference_line(groups),
        ]
    return found


def shown(cells: Cells, lines: dict[int, list[Line]]) -> Iterator[str]:
    """The table as Markdown, then expected and observed by fifths of ours."""
    courses = sorted({course for course, _ in cells})
    yield f"| day | n | failed | | AUC | {' | '.join(courses)} | top 20 % | Brier | ECE |"
    yield "|" + "---|" * (8 + len(courses))
    for day, found in lines.items():
        groups = [cells[course, day] for course in courses]
        n = sum(map(len, groups))
        base = sum(each.failed for group in groups for each in group) / n
        for place, line in enumerate(found):
            head = f"{day} | {n} | {base:.3f}" if place == 0 else " | | "
            areas = " | ".join(f"{area:.3f}" for area in line.areas)
            ends = " | ".join(
                "" if each is None else f"{each:.3f}" for each in (line.brier, line.error)
            )
            yield f"| {head} | {line.name} | {line.area:.3f} | {areas} | {line.top:.3f} | {ends} |"
    yield ""
    yield "Of ours, fitted on the two other courses, expected / observed by fifths:"
    fits = formulas(cells)
    for day in lines:
        for course in courses:
            students = cells[course, day]
            worth = quality(
                [fits[course].chance(each.figures) for each in students],
                [each.failed for each in students],
            )
            parts = "  ".join(f"{chance:.2f}/{share:.2f}" for chance, share in worth.fifths)
            yield f"day {day:3} {course}  {parts}"


def write(cells: Cells, path: Path) -> None:
    """Fit on all courses, and put the weights where nudgebot ships them."""
    courses = sorted({course for course, _ in cells})
    days = ", ".join(str(day) for day in sorted({day for _, day in cells}))
    told = {
        "made_by": f"python -m benchmarks.risk_oulad --write {path}",
        "fitted_on": FITTED.format(courses=", ".join(courses), days=days),
        "note": "failing is Fail or Withdrawn",
    }
    found = fitted(cases(cells, courses), shipped_formula(), told=told, prior_students=0)
    path.write_text(found.text, "utf-8")


def main() -> None:
    """Print the table; with --write, write the shipped weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    cells = read(asked.folder)
    if asked.write is not None:
        write(cells, asked.write)
        print(json.dumps(json.loads(asked.write.read_text("utf-8")), indent=2))
        return
    for line in shown(cells, table(cells)):
        print(line)


if __name__ == "__main__":
    main()
