"""Risk, factor by factor at its thresholds, and the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight import risk_factors
from nudgebot.insight.catalogue import RISK_LEVELS
from nudgebot.insight.figures import Figures
from nudgebot.insight.risk import FACTORS, assess, score_and_level
from nudgebot.insight.risk_factors import NEEDS, WORDS, Factor
from nudgebot.insight.risk_formula import shipped_formula
from nudgebot.insight.table import Value

from .facts import NOW, THRESHOLDS, Facts

TODAY = date(2026, 11, 19)


def figures_of(**known: Value) -> dict[str, Value]:
    """A row in which only these are known."""
    return dict.fromkeys(NEEDS) | known


def academic(average: float | None, count: int | None = 5, **known: Value) -> Factor:
    row = figures_of(average_score=average, score_count=count, missed_work=0)
    return risk_factors.academic(row | known)


@pytest.mark.parametrize(
    ("factor", "level", "codes"),
    [
        pytest.param(academic(None, None), "unknown", (), id="no score is not 100"),
        pytest.param(academic(75), "low", (), id="75 is fine"),
        pytest.param(academic(74.9), "medium", ("below_average_score",), id="below 75"),
        pytest.param(academic(60), "medium", ("below_average_score",), id="60 itself"),
        pytest.param(academic(59.9), "high", ("low_average_score",), id="below 60"),
        pytest.param(academic(40), "high", ("low_average_score",), id="40 itself"),
        pytest.param(academic(39.9), "critical", ("very_low_average_score",), id="below 40"),
        pytest.param(
            academic(90, percentile_rank=24.9), "medium", ("low_percentile_rank",), id="rank 24.9"
        ),
        pytest.param(academic(90, percentile_rank=25.0), "low", (), id="rank 25 itself"),
        pytest.param(
            academic(50, percentile_rank=10.0),
            "high",
            ("low_average_score", "low_percentile_rank"),
            id="a low rank does not lower a high level",
        ),
        pytest.param(
            academic(90, score_trend="declining"),
            "medium",
            ("declining_performance_trend",),
            id="decline raises low",
        ),
        pytest.param(
            academic(70, score_trend="declining"),
            "high",
            ("below_average_score", "declining_performance_trend"),
            id="decline raises medium",
        ),
        pytest.param(
            academic(30, score_trend="declining"),
            "critical",
            ("very_low_average_score", "declining_performance_trend"),
            id="nothing is above critical",
        ),
        pytest.param(
            academic(70, score_trend="declining", last_score=0.0, last_work="missed"),
            "high",
            ("below_average_score", "declining_to_missed_work"),
            id="decline to missed work",
        ),
        pytest.param(academic(90, score_trend="improving"), "low", (), id="improvement is no risk"),
        pytest.param(
            academic(0.0, 1, missed_work=1), "high", ("no_score_at_all",), id="due, no score at all"
        ),
        pytest.param(
            academic(0.0, 3, missed_work=3), "critical", ("no_score_at_all",), id="three times"
        ),
        pytest.param(
            academic(0.0, 3, missed_work=2),
            "critical",
            ("very_low_average_score",),
            id="a true 0 among them",
        ),
    ],
)
def test_academic_factor(factor: Factor, level: str, codes: tuple[str, ...]) -> None:
    """Requirement A's thresholds, with what is not measured set right."""
    assert factor.level == level
    assert tuple(reason.code for reason in factor.factors) == codes


def presence(gap: int | None, **known: Value) -> Factor:
    row = figures_of(days_since_last_activity=gap, days_observed=None if gap is None else 60)
    return risk_factors.engagement(row | known)


def subject(count: int | None, score: float | None, **known: Value) -> Factor:
    row = figures_of(struggling_subjects_count=count, subject_score=score, subject_score_count=5)
    return risk_factors.subjects(
        row | {"struggling_subjects": (), "weakest_subject": "Art"} | known
    )


def conduct(*signs: str, due: int = 4, missed: int = 0, late: int = 0) -> Factor:
    row = figures_of(decline_indicators=signs, due_assignments=due)
    return risk_factors.behaviour(row | {"missed_assignments": missed, "late_assignments": late})


