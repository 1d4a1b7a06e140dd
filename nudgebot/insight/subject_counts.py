"""How much work of chosen subjects is due, missed and overdue, counted as the figures count it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.definitions.work import TASKS
from nudgebot.store import Store

METRICS = ("due_assignments", "missed_assignments", "overdue_assignments")
# As the figures of these names, but for the subjects; work of no subject is everybody's.
_COUNTS = """
SELECT s.student_id,
    SUM(CASE WHEN t.handed_at IS NOT NULL OR t.enrolled_then = 1 THEN 1 ELSE 0 END),
    SUM(CASE WHEN t.handed_at IS NULL AND t.enrolled_then = 1 THEN 1 ELSE 0 END),
    SUM(CASE WHEN t.handed_at IS NULL AND t.enrolled_then = 1 AND t.enrolled_now = 1
        AND t.closed = 0 THEN 1 ELSE 0 END)
FROM scope s CROSS JOIN tasks t
WHERE t.student_id = s.student_id AND t.due_at <= :at AND t.due_day > s.day - 28
    AND (t.subject = '' OR t.subject IN (SELECT value FROM json_each(:own)))
GROUP BY s.student_id
"""


def work_in_subjects(
    store: Store,
    student_ids: Collection[str],
    subjects: Collection[str],
    *,
    zone: ZoneInfo,
    as_of: datetime,
) -> dict[str, dict[str, int]]:
    """The counts by metric of each student; 0 where nothing of these subjects was due."""
    found = {each: dict.fromkeys(METRICS, 0) for each in student_ids}
    own = json.dumps(sorted(subjects))
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        for portion in chunks(set(student_ids)):
            computation.aim(portion)
            computation.prepare([TASKS])
            for student_id, *counts in computation.rows(_COUNTS, own=own):
                found[student_id] = dict(zip(METRICS, map(int, counts), strict=True))
    return found
