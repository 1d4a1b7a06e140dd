"""`audit <student>`: who looked at a student's data, when, from where, with which arguments."""

from __future__ import annotations

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.audit import FORGOTTEN, MACHINE, NOBODY, Look, Passed
from nudgebot.chat.command import ADMINS, Call, Command, Scope
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named, one_student
from nudgebot.markup import esc, global_time
from nudgebot.nudging.history import History

MOST_READINGS = 30


def audit(call: Call) -> Answer:
    """Answer `audit <student>`: who looked, apart from what the student did herself."""
    student = one_student(call, " ".join(call.words), "audit {}")
    kept, student_id = call.office.audit, student.student_id
    own = call.office.links.user_id_of("student", student_id)
    looks = kept.looks(student_id, own_user_id=own, limit=MOST_READINGS, arguments=True)
    parts = [f"**Who looked at data of {named(student)}**, newest first:"]
    parts.append("\n".join(_look(call, each) for each in looks) or "- nobody so far")
    left = kept.look_count(student_id, own_user_id=own) - sum(each.times for each in looks)
    if left:
        parts.append(f"Only the newest are shown; there are {left:,} older looks.")
    passed = [
        f"- {_who(call, user_id)}, {_times(each)}"
        for user_id, each in kept.passed_on(student_id).items()
    ]
    if passed:
        parts.append("\n".join(["**The student's own words were passed on to**", *passed]))
    alerted = [
        f"- {_teacher(call, each.teacher_id)}, {count(each.times, 'time')}, "
        f"last {global_time(each.last_at)}"
        for each in History(call.office.store).alerts(student_id)
    ]
    if alerted:
        parts.append("\n".join(["**Alerts about the student went to**", *alerted]))
    done = [f"{code(e.what)} {_times(e)}" for e in kept.own_doings(student_id, own_user_id=own)]
    if done:
        parts.append(f"**The student herself asked for** {', '.join(done)}.")
    return Answer("\n\n".join(parts), students=frozenset({student_id}))


def _look(call: Call, look: Look) -> str:
    more = f" ({look.times} times that day)" if look.times > 1 else ""
    who, where = _who(call, look.actor_user_id), _where(look.place)
    what = code(f"{look.action} {look.detail}".strip())
    return f"- {global_time(look.at)} {who}: {what} {where}{more}"


def _times(passed: Passed) -> str:
    return f"{count(passed.times, 'time')}, last {global_time(passed.at)}"


def _who(call: Call, user_id: int) -> str:
    if user_id == NOBODY:
        return "Somebody at the server"
    if user_id == FORGOTTEN:
        return "Somebody whose data were erased since"
    user = call.office.links.user(user_id)
    if user is None:
        return f"Zulip user {user_id}"
    # People may call themselves in Zulip as somebody else; the number is theirs alone.
    teacher_id = call.office.links.persons_of(user_id).teacher_id
    teacher = call.office.people.teacher(teacher_id) if teacher_id else None
    if teacher is not None and teacher.name == user.full_name:
        return f"**{esc(user.full_name)}**"
    known = f", teacher {esc(teacher.name)}" if teacher is not None else ""
    return f"**{esc(user.full_name)}** (Zulip user {user_id}{known})"


def _teacher(call: Call, teacher_id: str) -> str:
    teacher = call.office.people.teacher(teacher_id)
    return f"teacher {esc(teacher_id)}" if teacher is None else f"**{esc(teacher.name)}**"


def _where(place: str) -> str:
    """A place of the audit log in words; of a stream only its number is kept."""
    kind, _, rest = place.partition(":")
    if kind == "stream" and rest.isdecimal():
        return f"in [a stream](#narrow/stream/{rest})"
    return {
        "dm": "in a direct message",
        MACHINE: "on the command line",
        "group": "in a group conversation",
        "stream": f"in the stream {esc(rest)}",
    }.get(kind, f"in {esc(place)}")


COMMANDS = (
    Command(
        name="audit",
        usage="audit <student>",
        summary="Who saw a student's data, when and where.",
        roles=ADMINS,
        scope=Scope.STUDENTS,
        run=audit,
    ),
)
