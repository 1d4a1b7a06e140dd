"""Students and skills in rows: what a table says of one student in one skill."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.insight.skill_data import SkillStanding, SkillStudent
from nudgebot.reports.contents.section import Row, row

_COLUMNS = ("State", "Accuracy", "Answers", "Sessions", "This period", "Last practised")


def standing_rows(skills: Sequence[SkillStanding]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The columns and rows of one student's skills."""
    return ("Skill", *_COLUMNS), tuple(_standing(each.name, each) for each in skills)


def student_rows(students: Sequence[SkillStudent]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The columns and rows of one skill's students."""
    return ("Student", *_COLUMNS), tuple(_standing(each.name, each.standing) for each in students)


def _standing(item: str, skill: SkillStanding) -> Row:
    return row(
        item,
        (skill.state.value, "state"),
        (skill.accuracy_percent, "percent"),
        (skill.answers, "answers"),
        (skill.sessions, "sessions"),
        (skill.period_accuracy_percent, "percent"),
        (skill.last_practised_on, "day"),
    )
