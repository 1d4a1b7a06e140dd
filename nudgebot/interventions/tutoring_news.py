"""Who is told what about a tutoring: the two students, and the teacher who asked."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions import tutoring_words as words
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.staff_sight import is_admin, teaching_users
from nudgebot.interventions.tutoring_book import TutoringRecord
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button, Direct, Outgoing

PURPOSE = "tutoring"
TO_TEACHERS = "tutoring_news"


class News:
    """Makes the messages; whoever calls it claims and sends them. Their keys never change."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def questions(self, record: TutoringRecord, actor: Actor) -> list[Outgoing]:
        """Both are asked at once: words, and the choices in a message of their own."""
        for_student, for_tutor = self.wording(
            record.student_id, record.tutor_id, record.skill_name, actor
        )
        return [
            *self._question(
                record,
                record.student_id,
                for_student,
                f"Would you like help with {record.skill_name}?",
                words.choices_of_student(record.id),
            ),
            *self._question(
                record,
                record.tutor_id,
                for_tutor,
                f"Would you help with {record.skill_name}?",
                words.choices_of_tutor(record.id),
            ),
        ]

    def wording(
        self, student_id: str, tutor_id: str, skill_name: str, actor: Actor
    ) -> tuple[str, str]:
        """The question to the student, and that to the tutor."""
        teacher, skill = esc(actor.name) or "Your teacher", esc(skill_name)
        return (
            words.question_to_student(self._first(student_id), teacher, skill),
            words.question_to_tutor(self._first(tutor_id), teacher, skill),
        )

    def _question(
        self,
        record: TutoringRecord,
        who: str,
        text: str,
        heading: str,
        buttons: tuple[Button, ...],
    ) -> list[Outgoing]:
        asked = self._to_student(record, who, "question", text)
        content = words.choices_in_words(esc(heading), buttons)
        return [
            *asked,
            *(
                Outgoing(
                    key=f"{each.key}:buttons",
                    recipient=each.recipient,
                    content=content,
                    purpose=PURPOSE,
                    heading=heading,
                    buttons=buttons,
                )
                for each in asked
            ),
        ]

    def agreed(self, record: TutoringRecord, as_of: datetime) -> list[Outgoing]:
        """Both said yes: each learns who the other is, and the teacher that it begins."""
        student, tutor, skill = self._three(record)
        for_student = words.settled_for_student(record, tutor, skill)
        for_tutor = words.settled_for_tutor(
            record, student, skill, first_name=self._first(record.student_id)
        )
        return [
            *self._to_student(record, record.student_id, "agreed", for_student),
            *self._to_student(record, record.tutor_id, "agreed", for_tutor),
            *self._to_teachers(
                record, "agreed", words.agreed_for_teacher(record, student, tutor, skill), as_of
            ),
        ]

    def declined(self, record: TutoringRecord, by: str, as_of: datetime) -> list[Outgoing]:
        """One said no: the other is told that it is off, the teacher also through whom."""
        student, tutor, skill = self._three(record)
        text = words.declined_for_teacher(
            record, student, tutor, skill, by_student=by == record.student_id
        )
        return [
            *self._off(record, [record.other(by)]),
            *self._to_teachers(record, "declined", text, as_of),
        ]

    def stopped(
        self, record: TutoringRecord, by: str, came_of: str, as_of: datetime
    ) -> list[Outgoing]:
        """One of them ended what went on."""
        student, tutor, skill = self._three(record)
        text = words.stopped_for_teacher(
            record,
            student,
            tutor,
            skill,
            by_student=by == record.student_id,
            came_of=came_of,
        )
        return [
            *self._over(record, [record.other(by)]),
            *self._to_teachers(record, "stopped", text, as_of),
        ]

    def expired(self, record: TutoringRecord, as_of: datetime) -> list[Outgoing]:
        """Not both answered: whoever said yes is told that it is off, and so is the teacher."""
        student, tutor, skill = self._three(record)
        said = ((student, record.student_said), (tutor, record.tutor_said))
        silent = " and ".join(f"**{name}**" for name, word in said if not word)
        both = (record.student_id, record.tutor_id)
        text = words.expired_for_teacher(record, silent, student, skill)
        return [
            *self._off(record, [each for each in both if record.said_by(each)]),
            *self._to_teachers(record, "expired", text, as_of),
        ]

    def parted(self, record: TutoringRecord, came_of: str, as_of: datetime) -> list[Outgoing]:
        """They are in no common class any more."""
        student, tutor, skill = self._three(record)
        text = words.parted_for_teacher(record, student, tutor, skill, came_of=came_of)
        return [
            *self._closing(record),
            *self._to_teachers(record, "parted", text, as_of),
        ]

    def ended(self, record: TutoringRecord, actor: Actor, as_of: datetime) -> list[Outgoing]:
        """A teacher ended it, or took the question back; another one who had asked is told."""
        student, tutor, skill = self._three(record)
        text = words.ended_for_teacher(
            record, student, tutor, skill, by=esc(actor.name), outcome=record.outcome
        )
        told = self._to_teachers(record, "ended", text, as_of)
        return [
            *self._closing(record),
            *(each for each in told if each.recipient != Direct((actor.user_id,))),
        ]

    def _closing(self, record: TutoringRecord) -> list[Outgoing]:
        both = [record.student_id, record.tutor_id]
        if record.started_at is not None:
            return self._over(record, both)
        return self._off(record, both)

    def _off(self, record: TutoringRecord, who: list[str]) -> list[Outgoing]:
        skill = esc(record.skill_name)
        found = []
        for each in who:
            helped = each == record.student_id
            text = words.off_for_student(skill) if helped else words.off_for_tutor(skill)
            found += self._to_student(record, each, "off", text)
        return found

    def _over(self, record: TutoringRecord, who: list[str]) -> list[Outgoing]:
        student, tutor, skill = self._three(record)
        found = []
        for each in who:
            helped = each == record.student_id
            text = (
                words.over_for_student(tutor, skill)
                if helped
                else words.over_for_tutor(student, skill)
            )
            found += self._to_student(record, each, "over", text)
        return found

    def _three(self, record: TutoringRecord) -> tuple[str, str, str]:
        names = (self._name(record.student_id), self._name(record.tutor_id))
        return (*names, esc(record.skill_name))

    def _name(self, student_id: str) -> str:
        found = self._means.people.student(student_id)
        return "Somebody who has left" if found is None else esc(found.name or student_id)

    def _first(self, student_id: str) -> str:
        found = self._means.people.student(student_id)
        return "there" if found is None else esc(found.first_name)

    def _to_student(
        self, record: TutoringRecord, student_id: str, about: str, text: str
    ) -> list[Outgoing]:
        """One direct message; none to whom Zulip does not know for sure."""
        user_id = self._means.links.user_id_of("student", student_id)
        if user_id is None:
            return []
        who = "student" if student_id == record.student_id else "tutor"
        return [Outgoing(f"{record.source}:{about}:{who}", Direct((user_id,)), text, PURPOSE)]

    def _to_teachers(
        self, record: TutoringRecord, about: str, text: str, as_of: datetime
    ) -> list[Outgoing]:
        return [
            Outgoing(
                f"{record.source}:{about}:teacher:{user_id}", Direct((user_id,)), text, TO_TEACHERS
            )
            for user_id in self._teachers(record, as_of)
        ]

    def _teachers(self, record: TutoringRecord, as_of: datetime) -> list[int]:
        """Who asked, where she still teaches one of the two; else the student's teachers."""
        users = teaching_users(self._means, record.student_id, as_of)
        either = {*users, *teaching_users(self._means, record.tutor_id, as_of)}
        if record.user_id in either or is_admin(self._means, record.user_id):
            return [record.user_id]
        return users
