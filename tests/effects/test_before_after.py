"""Requirement A's before and after, by its own names, never without the held-out beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects.samples import arms, case
from nudgebot.nudging.before_after import before_after, changes, impact_of, placebo
from nudgebot.nudging.before_after_values import Rating
from nudgebot.nudging.cases import Case, Measures

MEASURED = st.one_of(st.none(), st.floats(0, 100))
MEASURES = st.builds(Measures, MEASURED, MEASURED, MEASURED)


def held_out(count: int) -> list[Case]:
    """Whose days with activity change by half a share down to half a share up, evenly."""
    return [
        case(
            1000 + number,
            nudged=False,
            before=Measures(engagement=0.5),
            after=Measures(engagement=number / count),
        )
        for number in range(count)
    ]


def test_changes_are_requirement_as() -> None:
    """(after - before) / max(before, 1), each by itself, and their mean."""
    found = changes(case(1, before=Measures(0.5, 40, 0.2), after=Measures(1.5, 50, 0.5)))
    assert found.named() == {
        "activity_change": pytest.approx(1.0),
        "performance_change": pytest.approx(0.25),
        "engagement_change": pytest.approx(0.3),
    }
    assert found.overall_impact == pytest.approx((1 + 0.25 + 0.3) / 3)


def test_what_is_not_measured_is_not_zero() -> None:
    """Requirement A calls nothing an impact of 0; here it is unknown."""
    found = changes(case(1, before=Measures(activity=2), after=Measures(performance=50)))
    assert found.named() == {}
    assert found.overall_impact is None
    assert impact_of(case(1), []).effectiveness_rating is Rating.UNMEASURED


def test_an_impact_has_requirement_as_names() -> None:
    """Every entry of `analyze_nudge_impact`, and the held-out beside it."""
    mine = case(7, met_after_days=3, before=Measures(2, 50, 0.5), after=Measures(4, None, 0.6))
    found = impact_of(mine, held_out(50))
    assert found.nudge_id == "key-7"
    assert found.student_id == "pupil-7"
    assert found.baseline_metrics == {
        "daily_activity": 2,
        "average_score": 50,
        "engagement_rate": 0.5,
    }
    assert found.post_nudge_metrics == {"daily_activity": 4, "engagement_rate": 0.6}
    assert found.specific_improvements == {
        "activity_change": 1.0,
        "engagement_change": pytest.approx(0.1),
    }
    assert found.impact_score == pytest.approx(0.55)
    assert found.effectiveness_rating is Rating.MORE
    assert found.recommendations[0].startswith("Leave it at that")
    assert found.held_out.cases == 50
    assert found.held_out.changes.engagement_change == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("after", "others", "closed", "rating"),
    [
        (0.95, 50, True, Rating.ALIKE),
        (1.2, 50, True, Rating.MORE),
        (-0.1, 50, True, Rating.LESS),
        (1.2, 29, True, Rating.EARLY),
        (1.2, 50, False, Rating.EARLY),
    ],
    ids=["usual", "above", "below", "few held out", "still followed"],
)
def test_one_nudge_is_rated_by_what_is_usual_without(
    after: float, others: int, closed: bool, rating: Rating
) -> None:
    """+45 points look like success, and are usual among those whom nobody nudged."""
    mine = case(1, closed=closed, before=Measures(engagement=0.5), after=Measures(engagement=after))
    assert impact_of(mine, held_out(others)).effectiveness_rating is rating


def test_other_rules_and_the_nudged_are_no_comparison() -> None:
    """Only held-out cases of the same rule say what is usual."""
    mine = case(1, before=Measures(engagement=0.5), after=Measures(engagement=1))
    other = [
        case(n, nudged=False, rule_id="other", before=mine.before, after=mine.after)
        for n in range(50)
    ]
    nudged = [case(n, before=mine.before, after=mine.after) for n in range(50)]
    assert impact_of(mine, other + nudged).held_out.cases == 0


def test_the_claim_never_stands_alone() -> None:
    """The line that tells before and after tells the held-out's own, or that there is none."""
    nudged = [
        case(n, before=Measures(engagement=0.5), after=Measures(engagement=0.75)) for n in range(40)
    ]
    assert before_after(nudged).text == (
        "Before and after alone would say +25 %; too few were held out to say how much of it comes "
        "by itself."
    )
    assert before_after(nudged + held_out(40)).text == (
        "Before and after alone would say +25 %; the held out, whom nobody nudged, changed by "
        "−1 % themselves."
    )
    assert before_after([]).text == "Before and after: too few are measured yet."
    assert before_after(nudged[:9]).text == before_after([]).text


def test_a_placebo_says_what_doing_nothing_brings() -> None:
    """Share that did better, from enough held-out cases."""
    assert placebo(held_out(50)).text == (
        "Without any nudge 48 % of 50 held-out cases did better than before, and 0 % did what was "
        "asked of the nudged."
    )
    assert placebo(held_out(29)).text.startswith("Without any nudge: too early")
    assert placebo(arms((5, 5), (5, 5))).side.reached == 1


@given(st.lists(st.tuples(MEASURES, MEASURES), max_size=8))
def test_a_group_is_the_mean_of_its_cases(found: list[tuple[Measures, Measures]]) -> None:
    """The columns of many cases and a single case count in the same way."""
    mine = [case(n, before=before, after=after) for n, (before, after) in enumerate(found)]
    overall = [value for each in mine if (value := changes(each).overall_impact) is not None]
    side = before_after(mine).nudged
    assert side.cases == len(mine)
    assert side.measured == len(overall)
    expected = sum(overall) / len(overall) if overall else None
    assert side.overall_impact == (None if expected is None else pytest.approx(expected))
