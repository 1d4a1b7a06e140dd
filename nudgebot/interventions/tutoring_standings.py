"""How students stand in skills, and how one of them did in a skill between two moments."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, snapshot
from nudgebot.insight.mastery import NEVER, Track
from nudgebot.insight.period_facts import Reading
from nudgebot.insight.skill_book import Skill, SkillBook, skill_book
from nudgebot.insight.skill_data import MasteryState
from nudgebot.school.days import local_day, to_at
from nudgebot.store import Store

BEFORE = timedelta(days=28)
ENOUGH_ANSWERS = 10  # below that an accuracy says nothing


@dataclass(frozen=True)
class Standings:
    """Tracks by student and skill, and the skills."""

    tracks: Mapping[str, Mapping[str, Track]]
    book: SkillBook

    def of(self, student_id: str, skill_id: str) -> Track:
        """A student in a skill; one never practised is a standing, too."""
        return self.tracks.get(student_id, {}).get(skill_id, NEVER)


@dataclass(frozen=True)
class Answers:
    """Answers to practice questions in one skill, and how many of them were right."""

    number: int
    correct: int

    @property
    def percent(self) -> float | None:
        """Accuracy, 0 to 100; None below ten answers."""
        return 100 * self.correct / self.number if self.number >= ENOUGH_ANSWERS else None


@dataclass(frozen=True)
class Improvement:
    """A student in the skill of a tutoring: before it began and since, by practice."""

    before: Answers
    since: Answers
    state_then: MasteryState
    state_now: MasteryState

    @property
    def is_too_early(self) -> bool:
        """Whether there are too few answers since to say anything."""
        return self.since.number < ENOUGH_ANSWERS


def standings(
    store: Store, zone: ZoneInfo, student_ids: Collection[str], as_of: datetime
) -> Standings:
    """How the students stand in all skills as of a moment."""
    today = local_day(as_of, zone)
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        computation.aim(student_ids)
        facts = Reading(computation, first=today, last=today, tasks=False).facts()
        book = skill_book(computation)
    return Standings({key: each.tracks for key, each in facts.students.items()}, book)


def improvement(
    store: Store,
    zone: ZoneInfo,
    *,
    student_id: str,
    skill_id: str,
    began: datetime,
    until: datetime,
) -> Improvement:
    """The 28 days before `began`, and from then `until`, by the practice known now."""
    then = standings(store, zone, [student_id], began).of(student_id, skill_id)
    now = standings(store, zone, [student_id], until).of(student_id, skill_id)
    return Improvement(
        before=_answers(store, student_id, skill_id, began - BEFORE, began),
        since=_answers(store, student_id, skill_id, began, until),
        state_then=then.state,
        state_now=now.state,
    )


def _answers(
    store: Store, student_id: str, skill_id: str, first: datetime, end: datetime
) -> Answers:
    row = store.row(
        """SELECT COALESCE(SUM(questions), 0), COALESCE(SUM(MIN(correct, questions)), 0)
           FROM practice WHERE student_id = ? AND skill_id = ? AND gone_at IS NULL
           AND questions > 0 AND started_at >= ? AND started_at < ?""",
        [student_id, skill_id, to_at(first), to_at(end)],
    )
    return Answers(0, 0) if row is None else Answers(row[0], row[1])


def skills(store: Store, student_ids: Collection[str] = ()) -> list[Skill]:
    """The skills that the export describes, and those that these students practised, by id."""
    rows = store.rows(
        """SELECT skill_id, name, subject FROM skills WHERE gone_at IS NULL
           UNION ALL SELECT DISTINCT skill_id, skill_id, '' FROM practice
           WHERE student_id IN (SELECT value FROM json_each(?)) AND gone_at IS NULL
               AND skill_id NOT IN (SELECT skill_id FROM skills WHERE gone_at IS NULL)
           ORDER BY skill_id""",
        [json.dumps(sorted(student_ids))],
    )
    return [Skill(row[0], row[1], row[2]) for row in rows]
