"""Outside text made harmless for Zulip's Markdown, and the few marks that the bot sets itself.

Zulip has no backslash escape; a numeric HTML entity is shown as its character and never read
again, so every punctuation mark that could begin anything becomes one.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

_HARMLESS = " ,'?%;\""  # punctuation that begins nothing and stays readable in e-mail
_ASCII_PUNCTUATION = "".join(
    chr(code) for code in range(0x20, 0x7F) if not chr(code).isalnum() and chr(code) != " "
)
_ENTITIES = str.maketrans(
    {mark: f"&#{ord(mark)};" for mark in _ASCII_PUNCTUATION if mark not in _HARMLESS}
)
# Control characters, lone halves of surrogate pairs, and marks that turn the writing direction
# around: a name may carry none of them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]"
)
_BREAKS = re.compile(r"(?<![ \t])[ \t]*+[\n\v\f\r\x85\u2028\u2029]++[\s\x85]*+")
# Inside of words a hyphen begins nothing, and neither does the full stop of `St. Mary`: names stay
# readable where messages are shown raw.
_READABLE = re.compile(r"(?<=[^\W_])&#45;(?=[^\W_])|(?<=[^\W\d_])&#46;(?= )")
_RUN_OF_TICKS = re.compile(r"`{3,}|~{3,}")


def clean(text: str) -> str:
    """The text in one line, without characters that nobody sees."""
    return _BREAKS.sub(" ", _UNSEEN.sub("", text)).replace("\t", " ").strip()


def esc(text: str) -> str:
    """Outside text as a piece of a line: it is shown as it is and does nothing.

    Fit for running text, list items, quotes, table cells and the label of a link; not for code
    spans and the inside of mentions, where entities are not read.
    """
    escaped = clean(text).translate(_ENTITIES)
    return _READABLE.sub(lambda found: html.unescape(found[0]), escaped)


def fence(text: str, lang: str = "text") -> str:
    """Outside text as a block of its own, line by line as it came; `lang` is the bot's own word."""
    inside = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    longest = max((len(run) for run in _RUN_OF_TICKS.findall(inside)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{lang}\n{inside}\n{ticks}"


def global_time(moment: datetime) -> str:
    """A moment that every reader sees in her own time zone."""
    utc = moment.astimezone(UTC).replace(microsecond=0)
    return f"<time:{utc.isoformat().replace('+00:00', 'Z')}>"


def mention(user_id: int) -> str:
    """A person by id, under her name of today, without a notification."""
    return f"@_**|{user_id}**"
