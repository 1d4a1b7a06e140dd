"""What a figure says to a person: `average 56 %`, `no activity for 10 days`, `exam tomorrow`.

In a phrase `{value}` is the number with its percent sign, `{number}` without, and `[day|days]`
picks the word that goes with it. All is plain text and may carry outside words: escape it before it
is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Unit
from nudgebot.insight.table import Value

_NUMBERED = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")
_PERCENTS = (Unit.PERCENT, Unit.SHARE)
PERCENT = "\u00a0%"  # kept with its number at the end of a line


@dataclass(frozen=True)
class Phrase:
    """How the values of one metric are said.

    `label` names the metric where its value is not known. `zero`, `one` and `below` (0) stand in
    for `says` there; `words` where the value is one of a few words. `evidence`: the figure only
    says how much others rest on. `staff_only`: students are not told it, as it ranks or rates them.
    """

    label: str
    says: str
    zero: str = ""
    one: str = ""
    below: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    evidence: bool = False
    staff_only: bool = False


def said(name: str, value: Value) -> str:
    """A metric's value as a person would say it, beginning in lower case."""
    phrase = PHRASES[name]
    match value:
        case None:
            return f"{phrase.label} not known"
        case str():
            return phrase.words.get(value) or phrase.says.format(value=value)
        case tuple():
            if not value:
                return phrase.zero
            return phrase.says.format(value=_listed([phrase.words.get(e, e) for e in value]))
    return _number(phrase, value, METRIC[name].unit)


def _number(phrase: Phrase, value: float, unit: Unit) -> str:
    shown = value * 100 if unit is Unit.SHARE else value
    nearest = int(abs(shown) + 0.5)
    if value == 0 and phrase.zero:
        return phrase.zero
    if nearest == 1 and phrase.one:
        return phrase.one
    text = phrase.below if shown < 0 and phrase.below else phrase.says
    text = _NUMBERED.sub(lambda found: found[1 if nearest == 1 else 2], text)
    return text.format(
        value=f"{nearest:,}{PERCENT if unit in _PERCENTS else ''}",
        number=f"{nearest:,}",
        of_7_days=int(value * 7 + 0.5),
        of_1=f"{value:.2f}",
    )


def _listed(words: list[str]) -> str:
    *front, last = words
    return " and ".join(part for part in (", ".join(front), last) if part)


_ACTIVITY = {
    "current_streak": Phrase(
        "streak", "a streak of {value} [day|days]", zero="no streak at the moment"
    ),
    "highest_streak": Phrase(
        "best streak", "best streak so far {value} [day|days]", zero="no streak so far"
    ),
    "last_streak": Phrase(
        "last streak", "last streak {value} [day|days]", zero="no streak so far"
    ),
    "days_since_last_activity": Phrase(
        "last activity", "no activity for {value} days", zero="active today",
        one="last active yesterday",
    ),
    "days_observed": Phrase(
        "first activity", "first active {value} [day|days] ago", evidence=True
    ),
    "days_enrolled": Phrase(
        "enrolment", "enrolled for {value} [day|days]", evidence=True
    ),
    "active_days_7": Phrase(
        "active days", "active on {value} of the last 7 days", zero="not active in the last 7 days"
    ),
    "active_days_7_before": Phrase(
        "active days of the week before", "active on {value} of the 7 days before the last 7",
        zero="not active in the 7 days before the last 7",
    ),
    "activity_change": Phrase(
        "change in activity", "{value} active [day|days] more than in the week before",
        below="{value} active [day|days] fewer than in the week before",
        zero="as many active days as in the week before",
    ),
    "active_days_28": Phrase(
        "active days", "active on {value} of the last 28 days",
        zero="not active in the last 28 days",
    ),
    "engagement_rate": Phrase(
        "share of active days", "active on {value} of the days", zero="not active on any day"
    ),
    "busiest_week_days": Phrase(
        "busiest week", "{value} active [day|days] in the best of 4 weeks",
        zero="no active day in 4 weeks",
    ),
    "quietest_week_days": Phrase(
        "quietest week", "{value} active [day|days] in the poorest of 4 weeks",
        zero="a week without any active day",
    ),
    "time_spent": Phrase(
        "time spent", "{value} [minute|minutes] of work in 4 weeks", zero="no time spent in 4 weeks"
    ),
}  # fmt: skip

