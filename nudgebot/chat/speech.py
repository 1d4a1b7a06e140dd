"""How people write to a bot: mentions, typographic quotes, code and quotations, loose ends."""

from __future__ import annotations

import re

from nudgebot.chat.incoming import Me

_MENDED = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‘’‚‛", "'"),
        **dict.fromkeys("\u00a0\u2007\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_MENTION = re.compile(r"@_?\*\*(?P<name>[^*|]*)(?:\|(?P<id>\d+))?\*\*")
_WORD = re.compile(r"""@_?\*\*[^*]+\*\*|"[^"]*"|\S+""")
_CODE = re.compile(r"(?<!`)(`++).+?(?<!`)\1(?!`)", re.DOTALL)
# Nobody means anything by more blanks than this, and patterns would take minutes to try them all.
_BLANKS = re.compile(r"(\s{40})\s+")
_COURTESY = re.compile(
    r"^(?:(?:hi|hello|hey|please|pls|kindly|thanks|(?:could|can|would|will) you|"
    r"i(?:'d| would) like you to|i need you to)\b[ ,!.:]*)+",
    re.IGNORECASE,
)
_LOOSE_ENDS = ".,;:!?"


def mended(text: str) -> str:
    """Typographic quotes, special spaces and invisible characters as a keyboard has them."""
    return _BLANKS.sub(r"\1", text.translate(_MENDED))


def spoken(content: str) -> str:
    """What the writer says herself: without fenced blocks and quoted lines, mended."""
    kept: list[str] = []
    fence = ""
    for line in content.splitlines():
        opened = _FENCE.match(line)
        if fence:
            if line.strip() == fence:
                fence = ""
        elif opened:
            fence = opened.group(1)
        elif not line.lstrip().startswith(">"):
            kept.append(line)
    text = mended("\n".join(kept)).strip()
    whole_in_code = re.fullmatch(r"(`+)\s*([^`\n]+?)\s*\1", text)  # copied from the help
    return whole_in_code.group(2) if whole_in_code else text


def behind_mention(text: str, me: Me) -> str | None:
    """The text behind the bot's mention at its start; None where it does not start with one.

    Silent mentions count too: at times the compose box makes them of mentions of bots.
    """
    found = _MENTION.match(text)
    if found is None or not _is_me(found, me):
        return None
    return text[found.end() :].lstrip(" \t\n,:;")


def behind_inner_mention(text: str, me: Me) -> str | None:
    """The text behind a mention of the bot further inside; None where there is none.

    A silent mention there, and one in code, is talk about the bot and not to it.
    """
    for found in _MENTION.finditer(_CODE.sub("", text)):
        if not found[0].startswith("@_") and _is_me(found, me):
            return _CODE.sub("", text)[found.end() :].lstrip(" \t\n,:;.!?")
    return None


def without_courtesy(text: str) -> str:
    """The text without the polite words that people begin a request with."""
    return _COURTESY.sub("", text)


def _is_me(found: re.Match[str], me: Me) -> bool:
    if found["id"] is not None:
        return int(found["id"]) == me.user_id
    return found["name"].strip().casefold() == me.full_name.casefold()


def mentioned_user(text: str) -> tuple[str, int | None] | None:
    """The name and the id (None where the mention has none) of a text that is one mention."""
    found = _MENTION.fullmatch(text.strip())
    if found is None:
        return None
    return found["name"].strip(), None if found["id"] is None else int(found["id"])


def words_of(text: str) -> list[str]:
    """The words; a mention and a text in quotation marks are one word each."""
    words = [word.strip('"') if word != '"' else "" for word in _WORD.findall(text)]
    return [word for word in words if word]


def without_loose_ends(text: str) -> str:
    """The text without the punctuation that ends a sentence."""
    return text.strip().rstrip(_LOOSE_ENDS).strip()
