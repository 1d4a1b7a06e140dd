"""Messages kept within what Zulip takes, cut where a reader would cut them."""

from __future__ import annotations

LONGEST = 10_000  # Zulip cuts longer ones silently
_BORDERS = ("\n\n", "\n", ". ", " ")


def trim(text: str, *, at_most: int = LONGEST, note: str = "…") -> str:
    """The text, or its beginning with `note` behind it where it is too long.

    It is cut between paragraphs, else lines, sentences, words.
    """
    if len(text) <= at_most:
        return text
    kept = text.strip()
    room = at_most - len(note) - 2
    if len(kept) > room:
        kept = kept[: _border(kept, room)].rstrip()
    return f"{kept}\n\n{note}"


def _border(text: str, limit: int) -> int:
    """Where to cut: at the best border in its second half, never in an entity."""
    for border in _BORDERS:
        found = text.rfind(border, limit // 2, limit)
        if found > 0:
            return found + len(border.rstrip())
    start = text.rfind("&", limit - 6, limit)  # the longest entity is `&#126;`
    return start if start > 0 and ";" not in text[start:limit] else limit
