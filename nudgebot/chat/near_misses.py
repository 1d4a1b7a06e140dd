"""A student's words that are no command and may have been meant as one: a line of help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from nudgebot.chat.speech import without_loose_ends

MOST_WORDS = 3
NEAR = 0.75
# The commands that a student may have meant, each as she would write it.
WORDS: Mapping[str, str] = {
    "stop": "stop",
    "pause": "pause 7",
    "quiet": "quiet 21-8",
    "progress": "progress",
    "privacy": "privacy",
    "start": "start",
}
STOP = "If you wanted to stop nudges, write `stop`."
FOR_TEACHERS = (
    "That is for teachers; `progress` shows how you are doing. If it was meant for your teacher, "
    "please say it in a sentence."
)
_NAMED = r"(?:(?=[\w-]*\d)[\w-]{1,20})"  # an id or a class, as `5` or `7b-math`: no word of prose
_BEHIND = (
    r"(?: (?:pdf|csv|today|yesterday|(?:this|the|last) (?:week|month|term)"
    r"|(?:last )?\d{1,5} ?(?:day|week|month)s?|(?:since )?[\d-]{8,10}(?:\.\.[\d-]{8,10})?))*"
)
_STAFF = re.compile(
    r"(?:risk"
    rf"|(?:report|compare)(?: student| class)? {_NAMED}(?: {_NAMED})?{_BEHIND}"
    rf"|trend (?:student |class )?{_NAMED} "
    rf"(?:accuracy|questions|time|xp|engagement|assignments|mastery){_BEHIND}"
    rf"|(?:skills|risk) {_NAMED}{_BEHIND}"
    rf"|alerts(?: {_NAMED})?|(?:alert|history|messages|assign|tutor) {_NAMED}"
    rf"|meet {_NAMED} (?:today|tomorrow|(?:mon|tues|wednes|thurs|fri)day)(?: \d{{1,2}}:\d\d)?"
    r"|(?:confirm|cancel) (?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{4})",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(stop|quit|don'?t|do not|no more|never)\b.{0,20}"
    r"\b(writ|messag|send|nudg|text|contact|both?er|annoy|spam|remind)"
    r"|\bleave me alone\b|\bunsubscribe\b|\bopt(ing)? out\b|\bgo away\b|\bshut up\b"
    r"|\bh(ö|oe)rt? (bitte )?auf\b|\blass(t)? mich (bitte )?in ruhe\b"
    r"|\bkeine (nachrichten|erinnerungen)\b|\bnicht mehr (an)?schreib",
    re.IGNORECASE,
)


def hint_for(text: str) -> str:
    """A line for words that sound like a command; empty for an answer like any other."""
    said = without_loose_ends(text)
    words = said.lower().split()
    if _WISH.search(said):
        return STOP
    if not 1 <= len(words) <= MOST_WORDS:
        return ""
    meant = get_close_matches(words[0].strip(",.!"), WORDS, n=1, cutoff=NEAR)
    if not meant:
        return ""
    if meant[0] == "stop":
        return STOP
    return f"If you meant the command, write `{WORDS[meant[0]]}` and nothing else."


def is_staff_command(text: str) -> bool:
    """Whether the whole text is a command of the teachers with its arguments.

    Where a word of it might be a student's own, it is not: nothing she says may get lost.
    """
    return _STAFF.fullmatch(" ".join(without_loose_ends(text).split())) is not None
