"""The README tells requirement B's user flows as the flows' own tests wrote them down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
FLOWS = ROOT / "tests" / "golden" / "flows"
TITLES = {
    "report": "A teacher views a student's performance report",
    "message": "A teacher writes to an inactive student",
    "assignment": "A teacher gives a targeted assignment",
}


def transcript() -> str:
    """All three, each folded away behind its title."""
    return "\n".join(_folded(name, title) for name, title in TITLES.items())


def _folded(name: str, title: str) -> str:
    text = (FLOWS / f"{name}.md").read_text(encoding="utf-8")
    head, _, body = text.partition("\n\n")
    assert head == f"### {title}"
    return f"<details><summary>{title}</summary>\n\n{body.strip()}\n\n</details>\n"


def test_the_readme_tells_the_flows(request: pytest.FixtureRequest) -> None:
    """What stands between the markers is the newest transcript; `--update-golden` writes it."""
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(r"(?<=<!-- flows -->\n).*?(?=<!-- /flows -->)", re.DOTALL)
    assert pattern.search(text), "README.md has no place for the flows"
    wanted = pattern.sub(lambda _: transcript(), text, count=1)
    if request.config.getoption("--update-golden"):
        README.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted
