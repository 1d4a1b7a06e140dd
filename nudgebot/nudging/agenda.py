"""The agenda of one evaluation: when each candidate is due, and what adaptation made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from nudgebot.nudging.adaptation import Choices
from nudgebot.nudging.adaptation_handover import HANDED
from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.rule import Urgency
from nudgebot.nudging.stages import CoolingDown
from nudgebot.nudging.surroundings import Surroundings
from nudgebot.nudging.timing import NO_RHYTHM, Due, Rhythm, plan
from nudgebot.school.days import local_day


def no_key(_: Candidate) -> str:
    """Nobody asks for it where nothing is adapted."""
    return ""


@dataclass
class Agenda:
    """When each candidate is due for the student, and for everybody else."""

    around: Surroundings
    rhythms: Mapping[str, Rhythm]
    cooling: CoolingDown
    choices: Choices | None = None  # None: adaptation is switched off
    key_of: Callable[[Candidate], str] = no_key
    _pairs: dict[Pair, Due] = field(default_factory=dict)
    _student: dict[tuple[str, Urgency, datetime], Due] = field(default_factory=dict)
    _tones: dict[Pair, tuple[str, str]] = field(default_factory=dict)
    _others: dict[tuple[Urgency, datetime], Due] = field(default_factory=dict)

    def for_student(self, candidate: Candidate) -> Due:
        """By the student's own rhythm and hours, and where nothing presses by what was learned.

        What is decided for a student together stays together: the first one's hour is for all.
        """
        pair = (candidate.student_id, candidate.rule.id)
        if pair not in self._pairs:
            self._pairs[pair] = self._for_student(candidate)
        return self._pairs[pair]

    def _for_student(self, candidate: Candidate) -> Due:
        urgency, student_id = candidate.rule.urgency, candidate.student_id
        earliest = self.cooling.earliest(candidate)
        key = (student_id, urgency, earliest)
        if key not in self._student:
            rhythm, hours = self.rhythms.get(student_id), self.around.hours(student_id)
            due = plan(urgency, rhythm=rhythm, hours=hours, as_of=earliest)
            if self.choices is not None:
                due = self.choices.due(
                    candidate,
                    self.key_of(candidate),
                    due,
                    rhythm=rhythm,
                    hours=hours,
                    earliest=earliest,
                )
            self._student[key] = due
        return self._student[key]

    def tone(self, candidate: Candidate) -> tuple[str, str]:
        """The tone that was learned, empty for the usual one, and what was adapted in words."""
        if self.choices is None:
            return "", ""
        pair = (candidate.student_id, candidate.rule.id)
        if pair not in self._tones:
            closed = self.around.closed_to_student(candidate)
            self._tones[pair] = ("", "") if closed else self._tone(candidate, self.choices)
        return self._tones[pair]

    def _tone(self, candidate: Candidate, choices: Choices) -> tuple[str, str]:
        pupil = self.around.pupils[candidate.student_id]
        language = pupil.language or self.around.policy.language
        return choices.tone(candidate, self.key_of(candidate), language)

    def adapted(self, candidate: Candidate) -> str:
        """All that was adapted about a candidate, in words; empty where nothing was."""
        if candidate.handed:
            return HANDED
        return "; ".join(filter(None, [self.due(candidate).adapted, self.tone(candidate)[1]]))

    def for_others(self, candidate: Candidate) -> Due:
        """By the school's hours; what is for one teacher is delivered in rounds."""
        urgency, earliest = candidate.rule.urgency, self.cooling.earliest(candidate)
        key = (urgency, earliest)
        if key not in self._others:
            hours = self.around.staff_hours
            due = plan(urgency, rhythm=None, hours=hours, as_of=earliest)
            why = due.why.replace(NO_RHYTHM, "the hour for staff and classes")
            self._others[key] = replace(due, why=why)
        return self._others[key]

    def due(self, candidate: Candidate) -> Due:
        """When it goes out: to the student where she gets it, and else to the others."""
        closed = self.around.closed_to_student(candidate)
        return self.for_others(candidate) if closed else self.for_student(candidate)

    def due_day(self, candidate: Candidate) -> int | None:
        """The day of the student's calendar that a nudge counts for; None: not for her."""
        pupil = self.around.pupils.get(candidate.student_id)
        if pupil is None or self.around.closed_to_student(candidate):
            return None
        return local_day(self.for_student(candidate).at, pupil.zone)
