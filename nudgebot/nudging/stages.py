"""The stages of the sieve, each a truth table over data that were looked up beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.consent import Consent
from nudgebot.nudging.ports import AlertMark
from nudgebot.nudging.rule import Rule, Urgency
from nudgebot.nudging.snoozes import Snooze

HELD_OUT = "Held out, so that the effect of the rule can be measured."

WhyNot = Callable[[Candidate, Channel], str]
"""Why a candidate cannot reach anybody over a channel, in a sentence; empty when it can."""


@dataclass(frozen=True)
class Fresh:
    """Drops everything while the data are stale; `stale` says why they are."""

    stale: str
    name: ClassVar[str] = "fresh"

    def reason_to_drop(self, candidate: Candidate) -> str | None:  # noqa: ARG002  # the same for all
        """The reason is the data's, not the candidate's."""
        return self.stale or None


@dataclass(frozen=True)
class Enrolled:
    """Drops students who are not in school today, by the reasons given."""

    reasons: Mapping[str, str]
    name: ClassVar[str] = "enrolled"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Not active, in no class in term, or on holiday."""
        return self.reasons.get(candidate.student_id)


@dataclass(frozen=True)
class Linked:
    """Drops what could reach nobody: one channel of several is enough to stay."""

    why_not: WhyNot
    name: ClassVar[str] = "linked"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Why each of its channels is closed."""
        reasons = [self.why_not(candidate, channel) for channel in candidate.channels]
        return " ".join(reasons) if all(reasons) else None


@dataclass(frozen=True)
class ConsentGiven:
    """Drops what only a student who asked for quiet would get; her teachers are still told."""

    consents: Mapping[str, Consent]
    why_not: WhyNot
    as_of: datetime
    name: ClassVar[str] = "consent"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """What the student asked for."""
        if Channel.STUDENT not in candidate.channels:
            return None
        consent = self.consents.get(candidate.student_id)
        silence = consent.silence(self.as_of) if consent else ""
        others = [channel for channel in candidate.channels if channel is not Channel.STUDENT]
        told_otherwise = any(not self.why_not(candidate, channel) for channel in others)
        return silence if silence and not told_otherwise else None


class Inhibited:
    """Drops a rule that another rule silences by holding for the same student.

    It counts that the other rule holds, not that it was sent. Where rules inhibit one another in
    a circle, the most urgent of them (then the first by id) is not silenced from inside it.
    """

    name: ClassVar[str] = "inhibited"

    def __init__(self, batch: Iterable[Candidate], rules: Iterable[Rule]) -> None:
        self._sources = _sources({rule.id: rule for rule in rules})
        self._holding: dict[str, set[str]] = {}
        for candidate in batch:
            self._holding.setdefault(candidate.student_id, set()).add(candidate.rule.id)

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Which rules silence it."""
        sources = self._sources.get(candidate.rule.id, ())
        found = [each for each in sources if each in self._holding.get(candidate.student_id, ())]
        return f"Silenced by {', '.join(found)}, which holds too." if found else None


def _sources(rules: Mapping[str, Rule]) -> dict[str, tuple[str, ...]]:
    """By rule id, the rules that may silence it."""

    def rank(rule_id: str) -> tuple[int, str]:
        return -rules[rule_id].urgency.rank, rule_id

    found: dict[str, tuple[str, ...]] = {}
    for source in sorted(rules):
        for target in rules[source].inhibits:
            if target not in rules or target == source:
                continue
            circle = source in _reached(target, rules)
            if not circle or rank(source) < rank(target):
                found[target] = (*found.get(target, ()), source)
    return found


def _reached(start: str, rules: Mapping[str, Rule]) -> set[str]:
    """The rules that `start` silences, directly or through others."""
    reached: set[str] = set()
    pending = [start]
    while pending:
        rule = rules.get(pending.pop())
        for each in rule.inhibits if rule else ():
            if each not in reached:
                reached.add(each)
                pending.append(each)
    return reached


@dataclass(frozen=True)
class Snoozed:
    """Drops what a teacher asked not to be reminded of for a while."""

    snoozes: Mapping[str, Collection[Snooze]]
    name: ClassVar[str] = "snoozed"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Until when, and a teacher's own reason."""
        for snooze in self.snoozes.get(candidate.student_id, ()):
            if snooze.rule_id in ("", candidate.rule.id):
                why = f": {snooze.why}" if snooze.why else "."
                return f"A teacher snoozed it until {snooze.until:%Y-%m-%d %H:%M} UTC{why}"
        return None


