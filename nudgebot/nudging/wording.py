"""Wording: what is known of a student or class when her message is written, and the message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from nudgebot.insight.table import FigureTable, Value
from nudgebot.insight.weak_skills import weak_skills
from nudgebot.nudging.adaptation_handover import HANDED
from nudgebot.nudging.adaptation_words import adapted_in
from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.compose import Composed
from nudgebot.nudging.door import Passage, Waiting
from nudgebot.nudging.facts import Facts, GroupFacts
from nudgebot.nudging.history import written_to
from nudgebot.nudging.mentor_alert import Alert, alert, tried
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.ports import NewestFigures
from nudgebot.nudging.roll import Pupil, Seat, members, mentors, seats
from nudgebot.nudging.rule import AppliesTo, Rule
from nudgebot.nudging.study_plan import WeakSkill
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import from_day, local_day
from nudgebot.store import Store


class Composing(Protocol):
    """Puts nudges into words; `nudgebot.nudging.compose.Composer` is one."""

    def compose(self, rule: Rule, facts: Facts, *, tone: str | None = None) -> Composed:
        """One nudge; raises RuleError where the template needs what is not known.

        `tone` None is the template's usual one.
        """

    def join(self, composed: Sequence[Composed]) -> str:
        """Several nudges for one student as one message."""

    def group_notice(self, rule: Rule, facts: GroupFacts) -> str:
        """A notice for a class; raises RuleError where it would tell of a single student."""


class Wording:
    """Gathers the facts of a passage, for all its students at once.

    `also` are candidates of whom nothing is ready to go, but whose words are wanted.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        passage: Passage,
        *,
        also: Collection[Candidate] = (),
    ) -> None:
        self._store = store
        self._policy = policy
        self._passage = passage
        self._as_of = passage.around.as_of
        self._data_as_of = newest_fact(store) or self._as_of
        batch = [*(each.candidate for each in passage.ready), *also]
        ids = {each.student_id for each in batch}
        pupils = [passage.around.pupils[each] for each in sorted(ids)]
        self._teachers = mentors(store, pupils)
        self._seats = seats(store, pupils)
        self._names = _teacher_names(store, self._teachers.values())
        self._holidays = _holidays(store, self._as_of, policy)
        self._written_to = written_to(store, ids, self._as_of)
        plans = {each.student_id for each in batch if each.rule.include_study_plan}
        self._skills = weak_skills(store, plans, self._as_of, zone=policy.zone) if plans else {}

    def facts(self, student_id: str) -> Facts:
        """What a message to or about a student may say."""
        pupil: Pupil = self._passage.around.pupils[student_id]
        teachers = self._teachers.get(student_id, [])
        classes = self._seats.get(student_id, [])
        return Facts(
            student_id=student_id,
            first_name=pupil.first_name,
            full_name=pupil.name,
            figures=self._passage.figures[student_id],
            as_of=self._as_of,
            data_as_of=self._data_as_of,
            zone=pupil.zone,
            language=pupil.language or self._policy.language,
            class_name=classes[0].name if len(classes) == 1 else "",
            teacher=self._names.get(teachers[0], "") if len(teachers) == 1 else "",
            skills=tuple(
                WeakSkill(each.name, each.accuracy_percent, each.subject)
                for each in self._skills.get(student_id, ())
            ),
            free_days=self._holidays,
        )

    def alert(self, waiting: Waiting) -> Alert:
        """What a teacher is told of a student."""
        student_id = waiting.nudge.student_id
        made = alert(waiting.candidate.rule, self.facts(student_id))
        mark = self._passage.alerts.get((student_id, waiting.nudge.rule_id))
        return replace(
            made,
            also_told=student_id in self._written_to,
            routed=waiting.candidate.routed,
            handed=adapted_in(waiting.nudge.timing) == HANDED,
            number=mark.number if mark else None,
            tried=tried(mark.tried) if mark else "",
        )

    def group_facts(self, seat: Seat, figures: NewestFigures) -> GroupFacts:
        """What is true of everybody in a class."""
        day = local_day(self._as_of, self._policy.zone)
        about = AppliesTo(classes=(seat.class_id,))
        return GroupFacts(
            class_name=seat.name,
            figures=_common(figures.table(members(self._store, about, day=day))),
            as_of=self._as_of,
            data_as_of=self._data_as_of,
            zone=self._policy.zone,
            language=self._policy.language,
        )


def _common(table: FigureTable) -> dict[str, Value]:
    """The figures that are one and the same for every row."""
    return {
        name: column[0]
        for name, column in table.columns.items()
        if len(column) and all(value == column[0] for value in column)
    }


def _teacher_names(store: Store, ids: Iterable[Collection[str]]) -> Mapping[str, str]:
    wanted = {each for group in ids for each in group}
    rows = store.rows("SELECT teacher_id, name FROM teachers WHERE gone_at IS NULL")
    return {row["teacher_id"]: row["name"] for row in rows if row["teacher_id"] in wanted}


def _holidays(store: Store, as_of: datetime, policy: Policy) -> frozenset[date]:
    today = local_day(as_of, policy.zone)
    rows = store.rows(
        """SELECT begin_day, end_day FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
           AND end_day >= :today AND begin_day <= :today + 60""",
        {"today": today},
    )
    return frozenset(
        from_day(day)
        for row in rows
        for day in range(max(row["begin_day"], today), min(row["end_day"], today + 60) + 1)
    )