@pytest.mark.parametrize(
    ("factor", "level"),
    [
        pytest.param(presence(None), "unknown", id="never active is not measured"),
        pytest.param(presence(6), "low", id="6 days away"),
        pytest.param(presence(7), "medium", id="7 days away"),
        pytest.param(presence(10), "high", id="10 days away"),
        pytest.param(presence(21), "critical", id="21 days away"),
        pytest.param(presence(1, activity_change=-3), "medium", id="three active days fewer"),
        pytest.param(presence(1, activity_change=-2), "low", id="two fewer"),
        pytest.param(presence(1, engagement_rate=0.14), "medium", id="rarely active"),
        pytest.param(subject(None, None), "unknown", id="no subject measured"),
        pytest.param(subject(0, 80.0), "low", id="no struggling subject"),
        pytest.param(subject(1, 50.0), "medium", id="one"),
        pytest.param(subject(2, 50.0), "high", id="two"),
        pytest.param(subject(1, 39.0), "high", id="below 40"),
        pytest.param(subject(1, 50.0, subject_score_trend="declining"), "high", id="declining"),
        pytest.param(
            risk_factors.behaviour(figures_of()), "unknown", id="nothing due and never active"
        ),
        pytest.param(conduct(), "low", id="all handed in"),
        pytest.param(conduct("missed_assignments", missed=1), "low", id="one missed"),
        pytest.param(conduct("missed_assignments", missed=2), "medium", id="two missed"),
        pytest.param(conduct("missed_assignments", missed=3), "high", id="three of four missed"),
        pytest.param(conduct(due=9, missed=3), "medium", id="three of nine missed"),
        pytest.param(conduct(late=2), "medium", id="half of them late"),
        pytest.param(
            conduct("streak_break", "irregular_study_pattern", missed=1), "medium", id="three signs"
        ),
    ],
)
def test_the_other_factors(factor: Factor, level: str) -> None:
    """Presence, subjects and conduct at their boundaries."""
    assert factor.level == level


PRESENT: dict[str, Value] = {
    "days_since_last_activity": 0,
    "days_observed": 60,
    "active_days_28": 8,
    "active_days_7": 2,
}
AWAY: dict[str, Value] = PRESENT | {
    "days_since_last_activity": 30,
    "active_days_28": 0,
    "active_days_7": 0,
}


def marked(average: float, count: int, **known: Value) -> dict[str, Value]:
    return {"average_score": average, "score_count": count, "missed_work": 0} | known


@pytest.mark.parametrize(
    ("known", "level"),
    [
        pytest.param({}, "unknown", id="nothing measured"),
        pytest.param(marked(90, 5), "minimal", id="fine"),
        pytest.param(marked(30, 5), "critical", id="a very low average"),
        pytest.param(marked(30, 2), "high", id="two marks only"),
        pytest.param(marked(50, 5), "high", id="a low average"),
        pytest.param(marked(50, 1), "medium", id="one mark only"),
        pytest.param(marked(62, 5), "medium", id="below 75"),
        pytest.param(marked(50, 5, percentile_rank=60.0), "medium", id="where all are low"),
        pytest.param(marked(0, 1, missed_work=1), "high", id="due, nothing scored at all"),
        pytest.param(marked(0, 3, missed_work=3), "critical", id="three times"),
        pytest.param(PRESENT, "minimal", id="present as usual, no mark yet"),
        pytest.param(AWAY, "high", id="away for a month, no mark yet"),
        pytest.param({"days_enrolled": 20}, "high", id="never seen in 20 days"),
        pytest.param({"days_enrolled": 1}, "minimal", id="joined today"),
        pytest.param(marked(50, 5) | AWAY, "high", id="low and away"),
        pytest.param(marked(90, 5) | AWAY, "low", id="good marks outweigh absence"),
        pytest.param(marked(80, 9, subject_score=20.0), "medium", id="one subject fails"),
    ],
)
def test_overall(known: dict[str, Value], level: str) -> None:
    """The level by the shipped weights, from typical figures."""
    score, found = score_and_level(figures_of(**known), THRESHOLDS)
    assert found == level
    assert (score is None) == (level == "unknown")


