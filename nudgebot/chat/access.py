"""Who may see whose data, by today's links and classes; what is not known may not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from nudgebot.chat.command import Role
from nudgebot.errors import NudgebotError
from nudgebot.nudging.messages import Direct, Recipient
from nudgebot.school.days import local_day
from nudgebot.school.links import ADMIN_ROLE, Links, ZulipUser
from nudgebot.school.people import People, SchoolClass, Student

NO_STUDENT = "I know no student of yours by that name or id."
NO_CLASS = "I know no class of yours by that name or id."


class Streams(Protocol):
    """The part of Zulip that says who reads a stream; the gateway is one."""

    def humans_in(self, stream: str | int) -> frozenset[int]:
        """The user ids of all people subscribed to the stream, bots left out, as of now."""


@dataclass(frozen=True)
class Asker:
    """A Zulip user with what she is to the school today.

    `sees` are the ids of the students she may see as staff; None means all of them.
    """

    user_id: int
    name: str
    roles: frozenset[Role]
    student_id: str | None
    teacher_id: str | None
    sees: frozenset[str] | None

    def may_see(self, student_id: str) -> bool:
        """Whether she may see, as staff, what the school knows of the student."""
        return self.sees is None or student_id in self.sees

    @property
    def is_staff(self) -> bool:
        """A teacher or an admin."""
        return bool(self.roles & {Role.TEACHER, Role.ADMIN})


@dataclass(frozen=True)
class AdminRule:
    """Who is an admin of nudgebot: named users, and the organisation's own where that is set."""

    user_ids: frozenset[int]
    realm_admins: bool


class Access:
    """Answers who somebody is and what she may see."""

    def __init__(
        self, people: People, links: Links, streams: Streams, *, admins: AdminRule, zone: ZoneInfo
    ) -> None:
        self._people = people
        self._links = links
        self._streams = streams
        self._admins = admins
        self._zone = zone

    def asker(self, user_id: int, as_of: datetime) -> Asker:
        """The user as of now; somebody unknown has no role and sees nothing."""
        user = self._links.user(user_id)
        persons = self._links.persons_of(user_id)
        is_admin = self._is_admin(user_id, user)
        held = {
            Role.ADMIN: is_admin,
            Role.TEACHER: persons.teacher_id is not None,
            Role.STUDENT: persons.student_id is not None,
        }
        return Asker(
            user_id=user_id,
            name="" if user is None else user.full_name,
            roles=frozenset(role for role, holds in held.items() if holds),
            student_id=persons.student_id,
            teacher_id=persons.teacher_id,
            sees=None if is_admin else self._taught_by(persons.teacher_id, as_of),
        )

    def admin_ids(self) -> frozenset[int]:
        """The Zulip users who are admins of nudgebot now."""
        users = {user.user_id: user for user in self._links.users()}
        return self._admins.user_ids | {
            user_id for user_id, user in users.items() if self._is_admin(user_id, user)
        }

    def _is_admin(self, user_id: int, user: ZulipUser | None) -> bool:
        return user_id in self._admins.user_ids or (
            self._admins.realm_admins
            and user is not None
            and user.is_active
            and not user.is_bot
            and user.role <= ADMIN_ROLE
        )

    def _taught_by(self, teacher_id: str | None, as_of: datetime) -> frozenset[str]:
        if teacher_id is None:
            return frozenset()
        day = local_day(as_of, self._zone)
        classes = self._people.classes_of(teacher_id, role="teacher", day=day)
        students = self._people.students_in([each.class_id for each in classes], day=day)
        return frozenset(student.student_id for student in students)

    def students(self, asker: Asker) -> list[Student]:
        """All students whom the asker may see as staff, by id."""
        everybody = self._people.students()
        return [s for s in everybody if asker.sees is None or s.student_id in asker.sees]

    def classes(self, asker: Asker, as_of: datetime) -> list[SchoolClass]:
        """The classes the asker teaches today; all of them for an admin."""
        if asker.sees is None:
            return self._people.classes()
        if asker.teacher_id is None:
            return []
        day = local_day(as_of, self._zone)
        return self._people.classes_of(asker.teacher_id, role="teacher", day=day)

    def place_for(
        self, students: Collection[str], asker: Asker, place: Recipient, as_of: datetime
    ) -> Recipient:
        """Where an answer with these students' data may appear: here, or in the asker's own DM.

        Who reads a stream is asked at this very moment; where that cannot be told, it is a DM. A
        student among the readers makes it one too, even where it is about herself alone: what
        staff read about her is not written for her.
        """
        own = Direct((asker.user_id,))
        if not students or place == own:
            return place
        try:
            readers = self._readers(place)
        except NudgebotError:
            return own
        return place if self._all_may_see(readers, students, as_of) else own

    def _readers(self, place: Recipient) -> frozenset[int]:
        if isinstance(place, Direct):
            return frozenset(user_id for user_id in place.user_ids if not self._is_bot(user_id))
        return self._streams.humans_in(place.stream)

    def _is_bot(self, user_id: int) -> bool:
        user = self._links.user(user_id)
        return user is not None and user.is_bot

    def _all_may_see(
        self, readers: Iterable[int], students: Collection[str], as_of: datetime
    ) -> bool:
        for reader in readers:
            asker = self.asker(reader, as_of)
            if not all(asker.may_see(student) for student in students):
                return False
        return True
