"""What a text becomes: Zulip's Markdown, with its traps, and never anybody's HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.sandbox.markup import Markup, Rendered
from nudgebot.sandbox.records import UserGroup

HOSTILE = "<>&\"'`*_~|[]()!#@:$/\\\n ab1-.={}javascript:alert(1)"
SAFE_TAGS = frozenset(
    {
        *("p", "br", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("span", "time", "details", "summary", "div", "img"),
    }
)
SAFE_SCHEMES = ("http://", "https://", "mailto:", "/", "#")


class People:
    """Two people, one group, one stream."""

    wildcards = frozenset({"all", "everyone", "stream"})

    def person(self, name: str, user_id: int | None) -> tuple[int, str] | None:
        known = {7: "Ann Lee", 5: "nudgebot"}
        if user_id is not None:
            fits = user_id in known and name in ("", known[user_id])
            return (user_id, known[user_id]) if fits else None
        return next(((key, value) for key, value in known.items() if value == name), None)

    def group(self, name: str) -> UserGroup | None:
        return UserGroup(9, "teachers", frozenset({7})) if name == "teachers" else None

    def stream_link(self, stream: str, topic: str | None) -> str | None:
        return f"/#narrow/{topic or ''}" if stream == "general" else None


def _render(text: str, level: int = 218) -> Rendered:
    return Markup(level).render(text, People(), root="/as/3")


CASES = [
    pytest.param("**b** *i* ~~s~~", "<p><strong>b</strong> <em>i</em> <s>s</s></p>", id="emphasis"),
    pytest.param("_x_ __y__", "<p>_x_ __y__</p>", id="no underscores"),
    pytest.param(r"\*x\*", r"<p>\<em>x\</em></p>", id="no backslash escape"),
    pytest.param("&#42;x&#42; &#64;**all**", "<p>*x* @<strong>all</strong></p>", id="entities"),
    pytest.param("a\nb", "<p>a<br />\nb</p>", id="line break"),
    pytest.param("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>", id="no html"),
    pytest.param("a\n===", "<p>a<br />\n===</p>", id="no underlined headings"),
    pytest.param("![x](http://a.b/c.png)", "<p>![x](", id="no image syntax"),
    pytest.param("[z](javascript:alert(1))", "<p>[z](javascript:alert(1))</p>", id="no scripts"),
    pytest.param("see evil.com/x", '<a href="http://evil.com/x"', id="bare address"),
    pytest.param("see evil&#46;com/x", "<p>see evil.com/x</p>", id="escaped address"),
    pytest.param("| a |\n|---|\n| b |", "<td>b</td>", id="table"),
    pytest.param("````text\n```\n````", '<code class="language-text">```\n</code>', id="fence"),
    pytest.param("```quote\nhi\n```", "<blockquote>\n<p>hi</p>\n</blockquote>", id="quote"),
    pytest.param(
        "```spoiler Why\nso\n```",
        '<summary class="spoiler-header">Why</summary><div class="spoiler-content"><p>so</p>',
        id="spoiler",
    ),
    pytest.param("```math\nx<y\n```", '<pre class="katex">x&lt;y\n</pre>', id="math fence"),
    pytest.param("$$x<y$$", '<code class="katex">x&lt;y</code>', id="math"),
    pytest.param(
        "<time:2026-11-21T11:00:00+01:00>", '<time datetime="2026-11-21T10:00:00Z">', id="time"
    ),
    pytest.param("<time:2026-11-21T10:00>", 'datetime="2026-11-21T10:00:00Z"', id="time in UTC"),
    pytest.param("<time:soon>", "Invalid time format: soon", id="no time"),
    pytest.param(":tada: :nonsense:", "🎉</span> :nonsense:", id="emoji"),
    pytest.param("#**general>maths**", "#general &gt; maths</a>", id="topic link"),
    pytest.param("@_**|7**", ">Ann Lee</span>", id="silent mention by id"),
    pytest.param("@**Wrong|7**", "<p>@**Wrong|7**</p>", id="stale name"),
    pytest.param("| a |\n|---|\n| @**Ann Lee|7** |", "<td>@**Ann Lee</td>", id="pipe in a table"),
    pytest.param(
        "[c.png](/user_uploads/2/a/c.png)",
        '<img src="/as/3/user_uploads/2/a/c.png" alt="c.png">',
        id="picture",
    ),
    pytest.param("[c.svg](/user_uploads/c.svg)", "c.svg</a></p>", id="no SVG picture"),
]


@pytest.mark.parametrize(("text", "html"), CASES)
def test_a_text_becomes_html(text: str, html: str) -> None:
    """Each piece of Zulip's Markdown, and each piece that Zulip lacks."""
    assert html in _render(text).html


def test_newer_servers_know_the_image_syntax() -> None:
    """From 437 on `![…](…)` is an image."""
    assert "<img" in _render("![x](/user_uploads/x.png)", 437).html


def test_a_picture_in_a_quote_is_shown_once() -> None:
    """A fence's text is parsed on its own, and the message's pictures are not shown again."""
    html = _render("```quote\n[c.png](/user_uploads/c.png)\n```").html
    assert html.count("<img") == 1


def test_at_most_twenty_four_pictures() -> None:
    """As in Zulip, the rest are links."""
    text = "\n\n".join(f"[{n}](/user_uploads/{n}.png)" for n in range(30))
    assert _render(text).html.count("<img") == 24


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SAFE_TAGS:
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or (name == "style" and "text-align" not in (value or "")):
                self.problems.append(f"{name}={value}")
            if name in ("href", "src") and not (value or "/").startswith(SAFE_SCHEMES):
                self.problems.append(f"{name}={value}")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=HOSTILE, max_size=60))
def test_no_text_makes_unsafe_html(text: str) -> None:
    """No tag, handler or address that the renderer does not make itself."""
    reader = _Reader()
    reader.feed(_render(text).html)
    assert reader.problems == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_entities_silence_everything(text: str) -> None:
    """A text whose punctuation is written as numeric entities mentions, links and marks nothing."""
    escaped = re.sub(r"[^\w\s]|_", lambda found: f"&#{ord(found[0])};", text)
    rendered = _render(f"x {escaped.strip()} @**Ann Lee**")
    assert rendered.user_ids == {7}
    assert "<a" not in rendered.html
    assert "<em" not in rendered.html
