"""The overall risk of a student, from figures alone (requirement A, Performance Risk Assessment).

Score = 1 - (1 - strongest) * product of (1 - other / 2) over the other factors, each factor being
its weight times the score of its level; the score of a level is the threshold from which the level
begins. So the academic factor alone decides the level (a high one makes the whole high), the
others add half their weight, and the score only ever rises with them. A factor on little evidence
(confidence below 0.5: fewer than three pieces of work, for one) weighs as one level less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nudgebot.insight import risk_factors
from nudgebot.insight.decline import Row
from nudgebot.insight.risk_factors import LEVELS, Factor, at_least, lowered

# How much each factor weighs beside the marks themselves.
WEIGHTS: Mapping[str, float] = {
    "academic_performance": 1.0,
    "engagement_risk": 0.8,
    "subject_specific_risks": 0.8,
    "behavioral_risks": 0.7,
}
LITTLE_EVIDENCE = 0.5

# When a person should look again, and how soon something should happen.
REVIEW_DAYS: Mapping[str, int] = {
    "critical": 1,
    "high": 3,
    "medium": 7,
    "low": 14,
    "minimal": 28,
    "unknown": 7,
}
_URGENCY: Mapping[str, str] = {"critical": "critical", "high": "high", "medium": "medium"}

_INTERVENTIONS: Mapping[str, str] = {
    "no_score_at_all": "a talk with the student: what keeps her from handing anything in",
    "very_low_average_score": "a one-to-one meeting and a plan with small steps",
    "low_average_score": "a study session with the teacher",
    "below_average_score": "targeted practice of the weakest skills",
    "low_percentile_rank": "a peer tutor",
    "declining_performance_trend": "a talk about what has changed lately",
    "declining_to_missed_work": "a talk about what has changed lately",
    "inactive": "a personal message: is everything all right?",
    "falling_activity": "a word of encouragement to come back",
    "rarely_active": "a fixed time for study, agreed with the student",
    "unfinished_videos": "shorter pieces of video, with the unfinished ones first",
    "struggling_subject": "an easier assignment in the subject",
    "very_low_subject_score": "a meeting with the subject's teacher",
    "declining_subject_trend": "a look at the newest topics of the subject",
    "missed_assignments": "an agreed date for each missing assignment",
    "late_assignments": "reminders two days before work is due",
    "streak_break": "a word of encouragement for a new streak",
    "declining_video_engagement": "other material than video on the same topic",
    "irregular_study_pattern": "a weekly plan with regular days",
}


@dataclass(frozen=True)
class RiskAssessment:
    """Requirement A's whole answer; level `unknown` and score None mean "no data yet"."""

    overall_risk_level: str
    overall_score: float | None
    risk_factors: Mapping[str, Factor]
    recommended_interventions: tuple[str, ...]
    urgency_level: str
    next_review_date: date

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons in words, the gravest factor's first."""
        graver = sorted(self.risk_factors.values(), key=lambda each: -LEVELS.index(each.level))
        return tuple(reason.text for factor in graver for reason in factor.factors)


def assess(row: Row, *, thresholds: Mapping[str, float], today: date) -> RiskAssessment:
    """The assessment of one student's figures; `thresholds` are the score where a level begins."""
    factors = _factors(row, thresholds)
    score, level = _overall(factors, thresholds)
    gravest = max((each.level for each in factors.values()), key=LEVELS.index)
    urgency = _URGENCY.get(level, "low")
    if gravest == "critical":
        urgency = at_least(urgency, "high")
    codes = sorted(
        (
            (LEVELS.index(each.level), reason.code)
            for each in factors.values()
            for reason in each.factors
        ),
        key=lambda pair: -pair[0],
    )
    return RiskAssessment(
        overall_risk_level=level,
        overall_score=score,
        risk_factors=factors,
        recommended_interventions=tuple(dict.fromkeys(_INTERVENTIONS[code] for _, code in codes)),
        urgency_level=urgency,
        next_review_date=today + timedelta(days=REVIEW_DAYS[level]),
    )


def score_and_level(row: Row, thresholds: Mapping[str, float]) -> tuple[float | None, str]:
    """The two figures `risk_score` and `risk_level`, by the same rule as the whole assessment."""
    return _overall(_factors(row, thresholds), thresholds)


def _factors(row: Row, thresholds: Mapping[str, float]) -> dict[str, Factor]:
    found = {
        "academic_performance": risk_factors.academic(row),
        "engagement_risk": risk_factors.engagement(row),
        "subject_specific_risks": risk_factors.subjects(row),
        "behavioral_risks": risk_factors.behaviour(row),
    }
    return {name: replace(each, score=_score(each, thresholds)) for name, each in found.items()}


def _score(factor: Factor, thresholds: Mapping[str, float]) -> float | None:
    """The score of the factor's level; nothing against the student is 0, not measured None."""
    if factor.level == "unknown":
        return None
    if not factor.factors:
        return 0.0
    level = lowered(factor.level) if factor.confidence < LITTLE_EVIDENCE else factor.level
    return thresholds[level]


def _overall(
    factors: Mapping[str, Factor], thresholds: Mapping[str, float]
) -> tuple[float | None, str]:
    weighted = sorted(
        (WEIGHTS[name] * each.score for name, each in factors.items() if each.score is not None),
        reverse=True,
    )
    if not weighted:
        return None, "unknown"
    left = 1 - weighted[0]
    for other in weighted[1:]:
        left *= 1 - other / 2
    score = round(1 - left, 4)
    for level in ("critical", "high", "medium", "low"):
        if score >= thresholds[level]:
            return score, level
    return score, "minimal"
