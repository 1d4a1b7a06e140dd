"""Adaptation: the hour and tone that a student responds to, and less often where she does not.

It never goes beyond what the sieve and timing allow: it picks among the hours that timing would
take, and it may only lengthen a cooldown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nudgebot.nudging.adaptation_choice import Choice, Option, choose, lot
from nudgebot.nudging.adaptation_handover import HandedOver, hand_over
from nudgebot.nudging.adaptation_words import by_lot, weighed
from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.holdout import key_of
from nudgebot.nudging.learning import Belief
from nudgebot.nudging.learning_cells import cells, records
from nudgebot.nudging.profiles import Lessons, Profile, Record, learn, profile
from nudgebot.nudging.rule import Urgency
from nudgebot.nudging.templates import TemplateSet
from nudgebot.nudging.timing import Due, Hours, Rhythm, plan, usual_hours
from nudgebot.school.days import to_at
from nudgebot.store import Store

FREE = (Urgency.LOW, Urgency.MEDIUM)  # the others have a promise to keep

TonesIn = Callable[[str, str], Sequence[str]]
"""The tones that a template, by its id, has in a language; the usual one first."""


def tones_in(templates: TemplateSet, template_id: str, language: str) -> tuple[str, ...]:
    """The tones that a template has in the language that a student gets; the usual one first."""
    if template_id not in templates.by_id:
        return ()
    usual = templates.pick(template_id, language=language)
    same = (each for each in templates.by_id[template_id] if each.language == usual.language)
    return tuple(dict.fromkeys([usual.tone, *(each.tone for each in same)]))


class Adaptation:
    """Learns anew every so many hours; what it learned is used from this probability on."""

    def __init__(
        self, store: Store, *, tones: TonesIn, confidence: float, every_hours: int = 24
    ) -> None:
        self._store = store
        self._tones = tones
        self._confidence = confidence
        self._every_seconds = max(every_hours * 3600, 1)
        self._learned: tuple[int, Lessons] | None = None

    def lessons(self, as_of: datetime) -> Lessons:
        """What the whole school's messages teach, as last learned."""
        turn = to_at(as_of) // self._every_seconds
        if self._learned is None or self._learned[0] != turn:
            self._learned = turn, learn(cells(self._store, as_of))
        return self._learned[1]

    def hand_over(
        self, candidates: Sequence[Candidate], since: Mapping[Pair, datetime], as_of: datetime
    ) -> tuple[list[Candidate], HandedOver]:
        """What goes to a person instead; see `adaptation_handover`."""
        return hand_over(self._store, candidates, since, as_of)

    def choices(self, candidates: Collection[Candidate], as_of: datetime) -> Choices:
        """What was learned, for what may be adapted of these."""
        students = {each.student_id for each in candidates if adaptable(each)}
        return Choices(
            self.lessons(as_of) if students else Lessons(),
            records(self._store, as_of, students) if students else {},
            key=key_of(self._store),
            confidence=self._confidence,
            tones=self._tones,
        )

    def profile_of(self, student_id: str, as_of: datetime) -> Profile:
        """A student's profile (requirement A, AdaptiveNudgingSystem)."""
        own = records(self._store, as_of, {student_id}).get(student_id, Record(student_id))
        return profile(self.lessons(as_of), own, confidence=self._confidence)


def adaptable(candidate: Candidate) -> bool:
    """Whether hour, tone and frequency may be chosen: for the student, and nothing presses."""
    return Channel.STUDENT in candidate.channels and candidate.rule.urgency in FREE


@dataclass(frozen=True)
class Choices:
    """The choices of one evaluation: the same for the same nudge, by its key."""

    lessons: Lessons
    records: Mapping[str, Record]
    key: bytes
    confidence: float
    tones: TonesIn
    _beliefs: dict[tuple[object, ...], dict[Any, Belief]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _tones: dict[tuple[str, str], Sequence[str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def due(
        self,
        candidate: Candidate,
        nudge_key: str,
        usual: Due,
        *,
        rhythm: Rhythm | None,
        hours: Hours,
        earliest: datetime,
    ) -> Due:
        """The usual moment, or the next one in another of the student's own active hours."""
        options = usual_hours(rhythm, hours)
        at_hour = usual.at.astimezone(hours.zone).hour
        if not adaptable(candidate) or len(options) < 2 or at_hour not in options:
            return usual
        choice = self._chosen(candidate, nudge_key, "hour", options, at_hour)
        adapted = self._words(candidate, "hour", choice)
        if not choice.changed:
            return replace(usual, adapted=adapted)
        urgency, hour = candidate.rule.urgency, choice.option
        found = plan(urgency, rhythm=rhythm, hours=hours, as_of=earliest, hour=hour)
        return replace(found, why=f"{hour}:00, an active hour of the student", adapted=adapted)

    def tone(self, candidate: Candidate, nudge_key: str, language: str) -> tuple[str, str]:
        """The tone, empty for the usual one, and what was adapted in words."""
        options = self._tones_in(candidate.rule.message_template, language)
        if len(options) < 2 or not adaptable(candidate):
            return "", ""
        choice = self._chosen(candidate, nudge_key, "tone", options, options[0])
        tone = choice.option if choice.changed else ""
        return tone, self._words(candidate, "tone", choice)

    def seldom(self, candidate: Candidate) -> str:
        """Why the student is written to less often, in numbers; empty where she is not."""
        record = self.records.get(candidate.student_id)
        if record is None or not adaptable(candidate):
            return ""
        if self.lessons.seldom(record) < self.confidence:
            return ""
        own, school = record.whole.text, self.lessons.school.text
        return f"The student acted on {own} messages, the school on {school}"

    def _tones_in(self, template_id: str, language: str) -> Sequence[str]:
        """Looked up once for all students."""
        key = (template_id, language)
        if key not in self._tones:
            self._tones[key] = self.tones(template_id, language)
        return self._tones[key]

    def _chosen(
        self,
        candidate: Candidate,
        nudge_key: str,
        dimension: str,
        options: Sequence[Option],
        usual: Option,
    ) -> Choice[Option]:
        type_ = candidate.rule.type
        # Of students who got nothing yet the same is believed: it is worked out once for all.
        student_id = candidate.student_id if candidate.student_id in self.records else None
        about = (student_id, type_, dimension, *options)
        beliefs: dict[Option, Belief] | None = self._beliefs.get(about)
        if beliefs is None:
            record = self._record(candidate)
            beliefs = self._beliefs[about] = {
                each: self.lessons.about(record, type_, dimension, each) for each in options
            }
        random = lot(self.key, dimension, nudge_key)
        return choose(beliefs, usual, confidence=self.confidence, random=random)

    def _words(
        self, candidate: Candidate, dimension: str, choice: Choice[int] | Choice[str]
    ) -> str:
        """Empty where nothing was changed or drawn."""
        if choice.by_lot:
            return by_lot(choice)
        if not choice.changed:
            return ""
        record = self._record(candidate)
        known = self.lessons.hours if dimension == "hour" else self.lessons.tones
        pair = (choice.option, choice.usual)
        return weighed(
            choice,
            own=(record.at(dimension, pair[0]), record.at(dimension, pair[1])),
            school=(known.tally(pair[0]), known.tally(pair[1])),
        )

    def _record(self, candidate: Candidate) -> Record:
        return self.records.get(candidate.student_id) or Record(candidate.student_id)
