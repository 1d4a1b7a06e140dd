"""Previews: what will be sent, to how many, in whose name, and the question whether to send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Opened
from nudgebot.chat.figures_text import count
from nudgebot.chat.office import Office
from nudgebot.chat.resting import resting_line
from nudgebot.interventions.messages import from_teacher
from nudgebot.markup import fence
from nudgebot.nudging.messages import Button

LONGEST_TEXT = 4000
LONGEST_LIST = 10  # from there on, a list of names is folded up
# The kinds of things that are previewed.
SEND, LINK, RELEASE = "message", "link", "release"
INSTEAD = "This takes the place of your earlier preview, of which nothing was done."


@dataclass(frozen=True)
class Letter:
    """What goes to one student; `category` is why, in a group message.

    `began` is the template that the preview began with, `own` the teacher's words behind it.
    """

    student_id: str
    text: str
    template: str
    category: str = ""
    began: str = ""
    own: str = ""


def letters_in(payload: Mapping[str, object]) -> list[Letter]:
    """The letters of a confirmation's payload."""
    found = payload.get("letters")
    return [Letter(*each) for each in found] if isinstance(found, list) else []


def preview(
    call: Call,
    *,
    letters: Sequence[Letter],
    about: str,
    intro: str,
    sample: str,
    notes: Sequence[str] = (),
    choices: Sequence[Button] = (),
) -> Answer:
    """Keep the letters under a token, show one of them, and ask.

    `about` is to whom: a student or a group. An older open preview to the same gives way.
    `choices` are what to do beside sending it or not.
    """
    opened = opened_for(call, SEND, {"letters": [astuple(each) for each in letters]}, about=about)
    token, minutes = opened.token, call.office.settings["confirmation_minutes"]
    together = writes_together(call.office)
    ids = [each.student_id for each in letters]
    warning = resting_line(call.office, ids, said="\n".join(notes))
    parts = [
        intro,
        fence(from_teacher(sample, call.asker.name, together=together), "quote"),
        *([INSTEAD] if opened.replaces else []),
        *([warning] if warning else []),
        *notes,
        f"{_other_words(call, token)} The preview holds for {minutes} minutes.",
    ]
    many = len(letters) > 1
    return Answer(
        "\n\n".join(parts),
        students=frozenset(letter.student_id for letter in letters),
        heading=f"Send {count(len(letters), 'message')}?" if many else "Send this message?",
        buttons=(*send_or_not(token, many=many), *choices),
        token=token,
    )


def writes_together(office: Office) -> bool:
    """Whether teacher and student meet in one conversation with the bot."""
    return bool(office.settings["delivery_conversation"] == "group")


def _other_words(call: Call, token: str) -> str:
    """How to change it: where only the two talk, by just writing other words."""
    more = f"More words: `add {token} <your words>`."
    if call.incoming.is_private:
        return f"Other words? Just write them here, or `change {token} <your words>`. {more}"
    return f"Other words: `change {token} <your words>`. {more}"


def folded(lines: Sequence[str], title: str) -> str:
    """A list; a long one is folded up behind its title."""
    listed = "\n".join(lines)
    return f"```spoiler {title}\n\n{listed}\n\n```" if len(lines) > LONGEST_LIST else listed


def send_or_not(token: str, *, many: bool) -> tuple[Button, ...]:
    """The two answers to a preview."""
    return (
        Button("Send all" if many else "Send", "Send now", f"confirm {token}"),
        Button("Cancel", "Send nothing", f"cancel {token}"),
    )


def ask_twice(call: Call, letters: Sequence[Letter], *, about: str) -> Answer:
    """The second question before a large group is written to."""
    payload = {"letters": [astuple(each) for each in letters], "told": True}
    token = opened_for(call, SEND, payload, about=about).token
    amount = count(len(letters), "student")
    return Answer(
        f"That is a message to **{amount}** at once. Please say it once more.",
        heading=f"Really write to {amount}?",
        buttons=send_or_not(token, many=True),
        token=token,
    )


def ask(
    call: Call,
    kind: str,
    payload: Mapping[str, Any],
    *,
    about: str,
    content: str,
    heading: str,
    students: frozenset[str] = frozenset(),
) -> Answer:
    """The question before anything else that changes the world; it may name `students`."""
    opened = opened_for(call, kind, payload, about=about)
    buttons = (
        Button("Yes", "Do it", f"confirm {opened.token}"),
        Button("No", "Do nothing", f"cancel {opened.token}"),
    )
    if opened.replaces:
        content = f"{content}\n\n{INSTEAD}"
    warning = resting_line(call.office, students, said=content)
    if warning:
        content = f"{content}\n\n{warning}"
    return Answer(content, students=students, heading=heading, buttons=buttons, token=opened.token)


def opened_for(call: Call, kind: str, payload: Mapping[str, Any], *, about: str) -> Opened:
    """A token for what the asker of a call may confirm."""
    return call.office.confirmations.open(
        kind,
        payload,
        asker_id=call.asker.user_id,
        place=call.incoming.place,
        as_of=call.as_of,
        about=about,
    )
