"""The tables of nudging: what was decided, what is queued, what went out, and who asked for quiet.

`nudges` is what was decided to be said, `nudge_parts` whom each nudge goes to, and `outbox` the
messages themselves: one message may carry several parts (a digest), and a part is in one message.
"""

from __future__ import annotations

from nudgebot.store import Schema

_DECISIONS = """
CREATE TABLE episodes (                      -- a rule that holds for a student, since when
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    PRIMARY KEY (student_id, rule_id)
) WITHOUT ROWID;
CREATE TABLE decisions (                     -- the latest of its kind; bounded, never a log
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    stage TEXT NOT NULL,                     -- the stage that dropped it, or queued
    reason TEXT NOT NULL,
    explanation TEXT NOT NULL,               -- the judge's, at explained_at
    explained_at INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (student_id, rule_id, stage)
) WITHOUT ROWID;
CREATE TABLE rule_switches (                 -- an admin's word; it goes before the file's `enabled`
    rule_id TEXT PRIMARY KEY,
    enabled INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    switched_at INTEGER NOT NULL
) WITHOUT ROWID;
"""

_NUDGES = """
CREATE TABLE nudges (
    nudge_key TEXT PRIMARY KEY,              -- student, rule, episode, nth
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    episode_at INTEGER NOT NULL,
    nth INTEGER NOT NULL,                    -- 1 for the first nudge of the episode
    type TEXT NOT NULL,
    urgency TEXT NOT NULL,
    delivery TEXT NOT NULL,                  -- as routed, not always as the rule has it
    to_student INTEGER NOT NULL,             -- counts against the student's caps
    decided_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    due_day INTEGER NOT NULL,                -- of the student's calendar
    expires_at INTEGER NOT NULL,
    timing TEXT NOT NULL,                    -- why then
    explanation TEXT NOT NULL,               -- the judge's, when it was decided
    state TEXT NOT NULL,                     -- queued, sent, withdrawn, expired, refused, unclear
    reason TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL,
    template_id TEXT NOT NULL DEFAULT '',
    tone TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_nudge_waits ON nudges (student_id, rule_id) WHERE state = 'queued';
CREATE INDEX nudges_by_student ON nudges (student_id, rule_id, due_at);
CREATE INDEX nudges_by_decision ON nudges (decided_at);
CREATE TABLE nudge_parts (
    nudge_key TEXT NOT NULL REFERENCES nudges,
    channel TEXT NOT NULL,                   -- student, mentor, class, dashboard
    person_id TEXT NOT NULL,                 -- the student's, teacher's or class's id, or empty
    due_at INTEGER NOT NULL,
    -- waiting, posted (its message is in the outbox), sent, withdrawn, expired, refused, skipped,
    -- unclear (given up: nobody can tell)
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    outbox_key TEXT,
    PRIMARY KEY (nudge_key, channel, person_id)
) WITHOUT ROWID;
CREATE INDEX parts_that_wait ON nudge_parts (due_at) WHERE state = 'waiting';
CREATE INDEX parts_by_message ON nudge_parts (outbox_key);
"""

_OUTBOX = """
CREATE TABLE outbox (
    key TEXT PRIMARY KEY,                    -- the claim: the same key is never sent twice
    purpose TEXT NOT NULL,
    letter TEXT NOT NULL,                    -- the whole message as JSON; empty once pruned
    state TEXT NOT NULL,                     -- claimed, sent, released, refused, unsettled
    reason TEXT NOT NULL DEFAULT '',
    message_id INTEGER,
    attempts INTEGER NOT NULL DEFAULT 1,     -- how often it was handed to the messenger
    looks INTEGER NOT NULL DEFAULT 0,        -- how often its conversation was searched for it
    owner_retries INTEGER NOT NULL,          -- released: its owner decides anew, not the outbox
    claimed_at INTEGER NOT NULL,
    tried_at INTEGER NOT NULL,
    settled_at INTEGER,
    next_try_at INTEGER                      -- NULL: nothing more happens by itself
) WITHOUT ROWID;
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('claimed', 'released', 'unsettled');
CREATE INDEX outbox_by_message ON outbox (message_id);
"""

# The newest own message that was known at the claim: this one can only be newer.
_OUTBOX_FLOOR = "ALTER TABLE outbox ADD COLUMN floor_message_id INTEGER NOT NULL DEFAULT 0;"

# Of a message in several parts, the part that comes before this one.
_OUTBOX_PARTS = "ALTER TABLE outbox ADD COLUMN after_key TEXT;"

# What takes it to its reader.
_OUTBOX_CARRIER = "ALTER TABLE outbox ADD COLUMN carrier TEXT NOT NULL DEFAULT 'zulip';"

_OUTBOX_REFUSED = "CREATE INDEX outbox_refused ON outbox (settled_at) WHERE state = 'refused';"

_WISHES = """
CREATE TABLE consents (                      -- what a student asked for; no import touches it
    student_id TEXT PRIMARY KEY,
    stopped_at INTEGER,
    paused_until_at INTEGER,
    quiet_start INTEGER,                     -- local hours; both or neither
    quiet_end INTEGER,
    changed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE snoozes (                       -- a teacher's word; it ends by itself
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,                   -- empty: every rule
    until_at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    why TEXT NOT NULL,
    snoozed_at INTEGER NOT NULL,
    PRIMARY KEY (student_id, rule_id)
) WITHOUT ROWID;
"""

_HOLDS = """
-- Why nudges wait for a person, in a sentence; empty: they do not.
ALTER TABLE consents ADD COLUMN held_why TEXT NOT NULL DEFAULT '';
"""

