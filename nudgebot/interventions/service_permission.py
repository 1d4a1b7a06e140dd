"""Whom a teacher may do something about, by today's classes."""

from __future__ import annotations

from datetime import datetime

from nudgebot.errors import AccessError
from nudgebot.interventions.means import Actor, Means
from nudgebot.school.days import local_day

NO_STUDENT = "This teacher has no student of this id today."
NO_USER = "This teacher is not linked to one Zulip user; an administrator of nudgebot can link."


class Permission:
    """Checks ids of the LMS; what is not known is not allowed."""

    def __init__(self, means: Means, as_of: datetime) -> None:
        self._means = means
        self._day = local_day(as_of, means.zone)

    def checked(self, teacher_id: str, student_id: str) -> Actor:
        """The teacher, who teaches the student today and is linked.

        Raises AccessError, in the same words for a student who is unknown, gone or another's.
        """
        if not self.teaches(teacher_id, student_id):
            raise AccessError(NO_STUDENT)
        teacher = self._means.people.teacher(teacher_id)
        user_id = self._means.links.user_id_of("teacher", teacher_id)
        if teacher is None or user_id is None:
            raise AccessError(NO_USER)
        return Actor(user_id, teacher.name, teacher_id)

    def teaches(self, teacher_id: str, student_id: str) -> bool:
        """Whether she is an active student of one of the teacher's classes in term today."""
        if self._means.people.teacher(teacher_id) is None:
            return False
        class_ids = self.class_ids(teacher_id)
        return bool(self._means.roster.enrolled([student_id], class_ids, day=self._day))

    def class_ids(self, teacher_id: str) -> list[str]:
        """The teacher's classes in term today."""
        classes = self._means.people.classes_of(teacher_id, role="teacher", day=self._day)
        return [each.class_id for each in classes]
