"""The files of the native export format and their columns, both in the order of the format."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(columns.split())
        for name, columns in (
            (
                "students.csv",
                "student_id name given_name email zulip_user_id timezone language active",
            ),
            ("teachers.csv", "teacher_id name email zulip_user_id"),
            ("classes.csv", "class_id name subject stream term_start term_end"),
            ("enrollments.csv", "class_id person_id role begin end"),
            ("guardians.csv", "guardian_id student_id name email language may_contact"),
            ("skills.csv", "skill_id name subject"),
            ("skill_prerequisites.csv", "skill_id requires_skill_id"),
            ("content.csv", "content_id kind title subject minutes"),
            (
                "activities.csv",
                "activity_id student_id at kind content_id subject minutes progress",
            ),
            (
                "practice.csv",
                "session_id student_id skill_id started_at questions correct minutes xp",
            ),
            ("exams.csv", "exam_id class_id title subject at max_score released"),
            ("exam_results.csv", "exam_id student_id score status changed_at"),
            (
                "assignments.csv",
                "assignment_id class_id title skill_ids due_at questions difficulty",
            ),
            ("submissions.csv", "assignment_id student_id submitted_at score status due_at"),
            ("achievements.csv", "achievement_id student_id title progress earned_at"),
            ("calendar.csv", "begin end kind title"),
        )
    }
)

Row = tuple[object, ...]
"""One row of a file: a value for each of its columns; None and "" are both written empty."""
