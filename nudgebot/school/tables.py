"""The tables of the facts that the LMS states, keyed on the LMS's own ids (text).

`gone_at` marks a soft-deleted row: the newest batch no longer holds it. Raw activity is rolled up
into `activity_days` and `video_days`, and figures read only these.
"""

from __future__ import annotations

from nudgebot.store import Schema

_PEOPLE = """
CREATE TABLE students (
    student_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    given_name TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    zulip_user_id INTEGER,
    timezone TEXT NOT NULL DEFAULT '',       -- IANA name; empty means the school's
    language TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 1,
    gone_at INTEGER
) WITHOUT ROWID;
CREATE TABLE teachers (
    teacher_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    zulip_user_id INTEGER,
    gone_at INTEGER
) WITHOUT ROWID;
CREATE TABLE classes (
    class_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    stream TEXT NOT NULL DEFAULT '',         -- the Zulip stream of the class
    term_start_day INTEGER,
    term_end_day INTEGER,
    gone_at INTEGER
) WITHOUT ROWID;
CREATE TABLE enrollments (
    class_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL,                      -- student or teacher
    begin_day INTEGER,                       -- NULL: always was
    end_day INTEGER,                         -- the last day; NULL: open
    gone_at INTEGER,
    PRIMARY KEY (class_id, role, person_id)
) WITHOUT ROWID;
CREATE INDEX enrollments_by_person ON enrollments (person_id, role);
CREATE TABLE guardians (
    guardian_id TEXT NOT NULL,
    student_id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    may_contact INTEGER NOT NULL DEFAULT 0,
    gone_at INTEGER,
    PRIMARY KEY (student_id, guardian_id)
) WITHOUT ROWID;
CREATE TABLE calendar (
    begin_day INTEGER NOT NULL,
    end_day INTEGER NOT NULL,                -- the last day
    kind TEXT NOT NULL,                      -- holiday or exam_week
    title TEXT NOT NULL DEFAULT '',
    gone_at INTEGER,
    PRIMARY KEY (begin_day, end_day, kind)
) WITHOUT ROWID;
"""

_LEARNING = """
CREATE TABLE skills (
    skill_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    gone_at INTEGER
) WITHOUT ROWID;
CREATE TABLE skill_prerequisites (
    skill_id TEXT NOT NULL,
    requires_skill_id TEXT NOT NULL,
    gone_at INTEGER,
    PRIMARY KEY (skill_id, requires_skill_id)
) WITHOUT ROWID;
CREATE TABLE content (
    content_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    minutes REAL,
    gone_at INTEGER
) WITHOUT ROWID;
-- Raw activity, by the million; only the import reads it. Students and (kind, content, subject) go
-- by numbers there, and the view `activities` gives them their names. A row is known again by the
-- LMS's id where it gives one; else equal rows of a day are counted, so that real duplicates stay
-- and a second import of the same rows adds nothing.
CREATE TABLE activity_people (
    student_no INTEGER PRIMARY KEY,
    student_id TEXT NOT NULL UNIQUE
);
CREATE TABLE activity_matters (
    matter_no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    content_id TEXT NOT NULL,                -- empty: none
    subject TEXT NOT NULL                    -- as the row has it; roll-ups take the content's else
);
CREATE TABLE activity_rows (
    activity_key INTEGER PRIMARY KEY,
    activity_id TEXT,                        -- NULL: the LMS gives none
    student_no INTEGER NOT NULL,
    matter_no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    local_hour INTEGER NOT NULL,             -- 32 * day + 1 + hour; the hour is -1 where unknown
    events INTEGER NOT NULL DEFAULT 1,       -- clicks that the row stands for
    minutes REAL,
    progress REAL                            -- 0 to 1
);
CREATE UNIQUE INDEX activity_rows_by_id ON activity_rows (activity_id)
    WHERE activity_id IS NOT NULL;
CREATE INDEX activity_rows_by_hour ON activity_rows (local_hour) WHERE activity_id IS NULL;
CREATE VIEW activities AS
    SELECT r.activity_key, r.activity_id, p.student_id, r.at, r.local_hour / 32 AS day,
        r.local_hour % 32 - 1 AS hour, m.kind, m.content_id, m.subject, r.events, r.minutes,
        r.progress
    FROM activity_rows r
    JOIN activity_people p ON p.student_no = r.student_no
    JOIN activity_matters m ON m.matter_no = r.matter_no;
CREATE TABLE activity_days (
    student_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    hour INTEGER NOT NULL,
    events INTEGER NOT NULL,
    minutes REAL NOT NULL,
    PRIMARY KEY (student_id, day, kind, subject, hour)
) WITHOUT ROWID;
CREATE TABLE video_days (
    student_id TEXT NOT NULL,
    content_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    progress REAL NOT NULL,                  -- greatest of the day; few viewers say "completed"
    minutes REAL NOT NULL,
    PRIMARY KEY (student_id, content_id, day)
) WITHOUT ROWID;
CREATE TABLE practice (
    session_id TEXT PRIMARY KEY,
    student_id TEXT NOT NULL,
    skill_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    day INTEGER NOT NULL,
    questions INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    minutes REAL,
    xp REAL,
    gone_at INTEGER
) WITHOUT ROWID;
CREATE INDEX practice_by_student ON practice (student_id, day);
CREATE TABLE achievements (
    achievement_id TEXT NOT NULL,
    student_id TEXT NOT NULL,
    title TEXT NOT NULL,
    progress REAL,
    earned_at INTEGER,
    gone_at INTEGER,
    PRIMARY KEY (student_id, achievement_id)
) WITHOUT ROWID;
"""

_ASSESSMENT = """
CREATE TABLE exams (
    exam_id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL,
    title TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    max_score REAL NOT NULL,
    released_at INTEGER,                     -- results count from then on; NULL: not released
    weight_percent REAL,                     -- its part of the final mark; NULL: not known
    gone_at INTEGER
) WITHOUT ROWID;
CREATE INDEX exams_by_class ON exams (class_id, at);
CREATE TABLE exam_results (
    exam_id TEXT NOT NULL,
    student_id TEXT NOT NULL,
    score REAL,
    status TEXT NOT NULL,                    -- scored, missed or excused
    changed_at INTEGER,                      -- NULL: known since the exam
    gone_at INTEGER,
    PRIMARY KEY (student_id, exam_id)
) WITHOUT ROWID;
CREATE TABLE assignments (
    assignment_id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL,
    title TEXT NOT NULL,
    skill_ids TEXT NOT NULL DEFAULT '',      -- separated by spaces
    due_at INTEGER NOT NULL,
    questions INTEGER,
    difficulty TEXT NOT NULL DEFAULT '',
    weight_percent REAL,                     -- its part of the final mark; NULL: not known
    gone_at INTEGER
) WITHOUT ROWID;
CREATE INDEX assignments_by_class ON assignments (class_id, due_at);
CREATE TABLE submissions (
    assignment_id TEXT NOT NULL,
    student_id TEXT NOT NULL,
    submitted_at INTEGER,                    -- NULL: not handed in
    score REAL,                              -- percent
    status TEXT NOT NULL DEFAULT '',         -- submitted, late, missed, excused
    due_at INTEGER,                          -- this student's own extension
    gone_at INTEGER,
    PRIMARY KEY (student_id, assignment_id)
) WITHOUT ROWID;
"""

_UPKEEP = """
CREATE TABLE touched (                       -- students whose figures an import made old
    student_id TEXT PRIMARY KEY,
    batch_id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE batches (
    batch_id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,                    -- the file's or folder's name
    format TEXT NOT NULL,
    fingerprint TEXT NOT NULL,               -- of the content: the same is not read twice
    path TEXT NOT NULL DEFAULT '',           -- where it lay, so that a held one can be released
    stamp TEXT NOT NULL DEFAULT '',          -- sizes and times of its files, as one digest
    state TEXT NOT NULL,                     -- taken, held, released, superseded or refused
    started_at INTEGER NOT NULL,
    data_as_of_at INTEGER,                   -- the newest thing that it knows
    rows_read INTEGER NOT NULL DEFAULT 0,
    rows_taken INTEGER NOT NULL DEFAULT 0,
    rows_refused INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT ''
);
"""

_BATCH_TABLES = """
-- Which tables a batch has files of, between blanks; empty: not known. A later batch with one of
-- the same takes the place of a held one.
ALTER TABLE batches ADD COLUMN tables TEXT NOT NULL DEFAULT '';
"""

_ATTRIBUTES = """
CREATE TABLE attributes (                    -- what a school declares, to look at fairness by
    student_id TEXT NOT NULL,
    attribute TEXT NOT NULL,                 -- as `prior attempts`
    value TEXT NOT NULL,
    gone_at INTEGER,
    PRIMARY KEY (student_id, attribute)
) WITHOUT ROWID;
"""

SCHEMA = Schema(
    "school",
    (
        ("people", _PEOPLE),
        ("learning", _LEARNING),
        ("assessment", _ASSESSMENT),
        ("upkeep", _UPKEEP),
        ("batch_tables", _BATCH_TABLES),
        ("attributes", _ATTRIBUTES),
    ),
)