FIGURES = st.fixed_dictionaries(
    {},
    optional={
        "average_score": st.floats(0, 100),
        "score_count": st.integers(1, 20),
        "missed_work": st.integers(0, 5),
        "percentile_rank": st.floats(0, 100),
        "score_trend": st.sampled_from(("improving", "steady", "declining")),
        "days_since_last_activity": st.integers(0, 60),
        "days_observed": st.integers(1, 60),
        "activity_change": st.integers(-7, 7),
        "engagement_rate": st.floats(0, 1),
        "active_days_28": st.integers(0, 28),
        "active_days_7": st.integers(0, 7),
        "days_enrolled": st.integers(1, 60),
        "decline_indicators": st.just(("streak_break",)) | st.just(()),
        "missed_assignments": st.integers(0, 5),
        "due_assignments": st.integers(0, 8),
        "struggling_subjects_count": st.integers(0, 3),
        "subject_score": st.floats(0, 100),
        "subject_score_count": st.integers(2, 9),
    },
)


@given(known=FIGURES)
def test_the_whole_agrees_with_itself(known: dict[str, Value]) -> None:
    """Any figures: the level fits the score, unknown means unmeasured, words are complete."""
    row = figures_of(**known)
    found = assess(row, thresholds=THRESHOLDS, today=TODAY)
    assert (found.overall_score, found.overall_risk_level) == score_and_level(row, THRESHOLDS)
    unknown = {each.level for each in found.risk_factors.values()} == {"unknown"}
    assert (found.overall_risk_level == "unknown") == unknown == (found.overall_score is None)
    if found.overall_score is not None:
        assert 0 <= found.overall_score <= 1
        reached = [name for name in THRESHOLDS if found.overall_score >= THRESHOLDS[name]]
        assert found.overall_risk_level == (reached[0] if reached else "minimal")
    assert found.next_review_date > TODAY
    assert bool(found.reasons) == bool(found.recommended_interventions)
    assert set(found.risk_factors) == set(FACTORS)
    for factor in found.risk_factors.values():
        assert factor.level in RISK_LEVELS
        assert 0 <= factor.confidence <= 1
        assert all("{" not in reason.text for reason in factor.factors)

    if RISK_LEVELS.index(found.overall_risk_level) >= RISK_LEVELS.index("medium"):
        assert found.reasons, "a level of medium or more is told in words"


def risk_of(row: dict[str, Value]) -> float:
    score, _ = score_and_level(row, THRESHOLDS)
    assert score is not None
    return score


@given(known=FIGURES, average=st.floats(0, 100), lower=st.floats(0, 100))
def test_a_lower_average_is_never_a_lower_risk(
    known: dict[str, Value], average: float, lower: float
) -> None:
    """All else equal, the score does not fall when the average does."""
    base = figures_of(**known) | {"score_count": 5, "missed_work": 0}
    better = risk_of(base | {"average_score": max(average, lower)})
    assert risk_of(base | {"average_score": min(average, lower)}) >= better


@given(
    known=FIGURES,
    marks=st.lists(st.floats(0, 100), max_size=8),
    missed=st.integers(0, 4),
    rank=st.none() | st.floats(0, 100),
    fall=st.floats(0, 1),
)
def test_more_missed_work_is_never_a_lower_risk(
    known: dict[str, Value],
    marks: list[float],
    missed: int,
    rank: float | None,
    fall: float,
) -> None:
    """One more piece not handed in: lower average, no better standing, and no lower score."""
    base = figures_of(**known) | {"subject_score": None, "days_observed": 30}

    def of(missing: int, standing: float | None) -> float:
        count = len(marks) + missing
        average = sum(marks) / count if count else None
        return risk_of(
            base
            | {"average_score": average, "score_count": count or None}
            | {"missed_work": missing, "percentile_rank": standing if count else None}
            | {"days_since_last_activity": 0}
        )

    after = None if rank is None else rank * fall
    assert of(missed + 1, after) >= of(missed, rank) - 1e-4


