"""Finds who is meant: an id, a name, a part of one, a mention; only among those one may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

from nudgebot.chat.access import NO_CLASS, NO_STUDENT
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import Call
from nudgebot.chat.periods import HINT, Calendar, Period
from nudgebot.chat.speech import mentioned_user
from nudgebot.errors import CommandError, NudgebotError
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.school.days import from_day
from nudgebot.school.links import Links
from nudgebot.school.people import SchoolClass, Student
from nudgebot.spelling import folded

MOST_CHOICES = 8
NEAR = 0.75  # how alike a misspelt name must be, by difflib's ratio


class HasName(Protocol):
    """Somebody or something with a name."""

    @property
    def name(self) -> str:
        """What people call it."""


Named = TypeVar("Named", bound=HasName)


class UnclearError(NudgebotError):
    """Several may be meant; the answer asks which, and stands in for the command's own."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("Several may be meant.")
        self.answer = answer


def one_student(call: Call, text: str, again: str) -> Student:
    """The student whom the text means.

    Raises CommandError where there is none, in the same words whether or not she exists, and
    UnclearError where there are several. `again` is the command with `{}` in the place of who.
    """
    if not text:
        raise CommandError(f"Name a student: `{call.command.usage}`.")
    found = students_like(call, text)
    if not found:
        raise _nobody(call, text, again)
    if len(found) > 1:
        raise UnclearError(_which_student(found, again))
    return found[0]


def students_like(call: Call, text: str) -> list[Student]:
    """The students whom the text may mean, among those the asker may see."""
    user_id = user_meant(call.office.links, text)
    meant: str | None = " ".join(text.split())
    if user_id is not None:
        meant = call.office.links.persons_of(user_id).student_id
    by_id = None if meant is None else call.office.people.student(meant)
    if by_id is not None and call.asker.may_see(by_id.student_id):
        return [by_id]
    if user_id is not None:
        return []
    visible = (
        call.office.roster.like(folded(text).split())
        if call.asker.sees_all
        else call.asker.sight.students()
    )
    return like(visible, text, lambda student: student.student_id)


def user_meant(links: Links, text: str) -> int | None:
    """The Zulip user of a mention; None for other text, and for a name that several bear."""
    mentioned = mentioned_user(text)
    if mentioned is None:
        return None
    name, user_id = mentioned
    if user_id is not None:
        return user_id
    bearers = [u.user_id for u in links.users() if u.full_name.casefold() == name.casefold()]
    return bearers[0] if len(bearers) == 1 else 0


def one_class(call: Call, text: str, again: str) -> SchoolClass:
    """The class that the text means, among those the asker may see; raises as `one_student`."""
    if not text:
        raise CommandError(f"Name a class: `{call.command.usage}`.")
    found = classes_like(call, text)
    if not found:
        raise no_class(call, text, again)
    if len(found) > 1:
        raise UnclearError(which_class(found, again))
    return found[0]


def _nobody(call: Call, text: str, again: str) -> NudgebotError:
    """What is said where no student is meant: the period may be mistyped, or the name."""
    period = unknown_period(call, text, students_like)
    if period:
        return CommandError(period)
    if user_meant(call.office.links, text) is not None:
        return CommandError(NO_STUDENT)
    close = closest(call.asker.sight.students(), text)
    if close is None:
        return CommandError(NO_STUDENT)
    key = close.student_id
    button = Button(close.name, f"{close.name} ({key})", again.format(key))
    heading = f"Did you mean {close.name}?"
    return UnclearError(Answer(NO_STUDENT, frozenset({key}), heading, (button,)))


def no_class(call: Call, text: str, again: str) -> NudgebotError:
    """The same where no class is meant; it names those that the asker has, where they are few."""
    period = unknown_period(call, text, classes_like)
    if period:
        return CommandError(period)
    close = closest(call.asker.sight.classes(), text)
    if close is None:
        return CommandError(f"{NO_CLASS}{yours(call)}")
    button = Button(close.name, f"{close.name} ({close.class_id})", again.format(close.class_id))
    heading = f"Did you mean {close.name}?"
    return UnclearError(Answer(f"{NO_CLASS}{yours(call)}", heading=heading, buttons=(button,)))


