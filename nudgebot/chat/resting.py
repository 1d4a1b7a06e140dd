"""A line of warning in what is about to reach a student, or her family, after urgent words."""

from __future__ import annotations

from collections.abc import Iterable

from nudgebot.chat.office import Office
from nudgebot.markup import esc


def resting_line(office: Office, student_ids: Iterable[str], *, said: str = "") -> str:
    """Who of the students rests after urgent words, in a line; empty where that is `said`."""
    states = office.consents.table([*student_ids])
    held = {key for key, each in states.items() if each.held and each.held not in said}
    students = [office.people.student(key) for key in sorted(held)]
    names = " and ".join(esc(each.first_name) for each in students if each is not None)
    if not names:
        return ""
    rests = "rests" if len(held) == 1 else "rest"
    return f"🚨 {names} {rests} after urgent words: has somebody talked in person first?"
