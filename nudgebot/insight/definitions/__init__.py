"""The definition of every metric that SQL gives, in the order in which the statements run."""

from __future__ import annotations

from nudgebot.insight.definitions.activity import ACTIVITY
from nudgebot.insight.definitions.assignments import COMING, COUNTS, LAST, OVERDUE
from nudgebot.insight.definitions.enrolment import ENROLMENT
from nudgebot.insight.definitions.exams import NEXT_EXAMS, PREPARATION, UPCOMING
from nudgebot.insight.definitions.practice import IMPROVED_SKILL, PRACTICE, WEAKEST_SKILL
from nudgebot.insight.definitions.scores import AVERAGES, EXAM_SCORES, NEWEST
from nudgebot.insight.definitions.statement import Group, Listing, Table
from nudgebot.insight.definitions.subjects import (
    STRUGGLING,
    STRUGGLING_COUNT,
    SUBJECT_ACTIVITY,
    SUBJECT_SCORES,
    SUBJECT_TREND,
    WEAKEST,
)
from nudgebot.insight.definitions.videos import VIDEOS
from nudgebot.insight.definitions.work import TASKS, WORK

STANDING_TABLES: tuple[Table, ...] = (TASKS, WORK)
"""What the averages by class need."""

TABLES: tuple[Table, ...] = (*STANDING_TABLES, SUBJECT_SCORES, NEXT_EXAMS)

GROUPS: tuple[Group, ...] = (
    ACTIVITY,
    ENROLMENT,
    VIDEOS,
    AVERAGES,
    NEWEST,
    EXAM_SCORES,
    UPCOMING,
    PREPARATION,
    STRUGGLING_COUNT,
    WEAKEST,
    SUBJECT_TREND,
    SUBJECT_ACTIVITY,
    COUNTS,
    OVERDUE,
    COMING,
    LAST,
    PRACTICE,
    WEAKEST_SKILL,
    IMPROVED_SKILL,
)

LISTINGS: tuple[Listing, ...] = (STRUGGLING,)
