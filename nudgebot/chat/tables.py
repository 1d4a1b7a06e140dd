"""The tables of the conversation: the listener's place, open questions, answers, readings."""

from __future__ import annotations

from nudgebot.store import Schema

_LISTENING = """
CREATE TABLE chat_cursor (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    queue_id TEXT,                           -- NULL: there is no queue to go on with
    last_event_id INTEGER NOT NULL,
    floor_message_id INTEGER NOT NULL,       -- older messages were there before the bot
    last_message_id INTEGER NOT NULL
);
CREATE TABLE chat_handled (                  -- what has had its effects, so that it has them once
    source TEXT PRIMARY KEY,                 -- message:<id> or reaction:<message>:<user>:<emoji>
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE chat_echoes (                   -- own messages that came back: they did arrive
    local_id TEXT PRIMARY KEY,
    message_id INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE chat_skipped (                  -- commands too old to answer, until that is said
    message_id INTEGER PRIMARY KEY,
    place TEXT NOT NULL,
    sender_id INTEGER NOT NULL,
    command TEXT NOT NULL,
    sent_at INTEGER NOT NULL
);
"""

_TALKING = """
CREATE TABLE confirmations (
    token TEXT PRIMARY KEY,
    asker_id INTEGER NOT NULL,               -- the only Zulip user who may settle it
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,                   -- JSON
    place TEXT NOT NULL,                     -- JSON; where it was previewed
    -- open, asked again, confirmed, done, cancelled, replaced (a newer one took its place)
    state TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    settled_by TEXT,                         -- the message or reaction that settled it
    message_id INTEGER                       -- the bot's message that reactions count on
) WITHOUT ROWID;
CREATE INDEX confirmations_by_message ON confirmations (message_id);
CREATE TABLE answers (                       -- what students wrote in their own words
    message_id INTEGER PRIMARY KEY,
    student_id TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    follows_key TEXT,                        -- the teacher's message that it came after
    passed_to INTEGER NOT NULL DEFAULT 0     -- how many teachers it was passed on to
);
CREATE INDEX answers_by_student ON answers (student_id, at);
CREATE TABLE teacher_messages (              -- what teachers wrote through the bot
    key TEXT PRIMARY KEY,                    -- its key in the outbox
    teacher_user_id INTEGER NOT NULL,
    student_id TEXT NOT NULL,
    text TEXT NOT NULL,
    template TEXT NOT NULL DEFAULT '',
    sent_at INTEGER NOT NULL,
    state TEXT NOT NULL                      -- the outbox's word for what became of it
) WITHOUT ROWID;
CREATE INDEX teacher_messages_by_student ON teacher_messages (student_id, sent_at);
CREATE TABLE audit (                         -- every read of a student's data
    audit_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_user_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    student_id TEXT NOT NULL,
    place TEXT NOT NULL
);
CREATE INDEX audit_by_student ON audit (student_id, at);
"""

_PREVIEWS = """
ALTER TABLE confirmations ADD COLUMN number INTEGER NOT NULL DEFAULT 0;    -- in order of asking
ALTER TABLE confirmations ADD COLUMN about TEXT NOT NULL DEFAULT '';       -- to whom, within a kind
CREATE INDEX confirmations_by_asker ON confirmations (asker_id, number);
"""

_FATES = """
CREATE INDEX teacher_messages_open ON teacher_messages (sent_at)
    WHERE state NOT IN ('sent', 'refused', 'unclear');
"""

_PENDING = """
CREATE TABLE pending_lines (                 -- of replies, until their fate is known
    key TEXT PRIMARY KEY,                    -- the outbox's
    asker_id INTEGER NOT NULL,
    token TEXT NOT NULL,                     -- the confirmation that it asks for, or empty
    letter TEXT NOT NULL
) WITHOUT ROWID;
"""

_EXPORTS = """
CREATE TABLE exports (                       -- reports that were taken away as a file
    at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    report TEXT NOT NULL,                    -- what kind, as `student`
    form TEXT NOT NULL                       -- pdf or csv
);
CREATE INDEX exports_by_time ON exports (at);
"""

SCHEMA = Schema(
    "chat",
    (
        ("listening", _LISTENING),
        ("talking", _TALKING),
        ("previews", _PREVIEWS),
        ("fates", _FATES),
        ("pending", _PENDING),
        ("exports", _EXPORTS),
    ),
)