_VIDEOS = {
    "videos_started": Phrase(
        "videos started", "{value} [video|videos] started in 4 weeks",
        zero="no video started in 4 weeks",
    ),
    "videos_completed": Phrase(
        "videos finished", "{value} [video|videos] finished in 4 weeks",
        zero="no video finished in 4 weeks",
    ),
    "video_completion_rate": Phrase(
        "videos finished", "{value} of the started videos finished",
        zero="none of the started videos finished",
    ),
    "days_since_last_video": Phrase(
        "last video", "no video for {value} days", zero="a video today", one="last video yesterday"
    ),
    "video_minutes_14": Phrase(
        "minutes of video", "{value} [minute|minutes] of video in 14 days",
        zero="no minute of video in 14 days",
    ),
    "video_minutes_14_before": Phrase(
        "minutes of video before", "{value} [minute|minutes] of video in the 14 days before",
        zero="no minute of video in the 14 days before",
    ),
    "videos_watched_14": Phrase(
        "videos watched", "{value} [video|videos] watched in 14 days",
        zero="no video watched in 14 days",
    ),
    "videos_watched_14_before": Phrase(
        "videos watched before", "{value} [video|videos] watched in the 14 days before",
        zero="no video watched in the 14 days before",
    ),
}  # fmt: skip

_SCORES = {
    "average_score": Phrase("average", "average {value}"),
    "score_count": Phrase(
        "pieces of work", "{value} [piece|pieces] of work in the average", evidence=True
    ),
    "missed_work": Phrase(
        "missed work", "{value} [piece|pieces] of work missed", zero="no work missed"
    ),
    "recent_exam_count": Phrase(
        "exams", "{value} [exam|exams] in 90 days", zero="no exam in 90 days", evidence=True
    ),
    "last_score": Phrase(
        "last score", "last score {value}", zero=f"newest work counted as 0{PERCENT}"
    ),
    "last_work": Phrase(
        "newest work", "newest work {value}",
        words={"missed": "the newest work was missed", "scored": "the newest work was scored"},
    ),
    "days_since_last_score": Phrase(
        "day of the last score", "last score {value} days ago", zero="last score today",
        one="last score yesterday",
    ),
    "score_change": Phrase(
        "change of scores", "last score {number} [point|points] above those before",
        below="last score {number} [point|points] below those before",
        zero="last score like those before",
    ),
    "score_trend": Phrase(
        "trend of scores", "scores {value}",
        words={"improving": "scores rising", "declining": "scores falling"},
    ),
    "percentile_rank": Phrase(
        "standing in the class", "percentile {number} in the class", staff_only=True
    ),
    "historical_exam_performance": Phrase("average of exams", "exams of the last year {value}"),
    "exam_participation_rate": Phrase(
        "exams written", "{value} of the exams written", zero="none of the exams written"
    ),
}  # fmt: skip

_EXAMS = {
    "upcoming_exam_days": Phrase(
        "day of the next exam", "exam in {value} days", zero="exam today", one="exam tomorrow"
    ),
    "upcoming_exam_title": Phrase("title of the next exam", "next exam: {value}"),
    "upcoming_exam_subject": Phrase("subject of the next exam", "next exam in {value}"),
    "preparation_activity": Phrase(
        "preparation for the exam", "prepared for the exam on {of_7_days} of the last 7 days",
        zero="nothing done for the exam in the last 7 days",
    ),
}  # fmt: skip

_SUBJECTS = {
    "struggling_subjects": Phrase(
        "weak subjects", f"below 60{PERCENT} in {{value}}", zero=f"no subject below 60{PERCENT}"
    ),
    "struggling_subjects_count": Phrase(
        "weak subjects", f"{{value}} [subject|subjects] below 60{PERCENT}",
        zero=f"no subject below 60{PERCENT}",
    ),
    "weakest_subject": Phrase("weakest subject", "weakest subject {value}"),
    "subject_score": Phrase("score in the weakest subject", "{value} in the weakest subject"),
    "subject_score_count": Phrase(
        "work in the weakest subject", "{value} [piece|pieces] of work in the weakest subject",
        evidence=True,
    ),
    "subject_score_trend": Phrase(
        "trend in the weakest subject", "scores in the weakest subject {value}",
        words={
            "improving": "scores rising in the weakest subject",
            "declining": "scores falling in the weakest subject",
        },
    ),
    "days_since_subject_activity": Phrase(
        "activity in the weakest subject", "nothing done in the weakest subject for {value} days",
        zero="active in the weakest subject today",
        one="active in the weakest subject yesterday",
    ),
}  # fmt: skip

