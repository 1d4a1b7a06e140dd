"""The tables of the conversation: the listener's place, open questions, answers, readings."""

from __future__ import annotations

from nudgebot.chat.audit_chain import chain_existing
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

_AUDIT_CHAIN = """
ALTER TABLE audit RENAME TO audit_before;
DROP INDEX audit_by_student;
CREATE TABLE audit_people (                  -- who is behind the commitments of the log
    person_id INTEGER PRIMARY KEY AUTOINCREMENT,
    commitment TEXT NOT NULL UNIQUE,         -- SHA-256 of salt, kind and key
    kind TEXT NOT NULL,                      -- student or user (of Zulip; 0: at the server)
    key TEXT,                                -- NULL: forgotten, and nothing tells who it was
    salt TEXT,
    UNIQUE (kind, key)
);
CREATE TABLE audit_log (                     -- who read or did what, whose data it was, where
    audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,               -- in audit_people
    action TEXT NOT NULL,
    about_id INTEGER,                        -- in audit_people; NULL: about no single person
    place TEXT NOT NULL,                     -- dm (the actor's own), group, stream:<id>, machine
    detail TEXT NOT NULL DEFAULT '',         -- arguments that are no texts and name nobody
    hash TEXT NOT NULL                       -- SHA-256 of the hash before and all of this
);
CREATE INDEX audit_by_person ON audit_log (about_id, at);
CREATE INDEX audit_by_actor ON audit_log (actor_id, at);
CREATE TABLE audit_anchors (                 -- where the chain goes on after old rows were dropped
    upto_id INTEGER PRIMARY KEY,             -- the last row that was
    hash TEXT NOT NULL,
    at INTEGER NOT NULL
);
"""

_AUDIT_SEALED = """
DROP TABLE audit_before;
CREATE VIEW audit AS
    SELECT l.audit_id, l.at, coalesce(CAST(a.key AS INTEGER), -1) AS actor_user_id, l.action,
           s.key AS student_id,
           CASE WHEN l.place = 'dm' AND a.key IS NOT NULL THEN 'dm:' || a.key ELSE l.place END
               AS place,
           l.detail, l.about_id
    FROM audit_log AS l
    JOIN audit_people AS a ON a.person_id = l.actor_id
    LEFT JOIN audit_people AS s ON s.person_id = l.about_id AND s.kind = 'student';
CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
WHEN OLD.audit_id > coalesce((SELECT max(upto_id) FROM audit_anchors), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_anchors_stay BEFORE UPDATE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_anchors_are_kept BEFORE DELETE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_people_stay BEFORE UPDATE ON audit_people
WHEN NEW.key IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.person_id != OLD.person_id
    OR NEW.commitment != OLD.commitment OR NEW.kind != OLD.kind
    OR NOT EXISTS (SELECT 1 FROM audit_log
                   WHERE about_id = OLD.person_id AND action = 'forgotten')
BEGIN SELECT RAISE(ABORT, 'a person of the audit log is only ever forgotten'); END;
CREATE TRIGGER audit_people_are_kept BEFORE DELETE ON audit_people
WHEN EXISTS (SELECT 1 FROM audit_log
             WHERE actor_id = OLD.person_id OR about_id = OLD.person_id)
BEGIN SELECT RAISE(ABORT, 'a person of the audit log is only ever forgotten'); END;
"""

_LANE = """
CREATE TABLE chat_lane (                     -- what staff said, until it is answered
    number INTEGER PRIMARY KEY,              -- in the order in which it was said
    source TEXT NOT NULL UNIQUE,
    asker_id INTEGER NOT NULL,
    letter TEXT NOT NULL                     -- the message or reaction, as JSON
);
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
        ("audit chain", _AUDIT_CHAIN),
        ("audit chained", chain_existing),
        ("audit sealed", _AUDIT_SEALED),
        ("lane", _LANE),
    ),
)
