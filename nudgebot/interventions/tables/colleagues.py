"""The table of what teachers are to be told of colleagues; a row goes when it is told."""

from __future__ import annotations

_COLLEAGUES = """
CREATE TABLE colleague_news (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,                -- the Zulip user who is told
    about TEXT NOT NULL,                     -- as `alert:3`: of each thing the newest is told
    student_id TEXT NOT NULL,
    words TEXT NOT NULL,                     -- finished Markdown that does not name the student
    noted_at INTEGER NOT NULL,
    UNIQUE (user_id, about)
);
"""

STEPS = (("colleagues", _COLLEAGUES),)
