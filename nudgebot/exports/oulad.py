"""Reads OULAD, the Open University Learning Analytics Dataset: seven CSVs, days as offsets.

A presentation of a module becomes a class, an offset a date by the presentation's start. What the
data set tells about a person besides the studies (gender, region, age, disability, …) is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import compress
from typing import Any

from nudgebot.errors import ExportError, Problem
from nudgebot.exports.activity import Activities
from nudgebot.exports.batch import Batch
from nudgebot.exports.bundle import Bundle, name_of
from nudgebot.exports.header import read_header
from nudgebot.exports.layout import Layout
from nudgebot.exports.moments import LAST_SECOND, NOON
from nudgebot.exports.native import Found, parts
from nudgebot.exports.oulad_layouts import (
    ASSESSMENTS,
    ASSIGNMENTS,
    CLASSES,
    CONTENT,
    COURSES,
    ENROLLMENTS,
    EXAM_RESULTS,
    EXAMS,
    FILES,
    MARKS,
    REGISTRATIONS,
    SITES,
    STUDENTS,
    SUBMISSIONS,
    VISITS,
    WHO,
)
from nudgebot.exports.parsing import Parsed, turned
from nudgebot.school.days import to_at, to_day

MONTHS = {"B": 2, "J": 10}

Pair = tuple[str, str]


@dataclass(frozen=True)
class Assessment:
    """What a result needs to know of its assessment."""

    pair: Pair
    is_exam: bool


@dataclass
class OuladExport:
    """The seven files, their headers in order."""

    found: dict[str, Found]
    starts: Mapping[str, date]
    notices: list[str] = field(default_factory=list)
    _lengths: dict[Pair, int] = field(default_factory=dict)
    _assessments: dict[str, Assessment] = field(default_factory=dict)
    _kinds: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many bytes there are to be read."""
        return sum(each.member.size for each in self.found.values())

    @property
    def tables(self) -> frozenset[str]:
        """The tables of which there are files."""
        return frozenset(each.layout.table for each in self.found.values())

    def people(self, batch: Batch) -> None:
        """Hand over students, classes and who is in them when."""
        self._courses(batch)
        people = dict.fromkeys(
            (module, presentation, student)
            for (module, presentation, student), _ in self._rows(WHO, batch)
        )
        students = sorted({student for *_, student in people})
        self._truth(batch, STUDENTS, WHO, [(student, f"Student {student}") for student in students])
        periods: dict[tuple[str, str, str], tuple[int | None, int | None]] = {}
        for (*person, begin, end), _ in self._rows(REGISTRATIONS, batch):
            module, presentation, student = person
            periods[module, presentation, student] = (
                self._day((module, presentation), begin),
                self._day((module, presentation), end),
            )
        rows = [
            (class_id(*person[:2]), person[2], "student", *periods.get(person, (None, None)))
            for person in dict.fromkeys([*people, *periods])
        ]
        self._truth(batch, ENROLLMENTS, REGISTRATIONS, rows)

    def facts(self, batch: Batch) -> None:
        """Hand over content, assessments, results and clicks."""
        sites = [row for row, _ in self._rows(SITES, batch)]
        self._kinds = {site: kind for site, _, _, kind in sites}
        content = [(site, kind, f"{kind} {site}", module) for site, module, _, kind in sites]
        self._truth(batch, CONTENT, SITES, list({row[0]: row for row in content}.values()))
        self._assess(batch)
        self._results(batch)
        self._visits(batch)

    def _courses(self, batch: Batch) -> None:
        rows = []
        for (module, presentation, length), _ in self._rows(COURSES, batch):
            pair = (module, presentation)
            self._lengths[pair] = length
            rows.append(
                (
                    class_id(*pair),
                    class_id(*pair),
                    module,
                    self._day(pair, 0),
                    self._day(pair, length),
                )
            )
        self._truth(batch, CLASSES, COURSES, rows)

    def _assess(self, batch: Batch) -> None:
        assignments: list[tuple[Any, ...]] = []
        exams: list[tuple[Any, ...]] = []
        counts: dict[tuple[Pair, str], int] = {}
        rows = [row for row, _ in self._rows(ASSESSMENTS, batch)]
        # An exam without a date is held at the end.
        rows = [
            (*row[:4], self._lengths[row[0], row[1]] if row[4] is None else row[4], row[5])
            for row in rows
        ]
        for module, presentation, number, kind, offset, weight in sorted(
            rows, key=lambda row: (row[0], row[1], row[4], row[2])
        ):
            pair = (module, presentation)
            nth = counts[pair, kind] = counts.get((pair, kind), 0) + 1
            is_exam = kind.lower() == "exam"
            self._assessments[number] = Assessment(pair, is_exam)
            if is_exam:
                at = self._at(batch, pair, offset, NOON)
                exams.append(
                    (number, class_id(*pair), f"Exam {nth}", module, at, 100.0, at, weight)
                )
            else:
                due = self._at(batch, pair, offset, LAST_SECOND)
                assignments.append((number, class_id(*pair), f"{kind} {nth}", due, weight))
        self._truth(batch, ASSIGNMENTS, ASSESSMENTS, assignments)
        self._truth(batch, EXAMS, ASSESSMENTS, exams)

    def _results(self, batch: Batch) -> None:
        """Results of TMAs and CMAs are submissions; a banked one keeps its day of old."""
        submissions: dict[Pair, tuple[Any, ...]] = {}
        results: dict[Pair, tuple[Any, ...]] = {}
        for (number, student, offset, _banked, score), line in self._rows(MARKS, batch):
            known = self._assessments[number]
            at = None if offset is None else self._at(batch, known.pair, offset, NOON)
            if (number, student) in submissions or (number, student) in results:
                self._refuse(batch, MARKS, line, "id_assessment", "is there twice for this student")
            elif known.is_exam:
                status = "" if score is None else "scored"
                results[number, student] = (number, student, score, status, at)
            else:
                submissions[number, student] = (number, student, at, score, "submitted")
            batch.know([at])
        self._truth(batch, SUBMISSIONS, MARKS, list(submissions.values()))
        self._truth(batch, EXAM_RESULTS, MARKS, list(results.values()))

    def _refuse(self, batch: Batch, layout: Layout, line: int, column: str, message: str) -> None:
        shown = self.found[layout.file].member.shown
        batch.take(layout.table, -1)
        problem = Problem(shown, line, column, message)
        batch.refuse(layout.table, [problem], 1, repeated=True)

    def _visits(self, batch: Batch) -> None:
        """Clicks: a row is a student's clicks on one page on one day; equal rows all count."""
        shown = self.found[VISITS.file].member.shown
        noons: dict[tuple[str, str, int], int] = {}
        for parsed in self._parsed(VISITS, batch):
            _without_strangers(parsed, self._lengths, shown)
            batch.refuse(VISITS.table, parsed.problems, parsed.refused)
            modules, presentations, students, sites, offsets, clicks = parsed.columns
            keys = list(zip(modules, presentations, offsets, strict=True))
            for module, presentation, offset in set(keys) - noons.keys():
                noons[module, presentation, offset] = self._at(
                    batch, (module, presentation), offset, NOON
                )
            nothing: list[float | None] = [None] * len(keys)
            rows = Activities(
                ids=[""] * len(keys),
                students=students,
                ats=[noons[key] for key in keys],
                kinds=[self._kinds.get(site, "unknown") for site in sites],
                contents=sites,
                subjects=modules,
                events=clicks,
                minutes=nothing,
                progress=nothing,
                bare_days=[True] * len(keys),
            )
            batch.activities(rows, parsed.lines, shown, table=VISITS.table)

    def _rows(self, layout: Layout, batch: Batch) -> Iterable[tuple[tuple[Any, ...], int]]:
        """The rows of a file with their lines; counts them under the file's own name."""
        for parsed in self._parsed(layout, batch):
            batch.refuse(layout.table, parsed.problems, parsed.refused)
            batch.take(layout.table, len(parsed.lines))
            yield from zip(parsed.rows, parsed.lines, strict=True)

    def _parsed(self, layout: Layout, batch: Batch) -> Iterable[Parsed]:
        return parts(self.found[layout.file], batch)

    def _truth(
        self, batch: Batch, layout: Layout, source: Layout, rows: Sequence[tuple[Any, ...]]
    ) -> None:
        parsed = Parsed(turned(rows, len(layout.columns)), [0] * len(rows), [])
        batch.truth(layout, [parsed], self.found[source.file].member.shown, counted=False)

    def _start(self, pair: Pair) -> date:
        module, presentation = pair
        given = self.starts.get(f"{module}-{presentation}", self.starts.get(presentation))
        return given or usual_start(presentation)

    def _day(self, pair: Pair, offset: int | None) -> int | None:
        return None if offset is None else to_day(self._start(pair)) + offset

    def _at(self, batch: Batch, pair: Pair, offset: int, clock: time) -> int:
        day = self._start(pair) + timedelta(days=offset)
        return to_at(datetime.combine(day, clock, tzinfo=batch.context.zone))


