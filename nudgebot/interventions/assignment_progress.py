"""How far a student is with a targeted assignment, as the newest exports have it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from nudgebot.interventions.assignment_rows import TargetedAssignment
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Progress:
    """Questions answered and right in its skills since it was given.

    `completed_at` is when the last question needed was answered or the LMS took it in, None while
    neither is known; `score` is the LMS's own in percent, else the share of right answers.
    """

    answered: int
    correct: int
    completed_at: datetime | None
    score: float | None


def progress_of(store: Store, assignment: TargetedAssignment, as_of: datetime) -> Progress:
    """What the data show by now; practice before the assignment was given is not of it."""
    answered = correct = 0
    reached: datetime | None = None
    for row in store.rows(
        """SELECT started_at, questions, correct FROM practice
           WHERE student_id = :student AND day >= :day AND started_at >= :since
               AND started_at <= :at AND gone_at IS NULL
               AND skill_id IN (SELECT value FROM json_each(:skills))
           ORDER BY started_at, session_id""",
        {
            "student": assignment.student_id,
            "day": to_at(assignment.created_at) // 86400 - 1,  # the index is by local day
            "since": to_at(assignment.created_at),
            "at": to_at(as_of),
            "skills": json.dumps(assignment.skill_ids),
        },
    ):
        answered += row["questions"]
        correct += row["correct"]
        if reached is None and answered >= assignment.question_count:
            reached = from_at(row["started_at"])
    handed_at, score = _submission(store, assignment, as_of)
    right = 100 * correct / answered if answered else None
    return Progress(answered, correct, handed_at or reached, right if score is None else score)


def _submission(
    store: Store, assignment: TargetedAssignment, as_of: datetime
) -> tuple[datetime | None, float | None]:
    """When the LMS took it in under its id, and the mark; one without a time is as of now."""
    row = store.row(
        """SELECT submitted_at, score, status FROM submissions
           WHERE student_id = ? AND assignment_id = ? AND gone_at IS NULL""",
        [assignment.student_id, assignment.lms_id],
    )
    if row is None or row["status"] in ("missed", "excused"):
        return None, None
    if row["submitted_at"] is not None:
        at = from_at(row["submitted_at"])
        return (at, row["score"]) if at <= as_of else (None, None)
    handed = row["status"] in ("submitted", "late") or row["score"] is not None
    return (as_of if handed else None), row["score"]
