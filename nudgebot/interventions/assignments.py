"""Targeted assignments: practice in a student's weakest skills, followed until it is done."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nudgebot.errors import CommandError
from nudgebot.insight.weak_skills import SkillAccuracy, weak_skills
from nudgebot.interventions import assignment_words as words
from nudgebot.interventions.assignment_draft import (
    MOST_SUGGESTED_SKILLS,
    SUGGESTED_QUESTIONS,
    SUGGESTED_SCHOOL_DAYS,
    WEAK_BELOW_PERCENT,
    Draft,
    PractisedSkill,
    Wishes,
    checked_level,
    checked_questions,
    checked_title,
    level_of,
)
from nudgebot.interventions.assignment_due import SchoolDays, due_in_words
from nudgebot.interventions.assignment_following import Following
from nudgebot.interventions.assignment_rows import News, Rows, Status, TargetedAssignment
from nudgebot.interventions.assignment_skills import skills_named
from nudgebot.interventions.lms_outbox import LmsOutbox
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Posted
from nudgebot.school.days import local_day, to_at, zone_named
from nudgebot.school.people import Student

log = logging.getLogger(__name__)

TRY_FILE_AGAIN = timedelta(minutes=10)


class NoWeakSkillError(CommandError):
    """A student without a skill under 70 %; `least_sure` are hers that are not sure, if any.

    `what` is the sentence without its subject, for who may know whom it is about.
    """

    def __init__(self, least_sure: Sequence[PractisedSkill]) -> None:
        too_little = "" if least_sure else " (a skill counts from 5 answers on)"
        self.what = f"has no skill under {WEAK_BELOW_PERCENT} % in the last 4 weeks{too_little}."
        self.least_sure = tuple(least_sure)
        super().__init__(f"The student {self.what}")


class Assignments:
    """Keeps targeted assignments."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record
        self._rows = Rows(means.store)
        self._days = SchoolDays(means.store)
        folder = means.settings["lms_outbox"]
        self._lms = LmsOutbox(folder) if folder != Path() else None  # the setting is empty
        self._following = Following(means, record, self._rows)

    @property
    def has_files(self) -> bool:
        """Whether the school's LMS is given files; it is not where `lms_outbox` is empty."""
        return self._lms is not None

    def propose(
        self,
        student_id: str,
        as_of: datetime,
        wishes: Wishes | None = None,
        *,
        subjects: Collection[str] = (),
    ) -> Draft:
        """A draft with what requirement B suggests, and with what is asked for in its place.

        Weak skills of these subjects are suggested alone where there are any.

        Raises NoWeakSkillError where no skill is named and none is under 70 %, UnknownSkillError
        for a skill that is not known, and CommandError for what cannot be.
        """
        wishes = wishes or Wishes()
        student = self._student(student_id)
        skills = () if wishes.skills else self._weak(student, as_of, subjects)
        level, why = level_of(skills, lambda: self._accuracy(student_id))
        draft = Draft(
            student_id=student_id,
            skills=skills,
            question_count=SUGGESTED_QUESTIONS,
            difficulty=level,
            due_at=self._days.end_after(
                SUGGESTED_SCHOOL_DAYS, zone=self._zone(student), as_of=as_of
            ),
            why_level=why,
        )
        return self.revised(draft, wishes, as_of)

    def revised(
        self, draft: Draft, wishes: Wishes, as_of: datetime, *, adding: bool = False
    ) -> Draft:
        """The draft with other parts; with `adding`, named skills join those that it has."""
        zone = self._zone(self._student(draft.student_id))
        if wishes.skills:
            named = self._measured(draft.student_id, wishes.skills, as_of)
            kept = [
                each for each in draft.skills if each.skill_id not in {n.skill_id for n in named}
            ]
            draft = replace(draft, skills=(*(kept if adding else ()), *named))
            if draft.why_level:  # a level of the teacher's own stays
                level, why = level_of(draft.skills, lambda: self._accuracy(draft.student_id))
                draft = replace(draft, difficulty=level, why_level=why)
        if wishes.questions is not None:
            draft = replace(draft, question_count=checked_questions(wishes.questions))
        if wishes.difficulty:
            draft = replace(draft, difficulty=checked_level(wishes.difficulty), why_level="")
        if wishes.due:
            draft = replace(draft, due_at=due_in_words(wishes.due, zone=zone, as_of=as_of))
        if wishes.title:
            draft = replace(draft, own_title=checked_title(wishes.title))
        note = self._days.note(draft.due_at, zone)
        return replace(draft, notes=(note,) if note else ())

    def create(
        self, actor: Actor, draft: Draft, as_of: datetime, source: str
    ) -> TargetedAssignment:
        """Give it to the student: kept, noted, told to her, and put down for the LMS.

        The same `source` makes only one, and finishes what a crash cut short. A file that cannot
        be written stops nothing: `lms_written` tells. Raises CommandError where it is due already.
        """
        made = self._rows.by_source(source)
        if made is None:
            if draft.due_at <= as_of:
                raise CommandError("It would be due already. Nothing was done; choose a later day.")
            with self._means.store.transaction():
                made = self._insert(actor, draft, source, as_of)
                told = self._given(made, draft)
                claimed = told is not None and self._means.outbox.claim(told, as_of)
            if told is not None and claimed:
                self._means.outbox.push(told, as_of)
        if not made.lms_written:
            self._put_down(made, as_of)
        return self._rows.find(made.id) or made

    def _insert(
        self, actor: Actor, draft: Draft, source: str, as_of: datetime
    ) -> TargetedAssignment:
        class_id = self._class_of(draft, actor.teacher_id, as_of)
        made = self._rows.insert(actor, draft, source=source, class_id=class_id, as_of=as_of)
        self._record.note(
            InterventionType.ASSIGNMENT,
            actor,
            student_id=draft.student_id,
            action_taken=f"“{made.title}”, {words.questions(made.question_count)}, "
            f"{made.difficulty}",
            source=made.record_source,
            as_of=as_of,
        )
        return made

    def delivery(self, assignment: TargetedAssignment) -> Posted | None:
        """How the message to the student stands; None where she is not linked."""
        return self._means.outbox.find(f"assignment:{assignment.id}:given")

    def find(self, assignment_id: int) -> TargetedAssignment | None:
        """The assignment of that number."""
        return self._rows.find(assignment_id)

    def of_student(self, student_id: str) -> list[TargetedAssignment]:
        """All of a student's, the newest first."""
        return self._rows.of_student(student_id)

    def of_teacher(self, user_id: int) -> list[TargetedAssignment]:
        """All that a Zulip user gave, the newest first."""
        return self._rows.of_teacher(user_id)

    def say_done(self, assignment: TargetedAssignment, as_of: datetime) -> bool:
        """Note the student's word that it is done; False where that was known already.

        Whether it is done is for the data to show.
        """
        with self._means.store.transaction():
            now = self._rows.find(assignment.id)
            if now is None or not now.waits:
                return False
            self._rows.change(
                now,
                status=Status.SAID_DONE.value,
                said_done_at=to_at(as_of),
                completed_at=to_at(as_of),
                completed_by="done",
                owed_teacher=News.SAID_DONE.value,
            )
            self._record.resolve(now.record_source, "The student says it is done.", as_of)
        return True

    def withdraw(self, assignment: TargetedAssignment, as_of: datetime) -> bool:
        """Take it back, and tell the student; returns whether its file was still in the outbox.

        Raises CommandError where it is finished or taken back already.
        """
        if assignment.status is Status.WITHDRAWN:
            return self._take_away(assignment)  # a crash may have come before
        if assignment.closed_at is not None:
            raise CommandError("That assignment is over already, so there is nothing to take back.")
        told = self._to_student(assignment, "withdrawn", words.taken_back(assignment))
        with self._means.store.transaction():
            self._rows.change(
                assignment,
                status=Status.WITHDRAWN.value,
                closed_at=to_at(as_of),
                owed_teacher="",
                owed_student=0,
            )
            self._record.resolve(assignment.record_source, "Taken back.", as_of)
            claimed = told is not None and self._means.outbox.claim(told, as_of)
        if told is not None and claimed:
            self._means.outbox.push(told, as_of)
        return self._take_away(assignment)

    def tick(self, as_of: datetime) -> int:
        """Look at new data, tell what is to be told, and try files again; returns how much."""
        done = self._following.tick(as_of)
        without = self._rows.without_file(as_of - TRY_FILE_AGAIN) if self.has_files else ()
        for assignment in without:
            done += self._put_down(assignment, as_of)
        return done

    def _student(self, student_id: str) -> Student:
        student = self._means.people.student(student_id)
        if student is None:
            raise CommandError("That student is not at the school any more. Nothing was done.")
        return student

    def _zone(self, student: Student) -> ZoneInfo:
        return zone_named(student.timezone, self._means.zone)

    def _accuracy(self, student_id: str) -> float | None:
        table = self._means.figures.table([student_id])
        value = table.row(0).get("accuracy") if len(table) else None
        return float(value) if isinstance(value, int | float) else None

    def _unsure(self, student_id: str, as_of: datetime) -> Sequence[SkillAccuracy]:
        """The skills that she is not sure in, the weakest first."""
        found = weak_skills(self._means.store, [student_id], as_of, zone=self._means.zone)
        return found.get(student_id, ())

    def _weak(
        self, student: Student, as_of: datetime, subjects: Collection[str]
    ) -> tuple[PractisedSkill, ...]:
        unsure = self._unsure(student.student_id, as_of)
        own = [each for each in unsure if each.subject in {"", *subjects} or not subjects]
        for some in (own, unsure):
            weak = [each for each in some if each.accuracy_percent < WEAK_BELOW_PERCENT]
            if weak:
                return tuple(map(_practised, weak[:MOST_SUGGESTED_SKILLS]))
        raise NoWeakSkillError(
            [_practised(each) for each in (own or unsure)[:MOST_SUGGESTED_SKILLS]]
        )

    def _measured(self, student_id: str, text: str, as_of: datetime) -> tuple[PractisedSkill, ...]:
        """The named skills, with the accuracy of those that are known to be unsure."""
        known = {each.skill_id: _practised(each) for each in self._unsure(student_id, as_of)}
        named = skills_named(self._means.store, student_id, text)
        return tuple(known.get(each.skill_id, each) for each in named)

    def _class_of(self, draft: Draft, teacher_id: str | None, as_of: datetime) -> str:
        """The student's class that it belongs to: the teacher's own first, then by subject."""
        people, day = self._means.people, local_day(as_of, self._means.zone)
        hers = people.classes_of(draft.student_id, role="student", day=day)
        taught = people.classes_of(teacher_id or "", role="teacher", day=day)
        own = [each for each in hers if each in taught] or hers
        subject = self._means.store.value(
            "SELECT subject FROM skills WHERE skill_id = ?", [draft.skills[0].skill_id]
        )
        fitting = [each for each in own if subject and each.subject == subject] or own
        return fitting[0].class_id if fitting else ""

    def _given(self, made: TargetedAssignment, draft: Draft) -> Outgoing | None:
        student = self._student(made.student_id)
        content = words.given(draft, first_name=student.first_name, teacher=made.teacher_name)
        return self._to_student(made, "given", content)

    def _to_student(self, made: TargetedAssignment, what: str, content: str) -> Outgoing | None:
        user_id = self._means.links.user_id_of("student", made.student_id)
        if user_id is None:
            return None
        key = f"assignment:{made.id}:{what}"
        return Outgoing(key, Direct((user_id,)), content, purpose="assignment")

    def _put_down(self, made: TargetedAssignment, as_of: datetime) -> bool:
        """Write the LMS's file; False where there is none to write, or the disk refuses."""
        if self._lms is None or not made.class_id:
            return False
        day = local_day(as_of, self._means.zone)
        self._rows.change(made, lms_tried_at=to_at(as_of))
        others = self._means.people.students_in([made.class_id], day=day)
        try:
            self._lms.put(made, [each.student_id for each in others])
        except OSError as error:
            log.warning("no file for the LMS assignment=%d error=%s", made.id, type(error).__name__)
            return False
        self._rows.change(made, lms_written_at=to_at(as_of))
        now = self._rows.find(made.id)
        if now is not None and now.status is Status.WITHDRAWN:
            self._take_away(now)  # it was taken back while the file was written
        return True

    def _take_away(self, assignment: TargetedAssignment) -> bool:
        return self._lms is not None and self._lms.take_away(assignment)


def _practised(skill: SkillAccuracy) -> PractisedSkill:
    return PractisedSkill(skill.skill_id, skill.name, skill.accuracy_percent)
