"""The definition of every metric that SQL gives, in the order in which the statements run."""

from __future__ import annotations

from nudgebot.insight.definitions.activity import ACTIVITY
from nudgebot.insight.definitions.assignments import ASSIGNMENTS
from nudgebot.insight.definitions.exams import NEXT_EXAMS, UPCOMING
from nudgebot.insight.definitions.practice import PRACTICE, SKILLS
from nudgebot.insight.definitions.scores import EXAM_SCORES, SCORES
from nudgebot.insight.definitions.statement import Group, Listing, Table
from nudgebot.insight.definitions.subjects import STRUGGLING, SUBJECT_SCORES, SUBJECTS
from nudgebot.insight.definitions.videos import VIDEOS
from nudgebot.insight.definitions.work import TASKS, WORK

STANDING_TABLES: tuple[Table, ...] = (TASKS, WORK)
"""What the averages by class need."""

TABLES: tuple[Table, ...] = (*STANDING_TABLES, SUBJECT_SCORES, NEXT_EXAMS)

GROUPS: tuple[Group, ...] = (
    ACTIVITY,
    VIDEOS,
    SCORES,
    EXAM_SCORES,
    UPCOMING,
    SUBJECTS,
    ASSIGNMENTS,
    PRACTICE,
    SKILLS,
)

LISTINGS: tuple[Listing, ...] = (STRUGGLING,)
