"""What came of messages to students, counted from the cases that are closed."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from nudgebot.nudging.learning import Tally
from nudgebot.nudging.profiles import Cell, Record
from nudgebot.school.days import to_at
from nudgebot.store import Store

LEARN_FROM = timedelta(days=365)
WORKED = ("answered", "done", "need_help")
"""The answers that count as one: the target reached in the window does too. A reaction, a "not
now" and a "this is wrong" come back as well, but nothing has worked."""

# Only what is over counts: of what is still followed, the successes are known before the failures.
_CELLS = f"""
SELECT c.student_id, c.type, c.hour, COALESCE(NULLIF(n.tone, ''), c.tone), c.channel,
    c.urgency IN ('low', 'medium'),
    SUM(COALESCE(c.target_met_at <= c.ends_at, 0) OR EXISTS (
        SELECT 1 FROM responses r
        WHERE r.nudge_key = c.nudge_key AND r.kind IN {WORKED} AND r.at <= c.ends_at)),
    COUNT(*)
FROM {{source}} JOIN nudges n ON n.nudge_key = c.nudge_key
WHERE c.state = 'closed' AND c.arm != 'held_out' AND n.state = 'sent' AND n.to_student
    AND c.ends_at <= :as_of AND c.starts_at > :since
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608  # constants of this module
_OF_ALL = "cases c"
_OF_STUDENTS = "json_each(:students) j CROSS JOIN cases c ON c.student_id = j.value"


def cells(store: Store, as_of: datetime, student_ids: Collection[str] | None = None) -> list[Cell]:
    """The messages of some students or of all, those of a student together."""
    rows = store.rows(
        _CELLS.format(source=_OF_ALL if student_ids is None else _OF_STUDENTS),
        {
            "as_of": to_at(as_of),
            "since": to_at(as_of - LEARN_FROM),
            "students": json.dumps(sorted(student_ids or ())),
        },
    )
    return [
        Cell(
            student_id=row[0],
            type=row[1],
            hour=row[2],
            tone=row[3],
            channel=row[4],
            free=bool(row[5]),
            tally=Tally(row[6], row[7]),
        )
        for row in rows
    ]


def records(store: Store, as_of: datetime, student_ids: Collection[str]) -> dict[str, Record]:
    """The records of these students, without those who have none yet."""
    found = cells(store, as_of, student_ids)
    return {
        student_id: Record(student_id, tuple(own))
        for student_id, own in groupby(found, attrgetter("student_id"))
    }
