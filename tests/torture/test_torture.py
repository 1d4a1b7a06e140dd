"""Every scenario at a small size: nothing is lost, doubled or leaked, whatever befalls the bot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from torture.registry import Figures, Plan, scenarios

ALL = scenarios()


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_lost_doubled_or_leaked(tmp_path: Path, name: str) -> None:
    """The fault struck, and every message arrived once, at the right place."""
    figures = ALL[name].run(Plan(tmp_path))
    assert figures.holds, figures
    assert not figures.unsettled, figures


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"lost": 1}, id="lost"),
        pytest.param({"twice": 1}, id="twice"),
        pytest.param({"leaked": 1}, id="leaked"),
        pytest.param({"amiss": 1}, id="amiss"),
        pytest.param({"hits": 0}, id="the fault never struck"),
        pytest.param({"tries": 0}, id="nothing was tried"),
    ],
)
def test_one_wrong_among_many_fails_a_row(wrong: dict[str, Any]) -> None:
    """A row that holds has nothing wrong at all."""
    right = Figures(tries=500, once=499, hits=3)
    assert right.holds
    assert not replace(right, **wrong).holds
