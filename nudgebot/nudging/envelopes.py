"""Envelopes: what is ready for one recipient becomes one message, or says why it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.errors import RuleError
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.compose import Composed
from nudgebot.nudging.door import Passage, Waiting
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.length import trim
from nudgebot.nudging.mentor_alert import digest
from nudgebot.nudging.messages import Direct, InStream, Outgoing, Recipient
from nudgebot.nudging.nudges import Nudge, Part
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.stages import CoolingDown
from nudgebot.nudging.summary import summary
from nudgebot.nudging.wording import Composing, Wording
from nudgebot.school.days import from_day, local_day, to_at

PURPOSE = "nudge"
GroupKey = tuple[str, ...]


@dataclass(frozen=True)
class Envelope:
    """A message, the parts that it carries, and the words of each nudge in it."""

    message: Outgoing
    parts: tuple[Part, ...]
    composed: tuple[tuple[str, Composed], ...] = ()


@dataclass(frozen=True)
class Unfit:
    """A part that cannot be put into words; the reason is for the people who write templates."""

    part: Part
    reason: str


def group_of(nudge: Nudge, part: Part) -> GroupKey:
    """Parts of one group go out as one message: one recipient, and in a class one rule."""
    if part.channel is Channel.CLASS:
        return (part.channel.value, part.person_id, nudge.rule_id)
    return (part.channel.value, part.person_id)


class Envelopes:
    """Makes the messages of one passage."""

    def __init__(self, grounds: Grounds, composer: Composing, passage: Passage) -> None:
        self._store = grounds.store
        self._policy = grounds.policy
        self._figures = grounds.figures
        self._composer = composer
        self._passage = passage
        self._as_of = passage.around.as_of
        self._wording = Wording(grounds.store, grounds.policy, passage)

    def of(self, group: Sequence[Waiting]) -> Iterator[Envelope | Unfit]:
        """The message of a group, most urgent first in it."""
        match group[0].part.channel:
            case Channel.STUDENT:
                yield from self._to_student(group)
            case Channel.MENTOR:
                yield from self._to_mentor(group)
            case Channel.CLASS:
                yield from self._to_class(group)
            case Channel.DASHBOARD:
                yield self._to_staff(group)

    def _to_student(self, group: Sequence[Waiting]) -> Iterator[Envelope | Unfit]:
        student_id = group[0].nudge.student_id
        facts = self._wording.facts(student_id)
        worded: list[tuple[Waiting, Composed]] = []
        for each in group:
            try:
                worded.append((each, self._compose(each, facts)))
            except RuleError as error:
                yield Unfit(each.part, str(error))
        if not worded:
            return
        yield Envelope(
            _message(
                _key(worded[0][0].part),
                Direct((self._passage.around.reach.students.user_ids[student_id],)),
                self._composer.join([words for _, words in worded]),
            ),
            tuple(each.part for each, _ in worded),
            tuple((each.nudge.key, words) for each, words in worded),
        )

    def _compose(self, waiting: Waiting, facts: Facts) -> Composed:
        """In the tone that was chosen; in the usual one where that one cannot be filled in."""
        rule, tone = waiting.candidate.rule, waiting.nudge.tone
        if tone:
            with suppress(RuleError):
                return self._composer.compose(rule, facts, tone=tone)
        return self._composer.compose(rule, facts)

    def _to_mentor(self, group: Sequence[Waiting]) -> Iterator[Envelope]:
        user_id = self._passage.around.reach.teachers.user_ids[group[0].part.person_id]
        yield Envelope(
            _message(
                _key(group[0].part),
                Direct((user_id,)),
                digest([self._wording.alert(each) for each in group]),
            ),
            tuple(each.part for each in group),
        )

    def _to_class(self, group: Sequence[Waiting]) -> Iterator[Envelope | Unfit]:
        """One notice a class and rule, whomever it is about: it names nobody.

        Who is found while the rule rests for the class has been told with the last notice.
        """
        first = group[0]
        seats = self._passage.around.reach.classes(first.candidate)
        seat = next(each for each in seats if each.class_id == first.part.person_id)
        day = local_day(self._as_of, self._policy.zone)
        prefix = f"class:{seat.class_id}:{first.nudge.rule_id}:"
        facts = self._wording.group_facts(seat, self._figures)
        try:
            content = self._composer.group_notice(first.candidate.rule, facts)
        except RuleError as error:
            for each in group:
                yield Unfit(each.part, str(error))
            return
        yield Envelope(
            _message(
                self._resting_on(first, prefix) or f"{prefix}{day}",
                InStream(seat.stream, self._policy.class_topic),
                content,
            ),
            tuple(each.part for each in group),
        )

    def _resting_on(self, first: Waiting, prefix: str) -> str | None:
        """The key of the rule's last notice to the class, while it cools down.

        Counted from when that one was due, and with the slack that students' cooldowns have, so
        that a weekly notice does not slip by a week because one came a minute early.
        """
        rests = timedelta(hours=first.candidate.rule.cooldown_hours) - CoolingDown.ahead
        found: str | None = self._store.value(
            """SELECT o.key FROM outbox o JOIN nudge_parts p ON p.outbox_key = o.key
               JOIN nudges n ON n.nudge_key = p.nudge_key
               WHERE o.key > ? AND o.key < ? AND p.person_id = ? AND n.rule_id = ?
               AND o.state != 'refused' GROUP BY o.key HAVING MIN(n.due_at) > ?
               ORDER BY MIN(n.due_at) DESC LIMIT 1""",
            [
                prefix,
                f"{prefix}~",
                first.part.person_id,
                first.nudge.rule_id,
                to_at(self._as_of - rests),
            ],
        )
        return found

    def _to_staff(self, group: Sequence[Waiting]) -> Envelope:
        message = summary(self._store, self._figures, self._policy, self._as_of)
        return Envelope(message, tuple(each.part for each in group))


def tomorrow(as_of: datetime, policy: Policy) -> datetime:
    """The beginning of the school's next day."""
    day = from_day(local_day(as_of, policy.zone) + 1)
    return datetime(day.year, day.month, day.day, tzinfo=policy.zone)


def _message(key: str, recipient: Recipient, content: str) -> Outgoing:
    """One message, never several: its words are made anew with every try."""
    return Outgoing(key, recipient, trim(content), PURPOSE)


def _key(part: Part) -> str:
    """A part is in one message only, so its identity names the message that it comes first in."""
    return f"nudge:{part.nudge_key}:{part.channel.value}:{part.person_id}"
