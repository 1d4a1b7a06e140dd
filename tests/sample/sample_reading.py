"""Reads a written sample school the naive way, so that the tests know figures of their own."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from nudgebot.sandbox.sample import write_sample_school

TODAY = date(2026, 11, 20)
SEED = 1

Rows = list[dict[str, str]]


class Sample:
    """The rows of every file by its stem, and plain figures of single students."""

    def __init__(self, directory: Path, today: date) -> None:
        self.directory = directory
        self.today = today
        self._rows: dict[str, Rows] = {}

    def rows(self, stem: str) -> Rows:
        """All rows of one file."""
        if stem not in self._rows:
            with (self.directory / f"{stem}.csv").open(encoding="utf-8", newline="") as opened:
                self._rows[stem] = list(csv.DictReader(opened))
        return self._rows[stem]

    def of(self, stem: str, student_id: str) -> Rows:
        """The rows of one student."""
        return [row for row in self.rows(stem) if row["student_id"] == student_id]

    @property
    def student_ids(self) -> list[str]:
        """Every student's id."""
        return [row["student_id"] for row in self.rows("students")]

    def active_days(self, student_id: str) -> list[date]:
        """Local days with activity, oldest first."""
        stamps = [row["at"] for row in self.of("activities", student_id)]
        stamps += [row["started_at"] for row in self.of("practice", student_id)]
        return sorted({date.fromisoformat(stamp[:10]) for stamp in stamps})

    def idle_days(self, student_id: str) -> int | None:
        """Days since the last activity."""
        days = self.active_days(student_id)
        return (self.today - days[-1]).days if days else None

    def longest_run(self, student_id: str) -> int:
        """The most active days in a row."""
        best = run = 0
        last: date | None = None
        for day in self.active_days(student_id):
            run = run + 1 if last is not None and (day - last).days == 1 else 1
            best, last = max(best, run), day
        return best

    @cached_property
    def exams(self) -> dict[str, dict[str, str]]:
        """The exams by id."""
        return {row["exam_id"]: row for row in self.rows("exams")}

    def is_released(self, exam: dict[str, str]) -> bool:
        """Whether results count by the end of today."""
        return bool(exam["released"]) and exam["released"] <= f"{self.today}T23:59:59Z"

    def scores(self, student_id: str, subject: str = "") -> list[float]:
        """Percentages of released exams, oldest first; a missed one is 0."""
        found: list[tuple[str, float]] = []
        for row in self.of("exam_results", student_id):
            exam = self.exams[row["exam_id"]]
            wanted = not subject or exam["subject"] == subject
            if wanted and row["status"] != "excused" and self.is_released(exam):
                percent = 100 * float(row["score"] or 0) / float(exam["max_score"])
                found.append((exam["at"], percent))
        return [percent for _, percent in sorted(found)]

    def videos(self, student_id: str) -> dict[str, float]:
        """The greatest progress in each video that was started."""
        best: dict[str, float] = {}
        for row in self.of("activities", student_id):
            if row["kind"] == "video":
                name = row["content_id"]
                best[name] = max(best.get(name, 0.0), float(row["progress"]))
        return best

    def idle_days_in(self, student_id: str, subject: str) -> int:
        """Days since the last activity or practice in a subject; 999 for never."""
        skills = {row["skill_id"] for row in self.rows("skills") if row["subject"] == subject}
        stamps = [
            row["at"] for row in self.of("activities", student_id) if row["subject"] == subject
        ]
        stamps += [
            row["started_at"]
            for row in self.of("practice", student_id)
            if row["skill_id"] in skills
        ]
        return (self.today - date.fromisoformat(max(stamps)[:10])).days if stamps else 999

    def next_exam_days(self, student_id: str, subject: str) -> int:
        """Days to the student's next exam in a subject; 999 for none."""
        classes = {
            row["class_id"]
            for row in self.rows("enrollments")
            if row["person_id"] == student_id and row["role"] == "student"
        }
        days = [
            (date.fromisoformat(exam["at"][:10]) - self.today).days
            for exam in self.rows("exams")
            if exam["class_id"] in classes and exam["subject"] == subject
        ]
        return min((day for day in days if day > 0), default=999)


def mean(values: list[float]) -> float | None:
    """The mean; None for no values."""
    return sum(values) / len(values) if values else None


def moment(text: str) -> datetime:
    """A time of the format; one without an offset is refused."""
    when = datetime.fromisoformat(text)
    assert when.tzinfo is not None, text
    return when.astimezone(UTC)


def write(directory: Path, *, students: int = 30, days: int = 60, today: date = TODAY) -> Sample:
    """A sample with the tests' own seed."""
    write_sample_school(directory, students=students, days=days, seed=SEED, today=today)
    return Sample(directory, today)


def chosen(sample: Sample, condition: Callable[[Sample, str], bool]) -> Iterator[str]:
    """The students for whom a condition holds."""
    return (each for each in sample.student_ids if condition(sample, each))
