"""The daily summary says what came of the nudges, or that it is too early to say."""

from __future__ import annotations

import pytest

from nudgebot.nudging.summary import outcome
from nudgebot.store import Store

from .school import NOW, Truth, fill


def told(store: Store) -> str:
    """The line, with plain blanks."""
    return outcome(store, NOW, tracking_days=14).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        pytest.param(40, "Effect: too early to say.", id="few"),
        pytest.param(1500, "Effect: helps. Nudged", id="many"),
    ],
)
def test_what_came_of_it_is_one_line(store: Store, cases: int, says: str) -> None:
    """Sent, read, responded and the effect; nobody is named."""
    fill(store, cases=cases, students=30, truths={"inactivity_check_in": Truth(0.4, 0.3)})
    line = told(store)
    assert "In the last 7 days" in line
    assert "responded to." in line
    assert says in line
    assert "\n" not in line


def test_a_week_without_nudges_says_nothing(store: Store) -> None:
    """There is no line about nothing."""
    assert told(store) == ""
