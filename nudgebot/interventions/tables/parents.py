"""The table of e-mails to guardians (requirement B, Notify Parent)."""

from __future__ import annotations

_NOTIFICATIONS = """
CREATE TABLE parent_notifications (
    id INTEGER PRIMARY KEY,
    teacher_id TEXT,                         -- the LMS's id; NULL for an admin who teaches nobody
    user_id INTEGER NOT NULL,                -- the Zulip user whose words they are
    student_id TEXT NOT NULL,
    guardian_id TEXT NOT NULL,
    guardian_name TEXT NOT NULL,             -- as it was then
    address TEXT NOT NULL,
    concern_type TEXT NOT NULL,
    message TEXT NOT NULL,                   -- the teacher's own words; empty: none
    subject TEXT NOT NULL,
    content TEXT NOT NULL,                   -- the whole mail, with the performance summary
    language TEXT NOT NULL,
    source TEXT NOT NULL,                    -- the act that it came of, with or without others
    key TEXT NOT NULL UNIQUE,                -- in the outbox
    state TEXT NOT NULL,                     -- queued, waiting, sent, refused, unsettled
    reason TEXT NOT NULL DEFAULT '',
    told TEXT NOT NULL DEFAULT '',           -- the state that the teacher knows of
    created_at INTEGER NOT NULL,
    sent_at INTEGER,                         -- when the mail server took it
    answered_at INTEGER,
    answer_note TEXT,
    again_id INTEGER REFERENCES parent_notifications  -- the fresh copy that took its place
);
CREATE INDEX parent_notifications_by_student ON parent_notifications (student_id, created_at);
CREATE INDEX parent_notifications_by_source ON parent_notifications (source);
CREATE INDEX parent_notifications_open ON parent_notifications (state)
    WHERE state IN ('queued', 'waiting') OR told != state;
"""

STEPS = (("parent_notifications", _NOTIFICATIONS),)