_PARTS_BY_PERSON = "CREATE INDEX parts_by_person ON nudge_parts (person_id, channel);"

_CASES = """
CREATE TABLE cases (                         -- one episode of a rule for a student: nudged or not
    case_id INTEGER PRIMARY KEY,
    student_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    episode_at INTEGER NOT NULL,
    nudge_key TEXT,                          -- the episode's first nudge; NULL: held out
    type TEXT NOT NULL,
    urgency TEXT NOT NULL,
    channel TEXT NOT NULL,
    tone TEXT NOT NULL,
    hour INTEGER NOT NULL,                   -- the student's local hour at starts_at
    arm TEXT NOT NULL,                       -- nudged, held_out, exempt
    share REAL NOT NULL,                     -- of the candidates held out then
    target TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    start_day INTEGER NOT NULL,              -- of the student's calendar
    ends_at INTEGER NOT NULL,
    activity_before REAL,
    performance_before REAL,
    engagement_before REAL,
    activity_after REAL,
    performance_after REAL,
    engagement_after REAL,
    target_met_at INTEGER,
    state TEXT NOT NULL DEFAULT 'followed',  -- followed, closed
    adapted TEXT NOT NULL DEFAULT '',
    UNIQUE (student_id, rule_id, episode_at)
);
CREATE INDEX cases_by_start ON cases (starts_at);
CREATE INDEX cases_followed ON cases (ends_at) WHERE state = 'followed';
CREATE INDEX cases_by_nudge ON cases (nudge_key);
"""

_RESPONSES = """
CREATE TABLE responses (                     -- what came back to a nudge, each kind once
    nudge_key TEXT NOT NULL REFERENCES nudges,
    kind TEXT NOT NULL,                      -- read, reacted, answered or one tap, as `Kind` has it
    at INTEGER NOT NULL,
    PRIMARY KEY (nudge_key, kind)
) WITHOUT ROWID;
"""

# Without the key nobody can tell, or choose, who is held out; here from the beginning, so that a
# dry run draws as the real one will.
_HOLDOUT = """
CREATE TABLE holdout_key (key BLOB NOT NULL);
INSERT INTO holdout_key SELECT randomblob(32);
"""

_FOLLOWING = """
ALTER TABLE cases ADD COLUMN before_measured INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_unmeasured ON cases (starts_at) WHERE state = 'followed' AND NOT before_measured;
CREATE TABLE following_state (seen TEXT NOT NULL);  -- the batches that were looked at last
"""

_MODEL_WORDS = """
CREATE TABLE model_texts (                   -- what a model made of a template; no student's data
    key TEXT NOT NULL,                       -- of all that the model was given
    slot INTEGER NOT NULL,                   -- several wordings are kept of each
    text TEXT NOT NULL,                      -- with marks for values; empty: it was not fit
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (key, slot)
) WITHOUT ROWID;
CREATE TABLE model_uses (
    day INTEGER NOT NULL,                    -- of the school's calendar
    kind TEXT NOT NULL,                      -- asked, failed (an answer), message
    reason TEXT NOT NULL,                    -- of a message: model, or why the template was taken
    times INTEGER NOT NULL,
    PRIMARY KEY (day, kind, reason)
) WITHOUT ROWID;
CREATE TABLE nudge_words (                   -- whose words a student's message is in
    nudge_key TEXT PRIMARY KEY REFERENCES nudges ON DELETE CASCADE,
    words TEXT NOT NULL                      -- model, or why the template was taken
) WITHOUT ROWID;
"""

_NUDGES_SENT = """
CREATE INDEX outbox_nudges_sent ON outbox (settled_at) WHERE purpose = 'nudge' AND state = 'sent';
"""

_REVIEWS = """
CREATE TABLE reviews (                       -- what a person should look at, as last found
    rule_id TEXT NOT NULL,
    about TEXT NOT NULL,                     -- effect, responses, dependence
    text TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (rule_id, about)
) WITHOUT ROWID;
CREATE TABLE reviews_told (                  -- when the admins were told of a rule
    rule_id TEXT PRIMARY KEY,
    told_at INTEGER NOT NULL
) WITHOUT ROWID;
"""

# Of a rule that was told of for less, harm is told at once.
_REVIEWS_HARM = "ALTER TABLE reviews_told ADD COLUMN harm INTEGER NOT NULL DEFAULT 0;"

# Few are, of all that is ever sent.
_OUTBOX_MAILS = "CREATE INDEX outbox_mails ON outbox (state, settled_at) WHERE carrier = 'mail';"

_PARTS_POSTED = "CREATE INDEX parts_posted ON nudge_parts (state) WHERE state = 'posted';"

SCHEMA = Schema(
    "nudging",
    (
        ("decisions", _DECISIONS),
        ("nudges", _NUDGES),
        ("outbox", _OUTBOX),
        ("wishes", _WISHES),
        ("outbox_floor", _OUTBOX_FLOOR),
        ("outbox_parts", _OUTBOX_PARTS),
        ("outbox_refused", _OUTBOX_REFUSED),
        ("holds", _HOLDS),
        ("parts_by_person", _PARTS_BY_PERSON),
        ("outbox_carrier", _OUTBOX_CARRIER),
        ("cases", _CASES),
        ("responses", _RESPONSES),
        ("model_words", _MODEL_WORDS),
        ("holdout", _HOLDOUT),
        ("following", _FOLLOWING),
        ("nudges_sent", _NUDGES_SENT),
        ("reviews", _REVIEWS),
        ("reviews_harm", _REVIEWS_HARM),
        ("outbox_mails", _OUTBOX_MAILS),
        ("parts_posted", _PARTS_POSTED),
    ),
)
