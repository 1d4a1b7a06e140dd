"""The preview of e-mails to guardians: each whole mail, to whom, in which language, and who not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named
from nudgebot.chat.previews import INSTEAD, opened_for
from nudgebot.chat.resting import resting_line
from nudgebot.interventions.means import Actor
from nudgebot.interventions.parents_concerns import in_words
from nudgebot.interventions.parents_drafts import Draft, Guardian, called
from nudgebot.markup import esc, fence
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

PARENT = "parent"
"""The kind of such a preview."""

_LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pl": "Polish",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
}


@dataclass(frozen=True)
class Matter:
    """What mails are about; `again` is the number of an older one that this is a copy of."""

    student: Student
    concern: str
    words: str
    guardian_ids: tuple[str, ...] = ()
    again: int | None = None


def actor_of(call: Call) -> Actor:
    """Who asks, as interventions take it."""
    return Actor(call.asker.user_id, call.asker.name, call.asker.teacher_id)


def mails_in(payload: Mapping[str, Any]) -> list[Draft]:
    """The mails of a confirmation's payload."""
    return [Draft(**each) for each in payload["mails"]]


def preview_mails(call: Call, matter: Matter) -> Answer:
    """Write the mails, keep them under a token, show each whole, and ask.

    Raises CommandError where there can be none.
    """
    parents = call.office.interventions.parents
    student = matter.student
    guardians = parents.guardians(student.student_id)
    mails = parents.draft(
        actor_of(call),
        student,
        matter.concern,
        matter.words,
        as_of=call.as_of,
        guardian_ids=matter.guardian_ids,
    )
    opened = opened_for(
        call, PARENT, _payload(matter, mails), about=f"student {student.student_id}"
    )
    token = opened.token
    amount = count(len(mails), "e-mail")
    doubt = parents.doubt(actor_of(call), student.student_id, matter.concern, as_of=call.as_of)
    minutes = call.office.settings["confirmation_minutes"]
    other = (
        f"Your own words in it: `change {token} <your words>`, more of them: "
        f"`add {token} <your words>`. The preview holds for {minutes} minutes."
    )
    parts = [
        f"**{amount}** about **{named(student)}**: {in_words(matter.concern)}.",
        *_shown(_own_language_first(call, mails), guardians),
        *([f"⚠️ {doubt}"] if doubt else []),
        *_as_written(call, matter, mails),
        *([INSTEAD] if opened.replaces else []),
        *_left_out(guardians, mails),
        *filter(None, [resting_line(call.office, {student.student_id})]),
        other,
    ]
    buttons = [
        Button("Send", f"Send {amount} now", f"confirm {token}"),
        Button("Cancel", "Send nothing", f"cancel {token}"),
        *_one_only(token, mails),
    ]
    return Answer(
        "\n\n".join(parts),
        students=frozenset({student.student_id}),
        heading=f"Send {amount}?" if len(mails) > 1 else "Send this e-mail?",
        buttons=tuple(buttons),
        token=token,
    )


def _payload(matter: Matter, mails: Sequence[Draft]) -> dict[str, Any]:
    return {
        "student_id": matter.student.student_id,
        "concern": matter.concern,
        "words": matter.words,
        "guardian_ids": list(matter.guardian_ids),
        "again": matter.again,
        "mails": [asdict(each) for each in mails],
    }


def matter_of(payload: Mapping[str, Any], student: Student) -> Matter:
    """What a confirmation's mails are about."""
    return Matter(
        student=student,
        concern=payload["concern"],
        words=payload["words"],
        guardian_ids=tuple(payload["guardian_ids"]),
        again=payload["again"],
    )


def only_to(matter: Matter, guardian_id: str) -> Matter:
    """The same to one guardian alone."""
    return replace(matter, guardian_ids=(guardian_id,))


def _own_language_first(call: Call, mails: Sequence[Draft]) -> list[Draft]:
    """The one that the teacher can read is the one that stands open."""
    own = call.office.settings["language"].split("-")[0]
    return sorted(mails, key=lambda each: each.language.split("-")[0] != own)


def _shown(mails: Sequence[Draft], guardians: Collection[Guardian]) -> list[str]:
    """The first mail open, the others folded up: they mostly say the same."""
    wished = {each.guardian_id: each.language for each in guardians}
    shown = []
    for number, mail in enumerate(mails):
        head = f"To {_to_whom(mail, wished.get(mail.guardian_id, ''))}"
        lines = [f"**{esc(mail.subject)}**", "", *map(esc, mail.text.splitlines())]
        text = "\n".join(lines)
        if number:
            # A title is read as text: what begins something in Markdown does nothing in it.
            shown.append(f"{head}:\n{fence(text, 'spoiler The whole e-mail')}")
        else:
            shown.append(f"{head}:\n{fence(text, 'quote')}")
    return shown


def _to_whom(mail: Draft, wished: str) -> str:
    where = f"**{esc(called(mail.guardian_name))}** ({esc(mail.address)})"
    told = f"{where}, in {language_name(mail.language)}"
    if wished and wished.split("-", maxsplit=1)[0].lower() != mail.language.split("-")[0]:
        return f"{told}, as there are no words in {language_name(wished)} yet"
    return told


def language_name(tag: str) -> str:
    """A language as a teacher calls it."""
    return _LANGUAGES.get(tag.split("-", maxsplit=1)[0].lower(), f"the language {esc(tag)}")


def _left_out(guardians: Collection[Guardian], mails: Sequence[Draft]) -> list[str]:
    """Who gets none, and why."""
    gets = {mail.guardian_id for mail in mails}
    lines = [
        f"- {esc(called(each.name))}: {each.why_not or 'left out by you'}"
        for each in guardians
        if each.guardian_id not in gets
    ]
    return ["\n".join(["No e-mail goes to:", *lines])] if lines else []


def _as_written(call: Call, matter: Matter, mails: Sequence[Draft]) -> list[str]:
    """A word of warning where the teacher's own words stand in a mail of another language."""
    own = call.office.settings["language"].split("-")[0]
    others = {mail.language for mail in mails if mail.language.split("-")[0] != own}
    if not matter.words or not others:
        return []
    names = " and ".join(sorted(map(language_name, others)))
    return [f"Your own words stand as you wrote them, also in the e-mail in {names}."]


def _one_only(token: str, mails: Sequence[Draft]) -> list[Button]:
    """For each of several guardians the way to write to that one alone."""
    if len(mails) < 2:
        return []
    return [
        Button(
            f"Only {called(each.guardian_name)}",
            f"only to {called(each.guardian_name)}",
            f"parent only {token} {each.guardian_id}",
        )
        for each in mails
    ]
