"""What a model may answer: each mark once and in order, and plain sentences without new facts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from nudgebot.nudging.fact_lock import Locked, is_plain, signs, without_signs, words
from nudgebot.nudging.fact_lock_words import (
    BLAME,
    CHATTER,
    CLAIMS,
    COMMON,
    GREETINGS,
    NEGATIONS,
    OPENERS,
    QUALIFIERS,
    THREATS,
    is_number,
)
from nudgebot.nudging.model import ModelError, Reason
from nudgebot.nudging.model_prompt import MOST_WORDS, instructions

MOST_CHARACTERS = 1500
_REPEATED_WORDS = 7  # so many of the instructions' words in a row are no accident

_SIGN = r"⟦[A-Z]⟧"
_BOUND = re.compile(rf"(?<![^\s(\"'“„‚‘«»–—]){_SIGN}(?=[.,;:!?)\"'…’”“»]*(?:\s|$))")
_ACTIVE = re.compile(
    r"\w{2,}\.\w|\w\.\w{2,}"  # Zulip makes links of bare domains
    r"|:[^\s:]+:|[:;]-?[()]"  # emoji
    r"|--|^[-–—]\s|^[-–—]\w"  # rules and lists
    rf"|^{_SIGN}[.)]",  # a value such as `7` would begin a list
    re.MULTILINE,
)
_SENTENCE = re.compile(r"(?:^|[.!?:…][\"'”“’»)]*\s+|\n\s*|[\"'“„‚‘«»(]|⟧\s*)$")
_TOKEN = re.compile(r"[^\W\d_]+")
_ADDRESSED = re.compile(
    r"(?:^|[.!?:…⟧]\s+|\n)([^\W\d_]+)\s*(?=[,!])|,\s+([^\W\d_]+)\s*(?=[.!?,;:…])"
)
_ENDED = re.compile(r"(?:[.!?…][\"'”“’»)]*|⟧[\"'”“’»)]*)$")


def checked(locked: Locked, answer: str, *, names: Collection[str] = ()) -> str:
    """The answer in plain form, fit to be filled with the locked message's values.

    `names` are the case-folded words of the names of the school's people. Raises ModelError with
    the reason where it is not fit.
    """
    if len(answer) > 4 * MOST_CHARACTERS:
        raise ModelError(Reason.LONG)
    text = _tidied(answer)
    reason = (
        _misplaced(locked, text)
        or _numbers(locked, text)
        or _marked_up(text)
        or _strange(locked, text)
        or _too_long(locked, text)
        or _says(locked, text)
        or _names(locked, text, names)
    )
    if reason is not None:
        raise ModelError(reason)
    return text


def _tidied(answer: str) -> str:
    """In composed characters, with plain breaks and blanks, and without quotes around it all."""
    text = unicodedata.normalize("NFC", answer)
    text = re.sub(r"\r\n?", "\n", text).replace("\u00a0", " ").replace("\u202f", " ")
    text = "\n".join(" ".join(line.split(" ")).strip() for line in text.split("\n")).strip()
    text = re.sub(r"\n{3,}", "\n\n", text)
    if len(text) > 1 and text[0] == text[-1] == '"' and text.count('"') == 2:
        text = text[1:-1].strip()
    return text


def _misplaced(locked: Locked, text: str) -> Reason | None:
    if not text:
        return Reason.EMPTY
    between = without_signs(text)
    if signs(text) != signs(locked.text) or "⟦" in between or "⟧" in between:
        return Reason.PLACEHOLDERS
    if len(_BOUND.findall(text)) != len(locked.pieces):
        return Reason.PLACEHOLDERS
    for mark, piece in zip(locked.marks, locked.pieces, strict=True):
        began = re.search(rf"^{mark.sign}", locked.text, re.MULTILINE)
        begins = re.search(rf"^{mark.sign}", text, re.MULTILINE)
        if piece.value.startswith("**") and bool(began) != bool(begins):
            return Reason.PLACEHOLDERS
    return None if words(text) else Reason.EMPTY


def _numbers(locked: Locked, text: str) -> Reason | None:
    between = without_signs(text, " ")
    if any(each.isnumeric() for each in between):
        return Reason.NUMBER
    language = _base(locked)
    said = Counter(each for each in words(between) if is_number(each, language))
    return Reason.NUMBER if said - Counter(words(locked.text)) else None


def _marked_up(text: str) -> Reason | None:
    return None if is_plain(without_signs(text)) and not _ACTIVE.search(text) else Reason.MARKUP


def _strange(locked: Locked, text: str) -> Reason | None:
    """Whether it is in another script or another language."""
    if _scripts(without_signs(text)) - _scripts(without_signs(locked.text)):
        return Reason.LANGUAGE
    said = words(text)
    share = {
        name: sum(word in common for word in said) / len(said) for name, common in COMMON.items()
    }
    own = _base(locked)
    if own in COMMON:
        foreign = share[own] == 0 and len(said) > 5
        return Reason.LANGUAGE if foreign or share[own] < max(share.values()) else None
    before = words(locked.text) or [""]
    usual = max(sum(word in common for word in before) for common in COMMON.values()) / len(before)
    return Reason.LANGUAGE if max(share.values()) > max(0.2, usual + 0.1) else None


def _too_long(locked: Locked, text: str) -> Reason | None:
    is_long = len(locked.filled(text).split()) >= MOST_WORDS or len(text) > MOST_CHARACTERS
    return Reason.LONG if is_long else None


def _says(locked: Locked, text: str) -> Reason | None:
    """Whether it states what the template does not, blames, or talks about the task."""
    new = set(words(text)) - locked.own
    lower, own = text.casefold(), locked.text.casefold()
    if any(each in lower and each not in own for each in CHATTER) or _repeats(locked, text):
        return Reason.CHATTER
    if new & BLAME or any(each in lower and each not in own for each in THREATS):
        return Reason.TONE
    if new & CLAIMS or _qualifiers(text) - _qualifiers(locked.text):
        return Reason.CLAIM
    return None


def _repeats(locked: Locked, text: str) -> bool:
    """Whether it repeats the instructions."""

    def runs(of: str) -> set[tuple[str, ...]]:
        said = words(of)
        return {tuple(said[at : at + _REPEATED_WORDS]) for at in range(len(said))}

    repeated = runs(text) & runs(instructions()) - runs(locked.text)
    return any(len(run) == _REPEATED_WORDS for run in repeated)


def _qualifiers(text: str) -> set[tuple[str, str]]:
    """The words such as `not` and `over` that turn the value behind them into another, by mark."""
    found = set()
    for sign in re.finditer(r"⟦([A-Z])⟧", text):
        clause = words(re.split(r"[.!?;:,\n⟧]", text[: sign.start()])[-1])
        near = {word for word in clause[-3:] if word in QUALIFIERS}
        denied = {word for word in clause if word in NEGATIONS or word.endswith(("n't", "n’t"))}
        found |= {(sign[1], word) for word in near | denied}
    return found


def _names(locked: Locked, text: str, names: Collection[str]) -> Reason | None:
    """Whether it names or addresses somebody, as far as that can be told."""
    first = next(iter(words(text)), "")
    if (first in GREETINGS and first not in locked.own) or not _ENDED.search(text):
        return Reason.NAME
    known = locked.own | COMMON.get(_base(locked), frozenset()) | {"i"}
    new = [each for each in _TOKEN.finditer(text) if _is_new(each, known)]
    if any(each[0].casefold() in names for each in new):
        return Reason.NAME
    if _base(locked) != "de" and any(not _SENTENCE.search(text[: each.start()]) for each in new):
        return Reason.NAME
    addressed = {each for found in _ADDRESSED.finditer(text) for each in found.groups() if each}
    strangers = {each for each in addressed if each[0].isupper()}
    return Reason.NAME if {each.casefold() for each in strangers} - known - OPENERS else None


def _is_new(found: re.Match[str], known: Collection[str]) -> bool:
    """Whether it is a capitalised word that the template does not have; marks are none."""
    is_sign = found.string[found.start() - 1 : found.start()] == "⟦"
    return found[0][0].isupper() and not is_sign and found[0].casefold() not in known


def _scripts(text: str) -> set[str]:
    return {
        unicodedata.name(each, "?").split(" ")[0]
        for each in text
        if not each.isascii() or each.isalpha()
        if each not in "–—…’‘‚“”„«»"
    }


def _base(locked: Locked) -> str:
    return locked.language.split("-", maxsplit=1)[0]
