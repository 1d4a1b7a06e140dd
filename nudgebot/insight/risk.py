"""The overall risk of a student, from figures alone (requirement A, Performance Risk Assessment).

The four factors give the reasons in words; the score comes from the formula in `risk_formula`,
whose weights were measured. Whoever has due work and nothing scored at all is at high risk at
least, whatever the formula says. A term of the formula that raises the risk has its reason too, so
that no level stands without words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nudgebot.insight import risk_factors
from nudgebot.insight.decline import Row
from nudgebot.insight.risk_factors import LEVELS, Factor, Reason, at_least
from nudgebot.insight.risk_formula import Formula, shipped_formula

# From what a term adds to the log-odds on, it is told as a reason.
TOLD_FROM = 0.2

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
    "lower_half": "a peer tutor",
    "usual_in_past_terms": "a talk with the student: how is it going?",
    "declining_performance_trend": "a talk about what has changed lately",
    "declining_to_missed_work": "a talk about what has changed lately",
    "inactive": "a personal message: is everything all right?",
    "never_active": "a personal message: is everything all right?",
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
    """Requirement A's whole answer; level `unknown` and score None mean "no data yet".

    `chance` is the formula's: to fail or leave, as students like this one did in past terms.
    """

    overall_risk_level: str
    overall_score: float | None
    risk_factors: Mapping[str, Factor]
    recommended_interventions: tuple[str, ...]
    urgency_level: str
    next_review_date: date
    chance: float | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons in words, the gravest factor's first."""
        graver = sorted(self.risk_factors.values(), key=lambda each: -LEVELS.index(each.level))
        return tuple(reason.text for factor in graver for reason in factor.factors)


def assess(
    row: Row, *, thresholds: Mapping[str, float], today: date, formula: Formula | None = None
) -> RiskAssessment:
    """The assessment of one student's figures; `thresholds` are the score where a level begins.

    Without a `formula` it is the shipped one.
    """
    formula = formula or shipped_formula()
    factors = {name: look(row) for name, look in _LOOKS.items()}
    score, level = score_and_level(row, thresholds, formula)
    if score is not None:
        factors = _told(factors, row, level, formula)
    gravest = max((each.level for each in factors.values()), key=LEVELS.index)
    urgency = _URGENCY.get(level, "low")
    if gravest == "critical":
        urgency = at_least(urgency, "medium" if urgency == "low" else "high")
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
        chance=None if score is None else formula.chance(row),
    )


def score_and_level(
    row: Row, thresholds: Mapping[str, float], formula: Formula | None = None
) -> tuple[float | None, str]:
    """The two figures `risk_score` and `risk_level`, by the same rule as the whole assessment."""
    if not risk_factors.measured(row):
        return None, "unknown"
    formula = formula or shipped_formula()
    score = formula.score(formula.chance(row))
    least = risk_factors.nothing_scored(row)
    if least is not None:
        score = max(score, thresholds[least])
    score = round(score, 4)
    for level in ("critical", "high", "medium", "low"):
        if score >= thresholds[level]:
            return score, level
    return score, "minimal"


def _told(
    factors: Mapping[str, Factor], row: Row, level: str, formula: Formula
) -> dict[str, Factor]:
    """The factors, with a reason for each term of the formula that raises the risk."""
    found = dict(factors)
    for term, added in formula.contributions(row).items():
        name, covered, reason = _TERM_REASONS[term]
        if term == "presence" and row["active_days_28"] is None:
            reason = ("never_active", "days_enrolled")
        if term == "standing" and row["percentile_rank"] is None:
            continue  # the mark stands for it, and is told
        codes = {each.code for each in found[name].factors}
        if added >= TOLD_FROM and not codes & covered:
            found[name] = _with(found[name], risk_factors.reason(row, *reason))
    worth_a_word = LEVELS.index(level) >= LEVELS.index("medium")
    if worth_a_word and not any(each.factors for each in found.values()):
        usual = Reason("usual_in_past_terms", (("chance", round(100 * formula.chance(row))),))
        found["academic_performance"] = _with(found["academic_performance"], usual)
    return found


def _with(factor: Factor, added: Reason) -> Factor:
    level = "low" if factor.level == "unknown" else factor.level
    return replace(factor, level=level, factors=(*factor.factors, added))


_LOOKS: Mapping[str, Callable[[Row], Factor]] = {
    "academic_performance": risk_factors.academic,
    "engagement_risk": risk_factors.engagement,
    "subject_specific_risks": risk_factors.subjects,
    "behavioral_risks": risk_factors.behaviour,
}
FACTORS = tuple(_LOOKS)

# Term: the factor it belongs to, the reasons that tell it already, the one to tell it by.
_TERM_REASONS: Mapping[str, tuple[str, frozenset[str], tuple[str, ...]]] = {
    "marks": (
        "academic_performance",
        frozenset(
            (
                "no_score_at_all",
                "very_low_average_score",
                "low_average_score",
                "below_average_score",
            )
        ),
        ("below_average_score", "average_score"),
    ),
    "standing": (
        "academic_performance",
        frozenset(("low_percentile_rank",)),
        ("lower_half", "percentile_rank"),
    ),
    "presence": (
        "engagement_risk",
        frozenset(("inactive", "rarely_active", "never_active")),
        ("rarely_active", "active_days_28"),
    ),
}
