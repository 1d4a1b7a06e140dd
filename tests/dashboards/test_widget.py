"""The daily summary says what came of the nudges, or that it is too early to say."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.policy import policy_of
from nudgebot.nudging.summary import outcome, summary
from nudgebot.settings import read_settings
from nudgebot.store import Store

from .school import NOW, Truth, fill


def told(store: Store) -> str:
    """The line, with plain blanks."""
    return outcome(store, NOW, tracking_days=14, minimum=30).replace("\u00a0", " ")


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


class _NoFigures:
    """A school of which no figures are known."""

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        """None of anybody."""
        assert student_ids is None  # the summary is about all
        return FigureTable((), {})


def test_the_summary_goes_by_the_schools_own_minimum(store: Store) -> None:
    """`effect_minimum_cases` holds for the daily summary too, not only for dashboards."""
    strict = read_settings(environment={"NUDGEBOT_EFFECT_MINIMUM_CASES": "5000"})
    fill(store, cases=1500, students=30, truths={"inactivity_check_in": Truth(0.4, 0.3)})
    posted = summary(store, _NoFigures(), policy_of(strict), NOW)
    assert "Effect: too early to say." in posted.content
