"""The door: what is due is looked at again, on the newest data, before any of it goes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from nudgebot.insight.table import Value
from nudgebot.nudging.candidate import Candidate, Channel, route
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.firing import metrics_of
from nudgebot.nudging.judge import explain_rule
from nudgebot.nudging.nudges import Nudge, Nudges, Part
from nudgebot.nudging.ports import AlertMark, Grounds
from nudgebot.nudging.roll import members
from nudgebot.nudging.rule import AppliesTo, Rule, Urgency
from nudgebot.nudging.sieve import sift
from nudgebot.nudging.stages import OverTheCap
from nudgebot.nudging.surroundings import Surroundings, look_around, snoozed
from nudgebot.nudging.timing import Hours, first_open
from nudgebot.school.days import from_day, local_day

SWITCHED_OFF = "The rule is switched off or gone."
EVERYWHERE = AppliesTo()
PERSON_FIRST = "The student's risk is critical by now, so a person comes first."


@dataclass(frozen=True)
class Waiting:
    """A part that is due, with its nudge and the rule that it came from."""

    nudge: Nudge
    part: Part
    candidate: Candidate


@dataclass(frozen=True)
class Verdict:
    """What is to happen to a due part: go, or move to `state` (withdrawn, expired, waiting).

    `until` is when one that has to wait is due, `due_day` the day of the student's calendar, and
    `expires_at` when it expires: the wait takes nothing of the time that it had left.
    """

    nudge: Nudge
    part: Part
    state: str
    reason: str
    whole_nudge: bool = True
    until: datetime | None = None
    due_day: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Passage:
    """What may go out now, what may not, and what was looked up for it.

    `today` is the day that each student's calendar shows, `alerts` are those of what goes to
    teachers.
    """

    ready: tuple[Waiting, ...]
    stopped: tuple[Verdict, ...]
    around: Surroundings
    figures: Mapping[str, Mapping[str, Value]]
    today: Mapping[str, int]
    alerts: Mapping[Pair, AlertMark]


@dataclass(frozen=True)
class StillHolds:
    """Drops what the newest figures no longer bear out."""

    reasons: Mapping[tuple[str, str], str]
    name: ClassVar[str] = "still_holds"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """What it is that no longer holds."""
        return self.reasons.get((candidate.student_id, candidate.rule.id))


class Door:
    """Looks again."""

    def __init__(self, grounds: Grounds) -> None:
        self._store = grounds.store
        self._policy = grounds.policy
        self._figures = grounds.figures
        self._links = grounds.links
        self._alerts = grounds.alerts

    def check(
        self, due: Sequence[tuple[Nudge, Part]], rules: Collection[Rule], as_of: datetime
    ) -> Passage:
        """Whether each part may go; `rules` are those that are on."""
        by_id = {rule.id: rule for rule in rules}
        waiting, stopped = [], []
        for nudge, part in due:
            rule = by_id.get(nudge.rule_id)
            if as_of > nudge.expires_at:
                reason = f"It expired at {nudge.expires_at:%Y-%m-%d %H:%M} UTC."
                stopped.append(Verdict(nudge, part, "expired", reason))
            elif rule is None:
                stopped.append(Verdict(nudge, part, "withdrawn", SWITCHED_OFF))
            else:
                one = Candidate(nudge.student_id, rule, nudge.delivery)
                waiting.append(Waiting(nudge, part, one))
        return self._on_newest_data(waiting, stopped, as_of)

    def _on_newest_data(
        self, waiting: Sequence[Waiting], stopped: list[Verdict], as_of: datetime
    ) -> Passage:
        batch = [each.candidate for each in {one.nudge.key: one for one in waiting}.values()]
        around = look_around(self._store, self._links, self._policy, batch=batch, as_of=as_of)
        figures = dict(self._figures.table({each.student_id for each in batch}).rows())
        holds = StillHolds(self._refuted(batch, figures, as_of))
        outcome = sift(batch, [*around.standing, holds, snoozed(self._store, around)])
        dropped = {
            (each.candidate.student_id, each.candidate.rule.id): each.reason
            for each in outcome.dropped
        }
        alerts = self._alerts(
            {_pair(each) for each in waiting if each.part.channel is Channel.MENTOR}
        )
        ready = []
        for each in waiting:
            reason = dropped.get(_pair(each))
            if reason is not None:
                stopped.append(Verdict(each.nudge, each.part, "withdrawn", reason))
            elif (rests := _rests(each, alerts)) != "":
                stopped.append(
                    Verdict(each.nudge, each.part, "withdrawn", rests, whole_nudge=False)
                )
            elif (verdict := _recipient_verdict(each, around)) is not None:
                stopped.append(verdict)
            else:
                ready.append(each)
        today = {key: local_day(as_of, pupil.zone) for key, pupil in around.pupils.items()}
        ready, over = self._within_caps(ready, around, today)
        return Passage(tuple(ready), (*stopped, *over), around, figures, today, alerts)

    def _within_caps(
        self, ready: Sequence[Waiting], around: Surroundings, today: Mapping[str, int]
    ) -> tuple[list[Waiting], list[Verdict]]:
        """What the students' day has room for, whenever it was due; the rest waits for another."""
        told = Nudges(self._store).told(today, since_day=min(today.values(), default=0) - 7)
        caps = OverTheCap(
            told,
            lambda candidate: today[candidate.student_id],
            self._policy.max_per_day,
            self._policy.max_per_week,
        )
        kept, over = [], []
        for each in ready:
            student = each.part.channel is Channel.STUDENT
            reason = caps.reason_to_drop(each.candidate) if student else None
            if reason is None:
                kept.append(each)
            else:
                over.append(_another_day(each, around, caps, reason=reason))
        return kept, over

    def _refuted(
        self,
        batch: Collection[Candidate],
        figures: Mapping[str, Mapping[str, Value]],
        as_of: datetime,
    ) -> dict[tuple[str, str], str]:
        """Why a candidate is none any more; an event is over, what it set off must still hold."""
        day = local_day(as_of, self._policy.zone)
        about: dict[str, frozenset[str]] = {}
        refuted = {}
        for each in batch:
            rule = each.rule
            if rule.id not in about and rule.applies_to != EVERYWHERE:
                about[rule.id] = members(self._store, rule.applies_to, day=day)
            reason = _refutation(each, figures.get(each.student_id), about.get(rule.id))
            if reason:
                refuted[each.student_id, rule.id] = reason
        return refuted


