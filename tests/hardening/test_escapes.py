"""Names, titles, words and arguments made of Markdown are shown as text in every message."""

from __future__ import annotations

import io
import logging
import random
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chat.town import ADMIN, ANA, TARA
from hypothesis import given, settings
from hypothesis import strategies as st

from hardening.hostile_town import (
    CANARY,
    FORMS,
    SCORE,
    AllNames,
    HostileTown,
    alive_in,
    hostile,
    lines_for,
    talked_in,
)
from nudgebot.chat.command import Registry
from nudgebot.markup import clean, esc, fence
from nudgebot.nudging.messages import Mail
from nudgebot.sandbox.markup import Markup
from nudgebot.service.logs import SafeFormatter

OLD, NEW = Markup(218), Markup(500)
TOWNS = 4


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Everything that any library logs, at its finest, as it would stand in the log."""
    text = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(text)
    handler.setFormatter(SafeFormatter(as_json=True))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def names_of(town: HostileTown) -> list[str]:
    return [name for command in town.office.registry.commands for name in command.names]


@pytest.mark.parametrize("seed", range(TOWNS))
def test_nothing_comes_alive_and_nothing_is_logged(
    tmp_path: Path, heard: io.StringIO, seed: int
) -> None:
    """A town's talk: no message mentions, links or begins anything; the log names nobody."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    with closing((town := HostileTown(tmp_path, chance)).store):
        sent = town.talk(lines_for(names_of(town), chance))
        shown = [each for each in sent if talked_in(each.content)]
        assert len(shown) > 25
        for each in sent:
            if isinstance(each.recipient, Mail):
                continue  # plain text, which nobody renders
            for markup in (OLD, NEW):
                assert alive_in(each.content, markup) == [], f"{each.key}\n{each.content}"
        log = heard.getvalue()
        assert CANARY not in log
        assert str(SCORE) not in log


def test_a_surprise_in_every_command_names_nobody(tmp_path: Path, heard: io.StringIO) -> None:
    """An error whose text is a student's name reaches neither the log nor the asker."""

    def boom(call: Any) -> Any:
        try:
            raise KeyError(f"{CANARY} inner")
        except KeyError as error:
            raise ValueError(f"{CANARY} {call.text}") from error

    chance = random.Random(7)  # noqa: S311  # no secret
    with closing((town := HostileTown(tmp_path, chance)).store):
        broken = [replace(each, run=boom) for each in town.office.registry.commands]
        object.__setattr__(town.office, "registry", Registry(tuple(broken)))
        sent = [
            each
            for name in names_of(town)
            for user in (TARA, ANA, ADMIN)
            for each in town.say(user, f"{name} {hostile(chance)}")
        ]
        refs = [each for each in sent if re.search(r"ref [0-9a-f]{6}", each.content)]
        assert len(refs) >= len(broken)
        assert heard.getvalue().count("command failed") >= len(broken)
        assert CANARY not in heard.getvalue()
        assert not any(CANARY in each.content for each in refs)


texts = st.one_of(st.text(), st.lists(st.sampled_from(FORMS)).map("".join))


@settings(deadline=None, max_examples=400)
@given(texts)
def test_an_escaped_text_is_text_wherever_it_stands(text: str) -> None:
    """In a line, a list, a quote, a table, a link's label, bold, a spoiler's head; old and new."""
    escaped = esc(text)
    places = [
        f"a {escaped} b",
        f"({escaped})",
        f"- {escaped}\n- after",
        f"> {escaped}\n\nafter",
        f"| a | b |\n| --- | --- |\n| {escaped} | c |",
        f"[{escaped}](/user_uploads/1/chart.png)",
        f"**{escaped}**",
        f"```spoiler {escaped}\n{escaped}\n```\nafter",
        f"```quote\n{escaped}\n```\nafter",
        f"{escaped} first",
    ]
    if clean(text).strip("*_~` ") == CANARY:
        return  # as bare a word as a reader may well see in bold
    for place in places:
        for markup in (OLD, NEW):
            assert alive_in(place, markup) == [], place


@settings(deadline=None, max_examples=200)
@given(texts)
def test_a_fenced_text_stays_behind_its_fence(text: str) -> None:
    """Whatever runs of ticks it has, and within a quote as well."""
    for place in (fence(text), f"before\n{fence(text)}\nafter"):
        rendered = OLD.render(place, AllNames()).html
        assert rendered.count("<pre>") == 1
        assert alive_in(place.replace("\0", ""), OLD) == []
