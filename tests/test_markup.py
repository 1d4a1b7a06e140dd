"""Outside text stays text: nothing in a name can mention, link, embed or begin anything."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nudgebot.markup import clean, esc, fence, global_time, mention
from nudgebot.nudging.length import trim

ENTITY = re.compile(r"&#\d+;")
HARMLESS = set(" ,'?%;\"")
hostile = st.lists(
    st.sampled_from(
        ["@**all**", "@_**x|7**", "[a](b)", "![i](u)", "`", "```", "~~~", "*", "_", "#", ">", "|",
         "<time:1>", "$$x$$", "http://e.vil", "e.vil/x.png", "&#64;", "&lt;", "\\", "\n", "\r", " ",
         "1.", "- ", "/poll", ":smile:", "===", "\x00", "\u202e", "\u2028", "é", "名", "\x85"]
    )
).map("".join)  # fmt: skip
texts = st.one_of(st.text(), hostile)


@settings(deadline=None)
@given(texts)
def test_no_active_mark_survives(text: str) -> None:
    """Outside of entities is no punctuation but what begins nothing or stands in a word."""
    rest = ENTITY.sub("", re.sub(r"(?<=[^\W_])-(?=[^\W_])|(?<=[^\W\d_])\.(?= )", "", esc(text)))
    active = {mark for mark in rest if mark.isascii() and not mark.isalnum()} - HARMLESS
    assert active == set()


@settings(deadline=None)
@given(texts)
def test_a_reader_sees_the_text_as_it_was(text: str) -> None:
    """The entities read back are the cleaned text, so escaping loses nothing that is seen."""
    assert html.unescape(esc(text)) == clean(text)
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(texts)
def test_a_renderer_makes_plain_text_of_it(text: str) -> None:
    """A Markdown renderer finds one paragraph with the very text, in a line and in a list."""
    shown = html.escape(clean(text), quote=True).replace("&#x27;", "'")
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    assert page.render(f"a {esc(text)} b") == f"<p>a {shown} b</p>\n"
    assert page.render(f"- a {esc(text)}b") == f"<ul>\n<li>a {shown}b</li>\n</ul>\n"


@settings(deadline=None)
@given(texts)
def test_a_fence_holds_whatever_is_in_it(text: str) -> None:
    """However many backticks the text has, its block ends where the bot ended it."""
    page = MarkdownIt("commonmark").render(fence(text) + "\n\nafter")
    assert page.count("<pre>") == 1
    assert page.endswith("</code></pre>\n<p>after</p>\n")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("Ana O'Neil", "Ana O'Neil", id="plain"),
        pytest.param("@**all**", "&#64;&#42;&#42;all&#42;&#42;", id="mention"),
        pytest.param("a\r\n b", "a b", id="one line"),
        pytest.param("a\u202eb\x00", "ab", id="unseen"),
        pytest.param("St. Anne-Marie", "St. Anne-Marie", id="readable"),
        pytest.param("1. - a", "1&#46; &#45; a", id="no list"),
        pytest.param("e.vil", "e&#46;vil", id="no autolink"),
    ],
)
def test_escaped_texts(text: str, escaped: str) -> None:
    """Names stay readable, marks become entities."""
    assert esc(text) == escaped


def test_a_time_is_told_with_its_offset() -> None:
    """A moment in any zone becomes one that each reader sees in her own."""
    moment = datetime(2026, 11, 21, 11, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert global_time(moment) == "<time:2026-11-21T10:00:00Z>"
    assert global_time(moment.astimezone(UTC)) == global_time(moment)


def test_a_mention_is_silent_and_by_id() -> None:
    """An id never goes stale, and nobody is notified for being named."""
    assert mention(7) == "@_**|7**"


@settings(deadline=None)
@given(st.lists(texts.map(esc)).map("\n".join), st.integers(60, 200))
def test_a_trimmed_text_is_a_beginning_of_the_whole(text: str, limit: int) -> None:
    """It fits, begins like the text, says that it was cut, and no entity is cut in two."""
    made = trim(text, at_most=limit)
    assert len(made) <= limit
    if len(text) <= limit:
        assert made == text
    else:
        kept = made.removesuffix("\n\n…")
        assert kept != made
        assert text.strip().startswith(kept)
        assert "&" not in ENTITY.sub("", kept)


def test_a_long_text_is_cut_between_paragraphs() -> None:
    """A reader would cut there too, and sees that it was cut."""
    assert trim("a" * 60 + "\n\n" + "b" * 60, at_most=100) == "a" * 60 + "\n\n…"
