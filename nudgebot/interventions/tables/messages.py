"""The table of teachers' messages (requirement B, Messages Table)."""

from __future__ import annotations

# Chat made a first form of it; the rows are taken over.
_MESSAGES = """
ALTER TABLE teacher_messages RENAME TO first_teacher_messages;
CREATE TABLE teacher_messages (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,                -- its key in the outbox
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    teacher_user_id INTEGER NOT NULL,
    student_id TEXT NOT NULL,
    message TEXT NOT NULL,
    template_id TEXT NOT NULL DEFAULT '',
    sent_at INTEGER NOT NULL,
    read_at INTEGER,                         -- when it was first seen to be read
    is_read INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL                      -- the outbox's word for what became of it
);
INSERT INTO teacher_messages
    (key, teacher_user_id, student_id, message, template_id, sent_at, state)
    SELECT key, teacher_user_id, student_id, text, template, sent_at, state
    FROM first_teacher_messages ORDER BY sent_at, key;
DROP TABLE first_teacher_messages;
CREATE INDEX teacher_messages_by_student ON teacher_messages (student_id, sent_at);
CREATE INDEX teacher_messages_open ON teacher_messages (sent_at)
    WHERE state NOT IN ('sent', 'refused', 'unclear');
"""

# Answers are kept in a table that chat made.
_KINDS = "ALTER TABLE answers ADD COLUMN kind TEXT NOT NULL DEFAULT '';   -- wrong, group, or none"

_UNREAD = "CREATE INDEX teacher_messages_unread ON teacher_messages (sent_at) WHERE is_read = 0"

STEPS = (("messages", _MESSAGES), ("answer_kinds", _KINDS), ("unread_messages", _UNREAD))
