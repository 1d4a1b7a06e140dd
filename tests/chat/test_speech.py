"""People write to the bot as people do, and it understands the same."""

from __future__ import annotations

import pytest

from nudgebot.chat.incoming import Me
from nudgebot.chat.speech import (
    behind_mention,
    mentioned_user,
    spoken,
    without_loose_ends,
    words_of,
)

ME = Me(5, "Nudge Bot")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("@**Nudge Bot** risk", "risk", id="by name"),
        pytest.param("@**nudge bot**: risk", "risk", id="any case, a colon"),
        pytest.param("@**Old Name|5** risk", "risk", id="by id, whatever the name"),
        pytest.param("@**|5** risk", "risk", id="by id alone"),
        pytest.param("@_**Nudge Bot|5** risk", "risk", id="silent"),
        pytest.param("@**Nudge Bot**", "", id="bare"),
        pytest.param(
            "@**Nudge Bot|5** message @**Nudge Bot|5** x",
            "message @**Nudge Bot|5** x",
            id="an argument that mentions the bot stays",
        ),
        pytest.param("@**Ann Lee|7** ask @**Nudge Bot|5** report", None, id="somebody else first"),
        pytest.param("@**Nudge Bot|6** risk", None, id="another user of that name"),
        pytest.param("thanks @**Nudge Bot**", None, id="not at the start"),
        pytest.param("@*nudge bot* risk", None, id="a group"),
    ],
)
def test_only_a_mention_at_the_start_addresses_the_bot(text: str, expected: str | None) -> None:
    """What follows the bot's own mention is the command, all of it and nothing else."""
    assert behind_mention(text, ME) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("report student “Ana B.”", 'report student "Ana B."', id="smart quotes"),
        pytest.param("risk\u00a07B\u200b", "risk 7B", id="special spaces"),
        pytest.param("```quote\nmessage inactive\n```\nhelp", "help", id="quoted block"),
        pytest.param("> message inactive\nwhy 5", "why 5", id="quoted line"),
        pytest.param("````text\n```\nstop\n````", "", id="longer fence"),
        pytest.param("~~~\nstop", "", id="fence without an end"),
        pytest.param("`confirm a1b2`", "confirm a1b2", id="copied with its backticks"),
    ],
)
def test_code_and_quotations_are_not_said(content: str, expected: str) -> None:
    """A command in a quotation or in code is not a command to the bot."""
    assert spoken(content) == expected


def test_words_keep_mentions_and_quotations_whole() -> None:
    """A name with spaces is one word when it is a mention or stands in quotation marks."""
    assert words_of('message @**Ana B|7** "two words" O\'Neil "open') == [
        "message",
        "@**Ana B|7**",
        "two words",
        "O'Neil",
        "open",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@**Ana B|7**", ("Ana B", 7)),
        ("@_**Ana B**", ("Ana B", None)),
        ("@**|7**", ("", 7)),
        ("Ana B", None),
    ],
)
def test_a_mention_names_a_user(text: str, expected: tuple[str, int | None] | None) -> None:
    """The id of a mention is the user; without one there is only a name."""
    assert mentioned_user(text) == expected


def test_loose_ends_go() -> None:
    """`why 5?` and `why 5` are the same question."""
    assert without_loose_ends(" why 5?! ") == "why 5"