def unknown_period(call: Call, text: str, find: Callable[[Call, str], Sequence[HasName]]) -> str:
    """A sentence about the words behind somebody known, in a command that takes a period.

    Empty where nobody is known by the first words, or where a name may be meant by all of them.
    """
    words = text.split()
    if "<period>" not in call.command.usage or mentioned_user(text) is not None:
        return ""
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words) - 1, 0, -1)]
    known = [(head, rest, found) for head, rest in splits if (found := find(call, head))]
    exact = [rest for head, rest, found in known if _is_exact(head, found)]
    partly = [rest for _, rest, found in known if closest(found, text) is None]
    rests = exact or partly
    return f"I do not know the period {code(rests[0])}. {HINT}" if rests else ""


def _is_exact(text: str, found: Sequence[HasName]) -> bool:
    """Whether it is an id or a whole name; an id finds one whose name is another."""
    wanted = folded(text)
    names = [folded(each.name) for each in found]
    return wanted in names or (len(found) == 1 and not _has_words(names[0], wanted.split()))


def closest(among: Sequence[Named], text: str) -> Named | None:
    """The one whose name, or a word of it, is nearly the text; None where none is, or several."""
    wanted = folded(text)
    names: dict[str, list[Named]] = {}
    for each in among:
        name = folded(each.name)
        for part in {name, *name.split()}:
            names.setdefault(part, []).append(each)
    best = get_close_matches(wanted, names, n=1, cutoff=NEAR)
    found = names[best[0]] if best else []
    return found[0] if len(found) == 1 else None


def yours(call: Call) -> str:
    """The classes that the asker could have meant, where they are few."""
    names = [esc(each.name) for each in call.asker.sight.classes()]
    return f" Yours are {', '.join(names)}." if 0 < len(names) <= MOST_CHOICES else ""


def classes_like(call: Call, text: str) -> list[SchoolClass]:
    """The classes that the text may mean, among those the asker may see."""
    if call.asker.sees_all:
        by_id = call.office.people.school_class(" ".join(text.split()))
        if by_id is not None:
            return [by_id]
    return like(call.asker.sight.classes(), text, lambda each: each.class_id)


def which_class(found: Sequence[SchoolClass], again: str) -> Answer:
    """Asks which class is meant."""
    buttons = tuple(
        Button(each.name, f"{each.name} ({each.class_id})", again.format(each.class_id))
        for each in found[:MOST_CHOICES]
    )
    heading = "Which class do you mean?" + _more(len(found), "class")
    return Answer("", heading=heading, buttons=buttons)


def like(among: Sequence[Named], text: str, key: Callable[[Named], str]) -> list[Named]:
    """Those of that id; else of that name; else whose name has words that begin so."""
    wanted, as_id = folded(text), " ".join(text.casefold().split())
    exact = [each for each in among if key(each).casefold() == as_id]
    named = exact or [each for each in among if folded(each.name) == wanted]
    return named or [each for each in among if _has_words(each.name, wanted.split())]


def _has_words(name: str, wanted: Sequence[str]) -> bool:
    known = folded(name)
    words = known.replace("-", " ").split() + known.split()
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted)


def _which_student(found: Sequence[Student], again: str) -> Answer:
    buttons = tuple(
        Button(each.name, f"{each.name} ({each.student_id})", again.format(each.student_id))
        for each in found[:MOST_CHOICES]
    )
    heading = "Which student do you mean?" + _more(len(found), "name")
    ids = frozenset(each.student_id for each in found)
    return Answer("", students=ids, heading=heading, buttons=buttons)


def _more(number: int, what: str) -> str:
    left = number - MOST_CHOICES
    hint = "write more of the name" if what == "name" else "write its id or more of its name"
    return f" There are {left} more; {hint}." if left > 0 else ""


def calendar(call: Call, class_ids: Collection[str] | None = None) -> Calendar:
    """Today, and the term of these classes (of all that the asker may see, where none is given)."""
    today = call.office.today(call.as_of)
    if "term" not in call.text.lower():  # no other period needs to know it
        return Calendar(today)
    if class_ids is None and not call.asker.sees_all:
        class_ids = [each.class_id for each in call.asker.sight.classes()]
    first, last = call.office.roster.term(class_ids)
    if first is None:
        return Calendar(today)
    return Calendar(today, Period(from_day(first), from_day(last) if last is not None else today))


def named(student: Student) -> str:
    """A student's name and id, escaped."""
    return f"{esc(student.name or student.student_id)} ({esc(student.student_id)})"
