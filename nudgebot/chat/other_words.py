"""What people write instead of a command while a preview of theirs waits: yes, no, or new words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import Enum

from nudgebot.chat.acts import ACTS
from nudgebot.chat.command import Found
from nudgebot.chat.confirmations import Confirmation
from nudgebot.nudging.templates import BY_HAND


class Meaning(Enum):
    """What is meant for the preview."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    WORDS = "words"


_YES = re.compile(
    r"(?:yes|yep|yeah|ja|send|send (?:it|them|this|that)|do it|go ahead|confirmed)"
    r"(?: (?:please|now|all|send (?:it|them)|thanks|thank you))*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|nope|nein|don'?t|do not|stop|abort|never ?mind|discard|forget it)"
    r"(?: (?:please|send|it|them|this|that|now|thanks|thank you))*",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"(?:ok|okay|okey|k|fine|good|great|perfect|nice|right|correct|alright|sure|done|thanks|thx|"
    r"thank you|gut|danke|looks? (?:good|fine|great)|that'?s (?:fine|good|right|it)|well|hm+|"
    r"yes|no|send|confirm\w*|cancel\w*)"
    r"(?:[ ,]+(?:ok|okay|good|fine|great|thanks|thank you|please|now|then|it|to me|so))*",
    re.IGNORECASE,
)
_FREE = re.compile(r"(?P<colon>\[: )?<(?:text|notes?|why|with what)>")
_LOOSE = re.compile(r"[\s.,;:!?…]+")


def said_of(preview: Confirmation, text: str) -> Meaning:
    """What a text means for a preview; only whole sentences are new words for it.

    What is short or doubtful is `UNSURE`: a slip must never become a message to a student.
    """
    bare = _LOOSE.sub(" ", text.replace("’", "'")).strip()
    if _YES.fullmatch(bare):
        return Meaning.YES
    if _NO.fullmatch(bare):
        return Meaning.NO
    act = ACTS.get(preview.kind)
    takes_words = act is not None and act.change is not None
    words = re.findall(r"[^\W\d_]{2,}", bare)
    if not takes_words or len(words) < 2 or _UNSURE.fullmatch(bare):
        return Meaning.UNSURE
    return Meaning.WORDS


def is_well_formed(found: Found) -> bool:
    """Whether what stands behind a command's name begins as its arguments do: it was meant so.

    That is with a number, an id or a class, or with a word of the command's own.
    """
    first = next(iter(found.text.lower().split()), "").strip("`,.:")
    usage = re.sub(r"<[^>]*>", " ", found.command.usage.lower())
    own = {*re.findall(r"[a-z-]{2,}", usage), *BY_HAND}
    return any(letter.isdigit() for letter in first) or first in own


def has_free_words(found: Found) -> bool:
    """Whether somebody's own words stand behind a command, beside ids and words of its own."""
    usage = found.command.usage.lower()
    place = _FREE.search(usage)
    if place is None:
        return False
    own = set(re.findall(r"[a-z][a-z-]+", re.sub(r"<[^>]*>", " ", usage)))
    text = found.text.lower()
    if place["colon"]:
        words = text.partition(": ")[2].split()
    else:
        words = [word for word in text.split()[1:] if word not in own]
    return any(re.fullmatch(r"[^\d_]*[^\W\d_]{2}[^\d_]*", word) for word in words)


def corrected(text: str, close: str) -> str:
    """A text with a command's right name in the place of the words that are like it."""
    words = " ".join(text.split()).split(" ")
    alike = [
        SequenceMatcher(None, " ".join(words[:length]).lower(), close).ratio()
        for length in range(1, min(3, len(words)) + 1)
    ]
    length = max(range(len(alike)), key=alike.__getitem__) + 1
    return " ".join([close, *words[length:]])
