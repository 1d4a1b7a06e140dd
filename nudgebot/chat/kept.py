"""What is kept about a student, and who looked at it, in words for the student herself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nudgebot.chat.audit import MACHINE, NOBODY, Look
from nudgebot.chat.command import Role
from nudgebot.chat.figures_text import count
from nudgebot.chat.office import Office
from nudgebot.markup import esc, global_time
from nudgebot.nudging.history import History
from nudgebot.rights.retention_words import days_in_words
from nudgebot.school.days import local_day

MOST_LOOKS = 10
# What is counted of a student, one and several, by the query that counts it.
_COUNTS: Mapping[str, tuple[str, str]] = {
    "SELECT count(DISTINCT day) FROM activity_days WHERE student_id = ?": (
        "day with activity in the school's system",
        "days with activity in the school's system",
    ),
    "SELECT count(*) FROM practice WHERE student_id = ?": (
        "practice session",
        "practice sessions",
    ),
    "SELECT count(*) FROM exam_results WHERE student_id = ?": ("exam result", "exam results"),
    "SELECT count(*) FROM submissions WHERE student_id = ?": (
        "assignment handed in or marked",
        "assignments handed in or marked",
    ),
    "SELECT count(*) FROM nudges WHERE student_id = ?": ("nudge", "nudges"),
    "SELECT count(*) FROM teacher_messages WHERE student_id = ?": (
        "message that your teachers sent through me",
        "messages that your teachers sent through me",
    ),
    "SELECT count(*) FROM answers WHERE student_id = ?": (
        "answer of yours, in your own words",
        "answers of yours, in your own words",
    ),
    "SELECT count(*) FROM parent_notifications WHERE student_id = ? AND state = 'sent'": (
        "e-mail about you to your family",
        "e-mails about you to your family",
    ),
    "SELECT count(*) FROM interventions WHERE student_id = ?": (
        "note of what a teacher did for you",
        "notes of what a teacher did for you",
    ),
}
# What somebody looked at, as the student would call it; anything else is told by its command.
_LOOKS: Mapping[str, str] = {
    "report student": "your report",
    "report class": "the report of your class",
    "why": "your risk and your nudges",
    "risk": "the list of who needs attention",
    "trend": "your figures over time",
    "compare student": "how you compare with the class",
    "message": "your name and figures, to write to you",
    "messages": "the messages between you and the school",
    "history": "what was done for you",
    "alerts": "the alerts",
    "confirm": "something for you or your family, to send it",
    "cancel": "something for you or your family, not to send it",
    "change": "something for you or your family, to change it",
    "add": "something for you or your family, to change it",
    "rate": "how something that was done for you helped",
    "alert": "an alert about you",
    "ack": "an alert about you",
    "resolve": "an alert about you",
    "reopen": "an alert about you",
    "snooze": "whether nudges rest",
    "assign": "your skills, to give you practice",
    "assignments": "your assignments",
    "withdraw assignment": "an assignment, to take it back",
    "tutor": "your skills, to find somebody to learn with",
    "tutoring": "your tutoring",
    "meet": "your name, to arrange a meeting",
    "meetings": "your meetings",
    "meeting": "your meeting",
    "parent": "your figures, to write to your family",
    "resume": "whether your nudges may go on",
    "alert reminder": "an alert that nobody had looked at",
    "assignment news": "how your assignment stands",
    "tutoring news": "how your tutoring stands",
    "meeting reminder": "a reminder of your meeting",
    "meeting question": "the question how your meeting went",
    "mail news": "what became of an e-mail to your family",
}

_KEPT_FOR: Mapping[str, str] = {
    "keep_answers_days": "your own words",
    "keep_messages_days": "messages to you and your family",
    "keep_nudges_days": "nudges and whether they helped",
    "keep_interventions_days": "what teachers did for you",
    "keep_activity_days": "each single activity",
    "keep_audit_days": "who looked",
}


def kept_of(office: Office, student_id: str) -> list[str]:
    """A line for each kind of thing that is kept, with how many there are."""
    counts = [(office.store.value(query, [student_id]), words) for query, words in _COUNTS.items()]
    lines = [f"- {number:,} {words[number != 1]}" for number, words in counts if number]
    return lines or ["- nothing yet"]


def kept_how_long(office: Office) -> str:
    """For how long what is kept, by the school's settings."""
    parts = [f"{what} {days_in_words(office.settings[name])}" for name, what in _KEPT_FOR.items()]
    left = office.settings["keep_left_students_days"]
    ends = (
        f"When you have left the school, everything is erased after {left:,} days."
        if left
        else "What the school's system says stays after you have left, until somebody erases it."
    )
    return f"I keep {'; '.join(parts)}. {ends} You may ask the school for a copy, or to erase it."


def lookers_of(office: Office, student_id: str, as_of: datetime) -> list[str]:
    """The newest looks, a line each, and to whom her words and alerts about her went."""
    own = office.links.user_id_of("student", student_id)
    looks = office.audit.looks(student_id, own_user_id=own, limit=MOST_LOOKS)
    names = _Names(office, student_id, as_of)
    lines = [f"- {global_time(look.at)} {names.of(look.actor_user_id)}: {_what(look)}"
             for look in looks]  # fmt: skip
    older = office.audit.look_count(student_id, own_user_id=own) - sum(e.times for e in looks)
    if older:
        lines.append(f"- and {count(older, 'older look')}: ask an administrator")
    passed = [
        f"{names.of(user_id)} ({count(each.times, 'time')})"
        for user_id, each in office.audit.passed_on(student_id).items()
    ]
    if passed:
        lines.append(f"- Your own words went to {', '.join(passed)}.")
    alerted = [
        f"{names.teacher(each.teacher_id)} ({count(each.times, 'time')})"
        for each in History(office.store).alerts(student_id)
    ]
    if alerted:
        lines.append(f"- I told of you, so that somebody helps: {', '.join(alerted)}.")
    return lines or ["- nobody so far"]


class _Names:
    """People with what they are to the student."""

    def __init__(self, office: Office, student_id: str, as_of: datetime) -> None:
        self._office = office
        self._as_of = as_of
        day = local_day(as_of, office.zone)
        self._teachers = {e.teacher_id for e in office.people.teachers_of(student_id, day=day)}

    def of(self, user_id: int) -> str:
        if user_id == NOBODY:
            return "somebody at the school's server"
        user = self._office.links.user(user_id)
        name = f"**{esc(user.full_name)}**" if user else "somebody who has left"
        return f"{name} ({self._role(user_id)})"

    def teacher(self, teacher_id: str) -> str:
        teacher = self._office.people.teacher(teacher_id)
        return f"**{esc(teacher.name)}**" if teacher else "a teacher who has left"

    def _role(self, user_id: int) -> str:
        asker = self._office.access.asker(user_id, self._as_of)
        if asker.teacher_id in self._teachers:
            return "your teacher"
        if user_id in self._office.settings["safeguarding_contacts"]:
            return "safeguarding"
        if Role.ADMIN in asker.roles:
            return "administration"
        return "staff" if asker.is_staff else "no longer staff"


def _what(look: Look) -> str:
    what = _LOOKS.get(look.action, f"asked for “{esc(look.action)}”")
    times = f", {look.times} times that day" if look.times > 1 else ""
    where = {"stream": ", in a channel of the staff", "group": ", in a group conversation"}.get(
        look.place.partition(":")[0], ", on the command line" if look.place == MACHINE else ""
    )
    return f"{what}{where}{times}"
