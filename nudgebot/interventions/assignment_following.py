"""Follows targeted assignments: looks at new data, and tells both sides what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from nudgebot.interventions import assignment_words as words
from nudgebot.interventions.assignment_progress import progress_of
from nudgebot.interventions.assignment_rows import (
    News,
    Rows,
    Status,
    TargetedAssignment,
    newest_batch,
)
from nudgebot.interventions.means import Means
from nudgebot.interventions.record import Record
from nudgebot.markup import esc
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import local_day, to_at, zone_named
from nudgebot.school.links import ADMIN_ROLE

FIRST_HOUR, LAST_HOUR = 7, 20  # when somebody may be told
WAIT_FOR_DATA = timedelta(days=2)  # an export of the due day may come later than that day
FOLLOWED = timedelta(days=28)  # after the due date


class Following:
    """What time and new exports bring to assignments."""

    def __init__(self, means: Means, record: Record, rows: Rows) -> None:
        self._means = means
        self._record = record
        self._rows = rows

    def tick(self, as_of: datetime) -> int:
        """Do what is due; returns how many assignments something happened to."""
        done = 0
        newest = newest_batch(self._means.store)
        to_look_at = self._rows.to_look_at(newest, as_of, let_go=FOLLOWED)
        if to_look_at:
            known = newest_fact(self._means.store)
            for each in to_look_at:
                done += self._look(each, newest, as_of)
                if each.due_at <= as_of:
                    done += self._late(each.id, known, as_of)
        owed = self._rows.owed()
        if owed:
            done += self._praise([each for each in owed if each.owed_student], as_of)
            done += self._tell([each for each in owed if each.owed_teacher], as_of)
        return done

    def _look(self, assignment: TargetedAssignment, newest: int, as_of: datetime) -> int:
        """Compare with the data, where these are newer than the last look."""
        if assignment.looked_batch >= newest:
            return 0
        with self._means.store.transaction():
            progress = progress_of(self._means.store, assignment, as_of)
            self._rows.change(
                assignment,
                looked_batch=newest,
                answered=progress.answered,
                correct=progress.correct,
                score=progress.score,
            )
            if progress.completed_at is None:
                return 0
            said = assignment.status is Status.SAID_DONE and not assignment.owed_teacher
            self._rows.change(
                assignment,
                status=Status.COMPLETED.value,
                completed_at=to_at(progress.completed_at),
                completed_by="export",
                closed_at=to_at(as_of),
                owed_teacher="" if said else News.COMPLETED.value,
                owed_student=1,
            )
            now = self._rows.find(assignment.id) or assignment
            self._record.resolve(assignment.record_source, f"Done: {words.outcome(now)}.", as_of)
        return 1

    def _late(self, assignment_id: int, known: datetime | None, as_of: datetime) -> int:
        """Note that it is overdue, once the data reach beyond its end; let go of it much later."""
        assignment = self._rows.find(assignment_id)
        if assignment is None or assignment.closed_at:
            return 0
        if as_of > assignment.due_at + FOLLOWED:
            status = Status.LAPSED if assignment.waits else assignment.status
            self._rows.change(assignment, status=status.value, closed_at=to_at(as_of))
            return 1
        told_by_data = known is not None and known >= assignment.due_at
        if assignment.overdue_at or not (told_by_data or as_of > assignment.due_at + WAIT_FOR_DATA):
            return 0
        with self._means.store.transaction():
            self._rows.change(assignment, overdue_at=to_at(as_of), owed_teacher=News.OVERDUE.value)
            notes = f"Not finished when it was due: {words.done_of(assignment)} in the data."
            self._record.resolve(assignment.record_source, notes, as_of)
        return 1

    def _praise(self, owed: Sequence[TargetedAssignment], as_of: datetime) -> int:
        """A short well-done to each student, in her own day, unless she wants no word from here."""
        done = 0
        for assignment in owed:
            student = self._means.people.student(assignment.student_id)
            zone = zone_named(student.timezone if student else "", self._means.zone)
            if not FIRST_HOUR <= as_of.astimezone(zone).hour < LAST_HOUR:
                continue
            user_id = self._means.links.user_id_of("student", assignment.student_id)
            silent = self._means.consents.state(assignment.student_id).silence(as_of)
            messages = []
            if student is not None and user_id is not None and not silent:
                content = words.well_done(assignment, student.first_name)
                key = f"assignment:{assignment.id}:well-done"
                messages = [Outgoing(key, Direct((user_id,)), content, purpose="assignment")]
            self._push(self._settled([assignment], messages, as_of, owed_student=0), as_of)
            done += 1
        return done

    def _tell(self, owed: Sequence[TargetedAssignment], as_of: datetime) -> int:
        """One digest a teacher, a line a student, during the school's day."""
        if not FIRST_HOUR <= as_of.astimezone(self._means.zone).hour < LAST_HOUR:
            return 0
        by_teacher = sorted(owed, key=lambda each: each.teacher_user_id)
        for user_id, each in groupby(by_teacher, key=lambda each: each.teacher_user_id):
            own = sorted(each, key=lambda one: (one.student_id, one.id))
            told = [one for one in own if self._may_hear(one, as_of)]
            messages = [self._digest(user_id, told)] if told else []
            with self._means.store.transaction():
                claimed = self._settled(own, messages, as_of, owed_teacher="")
                if claimed:
                    ids = {one.student_id for one in told}
                    self._means.seen(ids, user_id=user_id, action="assignment news", as_of=as_of)
            self._push(claimed, as_of)
        return len(owed)

    def _digest(self, user_id: int, told: Sequence[TargetedAssignment]) -> Outgoing:
        lines = []
        for student_id, each in groupby(told, key=lambda one: one.student_id):
            student = self._means.people.student(student_id)
            name = esc(student.name if student is not None else student_id)
            pieces = "; ".join(words.news(one) for one in each)
            lines.append(f"**{name}** ({esc(student_id)}): {pieces}")
        what = ",".join(f"{one.id}-{one.owed_teacher}" for one in told)
        content = words.digest(lines, newest_fact(self._means.store))
        key = f"assignments:news:{user_id}:{what}"
        return Outgoing(key, Direct((user_id,)), content, purpose="assignment_news")

    def _settled(
        self,
        owed: Sequence[TargetedAssignment],
        messages: Sequence[Outgoing],
        as_of: datetime,
        **fields: object,
    ) -> list[Outgoing]:
        """Claim the messages and note that they are told, both or neither; what is to be sent."""
        with self._means.store.transaction():
            claimed = [each for each in messages if self._means.outbox.claim(each, as_of)]
            for each in owed:
                self._rows.change(each, **fields)
        return claimed

    def _push(self, claimed: Sequence[Outgoing], as_of: datetime) -> None:
        for message in claimed:
            self._means.outbox.push(message, as_of)

    def _may_hear(self, assignment: TargetedAssignment, as_of: datetime) -> bool:
        """Whether who gave it still teaches the student, or gave it as an admin who still is one.

        A teacher who has lost the class since is told nothing about its students.
        """
        user = self._means.links.user(assignment.teacher_user_id)
        if user is None or not user.is_active:
            return False
        settings = self._means.settings
        is_owner = settings["realm_admins_are_admins"] and user.role <= ADMIN_ROLE
        if is_owner or user.user_id in settings["admins"]:
            return True
        day = local_day(as_of, self._means.zone)
        teachers = self._means.people.teachers_of(assignment.student_id, day=day)
        linked = self._means.links.persons_of(user.user_id).teacher_id
        return linked is not None and linked in {each.teacher_id for each in teachers}
