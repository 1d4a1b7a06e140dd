"""What a command answers: words, whose data they hold, and what is still to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nudgebot.markup import clean, esc
from nudgebot.nudging.messages import Button, Recipient

Errand = Callable[[Callable[[], datetime]], "Answer"]
"""Longer work; it is handed the clock, because it may take a while."""


@dataclass(frozen=True)
class File:
    """What is in a file, a few words for the link to it, and what a picture shows in words."""

    data: bytes
    label: str
    alt: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with an answer, made and uploaded once the words are out.

    `name` is shown and plain ASCII, and what ends in `.png` is shown as a picture. `what` it is,
    in a sentence about it: "chart", "PDF". `caption` is finished Markdown that stands above it.
    """

    name: str
    what: str
    make: Callable[[], File]
    caption: str = ""


@dataclass(frozen=True)
class Answer:
    """Finished Zulip Markdown for the asker.

    `students` are those whose data the words hold: they decide where it may appear. `token` names
    the confirmation that reactions on the message stand for. `errand` is longer work that begins
    after the answer is out; what it returns is said in the same place. `attachments` appear there
    too: whoever may read the message that links an upload may open it. `ahead` is work for what the
    asker is likely to ask next; it is done when all of this is said, and its failing is no matter.
    """

    content: str
    students: frozenset[str] = frozenset()
    heading: str = ""
    buttons: tuple[Button, ...] = ()
    token: str = ""
    private: bool = False
    errand: Errand | None = None
    attachments: tuple[Attachment, ...] = ()
    ahead: tuple[Callable[[], object], ...] = ()


@dataclass(frozen=True)
class Reply:
    """An answer with the place where it may be said."""

    place: Recipient
    answer: Answer


def choices_in_words(answer: Answer) -> str:
    """The buttons in words: most apps show no buttons, and those that do show nothing else."""
    lines = [f"- {code(button.reply)} {esc(button.help)}" for button in answer.buttons]
    return "\n".join([f"**{esc(answer.heading or 'What next?')}**", *lines])


def code(text: str) -> str:
    """Words to type, as code; an id that would break out of it is only escaped."""
    return esc(text) if "`" in text or clean(text) != text.strip() else f"`{text}`"