@given(known=FIGURES, days=st.integers(0, 28), fewer=st.integers(0, 28))
def test_fewer_active_days_are_never_a_lower_risk(
    known: dict[str, Value], days: int, fewer: int
) -> None:
    """All else equal, the score does not fall with the days on which the student was there."""
    base = figures_of(**known) | {"days_since_last_activity": 0, "days_observed": 30}
    present = risk_of(base | {"active_days_28": max(days, fewer)})
    assert risk_of(base | {"active_days_28": min(days, fewer)}) >= present


@pytest.mark.parametrize(
    ("known", "text"),
    [
        pytest.param(
            marked(74, 8, percentile_rank=30.0), "in the lower half of the class (percentile 30)",
            id="standing",
        ),
        pytest.param(PRESENT | {"active_days_28": 3}, "active on 3 of the last 28 days", id="days"),
        pytest.param({"days_enrolled": 5}, "not seen once in 5 days", id="never seen"),
    ],
)  # fmt: skip
def test_what_raises_the_score_is_told(known: dict[str, Value], text: str) -> None:
    """A term of the formula that weighs against a student is a reason, though no factor has it."""
    assert text in assess(figures_of(**known), thresholds=THRESHOLDS, today=TODAY).reasons


def test_a_level_without_any_other_reason_has_the_formulas_own() -> None:
    """Where most fail, a student who is like all others is at risk, and is told why."""
    hard = replace(shipped_formula(), base=0.6)
    row = figures_of(**marked(80, 5, percentile_rank=60.0))
    found = assess(row, thresholds=THRESHOLDS, today=TODAY, formula=hard)
    assert found.overall_risk_level == "high"
    assert found.reasons == ("60 of 100 such students did not pass in past terms",)


def test_every_reason_has_its_words_and_an_intervention() -> None:
    """No code without a sentence; the sentence shows the numbers it rests on."""
    row = figures_of(
        average_score=45.25,
        score_count=4,
        missed_work=1,
        percentile_rank=12.5,
        score_trend="declining",
        last_score=30.0,
        struggling_subjects=("Art", "Math"),
        struggling_subjects_count=2,
        subject_score=35.0,
        subject_score_count=4,
        weakest_subject="Art",
    )
    found = assess(row, thresholds=THRESHOLDS, today=TODAY)
    assert found.reasons == (
        "the average is 45.2\u00a0%, below 60\u00a0%",
        "in the lowest quarter of the class (percentile 12.5)",
        "the last scores fall; the newest is 30\u00a0%",
        "below 60\u00a0% in Art, Math",
        "35\u00a0% in Art, below 40\u00a0%",
    )
    assert found.urgency_level == "high"
    assert found.next_review_date == date(2026, 11, 22)
    assert "a peer tutor" in found.recommended_interventions
    assert all(text for text in WORDS.values())


@pytest.mark.parametrize(
    ("work", "text"),
    [
        pytest.param("missed", "the last scores fall; the newest work was missed", id="missed"),
        pytest.param("scored", "the last scores fall; the newest is 0\u00a0%", id="a true 0"),
    ],
)
def test_missed_work_is_not_told_as_a_score(work: str, text: str) -> None:
    """Nobody wrote an exam that was missed, so it has no result of 0."""
    factor = academic(70, score_trend="declining", last_score=0.0, last_work=work)
    assert factor.factors[-1].text == text


def test_the_assessment_of_a_student_uses_her_own_calendar(facts: Facts, figures: Figures) -> None:
    """From the school's tables to the review date: in Kiritimati it is tomorrow already."""
    facts.student("ana", timezone="Pacific/Kiritimati")
    facts.active("ana", -3)
    found = figures.risk("ana", NOW)
    assert found is not None
    assert found.overall_risk_level == "low"
    assert found.next_review_date == date(2026, 12, 4)
    assert figures.risk("nobody", NOW) is None
