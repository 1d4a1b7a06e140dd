"""What a definition is made of: tables that lead up to it, and statements that give figures.

The SQL keeps to what other engines share: whole numbers for days and instants, joins, CASE, common
table expressions and window functions. `scope` holds the students asked for, `zone_offsets` their
zones' offsets from UTC, `:at` is the instant as of which everything is seen. `CROSS JOIN` with the
condition under WHERE is an inner join whose order SQLite keeps: from the scope outwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

TEMPORARY_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS scope (
    student_id TEXT PRIMARY KEY, zone TEXT NOT NULL, day INTEGER NOT NULL, hour INTEGER NOT NULL,
    midnight_at INTEGER NOT NULL             -- the end of the student's day
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS zone_offsets (
    zone TEXT, begin_at INTEGER, end_at INTEGER, seconds INTEGER,
    PRIMARY KEY (zone, begin_at)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS tasks (      -- assignments with what the student did about them
    student_id TEXT, assignment_id TEXT, class_id TEXT, subject TEXT, title TEXT, skill_id TEXT,
    due_at INTEGER, due_day INTEGER, handed_at INTEGER, handed_day INTEGER,
    late INTEGER, closed INTEGER, score REAL,
    enrolled_then INTEGER, enrolled_now INTEGER,
    PRIMARY KEY (student_id, due_at, assignment_id)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS work (       -- what counts, a year back
    student_id TEXT, at INTEGER, kind TEXT, item_id TEXT, class_id TEXT, subject TEXT,
    day INTEGER, percent REAL, missed INTEGER,
    PRIMARY KEY (student_id, at, kind, item_id)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS subject_scores (
    student_id TEXT, subject TEXT, average REAL, items INTEGER, place INTEGER,
    PRIMARY KEY (student_id, place)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS next_exams (
    student_id TEXT PRIMARY KEY, title TEXT, subject TEXT, day INTEGER
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS peers (      -- standings that are computed, not stored
    student_id TEXT, class_id TEXT, average_score REAL,
    PRIMARY KEY (student_id, class_id)
) WITHOUT ROWID;
"""

_PARTS = {
    # An instant's day in the zone of an offset `o` that holds at the instant.
    "day_of": "CAST(($t + o.seconds - ($t + o.seconds) % 86400) / 86400 AS INTEGER)",
    "offset": "o.zone = $zone AND o.begin_at <= $t AND o.end_at > $t",
    # Enrolment `n`, in class `k` where that is known, holds on a day.
    "in_force": """(n.gone_at IS NULL OR n.gone_at > :at)
        AND (k.gone_at IS NULL OR k.gone_at > :at)
        AND (n.begin_day IS NULL OR n.begin_day <= $day)
        AND (n.end_day IS NULL OR n.end_day >= $day)""",
}


def day_of(instant: str) -> str:
    """SQL for the local day of an instant under the offset row `o`."""
    return Template(_PARTS["day_of"]).substitute(t=instant)


def offset_at(instant: str, zone: str) -> str:
    """SQL that joins the one offset row `o` which holds at an instant."""
    return Template(_PARTS["offset"]).substitute(t=instant, zone=zone)


def in_force(day: str) -> str:
    """SQL for "enrolment `n` in class `k` holds on that day, by what was known"."""
    return Template(_PARTS["in_force"]).substitute(day=day)


def sql(text: str, **parts: str) -> str:
    """The statement with its `$parts` put in; parts are constants of this package."""
    return Template(text).substitute(parts)


@dataclass(frozen=True)
class Table:
    """A temporary table and the SELECTs that fill it, columns in the table's order."""

    name: str
    columns: tuple[str, ...]
    selects: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Metrics that one SELECT gives, after the student's id; without a row they are not known."""

    name: str
    metrics: tuple[str, ...]
    select: str


@dataclass(frozen=True)
class Listing:
    """A metric of words: rows of student id and word, in the words' order."""

    metric: str
    select: str
