"""Patterns are said of what was tried three times, with their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.interventions.patterns import FEWEST, Tried, in_words, patterns
from nudgebot.interventions.record import InterventionType as Kind


def tries(kind: Kind, well: int, badly: int, hours: float | None = None) -> list[Tried]:
    good, bad = Tried(kind, went_well=True, hours=hours), Tried(kind, went_well=False)
    return [good] * well + [bad] * badly


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(tries(Kind.MESSAGE, 2, 0), "", id="twice is no pattern"),
        pytest.param(
            tries(Kind.MESSAGE, 4, 1, hours=5) + tries(Kind.MEETING, 1, 2),
            "Messages are answered (4 of 5, mostly within a day), meetings are missed (2 of 3).",
            id="two patterns",
        ),
        pytest.param(
            tries(Kind.MESSAGE, 3, 0, hours=0.5),
            "Messages are answered (3 of 3, mostly within an hour).",
            id="soon",
        ),
        pytest.param(
            tries(Kind.PARENT, 3, 0, hours=49),
            "The parents answer (3 of 3, mostly within 3 days).",
            id="late",
        ),
        pytest.param(
            tries(Kind.ASSIGNMENT, 2, 2),
            "Extra assignments are sometimes done (2 of 4).",
            id="half and half",
        ),
        pytest.param(tries(Kind.SNOOZE, 5, 0), "", id="a snooze is nothing tried with her"),
    ],
)
def test_a_pattern_has_its_numbers(tried: list[Tried], words: str) -> None:
    """Mostly, sometimes or seldom, each with how often of how often."""
    assert in_words(patterns(tried)) == words


@given(st.lists(st.builds(Tried, st.sampled_from(Kind), st.booleans(), st.none())))
def test_no_pattern_rests_on_less_than_three(tried: list[Tried]) -> None:
    """However things went, and none is counted twice."""
    for each in patterns(tried):
        assert each.tried == sum(one.kind is each.kind for one in tried)
        assert each.tried >= FEWEST
        assert 0 <= each.went_well <= each.tried
