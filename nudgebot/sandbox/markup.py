"""Zulip's Markdown as safe HTML, and whom a text mentions: one parse answers both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from markdown_it import MarkdownIt
from markdown_it.rules_block.fence import make_fence_rule
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from nudgebot.sandbox import inline_rules
from nudgebot.sandbox.records import UserGroup

PICTURE = re.compile(r"/user_uploads/[^\s\"'<>]+\.(?:png|jpe?g|gif|webp|bmp)", re.IGNORECASE)
BARE_LINK = re.compile(
    r"https?://[^\s<>\"]+[^\s<>\".,;:!?)'\]]"
    r"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|io|dev|info|de|uk|ch|at|fr)\b(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
MOST_PREVIEWS = 24
IMAGE_SYNTAX_LEVEL = 437


class Names(Protocol):
    """What the text may speak of."""

    @property
    def wildcards(self) -> frozenset[str]:
        """The words that mention everybody."""

    def person(self, name: str, user_id: int | None) -> tuple[int, str] | None:
        """Id and current full name; None when name and id do not fit together."""

    def group(self, name: str) -> UserGroup | None:
        """The user group of that name."""

    def stream_link(self, stream: str, topic: str | None) -> str | None:
        """Where a stream link leads; None for a stream that is not there."""


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, and who is told: `user_ids` by name or group, `wildcard` for everybody."""

    html: str
    user_ids: frozenset[int]
    wildcard: bool


class Markup:
    """A parser; it is not shared between threads."""

    def __init__(self, feature_level: int) -> None:
        self._parser = _parser(feature_level)

    def render(self, content: str, names: Names, *, root: str = "") -> Rendered:
        """`root` is put before the path of every upload, for pages that live elsewhere."""
        env: dict[str, Any] = {"names": names, "root": root}
        tokens = self._parser.parse(content, env)
        user_ids, wildcard = _told(tokens)
        html = self._parser.renderer.render(tokens, self._parser.options, env)
        return Rendered(html.strip(), frozenset(user_ids), wildcard)


def _parser(feature_level: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    parser.enable(["table", "strikethrough"])
    lacking = ["escape", "html_inline", "html_block", "lheading", "reference"]
    parser.disable([*lacking, "image"] if feature_level < IMAGE_SYNTAX_LEVEL else lacking)
    parser.block.ruler.at(
        "fence", make_fence_rule(exact_match=True), {"alt": ["paragraph", "blockquote", "list"]}
    )
    inline = parser.inline.ruler
    inline.at("emphasis", inline_rules.stars_only)
    before = "emphasis"
    for name in ("mention", "stream_link", "emoji", "math", "global_time"):
        inline.before(before, name, getattr(inline_rules, name))
    if feature_level < IMAGE_SYNTAX_LEVEL:
        inline.before("link", "plain_image", inline_rules.plain_image)
    parser.core.ruler.after("inline", "bare_links", _bare_links)
    parser.core.ruler.after("bare_links", "special_fences", _special_fences)
    parser.core.ruler.after("special_fences", "pictures", _pictures)
    parser.add_render_rule("link_open", _link_open)
    return parser


def _told(tokens: Sequence[Token]) -> tuple[set[int], bool]:
    """Who is mentioned outside of quotes; within them every mention is silent."""
    user_ids: set[int] = set()
    wildcard = False
    depth = 0
    for token in tokens:
        if token.tag == "blockquote":
            depth += token.nesting
        for child in (token.children or []) if depth == 0 else []:
            user_ids.update(child.meta.get("user_ids", ()))
            wildcard = wildcard or bool(child.meta.get("wildcard"))
    return user_ids, wildcard


def _html_block(html: str) -> Token:
    return Token("html_block", "", 0, content=html)


def _bare_links(state: StateCore) -> None:
    """Turn plain addresses into links; entities are tokens of their own, so escapes hold."""
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        depth = 0
        children: list[Token] = []
        for child in token.children:
            depth += child.nesting if child.tag == "a" else 0
            linked = child.type == "text" and depth == 0
            children += _split_links(child) if linked else [child]
        token.children = children


def _split_links(text: Token) -> list[Token]:
    parts: list[Token] = []
    end = 0
    for found in BARE_LINK.finditer(text.content):
        parts.append(Token("text", "", 0, content=text.content[end : found.start()]))
        address = found[0] if "://" in found[0] else f"http://{found[0]}"
        parts.append(Token("link_open", "a", 1, attrs={"href": address}))
        parts.append(Token("text", "", 0, content=found[0]))
        parts.append(Token("link_close", "a", -1))
        end = found.end()
    if not parts:
        return [text]
    parts.append(Token("text", "", 0, content=text.content[end:]))
    return parts


def _special_fences(state: StateCore) -> None:
    """Fences that are no code: quote, spoiler, math."""
    tokens: list[Token] = []
    for token in state.tokens:
        word, _, rest = token.info.strip().partition(" ") if token.type == "fence" else ("",) * 3
        if word == "quote":
            quote = [Token("blockquote_open", "blockquote", 1, block=True)]
            quote += state.md.parse(token.content, state.env)
            tokens += [*quote, Token("blockquote_close", "blockquote", -1, block=True)]
        elif word == "spoiler":
            tokens += _spoiler(state, rest.strip(), token.content)
        elif word == "math":
            tokens.append(_html_block(f'<pre class="katex">{escape(token.content)}</pre>\n'))
        else:
            tokens.append(token)
    state.tokens = tokens


def _spoiler(state: StateCore, header: str, body: str) -> list[Token]:
    return [
        _html_block('<details class="spoiler-block"><summary class="spoiler-header">'),
        *state.md.parseInline(header or "Spoiler", state.env),
        _html_block('</summary><div class="spoiler-content">'),
        *state.md.parse(body, state.env),
        _html_block("</div></details>\n"),
    ]


def _pictures(state: StateCore) -> None:
    """Show the uploaded pictures that a block links to right below it, as Zulip does."""
    tokens: list[Token] = []
    waiting: list[str] = []
    shown = 0
    depth = 0
    for token in state.tokens:
        tokens.append(token)
        depth += token.nesting
        for child in token.children or []:
            address = str(child.attrs.get("href", "")) if child.type == "link_open" else ""
            if PICTURE.fullmatch(address) and not child.meta.get("shown"):
                child.meta["shown"] = True  # a fence's text is parsed before the message's own
                waiting.append(address)
        if depth == 0 and waiting:
            root = state.env["root"]
            tokens += [_html_block(_preview(root + a)) for a in waiting[: MOST_PREVIEWS - shown]]
            shown += len(waiting)
            waiting = []
    state.tokens = tokens


def _preview(address: str) -> str:
    there = escape(address)
    name = escape(address.rsplit("/", 1)[-1])
    return (
        f'<div class="message_inline_image"><a href="{there}" title="{name}">'
        f'<img src="{there}" alt="{name}"></a></div>\n'
    )


def _link_open(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    """A link; one to an upload is led to where this reader may open it."""
    token = tokens[index]
    address = str(token.attrs.get("href", ""))
    if address.startswith("/user_uploads/"):
        token.attrs["href"] = env["root"] + address
    else:
        token.attrs["rel"] = "noopener noreferrer"
        token.attrs["target"] = "_blank"
    return str(self.renderToken(tokens, index, options, env))