def _pair(waiting: Waiting) -> Pair:
    return waiting.nudge.student_id, waiting.nudge.rule_id


def _rests(waiting: Waiting, alerts: Mapping[Pair, AlertMark]) -> str:
    """Why a teacher is not told of it again; what is for the student is not touched."""
    mark = alerts.get(_pair(waiting)) if waiting.part.channel is Channel.MENTOR else None
    return mark.rests if mark else ""


def _refutation(
    candidate: Candidate, row: Mapping[str, Value] | None, about: Collection[str] | None
) -> str:
    if row is None:
        return "There are no figures of the student."
    if about is not None and candidate.student_id not in about:
        return "The student is no longer in a class that the rule is about."
    why = explain_rule(candidate.rule, _looked_at(candidate.rule, row))
    if not why.holds:
        return f"It no longer holds: {why.text}."
    alone = candidate.channels == (Channel.STUDENT,)
    now = route(candidate.student_id, candidate.rule, risk_level=row.get("risk_level"))
    return PERSON_FIRST if alone and now.routed else ""


def _looked_at(rule: Rule, row: Mapping[str, Value]) -> dict[str, Value]:
    return {name: row[name] for name in metrics_of(rule) if name in row}


def _recipient_verdict(waiting: Waiting, around: Surroundings) -> Verdict | None:
    nudge, part, candidate = waiting.nudge, waiting.part, waiting.candidate
    closed = _closed(part, candidate, around)
    if closed:
        return Verdict(nudge, part, "withdrawn", closed, whole_nudge=False)
    to_student = part.channel is Channel.STUDENT
    hours = around.hours(nudge.student_id) if to_student else around.staff_hours
    if nudge.urgency is Urgency.CRITICAL or hours.open(around.as_of):
        return None
    until = first_open(hours, around.as_of)
    reason = "It waits for the end of the quiet hours."
    return _until(waiting, around, hours, until, reason=reason)


def _another_day(
    waiting: Waiting, around: Surroundings, caps: OverTheCap, *, reason: str
) -> Verdict:
    """The same time on the first open day that has room."""
    student_id = waiting.nudge.student_id
    hours = around.hours(student_id)
    today = local_day(around.as_of, hours.zone)
    time = around.as_of.astimezone(hours.zone).time()
    days = {
        day: datetime.combine(from_day(day), time, hours.zone)
        for day in range(today + 1, today + 8)
    }
    free = (at for day, at in days.items() if hours.open(at) and not caps.full(student_id, day))
    until = first_open(hours, next(free, days[today + 7]))
    return _until(waiting, around, hours, until, reason=reason)


def _until(
    waiting: Waiting, around: Surroundings, hours: Hours, until: datetime, *, reason: str
) -> Verdict:
    # Never more than a new one gets, so that other parts' waits do not add up.
    whole = timedelta(hours=waiting.candidate.rule.expires_after_hours)
    left = min(waiting.nudge.expires_at - around.as_of, whole)
    return Verdict(
        waiting.nudge,
        waiting.part,
        "waiting",
        reason,
        whole_nudge=False,
        until=until,
        due_day=local_day(until, hours.zone),
        expires_at=until + left,
    )


def _closed(part: Part, candidate: Candidate, around: Surroundings) -> str:
    if part.channel is Channel.STUDENT:
        return around.closed_to_student(candidate)
    for recipient in around.reach.recipients(candidate, part.channel):
        if recipient.person_id == part.person_id:
            return recipient.closed
    return "The recipient has no longer anything to do with the student."
