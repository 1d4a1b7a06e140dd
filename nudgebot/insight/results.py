"""What marks come to: a subject's average, an exam's result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SubjectAverage:
    """A subject over the last 180 days; `items` is the work behind it, missed included."""

    subject: str
    average_percent: float
    items: int
    missed: int


@dataclass(frozen=True)
class ExamResult:
    """A released result; `missed` makes the score a 0."""

    title: str
    subject: str
    day: date
    percent: float
    missed: bool