@dataclass(frozen=True)
class AlertRests:
    """Drops what only teachers would get whose alert they have dealt with; see `AlertMark`.

    What would open a resolved alert again passes, once its time has come. `closed` says why the
    student herself gets nothing of a candidate.
    """

    alerts: Mapping[tuple[str, str], AlertMark]
    closed: Callable[[Candidate], str]
    as_of: datetime
    name: ClassVar[str] = "alert_rests"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Who has dealt with it, and how."""
        mark = self.alerts.get((candidate.student_id, candidate.rule.id))
        if mark is None or not mark.rests or Channel.MENTOR not in candidate.channels:
            return None
        due_again = mark.until is not None and self.as_of >= mark.until
        return None if due_again or not self.closed(candidate) else mark.rests


@dataclass(frozen=True)
class HeldOut:
    """Drops what is held out to measure effects; `is_held_out` says of which candidates that is so.

    It stands last, so that who is held out and who is nudged came the same way; what was held out
    before stands in front of the caps too, so that it takes nobody's place for days.
    """

    is_held_out: Callable[[Candidate], bool]
    name: ClassVar[str] = "held_out"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """One sentence for all of them: it is chance."""
        return HELD_OUT if self.is_held_out(candidate) else None


@dataclass(frozen=True)
class LastNudge:
    """The newest nudge of a rule to a student; `waiting` is one that is not yet sent."""

    due_at: datetime
    waiting: bool


@dataclass(frozen=True)
class CoolingDown:
    """Drops a rule that spoke lately; counted from when the last one was due, so nothing drifts.

    What may be due within the next hour passes, and is due no earlier than the cooldown ends: so
    an hourly evaluation that is a minute early does not miss a student's hour by a whole day.
    """

    last: Mapping[tuple[str, str], LastNudge]
    as_of: datetime
    name: ClassVar[str] = "cooling_down"
    ahead: ClassVar[timedelta] = timedelta(hours=1)

    def earliest(self, candidate: Candidate) -> datetime:
        """The moment from which the rule may speak to the student again; never in the past."""
        last = self.last.get((candidate.student_id, candidate.rule.id))
        if last is None:
            return self.as_of
        return max(self.as_of, last.due_at + timedelta(hours=candidate.rule.cooldown_hours))

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """The moment from which the rule may speak again."""
        last = self.last.get((candidate.student_id, candidate.rule.id))
        if last is not None and last.waiting:
            return f"One is already queued for {last.due_at:%Y-%m-%d %H:%M} UTC."
        again = self.earliest(candidate)
        if again - self.as_of > self.ahead:
            return f"Cooling down until {again:%Y-%m-%d %H:%M} UTC."
        return None


@dataclass(frozen=True)
class OverTheCap:
    """Drops what would be too much for a student's day or week; what is critical passes.

    Days and weeks (from Monday) are those of the student's calendar on which nudges are due.
    Nudges that do not reach the student do not count and are not kept back. `counts` holds what
    is already sent or queued, by student and day; `due_day` is None for what reaches others only.
    """

    counts: Mapping[tuple[str, int], int]
    due_day: Callable[[Candidate], int | None]
    max_per_day: int
    max_per_week: int
    name: ClassVar[str] = "over_the_cap"
    _days: Counter[tuple[str, int]] = field(init=False, default_factory=Counter)
    _weeks: Counter[tuple[str, int]] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        """Count what there is already."""
        for (student_id, day), count in self.counts.items():
            self._days[student_id, day] += count
            self._weeks[student_id, week_of(day)] += count

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Which cap is full; a candidate that passes is counted."""
        due_day = self.due_day(candidate)
        if due_day is None:
            return None
        student_id = candidate.student_id
        full = self.full(student_id, due_day)
        if full and candidate.rule.urgency is not Urgency.CRITICAL:
            return full
        self._days[student_id, due_day] += 1
        self._weeks[student_id, week_of(due_day)] += 1
        return None

    def full(self, student_id: str, day: int) -> str:
        """Which cap has no room on that day; empty where there is room."""
        if self._days[student_id, day] >= self.max_per_day:
            return f"The cap of {self.max_per_day} a day is reached."
        if self._weeks[student_id, week_of(day)] >= self.max_per_week:
            return f"The cap of {self.max_per_week} a week is reached."
        return ""


def week_of(day: int) -> int:
    """The number of the week, from Monday, in which a day lies."""
    return (day + 3) // 7  # 1970-01-01 was a Thursday
