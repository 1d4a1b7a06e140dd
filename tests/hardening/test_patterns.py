"""No message takes long to be read, however it is made: patterns on the longest hostile inputs."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from chat.town import ADMIN, ANA, STRANGER, TARA, Town

import nudgebot
from nudgebot.chat.speech import mended

LONGEST_MESSAGE = 10_000
LONGEST_CELL = 1_000
LENGTHS = (26, 400, LONGEST_MESSAGE)
SECONDS = 0.5
ANSWER_SECONDS = 3.0
ENDS = ("", "!", "\n", "\0", "é", "|")
NOT_OF_OUTSIDE = ("nudgebot.cli.tour", "nudgebot.sandbox")


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps, by its name."""
    for found in pkgutil.walk_packages(nudgebot.__path__, "nudgebot."):
        if found.name.endswith("__main__") or found.name.startswith(NOT_OF_OUTSIDE):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            yield from ((f"{found.name}.{name}", each) for each in _within(value))


def _within(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        yield from _within(list(value.values()))


PATTERNS = dict(_patterns())
SOURCE = "\n".join(path.read_text("utf-8") for path in Path(nudgebot.__file__).parent.rglob("*.py"))


def _as_it_comes(name: str, text: str) -> str:
    """What of a text gets as far as a pattern: commands come through a door that mends them."""
    if name.startswith(("nudgebot.chat.speech.", "nudgebot.markup.")):
        return text
    if name.startswith(("nudgebot.chat.", "nudgebot.interventions.")):
        return mended(text)
    return text[:LONGEST_CELL]  # cells, names, settings, rules, a model's sentence


def _seeds(pattern: str) -> list[str]:
    """Pieces that keep a pattern busy: its own words and characters, and what it skips."""
    words = re.findall(r"[A-Za-z]{2,}|[^\w\s\\]", pattern)
    pieces = [
        " ",
        "a",
        "1",
        "a ",
        "1 ",
        "a1",
        "-",
        ".",
        "a.",
        "@",
        "`",
        "*",
        ",",
        ", ",
        "\n",
        "\t",
        ":",
    ]
    return list(dict.fromkeys([*pieces, *words[:12], *(f"{word} " for word in words[:6])]))


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_is_done_soon(name: str) -> None:
    """Short inputs first: what grows without bounds shows there, and nobody has to wait."""
    pattern = PATTERNS[name]
    ways = [pattern.match, pattern.fullmatch]
    if re.search(rf"\b{name.rpartition('.')[2]}\.(?!match|fullmatch)", SOURCE):
        ways.append(pattern.search)
    for length in LENGTHS:
        for seed in _seeds(pattern.pattern):
            for end in ENDS if length < LONGEST_MESSAGE else ENDS[:2]:
                text = _as_it_comes(name, (seed * length)[:length] + end)
                begin = time.perf_counter()
                for way in ways:
                    way(text)
                taken = time.perf_counter() - begin
                assert taken < SECONDS, f"{pattern.pattern!r} on {seed!r} x {length}: {taken:.1f} s"


def test_a_long_message_is_answered_soon(tmp_path: Path) -> None:
    """Each command with as much behind it as a message holds; the slowest is told."""
    chance = random.Random(3)  # noqa: S311  # no secret
    pieces = (
        "s1 ",
        "a",
        "1",
        ", ",
        "2026-",
        "@**",
        "```\n",
        "s1, ",
        "7 days ",
        "due ",
        "\n",
        "é",
        "🙂",
    )
    slowest: tuple[float, str] = (0.0, "")
    with closing((town := Town(tmp_path)).store):
        names = [name for each in town.office.registry.commands for name in each.names]
        for name in names:
            for piece in chance.sample(pieces, 1):
                text = f"{name} {piece * LONGEST_MESSAGE}"[:LONGEST_MESSAGE]
                begin = time.perf_counter()
                town.say(chance.choice((TARA, ANA, ADMIN, STRANGER)), text)
                slowest = max(slowest, (time.perf_counter() - begin, f"{name} {piece!r}"))
    assert slowest[0] < ANSWER_SECONDS, slowest
