"""An example student, in whose name templates are shown before one is chosen for somebody real."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.table import Value
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.samples import figures

FIRST_NAME = "Ana"
_FIGURES: Mapping[str, Value] = {
    "days_since_last_activity": 8,
    "days_since_last_practice": 10,
    "next_assignment_title": "Worksheet 3",
    "next_assignment_skill": "Decimals",
    "last_assignment_title": "Worksheet 2",
    "overdue_assignment_title": "Worksheet 1",
    "overdue_assignments": 1,
    "overdue_days": 1,
    "weakest_skill": "Fractions",
    "weakest_skill_accuracy": 52.0,
    "improved_skill": "Division",
    "improved_skill_accuracy": 84.0,
    "current_streak": 6,
    "highest_streak": 9,
    "average_score": 58.0,
    "last_score": 81.0,
    "score_change": 12.0,
    "videos_started": 5,
    "video_completion_rate": 0.4,
    "upcoming_exam_days": 5,
    "upcoming_exam_title": "Fractions test",
    "upcoming_exam_subject": "Mathematics",
    "struggling_subjects": ("Mathematics",),
    "weakest_subject": "Mathematics",
}


def sample_facts(as_of: datetime, zone: ZoneInfo, teacher: str, language: str) -> Facts:
    """Somebody of whom everything is known."""
    return Facts(
        student_id="",
        first_name=FIRST_NAME,
        full_name=FIRST_NAME,
        figures=figures(METRIC, 3, "Fractions") | dict(_FIGURES),
        as_of=as_of,
        data_as_of=as_of,
        zone=zone,
        language=language,
        class_name="7B",
        teacher=teacher,
        subjects=("Mathematics",),
    )
