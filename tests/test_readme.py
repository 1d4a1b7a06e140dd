"""The README's tables say what the code says; `--update-golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nudgebot.chat.command import Role
from nudgebot.chat.commands import registry
from nudgebot.exports.native_layouts import LAYOUTS
from nudgebot.insight.catalogue import METRICS
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.holding import Holding
from nudgebot.settings import SETTINGS

README = Path(__file__).parents[1] / "README.md"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _commands() -> str:
    def who(roles: frozenset[Role]) -> str:
        return (
            "everybody" if roles == frozenset(Role) else ", ".join(sorted(r.value for r in roles))
        )

    return _table(
        ["say", "who", "what happens"],
        [[_code(each.usage), who(each.roles), each.summary] for each in registry().commands],
    )


def _settings() -> str:
    def help_of(text: str, aliases: Sequence[str]) -> str:
        return f"{text} Also `{'`, `'.join(aliases)}`." if aliases else text

    return _table(
        ["setting", "default", "what it is"],
        [
            [f"`{s.name}`", f"`{s.default}`" if s.default else "", help_of(s.help, s.aliases)]
            for s in SETTINGS
        ],
    )


def _metrics() -> str:
    return _table(
        ["metric", "unit", "what it is"],
        [[f"`{each.name}`", each.unit.value, each.help] for each in METRICS],
    )


def _format() -> str:
    return _table(
        ["file", "columns"],
        [
            [
                f"`{layout.table}.csv`",
                ", ".join(c.name + ("\\*" if c.required else "") for c in layout.columns),
            ]
            for layout in LAYOUTS
        ],
    )


def _personal() -> str:
    def forgotten(each: Holding) -> str:
        return f"{each.fate.value}: {each.why}" if each.why else each.fate.value

    def kept(setting: str) -> str:
        if setting.startswith("keep_"):
            return f"`{setting}`"
        return setting or "while she is in the exports"

    return _table(
        ["table", "what it holds of a student", "when she is forgotten", "kept"],
        [[f"`{each.table}`", each.what, forgotten(each), kept(each.setting)] for each in CATALOGUE],
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("commands", _commands, id="commands"),
        pytest.param("settings", _settings, id="settings"),
        pytest.param("metrics", _metrics, id="metrics"),
        pytest.param("format", _format, id="format"),
        pytest.param("personal", _personal, id="personal"),
    ],
)
def test_a_table_is_what_the_code_says(
    name: str, written: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    """Whoever adds a command, a setting or a metric finds it in the README at once."""
    text = README.read_text("utf-8")
    section = f"<!-- {name} -->\n{written()}\n<!-- /{name} -->"
    pattern = re.compile(f"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
    assert pattern.search(text), f"the README has no section {name}"
    if request.config.getoption("--update-golden"):
        text = pattern.sub(lambda _: section, text)
        README.write_text(text, "utf-8")
    assert section in text


def test_the_rule_in_the_readme_is_the_shipped_one() -> None:
    """The example can be copied as it stands."""
    shipped = (README.parent / "rules" / "streak_break_recovery.yaml").read_text("utf-8")
    example = re.search(
        r"```yaml\n# rules/streak_break_recovery.yaml\n(.*?)```",
        README.read_text("utf-8"),
        re.DOTALL,
    )
    assert example
    values = [line.split("#")[0].rstrip() for line in example[1].splitlines()]
    assert all(value in shipped for value in values)


@pytest.mark.parametrize("path", re.findall(r"\]\((?!http|#)([^)]+)\)", README.read_text("utf-8")))
def test_what_the_readme_links_to_is_there(path: str) -> None:
    """No picture and no file is missing."""
    assert (README.parent / path).exists()
