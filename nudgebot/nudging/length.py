"""Messages kept within what Zulip takes, cut where a reader would cut them."""

from __future__ import annotations

LONGEST = 10_000  # Zulip cuts longer ones silently
_BORDERS = ("\n\n", "\n", ". ", " ")


def split(text: str, *, at_most: int = LONGEST) -> tuple[str, ...]:
    """The text in pieces, cut between paragraphs, else lines, sentences, words."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > at_most:
        end = _border(rest, at_most)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return (*pieces, rest) if rest or not pieces else tuple(pieces)


def trim(text: str, *, at_most: int = LONGEST, note: str = "…") -> str:
    """The text, or its beginning with `note` behind it where it is too long."""
    if len(text) <= at_most:
        return text
    return f"{split(text, at_most=at_most - len(note) - 2)[0]}\n\n{note}"


def _border(text: str, limit: int) -> int:
    """Where the first piece ends: at the best border in its second half, never in an entity."""
    for border in _BORDERS:
        found = text.rfind(border, limit // 2, limit)
        if found > 0:
            return found + len(border.rstrip())
    start = text.rfind("&", limit - 6, limit)  # the longest entity is `&#126;`
    return start if start > 0 and ";" not in text[start:limit] else limit