def _without_strangers(parsed: Parsed, known: Collection[Pair], shown: str) -> None:
    """Refuse the rows of presentations that courses.csv does not have."""
    pairs = list(zip(*parsed.columns[:2], strict=True))
    strange = set(pairs) - set(known)
    if not strange:
        return
    kept = [pair not in strange for pair in pairs]
    parsed.problems += [
        Problem(shown, line, "code_presentation", "is not known from courses.csv")
        for line, keep in zip(parsed.lines, kept, strict=True)
        if not keep
    ]
    parsed.nameless += kept.count(False)
    parsed.columns = [tuple(compress(column, kept)) for column in parsed.columns]
    parsed.lines = list(compress(parsed.lines, kept))


def class_id(module: str, presentation: str) -> str:
    """The id of a presentation's class."""
    return f"{module}-{presentation}"


def usual_start(presentation: str) -> date:
    """The first day of a presentation by its name: B begins in February, J in October."""
    year, letter = presentation[:4], presentation[4:]
    if not year.isdigit() or letter not in MONTHS:
        raise ExportError(
            f"{presentation[:20]!r} is no presentation such as 2013J; give its start date."
        )
    return date(int(year), MONTHS[letter], 1)


def open_oulad(bundle: Bundle, *, starts: Mapping[str, date] | None = None) -> OuladExport:
    """Check that the seven files are there and their headers; raises ExportError.

    `starts` gives the first day of a presentation (`2013J`) or of one class (`AAA-2013J`) where it
    is not the first of February (B) or October (J).
    """
    missing = sorted(set(FILES) - set(bundle.members))
    if missing:
        raise ExportError(
            f"{name_of(bundle.path)} lacks {', '.join(missing)}; OULAD has seven files."
        )
    found = {}
    for name, layout in FILES.items():
        member = bundle.members[name]
        header = read_header(member, known=layout.known, required=layout.required)
        found[name] = Found(layout, member, header)
    return OuladExport(found, starts or {})
