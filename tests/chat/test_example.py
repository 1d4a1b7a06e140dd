"""zuliprc.example is the table of settings, and can be used as it is."""

from __future__ import annotations

from pathlib import Path

from nudgebot.chat.example import example_text
from nudgebot.settings import SETTINGS, read_settings

ROOT = Path(__file__).parents[2]


def test_the_example_is_made_from_the_table() -> None:
    """Write it anew with `python -c "from nudgebot.chat.example import …; print(…, end='')"`."""
    assert (ROOT / "zuliprc.example").read_text(encoding="utf-8") == example_text()


def test_the_example_changes_nothing(tmp_path: Path) -> None:
    """As it is, and with every `#` before a setting taken away, all defaults hold."""
    text = example_text()
    for setting in SETTINGS:
        text = text.replace(f"\n#{setting.name} =", f"\n{setting.name} =")
    for name, content in (("as-it-is", example_text()), ("all-given", text)):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        assert read_settings(path, {}).values == read_settings(None, {}).values
    assert set(read_settings(tmp_path / "all-given", {}).sources.values()) != {"default"}
