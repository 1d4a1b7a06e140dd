"""A term at a school whose students respond to one hour, or one tone, better than to others.

Judging, sieve, timing and queue are the real ones; only the messenger and the students are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from nudging.samples import NOW

from adaptation.school import Town
from nudgebot.insight.rhythm import Rhythm
from nudgebot.nudging.nudges import Nudge
from nudgebot.school.days import to_at

BETTER, WORSE = 0.55, 0.25
HOURS = {8: 9, 13: 6, 18: 5, 23: 4, 15: 1}  # by how often a student is active then; 23 is silent
FIRST_DAY = (NOW - timedelta(days=3)).replace(hour=7, minute=30)  # a Monday


@dataclass
class Term:
    """A term, day by day; `works` says how likely a nudge is to work."""

    town: Town
    works: Callable[[Nudge], float]
    seed: int = 1
    students: int = 40
    sent: list[Nudge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  # a simulation
        self.ids = [f"p{number:03}" for number in range(self.students)]
        school = self.town.school
        counts = tuple(HOURS.get(hour, 0) for hour in range(24))
        for place, student_id in enumerate(self.ids):
            school.student(student_id, 1000 + place)
            school.rhythms[student_id] = Rhythm(counts, (9, 8, 7, 7, 7, 5, 5), 3.0)
        school.users(11, *(1000 + place for place in range(self.students)))
        for student_id in ("s1", "s2", "s3"):
            school.figures.set(student_id, current_streak=5)
        school.with_policy(tracking_days=7)

    def run(self, weeks: int) -> None:
        """Every day of so many weeks, weekends included."""
        for day in range(7 * weeks):
            self.day(FIRST_DAY + timedelta(days=day))

    def day(self, as_of: datetime) -> None:
        """Some students give the rule a reason; what is queued goes out, and works or does not."""
        store, figures = self.town.school.store, self.town.school.figures
        for student_id in self.ids:
            figures.set(student_id, current_streak=0 if self.random.random() < 0.4 else 3)
        self.town.school.exported(as_of)
        store.execute("UPDATE cases SET state = 'closed' WHERE ends_at <= ?", [to_at(as_of)])
        before = {each.key for each in self.sent}
        self.town.engine.evaluate(as_of)
        for student_id in self.ids:
            new = self.town.nudges(student_id)[-1:]
            for nudge in new:
                if nudge.key not in before and nudge.decided_at == as_of:
                    self._send(nudge)

    def _send(self, nudge: Nudge) -> None:
        store = self.town.school.store
        self.sent.append(nudge)
        store.execute("UPDATE nudges SET state = 'sent' WHERE nudge_key = ?", [nudge.key])
        store.execute("UPDATE nudge_parts SET state = 'sent' WHERE nudge_key = ?", [nudge.key])
        if nudge.to_student and self.random.random() < self.works(nudge):
            store.execute(
                "UPDATE cases SET target_met_at = ? WHERE nudge_key = ?",
                [to_at(nudge.due_at + timedelta(hours=3)), nudge.key],
            )

    def to_students(self, first_week: int, last_week: int) -> list[Nudge]:
        """What students got in these weeks, counted from 0."""
        begin = FIRST_DAY + timedelta(weeks=first_week)
        end = FIRST_DAY + timedelta(weeks=last_week + 1)
        return [each for each in self.sent if each.to_student and begin <= each.decided_at < end]


def adapted(term: Term, nudge: Nudge) -> str:
    """What the case of a nudge says was adapted."""
    store = term.town.school.store
    return str(store.value("SELECT adapted FROM cases WHERE nudge_key = ?", [nudge.key]))


def due_days(term: Term) -> list[tuple[str, int]]:
    """Student and day of every nudge that students got."""
    return [(each.student_id, each.due_day) for each in term.sent if each.to_student]
