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
from nudgebot.school.roster import Roster

NO_STUDENT = "I know no student of yours by that name or id."
NO_CLASS = "I know no class of yours by that name or id."


class Streams(Protocol):
    """The part of Zulip that says who reads a stream; the gateway is one."""

    def humans_reading(self, stream: str | int) -> frozenset[int]:
        """The user ids of all people who can read the stream as of now, also by a bot of theirs.

        Raises DeliveryError where that cannot be told, as for a stream that is not private.
        """


class Roles(Protocol):
    """The part of Zulip that says what somebody is there; the gateway is one."""

    def user_now(self, user_id: int) -> ZulipUser:
        """The user as of a moment ago; raises DeliveryError where Zulip does not say."""


class Sight:
    """Whom somebody may see as staff, on one day: looked up when it matters, and only for those.

    `teacher_id` None sees nobody, unless `everybody` is.
    """

    def __init__(
        self, people: People, roster: Roster, *, teacher_id: str | None, everybody: bool, day: int
    ) -> None:
        self._people = people
        self._roster = roster
        self._teacher_id = teacher_id
        self._day = day
        self.is_everybody = everybody

    def of(self, student_ids: Collection[str]) -> frozenset[str]:
        """Those of the students."""
        if self.is_everybody:
            return frozenset(student_ids)
        class_ids = [each.class_id for each in self.classes()]
        if not class_ids or not student_ids:
            return frozenset()
        return self._roster.enrolled(student_ids, class_ids, day=self._day)

    def students(self) -> list[Student]:
        """All of them, by id."""
        if self.is_everybody:
            return self._people.students()
        return self._people.students_in([e.class_id for e in self.classes()], day=self._day)

    def classes(self) -> list[SchoolClass]:
        """The classes behind it, by id."""
        if self.is_everybody:
            return self._people.classes()
        if self._teacher_id is None:
            return []
        return self._people.classes_of(self._teacher_id, role="teacher", day=self._day)


@dataclass(frozen=True)
class Asker:
    """A Zulip user with what she is to the school today, and whom she may see as staff."""

    user_id: int
    name: str
    roles: frozenset[Role]
    student_id: str | None
    teacher_id: str | None
    sight: Sight

    def may_see(self, student_id: str) -> bool:
        """Whether she may see, as staff, what the school knows of the student."""
        return bool(self.sight.of([student_id]))

    @property
    def sees_all(self) -> bool:
        """Whether the whole school is hers to see."""
        return self.sight.is_everybody

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
        self,
        people: People,
        roster: Roster,
        links: Links,
        streams: Streams,
        *,
        admins: AdminRule,
        zone: ZoneInfo,
        roles: Roles | None = None,
    ) -> None:
        """Without `roles` an admin of the organisation is believed as users were last read."""
        self._people = people
        self._roster = roster
        self._links = links
        self._streams = streams
        self._admins = admins
        self._zone = zone
        self._roles = roles

    def asker(self, user_id: int, as_of: datetime) -> Asker:
        """The user as of now; somebody unknown has no role and sees nothing."""
        user = self._links.user(user_id)
        persons = self._links.persons_of(user_id)
        is_admin = self._is_admin(user_id, user) and self._is_still_admin(user_id)
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
            sight=Sight(
                self._people,
                self._roster,
                teacher_id=persons.teacher_id,
                everybody=is_admin,
                day=local_day(as_of, self._zone),
            ),
        )

    def admin_ids(self) -> frozenset[int]:
        """The Zulip users who are admins of nudgebot now."""
        users = {user.user_id: user for user in self._links.users()}
        return frozenset(
            user_id
            for user_id in self._admins.user_ids | users.keys()
            if self._is_admin(user_id, users.get(user_id))
        )

    def _is_admin(self, user_id: int, user: ZulipUser | None) -> bool:
        """A named one is believed until Zulip says that it is a bot, or deactivated."""
        if user is not None and (user.is_bot or not user.is_active):
            return False
        if user_id in self._admins.user_ids:
            return True
        return self._admins.realm_admins and user is not None and user.role <= ADMIN_ROLE

    def _is_still_admin(self, user_id: int) -> bool:
        """Users are read every quarter of an hour: nobody is an admin for so long afterwards."""
        if self._roles is None or user_id in self._admins.user_ids:
            return True
        try:
            user = self._roles.user_now(user_id)
        except NudgebotError:
            return True  # with Zulip away nobody is answered, and nothing else is known
        return user.is_active and user.role <= ADMIN_ROLE

    def place_for(
        self, students: Collection[str], asker: Asker, place: Recipient, as_of: datetime
    ) -> Recipient:
        """Where an answer with these students' data may appear: here, or in the asker's own DM.

        Who reads a stream is asked at this very moment; where that cannot be told, it is a DM. So
        it is in every stream that is not private: any member of the organisation reads what was
        said there, subscribed or not, today or later. In a private one its subscribers count;
        whom people add to it later, they let read what is there. A student among the readers
        makes it a DM too, even where it is about herself alone: what staff read about her is not
        written for her.
        """
        own = Direct((asker.user_id,))
        if not students or place == own:
            return place
        try:
            return place if self.is_fit(place, students, as_of) else own
        except NudgebotError:
            return own

    def is_fit(self, place: Recipient, students: Collection[str], as_of: datetime) -> bool:
        """Whether all who read the place at this very moment may see the students.

        Raises DeliveryError where nobody can tell who reads it.
        """
        return not students or self._all_may_see(self._readers(place), students, as_of)

    def _readers(self, place: Recipient) -> frozenset[int]:
        """A bot in a conversation may see nobody: anyone can make one and begin it."""
        if isinstance(place, Direct):
            return frozenset(place.user_ids)
        return self._streams.humans_reading(place.stream)

    def _all_may_see(
        self, readers: Iterable[int], students: Collection[str], as_of: datetime
    ) -> bool:
        for reader in readers:
            if self.asker(reader, as_of).sight.of(students) < set(students):
                return False
        return True
