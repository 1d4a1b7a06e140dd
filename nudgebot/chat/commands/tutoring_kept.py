"""`tutoring`, `tutored`, `end tutoring`: how peer tutoring goes, for teachers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from nudgebot.chat.acts.tutoring import END
from nudgebot.chat.answer import Answer
from nudgebot.chat.asked import literal
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.finder import MOST_CHOICES, UnclearError, one_student
from nudgebot.chat.previews import ask
from nudgebot.chat.tutoring_sessions import minutes_and_rest
from nudgebot.chat.tutoring_text import in_short, name_of, plain_name_of
from nudgebot.errors import CommandError
from nudgebot.interventions.tutoring_book import Status, TutoringRecord
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

MOST_LISTED = 10
MOST_BUTTONS = 3
_BEFORE_DURATION = re.compile(r"\s+(?=(?:for\s+)?(?:\d|half an hour\b|an hour\b))", re.IGNORECASE)


def tutoring(call: Call) -> Answer:
    """Answer a teacher's `tutoring [<student>]`."""
    office, kept = call.office, call.office.interventions.tutoring
    about: frozenset[str] = frozenset()
    if call.text:
        student = one_student(call, " ".join(call.words), "tutoring {}")
        about = frozenset({student.student_id})
        found = _visible(call, kept.of_student(student.student_id))
        nothing = (
            f"{esc(student.first_name)} has had no tutoring so far. "
            f"`tutor {student.student_id}` looks for somebody who can help."
        )
    else:
        found = _visible(call, kept.all_open())
        nothing = (
            "No tutoring of your students goes on. `tutor <student>` looks for a classmate who "
            "can help."
        )
    if not found:
        return Answer(nothing, students=about)
    shown = found[:MOST_LISTED]
    lines = [in_short(office, each, call.as_of) for each in shown]
    if len(found) > len(shown):
        lines.append(f"{len(found) - len(shown)} more: name a student to see them.")
    buttons = tuple(
        Button(f"End {each.id}", f"End tutoring {each.id}", f"end tutoring {each.id}")
        for each in shown
        if each.is_open
    )
    return Answer(
        "\n\n".join(lines),
        students=frozenset(who for e in shown for who in (e.student_id, e.tutor_id)),
        heading="What next?",
        buttons=buttons[:MOST_BUTTONS],
    )


def _visible(call: Call, records: Sequence[TutoringRecord]) -> list[TutoringRecord]:
    """Those whose two the asker may see, both."""
    ids = {who for each in records for who in (each.student_id, each.tutor_id)}
    seen = call.asker.sight.of(ids)
    return [each for each in records if {each.student_id, each.tutor_id} <= seen]


def tutored(call: Call) -> Answer:
    """Answer a teacher's `tutored <student> <minutes> minutes [<note>]`."""
    again = "tutored {} "
    by_number = re.match(r"tutoring\s+#?(\d{1,9})\b\s*(.*)", call.text, re.IGNORECASE | re.DOTALL)
    if by_number:
        rest = by_number[2]
        record = _one(call, int(by_number[1]))
    else:
        cut = _BEFORE_DURATION.search(call.text)  # else `Alvarez an hour` might mean Ana Alvarez
        head = call.text if cut is None else call.text[: cut.start()]
        who, behind = split_student(replace(call, text=head))
        rest = behind if cut is None else f"{behind} {call.text[cut.end() :]}".strip()
        student = one_student(call, who, again + literal(rest))
        record = _active(call, student, rest)
    minutes, note = minutes_and_rest(rest)
    if minutes is None:
        raise CommandError("How long did they meet? `tutored <student> 30 minutes [<note>]`.")
    kept = call.office.interventions.tutoring
    is_again = note.lower() == "again"
    noted = kept.note_session(
        record.id,
        minutes,
        user_id=call.asker.user_id,
        as_of=call.as_of,
        source=f"tutored:{call.source}",
        note="" if is_again else note,
        again=is_again,
    )
    done = f"✅ Noted: {minutes} minutes."
    if not noted.is_new:
        with_note = ", and keep your note with them" if note else ""
        done = (
            f"{minutes} minutes of today were noted already, so I count them once{with_note}. Was "
            f"it another time? `tutored tutoring {record.id} {minutes} minutes again`."
        )
    return Answer(
        f"{done}\n{in_short(call.office, record, call.as_of)}",
        students=frozenset({record.student_id, record.tutor_id}),
    )


def _one(call: Call, tutoring_id: int) -> TutoringRecord:
    found = call.office.interventions.tutoring.find(tutoring_id)
    if found is None or not _visible(call, [found]):
        raise CommandError(f"I know no tutoring {tutoring_id} of yours; `tutoring` lists them.")
    return found


def _active(call: Call, student: Student, rest: str) -> TutoringRecord:
    """The one tutoring of a student that goes on; asks which where there are several."""
    office, key = call.office, student.student_id
    name = esc(student.first_name)
    found = _visible(call, office.interventions.tutoring.active_of(key))
    helped = [each for each in found if each.student_id == key] or found
    if not helped:
        text = f"No tutoring of {name} goes on now; `tutoring {key}` shows what there is."
        raise UnclearError(Answer(text, students=frozenset({key})))
    if len(helped) == 1:
        return helped[0]
    buttons = tuple(
        Button(
            f"{each.skill_name}",
            f"{plain_name_of(office, each.tutor_id)} helps "
            f"{plain_name_of(office, each.student_id)} with {each.skill_name}",
            f"tutored tutoring {each.id} {rest}".strip(),
        )
        for each in helped[:MOST_CHOICES]
    )
    ids = frozenset(who for each in helped for who in (each.student_id, each.tutor_id))
    raise UnclearError(Answer("", ids, "Which tutoring was it?", buttons))


def end_tutoring(call: Call) -> Answer:
    """Answer `end tutoring <n>`."""
    digits = re.fullmatch(r"#?(\d{1,9})", " ".join(call.words))
    if digits is None:
        raise CommandError("Which one? `end tutoring <n>`; `tutoring` lists them with numbers.")
    record, office = _one(call, int(digits[1])), call.office
    if not record.is_open:
        raise CommandError(f"Tutoring {record.id} is over already; there is nothing to end.")
    tutor_name = name_of(office, record.tutor_id)
    what = (
        f"End the tutoring of **{name_of(office, record.student_id)}** with **{tutor_name}** in "
        f"**{esc(record.skill_name)}**? Both get a friendly word that it has come to its end."
        if record.status is Status.ACTIVE
        else f"Take back the question to **{name_of(office, record.student_id)}** and "
        f"**{tutor_name}** about **{esc(record.skill_name)}**? Both are told that it does not come "
        "about this time, and not who the other is."
    )
    return ask(
        call,
        END,
        {"tutoring_id": record.id},
        about=record.source,
        content=what,
        heading=f"End tutoring {record.id}?",
        students=frozenset({record.student_id, record.tutor_id}),
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        name="tutoring",
        usage="tutoring [<student>]",
        summary="Who helps whom, how often they met, and whether it helps.",
        examples=("tutoring", "tutoring Ana"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=tutoring,
    ),
    Command(
        name="tutored",
        usage="tutored <student> <minutes> minutes [<note>]",
        summary="Note that a student and the peer tutor met.",
        examples=("tutored Ana 30 minutes", "tutored Ana 45 minutes Equal fractions work now."),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=tutored,
    ),
    Command(
        name="end tutoring",
        usage="end tutoring <n>",
        summary="End a tutoring, or take the question back; both are told kindly.",
        examples=("end tutoring 3",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=end_tutoring,
    ),
)
