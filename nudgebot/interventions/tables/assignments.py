"""The table of targeted assignments (requirement B, step 7.5, Targeted Assignment Creation)."""

from __future__ import annotations

_ASSIGNMENTS = """
CREATE TABLE targeted_assignments (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,             -- what asked for it: the same word makes only one
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    teacher_user_id INTEGER NOT NULL,
    teacher_name TEXT NOT NULL,              -- as the student knows who gave it
    student_id TEXT NOT NULL,
    class_id TEXT NOT NULL DEFAULT '',       -- the class it belongs to in the LMS's format
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    skill_ids TEXT NOT NULL,                 -- a JSON list
    question_count INTEGER NOT NULL,
    difficulty TEXT NOT NULL,                -- easy, medium or hard
    due_at INTEGER NOT NULL,
    status TEXT NOT NULL,                    -- assigned, said_done, completed, withdrawn, lapsed
    created_at INTEGER NOT NULL,
    said_done_at INTEGER,                    -- the student's own word
    completed_at INTEGER,
    completed_by TEXT,                       -- export (seen in the data) or done (the student's)
    score REAL,                              -- percent, by the LMS's submission or the answers
    answered INTEGER NOT NULL DEFAULT 0,     -- questions in these skills since then, in the data
    correct INTEGER NOT NULL DEFAULT 0,
    looked_batch INTEGER NOT NULL DEFAULT 0, -- the newest batch that was looked at for it
    overdue_at INTEGER,                      -- when it was found to be overdue
    closed_at INTEGER,                       -- NULL: it is still followed
    owed_teacher TEXT NOT NULL DEFAULT '',   -- news to be told: said_done, completed or overdue
    owed_student INTEGER NOT NULL DEFAULT 0, -- a well-done to be told
    lms_written_at INTEGER,                  -- when the LMS's file was put down
    lms_tried_at INTEGER
);
CREATE INDEX targeted_assignments_by_student ON targeted_assignments (student_id, created_at);
CREATE INDEX targeted_assignments_by_user ON targeted_assignments (teacher_user_id, created_at);
CREATE INDEX targeted_assignments_followed ON targeted_assignments (due_at)
    WHERE closed_at IS NULL;
CREATE INDEX targeted_assignments_owed ON targeted_assignments (id)
    WHERE owed_teacher != '' OR owed_student;
"""

STEPS: tuple[tuple[str, str], ...] = (("assignments", _ASSIGNMENTS),)
