"""How long a session was, in people's words."""

from __future__ import annotations

import re

DURATION = r"(?:\d{1,4}\s*(?:minutes?|mins?|hours?|hrs?|h|m)\b|half an hour\b|an hour\b)"
_NUMBER = re.compile(r"(\d{1,4})\s*(minutes?|mins?|hours?|hrs?|h|m)?(?![\w:])", re.IGNORECASE)
_WORDS = (("half an hour", 30), ("an hour", 60))


def minutes_and_rest(text: str) -> tuple[int | None, str]:
    """The minutes at the beginning of a text, and what stands behind; None where there are none.

    `30`, `30 minutes`, `2 hours`, `half an hour`.
    """
    said = re.sub(r"^for\s+", "", text.strip(), flags=re.IGNORECASE)
    for words, minutes in _WORDS:
        if said.lower().startswith(words):
            return minutes, _note(said[len(words) :])
    found = _NUMBER.match(said)
    if found is None:
        return None, text
    each = 60 if (found[2] or "").lower().startswith("h") else 1
    return int(found[1]) * each, _note(said[found.end() :])


def _note(text: str) -> str:
    return text.strip(" \t\n,:;.") if len(text.strip()) < 2 else text.strip(" \t\n,:;")
