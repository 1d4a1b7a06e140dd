"""The tables of alerts: one open alert a student and cause, and what was done about it."""

from __future__ import annotations

_ALERTS = """
CREATE TABLE alerts (
    alert_id INTEGER PRIMARY KEY,
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,                   -- the cause
    title TEXT NOT NULL,                     -- the rule's name then
    severity TEXT NOT NULL,                  -- low, medium, high, critical
    reasons TEXT NOT NULL,                   -- JSON: words with their numbers
    episode_at INTEGER NOT NULL,             -- since when the cause holds
    raised_at INTEGER NOT NULL,
    newest_at INTEGER NOT NULL,              -- when the cause last asked for a teacher
    state TEXT NOT NULL,                     -- open, acknowledged, resolved, over (cause is gone)
    acknowledged_at INTEGER,
    acknowledged_by INTEGER,                 -- a Zulip user
    resolved_at INTEGER,
    resolved_by INTEGER,                     -- a Zulip user; NULL: it ended by itself
    resolution_notes TEXT NOT NULL DEFAULT '',
    reopened_at INTEGER,                     -- at most once an episode
    tried TEXT NOT NULL DEFAULT '',          -- what had been tried when it was opened again
    repeated_at INTEGER                      -- told to other teachers, for nobody had looked
);
CREATE UNIQUE INDEX one_alert_is_open ON alerts (student_id, rule_id)
    WHERE state IN ('open', 'acknowledged');
CREATE UNIQUE INDEX alerts_by_cause ON alerts (student_id, rule_id, episode_at);
CREATE TABLE alert_tags (                    -- "message sent": what was done, on the alert
    alert_id INTEGER NOT NULL REFERENCES alerts,
    tag TEXT NOT NULL,
    user_id INTEGER,
    tagged_at INTEGER NOT NULL,
    PRIMARY KEY (alert_id, tag)
) WITHOUT ROWID;
"""

STEPS = (("alerts", _ALERTS),)
