"""What is said to the model: the rules for its words, and the template to be reworded."""

from __future__ import annotations

from nudgebot.nudging.model import Ask

VERSION = 1
"""Kept words were an answer to this wording; raise it with every change below."""

MOST_WORDS = 150

_RULES = f"""You reword short messages from a school's study assistant to one student.
Rules:
- Keep every placeholder such as ⟦A⟧ exactly once, unchanged, in the given order, with a space or \
punctuation around it. They stand for facts that you do not know. Begin a new paragraph with a \
placeholder that begins one in the message.
- Add no facts: no numbers (not in words either), names, days, subjects, grades, promises, links.
- Plain sentences only: no greeting, no signature, no headings, lists, emoji or formatting.
- Be encouraging, specific and natural; never blame, threaten or compare.
- Stay under {MOST_WORDS} words and in the language of the message.
Answer with the reworded message only."""


def prompt(ask: Ask) -> list[tuple[str, str]]:
    """The messages of a request, each with its role."""
    legend = [f"{mark.sign} stands for {mark.meaning}" for mark in ask.marks]
    about = [
        f"Language: {ask.language}",
        f"Tone: {_words(ask.tone)}",
        f"Goal: {_words(ask.goal)}",
        f"Call to action: {ask.call_to_action}",
        *([f"Why it is sent: {'; '.join(ask.reasons)}"] if ask.reasons else []),
        *([f"Placeholders: {'; '.join(legend)}"] if legend else []),
    ]
    return [("system", _RULES), ("user", "\n".join([*about, "Message:", ask.text]))]


def instructions() -> str:
    """The rules, so that an answer that repeats them can be told."""
    return _RULES


def _words(code: str) -> str:
    return code.replace("_", " ")
