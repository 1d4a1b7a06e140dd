"""Who of the staff may read of a student today, where nobody has asked: for news that go out."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.means import Means
from nudgebot.school.days import local_day
from nudgebot.school.links import ADMIN_ROLE


def is_admin(means: Means, user_id: int) -> bool:
    """Whether a Zulip user is an admin of nudgebot, and still there."""
    user, settings = means.links.user(user_id), means.settings
    if user is None or not user.is_active or user.is_bot:
        return False
    by_role = settings["realm_admins_are_admins"] and user.role <= ADMIN_ROLE
    return user_id in settings["admins"] or bool(by_role)


def teaching_users(means: Means, student_id: str, as_of: datetime) -> list[int]:
    """The Zulip users of the teachers who teach the student today."""
    day = local_day(as_of, means.zone)
    teachers = means.people.teachers_of(student_id, day=day)
    linked = [means.links.user_id_of("teacher", each.teacher_id) for each in teachers]
    return [user_id for user_id in linked if user_id is not None]


def may_read_of(means: Means, user_id: int, student_id: str, as_of: datetime) -> bool:
    """Whether a user is one of the student's teachers today, or an admin."""
    return user_id in teaching_users(means, student_id, as_of) or is_admin(means, user_id)
