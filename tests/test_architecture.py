"""The house keeps its shape: who imports whom, who owns a library, and who may ask the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import nudgebot

ROOT = Path(nudgebot.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

OPEN = {"errors", "markup", "settings", "store", "spelling"}
PARTS = {"school", "exports", "insight", "nudging", "interventions", "reports", "rights"}
EDGE = PARTS | {"chat"}
# What each part may import, beside itself and what is open to all.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "markup": set(),
    "settings": set(),
    "store": set(),
    "spelling": set(),
    "school": set(),
    "exports": {"school"},
    "insight": {"school"},
    "nudging": {"insight", "school"},
    "interventions": {"nudging", "insight", "school"},
    "reports": {"insight", "school"},
    "rights": {"interventions", "nudging", "insight", "school", "reports"},
    "chat": EDGE,
    "service": EDGE,
    "cli": EDGE | {"service", "wiring", "sandbox"},
    "bot": EDGE | {"service", "wiring"},
    "wiring": EDGE | {"service", "sandbox"},
    "sandbox": set(),
}
# One library, one owner.
OWNERS: dict[str, set[str]] = {
    "zulip": {"chat", "bot"},
    "zulip_bots": {"chat", "bot"},
    "sqlite_utils": {"store"},
    "schedule": {"service"},
    "jinja2": {"nudging", "reports"},
    "requests": {"exports", "chat"},
    "urllib3": {"exports", "chat"},
    "click": {"cli"},
    "yaml": {"nudging"},
    "aiosmtpd": {"sandbox"},
    "dateparser": {"interventions"},
    "icalendar": {"interventions"},
    "openai": {"nudging"},
    "scipy": {"insight", "nudging"},
    "markdown_it": {"sandbox"},
    "vl_convert": {"reports"},
    "typst": {"reports"},
}
# What decides asks no clock and reads no environment.
PURE = ("school", "insight", "nudging", "interventions", "reports", "rights")
CLOCKS = {"now", "today", "utcnow", "time", "monotonic"}


def _part(path: Path) -> str:
    inside = path.relative_to(ROOT).parts
    return inside[0].removesuffix(".py")


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            if node.module == "nudgebot":
                yield from (f"nudgebot.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    """No part imports a part above it, and each library has one owner."""
    here = _part(path)
    for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        top, _, rest = name.partition(".")
        if top == "nudgebot" and rest and here != "__init__":
            there = rest.split(".")[0]
            allowed = MAY_IMPORT[here] | {here, "__version__"}
            allowed |= {"errors"} if here == "sandbox" else OPEN
            assert there in allowed, f"{here} may not import {name}"
        assert here in OWNERS.get(top, {here}), f"only {OWNERS.get(top)} may import {top}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_open_with_one_sentence_and_stay_small(path: Path) -> None:
    """A reader learns from the first line what a module is for, and can read it in one go."""
    text = path.read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(text))
    assert doc, "no docstring"
    first = doc.split("\n\n", maxsplit=1)[0].replace("\n", " ")
    assert first.endswith("."), f"not a sentence: {first}"
    assert len(text.splitlines()) <= 400, "over 400 lines: two subjects in one room?"


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if _part(path) in PURE],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_decides_asks_no_clock(path: Path) -> None:
    """`as_of` is an argument; a second clock would make decisions that nobody can repeat."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert not (
                node.func.attr in CLOCKS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"datetime", "date", "time"}
            ), f"line {node.lineno} asks the clock"