_ASSIGNMENTS = {
    "due_assignments": Phrase(
        "assignments due", "{value} [assignment|assignments] due in 4 weeks",
        zero="no assignment due in 4 weeks", evidence=True,
    ),
    "missed_assignments": Phrase(
        "assignments not handed in", "{value} [assignment|assignments] not handed in",
        zero="no assignment missed",
    ),
    "overdue_assignments": Phrase(
        "assignments overdue", "{value} [assignment|assignments] overdue", zero="nothing overdue"
    ),
    "late_assignments": Phrase(
        "late assignments", "{value} [assignment|assignments] handed in late",
        zero="no assignment handed in late",
    ),
    "assignment_completion_rate": Phrase(
        "assignments handed in", "{value} of the assignments handed in",
        zero="no assignment handed in",
    ),
    "overdue_assignment_title": Phrase("overdue assignment", "overdue: {value}"),
    "overdue_days": Phrase(
        "days overdue", "an assignment overdue for {value} [day|days]",
        zero="an assignment overdue since today",
    ),
    "next_assignment_title": Phrase("next assignment", "due next: {value}"),
    "next_assignment_days": Phrase(
        "day of the next assignment", "next assignment due in {value} days",
        zero="next assignment due today", one="next assignment due tomorrow",
    ),
    "next_assignment_skill": Phrase("skill of the next assignment", "next assignment on {value}"),
    "last_assignment_title": Phrase("last assignment", "last scored: {value}"),
    "last_assignment_score": Phrase(
        "score of the last assignment", "{value} in the last assignment"
    ),
}  # fmt: skip

_PRACTICE = {
    "questions_answered": Phrase(
        "practice questions", "{value} practice [question|questions] in 4 weeks",
        zero="no practice question in 4 weeks",
    ),
    "accuracy": Phrase(
        "accuracy in practice", "{value} of practice answers right",
        zero="no practice answer right",
    ),
    "accuracy_change": Phrase(
        "change of accuracy", "accuracy up by {number} [point|points]",
        below="accuracy down by {number} [point|points]", zero="accuracy as before",
    ),
    "xp": Phrase("XP", "{value} XP in 4 weeks", zero="no XP in 4 weeks"),
    "days_since_last_practice": Phrase(
        "last practice", "no practice for {value} days", zero="practised today",
        one="last practice yesterday",
    ),
    "weakest_skill": Phrase("weakest skill", "weakest skill {value}"),
    "weakest_skill_accuracy": Phrase(
        "accuracy in the weakest skill", "{value} right in the weakest skill",
        zero="nothing right in the weakest skill",
    ),
    "improved_skill": Phrase("most improved skill", "better at {value}"),
    "improved_skill_accuracy": Phrase(
        "accuracy in the most improved skill", "{value} right in the most improved skill"
    ),
}  # fmt: skip

_RISK = {
    "decline_indicators": Phrase(
        "signs of decline", "signs of decline: {value}", zero="no sign of decline",
        words={
            "streak_break": "a broken streak",
            "declining_video_engagement": "fewer videos",
            "missed_assignments": "missed assignments",
            "irregular_study_pattern": "irregular work",
        },
    ),
    "risk_level": Phrase(
        "risk", "risk {value}", words={"unknown": "risk not measured yet"}, staff_only=True
    ),
    "risk_score": Phrase("risk", "risk {of_1} of 1", staff_only=True),
}  # fmt: skip

PHRASES: Mapping[str, Phrase] = MappingProxyType(
    _ACTIVITY | _VIDEOS | _SCORES | _EXAMS | _SUBJECTS | _ASSIGNMENTS | _PRACTICE | _RISK
)
"""By metric; a test keeps that none is missing."""
