"""`parent <student> <concern>`: e-mails to guardians, previewed, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.finder import UnclearError, like, named, one_student
from nudgebot.chat.parent_previews import (
    PARENT,
    Matter,
    actor_of,
    language_name,
    matter_of,
    only_to,
    preview_mails,
)
from nudgebot.errors import CommandError
from nudgebot.interventions.parents_book import (
    QUEUED,
    SENT,
    WAITING,
    Notification,
)
from nudgebot.interventions.parents_concerns import (
    OTHER,
    concern_meant,
    concern_near,
    in_words,
)
from nudgebot.interventions.parents_drafts import Guardian, NobodyToMailError, called
from nudgebot.interventions.parents_news import fate_of
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.nudging.parent_letter import concerns_of
from nudgebot.school.people import Student

NONE_OF_THAT_NUMBER = (
    "There is no e-mail of that number about a student of yours; `parent list` shows them."
)
LONGEST_NOTE = 1000
MOST_LISTED = 15
_FEW_WORDS = 2
_FILLERS = re.compile(r"^(about|because of|for)\s+(?=\S)", re.IGNORECASE)


def parent(call: Call) -> Answer:
    """Answer `parent <student> [<concern>] [<text>]` and the words about mails already sent."""
    if not call.text:
        raise CommandError(f"Write to whose parents? `{call.command.usage}`.")
    first, _, rest = call.text.partition(" ")
    own = {"answered": answered, "again": again, "only": only, "list": listed}
    if first.lower() in own and (rest.strip() or first.lower() == "list"):
        return own[first.lower()](call, rest.strip())
    who, rest = split_student(call)
    student = one_student(call, who, _again(rest))
    try:
        call.office.interventions.parents.reachable(student.student_id)
    except NobodyToMailError as nobody:
        return Answer(nobody.why, students=frozenset({student.student_id}))
    if not rest:
        return _offer(call, student)
    concern, words = _split_concern(call, student, rest)
    return preview_mails(call, Matter(student, concern, words))


def _again(rest: str) -> str:
    return "parent {} " + rest.replace("{", "{{").replace("}", "}}") if rest else "parent {}"


def _split_concern(call: Call, student: Student, rest: str) -> tuple[str, str]:
    """The concern at the start, and the words behind it.

    A word that is only like a concern's name belongs to the sentence that it begins. A sentence
    that begins with none is about something else, which its preview shows.
    """
    known = concerns_of(call.office.book.templates)
    text = _FILLERS.sub("", rest)
    first, behind = _first_word(text)
    concern = concern_meant(first, known)
    if concern:
        is_name = concern == first.casefold() or text[len(first) :].startswith(":")
        return concern, behind if is_name or not behind else text
    near = concern_near(first, known)
    if not near and len(text.split()) > _FEW_WORDS and OTHER in known:
        return OTHER, rest
    guess = f" Did you mean {code(f'parent {student.student_id} {near}')}?" if near else ""
    raise CommandError(
        f"I do not know that concern.{guess} There are {', '.join(known)}; or say it in your own "
        f"words: {code(f'parent {student.student_id} other <your words>')}."
    )


def _first_word(text: str) -> tuple[str, str]:
    """The first word, and what stands behind it with its line breaks."""
    found = re.match(r"([^\s:,.!]+)[:,.!]*\s*(.*)", text, re.DOTALL)
    return (found[1], found[2].strip()) if found else (text, "")


def _offer(call: Call, student: Student) -> Answer:
    """What one may write about, and to whom it goes."""
    guardians = call.office.interventions.parents.guardians(student.student_id)
    concerns = [each for each in concerns_of(call.office.book.templates) if each != OTHER]
    own = code(f"parent {student.student_id} other <your words>")
    lines = [f"About **{named(student)}** I can write to:", *map(_guardian_line, guardians)]
    lines.append(f"You see the whole e-mail before it goes. In your own words alone: {own}.")
    return Answer(
        "\n".join(lines),
        students=frozenset({student.student_id}),
        heading="What is it about?",
        buttons=tuple(
            Button(each.capitalize(), in_words(each), f"parent {student.student_id} {each}")
            for each in concerns
        ),
    )


def _guardian_line(each: Guardian) -> str:
    name = esc(called(each.name))
    if each.why_not:
        return f"- ~~{name}~~: {each.why_not}"
    return f"- {name} ({esc(each.address)}), {language_name(each.language)}"


def only(call: Call, rest: str) -> Answer:
    """Answer `parent only <word> <guardian>`: the preview again, to one guardian alone."""
    token, _, who = rest.partition(" ")
    found = call.office.confirmations.look(
        token.strip("`"), asker_id=call.asker.user_id, as_of=call.as_of
    )
    if found.kind != PARENT:
        raise CommandError("That preview is not of an e-mail to parents; it still waits.")
    student = _student_of(call, str(found.payload["student_id"]))
    guardians = call.office.interventions.parents.reachable(student.student_id)
    meant = like(guardians, who, lambda each: each.guardian_id)
    if len(meant) != 1:
        names = ", ".join(esc(called(each.name)) for each in guardians)
        text = f"Only to whom? There are {names}. The preview still waits."
        raise UnclearError(Answer(text, students=frozenset({student.student_id})))
    return preview_mails(call, only_to(matter_of(found.payload, student), meant[0].guardian_id))


def answered(call: Call, rest: str) -> Answer:
    """Answer `parent answered <n> <note>`: what the family said."""
    each, note = _numbered(call, rest)
    if not note:
        raise CommandError(f"What did they say? {code(f'parent answered {each.id} <note>')}.")
    if len(note) > LONGEST_NOTE:
        raise CommandError(f"A note has at most {LONGEST_NOTE} characters.")
    call.office.interventions.parents.answered(actor_of(call), each.id, note, call.as_of)
    return Answer(
        f"✅ Noted for e-mail {each.id} about {_name_of(call, each)}. `parent list` shows it.",
        students=frozenset({each.student_id}),
    )


def again(call: Call, rest: str) -> Answer:
    """Answer `parent again <n>`: a fresh copy of a mail that did not arrive, or may not have."""
    each, _ = _numbered(call, rest)
    if each.again_id is not None:
        raise CommandError(f"A fresh copy of it was sent already, as number {each.again_id}.")
    if each.state in (QUEUED, WAITING):
        raise CommandError("That e-mail still waits, and goes out by itself. Nothing was sent.")
    if each.state == SENT:
        raise CommandError(
            "That e-mail was sent. To write another one: "
            f"{code(f'parent {each.student_id} {each.concern_type}')}."
        )
    matter = Matter(
        student=_student_of(call, each.student_id),
        concern=each.concern_type,
        words=each.message,
        guardian_ids=(each.guardian_id,),
        again=each.id,
    )
    return preview_mails(call, matter)


def listed(call: Call, rest: str) -> Answer:
    """Answer `parent list [<student>]`: what was sent, and what became of it."""
    book = call.office.interventions.parents.book
    if rest:
        student = one_student(call, rest, "parent list {}")
        found = book.of_student(student.student_id, limit=MOST_LISTED)
        head = f"**E-mails to the parents of {named(student)}**"
    else:
        found = _visible(call, book.of_user(call.asker.user_id, limit=MOST_LISTED))
        head = "**Your e-mails to parents**"
    if not found:
        return Answer(f"{head}\nNone so far; {code('parent <student>')} writes one.")
    return Answer(
        "\n".join([head, *(_line(call, each) for each in found)]),
        students=frozenset(each.student_id for each in found),
    )


def _visible(call: Call, found: Sequence[Notification]) -> list[Notification]:
    return [each for each in found if call.asker.may_see(each.student_id)]


def _line(call: Call, each: Notification) -> str:
    line = (
        f"- **{each.id}** {_name_of(call, each)}, {in_words(each.concern_type)}, to "
        f"{esc(called(each.guardian_name))}, {global_time(each.sent_at or each.created_at)}"
    )
    if each.answered_at is not None:
        return f"{line}: 💬 answered: {esc(each.answer_note or '')}"
    if each.again_id is not None:
        return f"{line}: sent afresh as {each.again_id}"
    return f"{line}: {fate_of(each)}"


def _name_of(call: Call, each: Notification) -> str:
    student = call.office.people.student(each.student_id)
    return esc(each.student_id) if student is None else esc(student.name)


def _numbered(call: Call, rest: str) -> tuple[Notification, str]:
    """The mail of that number, if it is about a student of the asker's, and what stands behind."""
    found = re.match(r"#?(\d{1,9})\b[:,.]?\s*(.*)", rest, re.DOTALL)
    if found is None:
        raise CommandError("Give the e-mail's number; `parent list` shows them.")
    each = call.office.interventions.parents.book.find(int(found[1]))
    if each is None or not call.asker.may_see(each.student_id):
        raise CommandError(NONE_OF_THAT_NUMBER)
    return each, found[2].strip()


def _student_of(call: Call, student_id: str) -> Student:
    student = call.office.people.student(student_id)
    if student is None or not call.asker.may_see(student_id):
        raise CommandError(NONE_OF_THAT_NUMBER)
    return student


COMMANDS = (
    Command(
        name="parent",
        usage="parent <student> [inactive|struggling|overdue|attendance|praise|other] [<text>]",
        summary="Write an e-mail to a student's parents; you see it before it goes.",
        help="It goes to every guardian who may be contacted, in the guardian's language where "
        "there are words in it, with how the student is doing, what helps, and your own words. "
        "`parent list [<student>]` shows what was sent and what became of it: sent means that the "
        "school's mail server took it, and an address that bounces later is told to the school's "
        "mailbox. `parent answered <number> <note>` keeps what the family said, and "
        "`parent again <number>` sends a fresh copy of one that did not arrive.",
        examples=(
            "parent Ana",
            "parent Ana inactive",
            "parent 5 overdue The essay matters most.",
            "parent list",
            "parent answered 12 Mother called, Ana was ill.",
        ),
        aliases=("parents",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=parent,
    ),
)
