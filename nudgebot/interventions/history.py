"""The history of one student: everything that was done for her, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from nudgebot.interventions.alerts_kept import CRISIS, Alert, read_alerts
from nudgebot.interventions.effects import Course, Effect, Interest, effect
from nudgebot.interventions.effects_course import (
    interest_of_rule,
    interest_of_template,
    interest_of_type,
    read_course,
)
from nudgebot.interventions.history_entry import Ending, Entry, Outcome, StudentHistory
from nudgebot.interventions.history_helping import helping_of
from nudgebot.interventions.history_messages import Written, written_to
from nudgebot.interventions.history_nudges import nudges_to
from nudgebot.interventions.means import Means
from nudgebot.interventions.patterns import Tried, patterns
from nudgebot.interventions.record import Intervention, InterventionType, Record
from nudgebot.school.days import local_day, to_at, zone_named

MOST = 200
Endings = Callable[[str, datetime], Mapping[str, Ending]]
"""How the interventions of a student stand by now, by their sources; what is left out is told by
its notes alone."""
_NOTHING_TO_FOLLOW = frozenset({InterventionType.SNOOZE, InterventionType.RESUME})
_SAYS_IT_ALL = _NOTHING_TO_FOLLOW | {InterventionType.RESOLUTION}
_BY_TYPE_FIRST = frozenset({InterventionType.ASSIGNMENT, InterventionType.TUTOR})


def no_endings(_student_id: str, _as_of: datetime) -> Mapping[str, Ending]:
    """Nothing more is known than the record's own notes."""
    return {}


class Histories:
    """Reads the histories of students; who may see them is not decided here."""

    def __init__(self, means: Means, record: Record, endings: Endings = no_endings) -> None:
        self._means = means
        self._record = record
        self._endings = endings

    def of_student(self, student_id: str, as_of: datetime) -> StudentHistory:
        """The newest two hundred of each kind until then, the newest first."""
        noted = [
            each
            for each in self._record.of_student(student_id, limit=MOST)
            if each.created_at <= as_of
        ]
        letters = written_to(self._means.store, student_id, as_of, limit=MOST)
        by_key = {each.key: each for each in letters}
        endings = dict(self._endings(student_id, as_of))
        endings |= {each.key: each.ending for each in letters if each.went_out}
        seen = _Afterwards(self._means, student_id, as_of)
        entries = [
            self._noted(each, endings.get(each.source), seen, by_key.get(each.source))
            for each in noted
        ]
        known = {each.source for each in noted}
        entries += [_unnoted(each, seen) for each in letters if each.key not in known]
        entries += [
            replace(entry, effect=seen.of_rule(story.nudge.rule_id, entry.at))
            for entry, story in nudges_to(self._means.store, student_id, as_of, limit=MOST)
        ]
        entries += helping_of(self._means.store, student_id, as_of, limit=MOST)
        entries += _crises(self._means, student_id, as_of)
        entries.sort(key=lambda each: (each.at, each.number or 0), reverse=True)
        return StudentHistory(student_id, as_of, tuple(entries), patterns(_tried(noted, endings)))

    def _noted(
        self, one: Intervention, ending: Ending | None, seen: _Afterwards, letter: Written | None
    ) -> Entry:
        follow = one.intervention_type not in _NOTHING_TO_FOLLOW
        follow = follow and (ending is None or ending.under_way)
        since = (ending and ending.began_at) or one.created_at
        template_id = letter.template_id if letter else ""
        return Entry(
            at=one.created_at,
            kind=one.intervention_type.value,
            what=f"Message: {letter.text}" if letter else one.action_taken,
            user_id=one.user_id,
            teacher_id=one.teacher_id,
            outcomes=ending.outcomes if ending else _by_notes(one),
            number=one.id,
            rating=one.effectiveness_rating,
            effect=seen.of(one, template_id, since) if follow else None,
        )


def _crises(means: Means, student_id: str, as_of: datetime) -> list[Entry]:
    """When the student wrote urgent words, which are not said here, and that nudges rested."""
    query = "a.student_id = ? AND a.rule_id = ? AND a.raised_at <= ?"
    found = read_alerts(means.store, query, [student_id, CRISIS, to_at(as_of)])
    return [
        Entry(
            at=each.raised_at,
            kind=CRISIS,
            what="Urgent words of the student: people were told, and nudges rest",
            user_id=None,
            teacher_id=None,
            outcomes=_stands(each),
        )
        for each in found
    ]


def _stands(alert: Alert) -> tuple[Outcome, ...]:
    """Whether there were newer words, and whether anybody has closed it."""
    again = [Outcome("again", alert.newest_at)] if alert.newest_at > alert.raised_at else []
    if alert.resolved_at is not None:
        return (*again, Outcome("closed", alert.resolved_at))
    if alert.acknowledged_at is not None:
        return (*again, Outcome("somebody sees to it since", alert.acknowledged_at))
    return (*again, Outcome("nobody has acknowledged it yet"))


def _by_notes(one: Intervention) -> tuple[Outcome, ...]:
    if one.is_resolved and one.intervention_type not in _SAYS_IT_ALL:
        return (Outcome(one.resolution_notes or "done", one.resolved_at),)
    return ()


def _unnoted(letter: Written, seen: _Afterwards) -> Entry:
    """A message that is no intervention: refused, or older than the record."""
    return Entry(
        at=letter.at,
        kind=InterventionType.MESSAGE.value,
        what=f"Message: {letter.text}",
        user_id=letter.user_id,
        teacher_id=letter.teacher_id,
        outcomes=letter.ending.outcomes,
        effect=seen.of_template(letter.template_id, letter.at) if letter.went_out else None,
    )


def _tried(noted: list[Intervention], endings: Mapping[str, Ending]) -> list[Tried]:
    """What has come to an end of which one can say whether it was a good one."""
    found = []
    for one in noted:
        ending = endings.get(one.source)
        if ending is not None and ending.went_well is not None:
            found.append(
                Tried(one.intervention_type, went_well=ending.went_well, hours=ending.hours)
            )
    return found


class _Afterwards:
    """What the later data show of each intervention; the course is read once."""

    def __init__(self, means: Means, student_id: str, as_of: datetime) -> None:
        student = means.people.student(student_id)
        self._means = means
        self._zone = zone_named(student.timezone if student else "", means.zone)
        self._course: Course = read_course(means.store, student_id, zone=self._zone, as_of=as_of)

    def of(self, one: Intervention, template_id: str, since: datetime) -> Effect:
        interest = None
        if one.intervention_type not in _BY_TYPE_FIRST:
            interest = interest_of_template(self._means.book, template_id)
            interest = interest or self._of_alert(one.alert_id)
        return self._effect(interest or interest_of_type(one.intervention_type), since)

    def of_template(self, template_id: str, at: datetime) -> Effect:
        interest = interest_of_template(self._means.book, template_id)
        return self._effect(interest or Interest.ACTIVITY, at)

    def of_rule(self, rule_id: str, at: datetime) -> Effect:
        return self._effect(interest_of_rule(self._means.book, rule_id) or Interest.ACTIVITY, at)

    def _of_alert(self, alert_id: int | None) -> Interest | None:
        rule_id = self._means.store.value(
            "SELECT rule_id FROM alerts WHERE alert_id = ?", [alert_id]
        )
        return None if rule_id is None else interest_of_rule(self._means.book, rule_id)

    def _effect(self, interest: Interest, at: datetime) -> Effect:
        return effect(interest, self._course, local_day(at, self._zone))
