"""The tables of meetings (requirement B, Meetings Table)."""

from __future__ import annotations

_MEETINGS = """
CREATE TABLE meetings (
    -- AUTOINCREMENT: the number is in commands, keys and calendars; none is ever used again
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    student_id TEXT NOT NULL,                -- the first of `meeting_students`
    meeting_type TEXT NOT NULL,              -- one-on-one, parent, group
    scheduled_at INTEGER NOT NULL,
    duration_minutes INTEGER NOT NULL DEFAULT 30,
    location TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',          -- the teacher's own; nobody else reads them
    status TEXT NOT NULL DEFAULT 'scheduled', -- scheduled, held, missed, cancelled
    created_at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,                -- the Zulip user whose meeting it is
    teacher_name TEXT NOT NULL,
    source TEXT NOT NULL UNIQUE,             -- what arranged it: the same source arranges it once
    uid TEXT NOT NULL UNIQUE,                -- in calendars, for ever
    sequence INTEGER NOT NULL DEFAULT 0,     -- rises with each change
    changed_at INTEGER NOT NULL,             -- when it came to this sequence
    change_source TEXT NOT NULL,             -- what brought it there
    moved_from_at INTEGER,
    reason TEXT NOT NULL DEFAULT '',         -- why it was cancelled; all who were invited read it
    told_sequence INTEGER NOT NULL DEFAULT -1,
    reminded_sequence INTEGER NOT NULL DEFAULT -1,
    asked_sequence INTEGER NOT NULL DEFAULT -1, -- how it went
    outcome_notes TEXT NOT NULL DEFAULT '',
    outcome_at INTEGER
);
CREATE INDEX meetings_by_user ON meetings (user_id, scheduled_at);
CREATE INDEX meetings_to_come ON meetings (scheduled_at) WHERE status = 'scheduled';
CREATE INDEX meetings_to_tell ON meetings (changed_at) WHERE told_sequence < sequence;
CREATE TABLE meeting_students (
    meeting_id INTEGER NOT NULL REFERENCES meetings,
    student_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (meeting_id, student_id)
) WITHOUT ROWID;
CREATE INDEX meeting_students_by_student ON meeting_students (student_id);
"""

# How long it was to be before it moved; NULL where it never did, or did before this was kept.
_MOVED = "ALTER TABLE meetings ADD COLUMN moved_from_minutes INTEGER"

STEPS: tuple[tuple[str, str], ...] = (("meetings", _MEETINGS), ("moved_meetings", _MOVED))
