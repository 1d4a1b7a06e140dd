"""A small school that adapts: the nudging bench with the real engine, and what comes back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from nudging.bench import Bench, Words
from nudging.samples import School

from nudgebot.nudging.adaptation import Adaptation
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.decisions import Decisions, Recorded
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.nudges import Nudge, Nudges
from nudgebot.nudging.outbox import Outbox
from nudgebot.school.days import to_at


@dataclass
class Town:
    """The school, day by day; `adaptive` switches adaptation, `tones` are those of any template."""

    bench: Bench
    adaptive: bool = True
    tones: Sequence[str] = ()
    words: Words = field(default_factory=Words)

    @property
    def school(self) -> School:
        return self.bench.school

    @cached_property
    def adaptation(self) -> Adaptation:
        return Adaptation(self.school.store, tones=lambda _, __: self.tones, confidence=0.7)

    @property
    def engine(self) -> Engine:
        grounds = replace(
            self.school.grounds,
            adaptation=self.adaptation if self.adaptive else None,
            tones=lambda _, __: next(iter(self.tones), ""),
        )
        outbox = Outbox(self.school.store, self.bench.messenger)
        return Engine(grounds, composer=Composer(self.words), outbox=outbox)

    def day(self, as_of: datetime) -> None:
        """News arrive, are judged, and what is due is sent, that day and in the hours after."""
        self.school.exported(as_of)
        self.engine.evaluate(as_of)
        for hours in (0, 4, 8, 20):
            self.engine.deliver(as_of + timedelta(hours=hours))

    def nudges(self, student_id: str) -> list[Nudge]:
        """What was decided about a student, the oldest first."""
        return Nudges(self.school.store).of_student(student_id, limit=999)[::-1]

    def decisions(self, student_id: str) -> list[Recorded]:
        return Decisions(self.school.store).of_student(student_id)

    def respond(self, student_id: str, kind: str, at: datetime) -> None:
        """Something comes back to the newest nudge."""
        key = self.nudges(student_id)[-1].key
        self.school.store.execute(
            "INSERT OR IGNORE INTO responses VALUES (?, ?, ?)", [key, kind, to_at(at)]
        )

    def meet(self, student_id: str, at: datetime) -> None:
        """The student does what the newest case asks for."""
        self.school.store.execute(
            """UPDATE cases SET target_met_at = ? WHERE student_id = ? AND starts_at =
               (SELECT MAX(starts_at) FROM cases WHERE student_id = ?)""",
            [to_at(at + timedelta(hours=1)), student_id, student_id],
        )
