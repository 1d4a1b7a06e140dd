"""A plan up to an exam, day by day, from a student's weakest skills."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

MOST_DAYS = 14
MOST_SKILLS = 5
QUESTIONS = 10
_PART_BEFORE_REVIEW = 2  # the last day repeats, once there is something to repeat


class Work(Enum):
    """What a day of the plan is for."""

    PRACTISE = "practise"
    OVERVIEW = "overview"  # no skill is known to be weak: go through the notes
    REVIEW = "review"


@dataclass(frozen=True)
class WeakSkill:
    """A skill that needs work; `accuracy_percent` is None where nothing was measured."""

    name: str
    accuracy_percent: float | None = None
    subject: str = ""


@dataclass(frozen=True)
class PlanDay:
    """One day: what to do, and for which skill; `questions` is 0 where none are to be answered."""

    day: date
    work: Work
    skill: str = ""
    questions: int = 0


def study_plan(
    today: date,
    exam_day: date,
    skills: Sequence[WeakSkill],
    *,
    free_days: Collection[date] = frozenset(),
) -> tuple[PlanDay, ...]:
    """The days from today to the one before the exam, at most `MOST_DAYS`; none on exam day.

    `skills` come weakest first. Each gets a day, the weakest first, and then again from the
    front: spaced, and the weakest the most often. The last day reviews. `free_days` stay free.
    """
    days = [today + timedelta(days=ahead) for ahead in range((exam_day - today).days)]
    days = [day for day in days if day not in free_days][-MOST_DAYS:]
    if not days:
        return ()
    review = len(days) > _PART_BEFORE_REVIEW
    working = days[:-1] if review else days
    chosen = skills[:MOST_SKILLS]
    plan = [_day(day, turn, chosen) for turn, day in enumerate(working)]
    return (*plan, PlanDay(days[-1], Work.REVIEW)) if review else tuple(plan)


def _day(day: date, turn: int, skills: Sequence[WeakSkill]) -> PlanDay:
    if not skills:
        return PlanDay(day, Work.OVERVIEW)
    return PlanDay(day, Work.PRACTISE, skills[turn % len(skills)].name, QUESTIONS)
