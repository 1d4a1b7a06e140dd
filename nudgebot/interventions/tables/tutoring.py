"""The tables of tutoring: who helps whom in which skill, when they met, who wants no questions."""

from __future__ import annotations

_TUTORING = """
CREATE TABLE tutorings (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,             -- what it was asked by: asked once
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    user_id INTEGER NOT NULL,                -- the Zulip user who asked
    student_id TEXT NOT NULL,
    tutor_id TEXT NOT NULL,                  -- a student, too
    skill_id TEXT NOT NULL,
    skill_name TEXT NOT NULL,                -- as it was called then
    status TEXT NOT NULL,                    -- asked, active, declined, expired or ended
    student_said TEXT NOT NULL DEFAULT '',   -- yes, no, or nothing yet
    tutor_said TEXT NOT NULL DEFAULT '',
    accuracy_before_percent REAL,            -- in the skill, in the 28 days before it began
    answers_before INTEGER NOT NULL DEFAULT 0,
    state_before TEXT NOT NULL DEFAULT '',   -- the mastery state when it began
    created_at INTEGER NOT NULL,
    started_at INTEGER,                      -- when both had said yes
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT ''         -- what came of it, in words without names
);
CREATE UNIQUE INDEX one_tutoring_a_skill ON tutorings (student_id, skill_id)
    WHERE status IN ('asked', 'active');
CREATE INDEX tutorings_by_student ON tutorings (student_id, created_at);
CREATE INDEX tutorings_by_tutor ON tutorings (tutor_id, created_at);
CREATE INDEX tutorings_open ON tutorings (created_at) WHERE status IN ('asked', 'active');
CREATE TABLE tutoring_sessions (
    id INTEGER PRIMARY KEY,
    tutoring_id INTEGER NOT NULL REFERENCES tutorings,
    user_id INTEGER NOT NULL,                -- the Zulip user who noted it
    minutes INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',           -- a teacher's
    source TEXT NOT NULL UNIQUE,             -- what it was noted by: noted once
    noted_day INTEGER NOT NULL,
    noted_at INTEGER NOT NULL
);
CREATE INDEX tutoring_sessions_by_tutoring ON tutoring_sessions (tutoring_id, noted_at);
CREATE TABLE tutor_opt_outs (                -- students who do not want to be asked to tutor
    student_id TEXT PRIMARY KEY,
    opted_out_at INTEGER NOT NULL
) WITHOUT ROWID;
"""

STEPS: tuple[tuple[str, str], ...] = (("tutoring", _TUTORING),)
