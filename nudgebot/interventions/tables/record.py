"""The table of everything that teachers did (requirement B, Interventions Table)."""

from __future__ import annotations

_INTERVENTIONS = """
CREATE TABLE interventions (
    id INTEGER PRIMARY KEY,
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    user_id INTEGER NOT NULL,                -- the Zulip user who did it
    student_id TEXT NOT NULL,
    alert_id INTEGER REFERENCES alerts,      -- the most urgent one that was open then
    intervention_type TEXT NOT NULL,         -- message, assignment, meeting, parent, tutor, ...
    action_taken TEXT NOT NULL,              -- one line in words
    source TEXT NOT NULL UNIQUE,             -- what it is about, as `meeting:3`: noted once
    resolution_notes TEXT,
    created_at INTEGER NOT NULL,
    resolved_at INTEGER,
    is_resolved INTEGER NOT NULL DEFAULT 0,
    effectiveness_rating INTEGER             -- 1 to 5, the teacher's own
);
CREATE INDEX interventions_by_student ON interventions (student_id, created_at);
"""

STEPS = (("record", _INTERVENTIONS),)
