"""Zulip's own inline Markdown: mentions, stream links, global times, emoji; and what it lacks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from markdown_it.rules_inline import emphasis

from nudgebot.sandbox.emoji import CODES, picture

if TYPE_CHECKING:
    from markdown_it.rules_inline.state_inline import StateInline

MENTION = re.compile(r"@(?P<silent>_?)\*\*(?P<name>[^*|\n]*)(?:\|(?P<id>\d+))?\*\*")
GROUP = re.compile(r"@(?P<silent>_?)\*(?P<name>[^*\n]+)\*(?!\*)")
STREAM = re.compile(r"#\*\*(?P<stream>[^*>\n]+)(?:>(?P<topic>[^*\n]+))?\*\*")
TIME = re.compile(r"<time:(?P<when>[^>\n]+)>")
EMOJI = re.compile(r":(?P<name>[a-z0-9_+-]+):")
MATH = re.compile(r"\$\$(?P<math>[^\n$]+)\$\$")
MENTIONS_FOLLOW = frozenset(" \t\n'\"({[/<")


def _emit(state: StateInline, html: str, length: int, **meta: Any) -> bool:
    token = state.push("html_inline", "", 0)
    token.content = html
    token.meta = meta
    state.pos += length
    return True


def _literal(state: StateInline, text: str) -> bool:
    """Show the characters as they are, without looking for Markdown in them."""
    state.pending += text
    state.pos += len(text)
    return True


def stars_only(state: StateInline, silent: bool) -> bool:
    """Emphasis by `*`; in Zulip `_x_` and `__x__` stay as they are."""
    return state.src[state.pos] == "*" and emphasis.tokenize(state, silent)


def plain_image(state: StateInline, silent: bool) -> bool:
    """`![alt](…)` is no image before feature level 437, and no link either."""
    if not state.src.startswith("![", state.pos):
        return False
    if silent:
        state.pos += 2
        return True
    return _literal(state, "![")


def mention(state: StateInline, silent: bool) -> bool:
    """`@**Name**`, `@**Name|7**`, `@**|7**`, wildcards, groups, and each of them silent."""
    if state.src[state.pos] != "@" or silent:
        return False
    if state.pos > 0 and state.src[state.pos - 1] not in MENTIONS_FOLLOW:
        return False
    if found := MENTION.match(state.src, state.pos):
        return _person(state, found)
    if found := GROUP.match(state.src, state.pos):
        return _group(state, found)
    return False


def _person(state: StateInline, found: re.Match[str]) -> bool:
    names = state.env["names"]
    name, quiet, length = found["name"], bool(found["silent"]), len(found[0])
    extra = " silent" if quiet else ""
    at = "" if quiet else "@"
    if name in names.wildcards and found["id"] is None:
        html = f'<span class="user-mention{extra}" data-user-id="*">{at}{escape(name)}</span>'
        return _emit(state, html, length, wildcard=not quiet)
    person = names.person(name, None if found["id"] is None else int(found["id"]))
    if person is None:
        return _literal(state, found[0])
    user_id, full_name = person
    text = f"{at}{escape(full_name)}"
    html = f'<span class="user-mention{extra}" data-user-id="{user_id}">{text}</span>'
    return _emit(state, html, length, user_ids=() if quiet else (user_id,))


def _group(state: StateInline, found: re.Match[str]) -> bool:
    group = state.env["names"].group(found["name"])
    if group is None:
        return False
    quiet = bool(found["silent"])
    extra, at = (" silent", "") if quiet else ("", "@")
    html = (
        f'<span class="user-group-mention{extra}" data-user-group-id="{group.group_id}">'
        f"{at}{escape(group.name)}</span>"
    )
    return _emit(state, html, len(found[0]), user_ids=() if quiet else tuple(group.members))


def stream_link(state: StateInline, silent: bool) -> bool:
    """`#**stream**` and `#**stream>topic**`."""
    if state.src[state.pos] != "#" or silent:
        return False
    found = STREAM.match(state.src, state.pos)
    link = found and state.env["names"].stream_link(found["stream"], found["topic"])
    if not found or link is None:
        return False
    text = found["stream"] + (f" > {found['topic']}" if found["topic"] else "")
    html = f'<a class="stream" href="{escape(link)}">#{escape(text)}</a>'
    return _emit(state, html, len(found[0]))


def moment(text: str) -> datetime | None:
    """The instant that a `<time:…>` names, UTC where it names no offset; None for nonsense."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        try:
            return datetime.fromtimestamp(float(text), UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def global_time(state: StateInline, silent: bool) -> bool:
    """`<time:2026-11-21T10:00:00Z>`, which every reader sees in their own zone."""
    found = TIME.match(state.src, state.pos)
    if found is None or silent:
        return False
    when = moment(found["when"].strip())
    if when is None:
        shown = f"Invalid time format: {escape(found['when'])}"
        return _emit(state, f'<span class="timestamp-error">{shown}</span>', len(found[0]))
    utc = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    html = f'<time datetime="{utc}">{escape(found["when"].strip())}</time>'
    return _emit(state, html, len(found[0]))


def emoji(state: StateInline, silent: bool) -> bool:
    """`:tada:`, for the emoji that the sandbox knows."""
    found = EMOJI.match(state.src, state.pos)
    if found is None or silent or found["name"] not in CODES:
        return False
    code = CODES[found["name"]]
    html = f'<span class="emoji" title="{found["name"]}">{picture(code)}</span>'
    return _emit(state, html, len(found[0]))


def math(state: StateInline, silent: bool) -> bool:
    """`$$x$$`, shown as its source."""
    found = MATH.match(state.src, state.pos)
    if found is None or silent:
        return False
    html = f'<code class="katex">{escape(found["math"])}</code>'
    return _emit(state, html, len(found[0]))
