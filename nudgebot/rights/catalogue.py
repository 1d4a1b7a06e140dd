"""The catalogue of personal data: every table that holds any, and every other with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from nudgebot.rights.holding import OF_NUDGE, OF_STUDENT, Fate, Holding

_HER_ALERTS = "alert_id IN (SELECT alert_id FROM alerts WHERE student_id = :student)"
_HER_TUTORINGS = "(student_id = :student OR tutor_id = :student)"
_HER_KEYS = """(key IN (SELECT outbox_key FROM nudge_parts
        WHERE person_id = :student AND channel = 'student')
    OR key IN (SELECT key FROM teacher_messages WHERE student_id = :student)
    OR key IN (SELECT key FROM parent_notifications WHERE student_id = :student)
    OR (letter != '' AND EXISTS (
        SELECT 1 FROM json_each(letter, '$.recipient.user_ids') WHERE value = :user)))"""
_EFFECTS = "so that effects and response rates stay right: under a random name, without texts"

_FACTS = (
    Holding("students", "Who the student is: name, e-mail address, language, time zone."),
    Holding("attributes", "What the school declares about the student, to look at fairness by."),
    Holding(
        "enrollments",
        "The classes that the student is or was in.",
        whose="person_id = :student AND role = 'student'",
    ),
    Holding("guardians", "Guardians, with their addresses and whether they may be written to."),
    Holding("achievements", "Badges and other achievements."),
    Holding("exam_results", "Results of exams."),
    Holding("submissions", "Assignments handed in, marked, missed or excused."),
    Holding("practice", "Practice sessions: when, which skill, how many answers were right."),
    Holding(
        "activity_rows",
        "Every single activity in the school's learning system.",
        whose="student_no IN (SELECT student_no FROM activity_people WHERE student_id = :student)",
        view="activities",
        setting="keep_activity_days",
    ),
    Holding("activity_people", "The number by which single activities name her.", in_copy=False),
    Holding("activity_days", "The same activities, added up for each day, kind and hour."),
    Holding("video_days", "Videos watched, by day."),
)
_FIGURES = (
    Holding("figures", "Figures worked out from all of this, the risk score among them."),
    Holding("standings", "The average in each class and where it lies within the class."),
    Holding("events", "Changes that were noticed and not acted on yet."),
    Holding("touched", "That figures are to be worked out anew.", in_copy=False),
    Holding("unranked", "That the rank is to be looked at again.", in_copy=False),
)
_NUDGING = (
    Holding("episodes", "Which rules hold at the moment, and since when."),
    Holding(
        "decisions",
        "What each rule decided last, and why.",
        setting="keep_nudges_days",
        texts=("reason", "explanation"),
    ),
    Holding(
        "nudges",
        "Every nudge: the rule, when it was due, what became of it, and why.",
        fate=Fate.ANONYMISED,
        why=_EFFECTS,
        setting="keep_nudges_days",
    ),
    Holding(
        "nudge_parts",
        "Whom each nudge went to.",
        whose=OF_NUDGE,
        fate=Fate.ANONYMISED,
        why=_EFFECTS,
        setting="keep_nudges_days",
    ),
    Holding(
        "nudge_words",
        "Whether a nudge was in the template's words or in a model's.",
        whose=OF_NUDGE,
        fate=Fate.ANONYMISED,
        why=_EFFECTS,
        setting="keep_nudges_days",
    ),
    Holding(
        "responses",
        "Whether a nudge was read, reacted to or answered.",
        whose=OF_NUDGE,
        fate=Fate.ANONYMISED,
        why=_EFFECTS,
        setting="keep_nudges_days",
    ),
    Holding(
        "cases",
        "What was measured before and after each nudge, or each one that was held out.",
        fate=Fate.ANONYMISED,
        why=f"{_EFFECTS}; those still followed are deleted",
        setting="keep_nudges_days",
    ),
    Holding("consents", "Pauses, stops and quiet hours.", texts=("held_why",)),
    Holding("snoozes", "A teacher's word that nudges rest.", texts=("why",)),
    Holding(
        "outbox",
        "Messages and e-mails that went to her or to her guardians.",
        whose=_HER_KEYS,
        fate=Fate.EMPTIED,
        why="the empty claim stays, so that no message is ever sent twice; its key tells nobody",
        setting="keep_outbox_days",
        texts=("letter", "reason"),
    ),
)
_TEACHERS = (
    Holding(
        "teacher_messages",
        "What teachers wrote to her.",
        setting="keep_messages_days",
        texts=("message",),
    ),
    Holding(
        "answers",
        "What she wrote in her own words.",
        setting="keep_answers_days",
        texts=("text",),
    ),
    Holding(
        "alerts",
        "Alerts to her teachers, why, and how they were resolved.",
        setting="keep_interventions_days",
        texts=("reasons", "resolution_notes", "tried"),
    ),
    Holding(
        "alert_tags",
        "What was done about an alert.",
        whose=_HER_ALERTS,
        setting="keep_interventions_days",
    ),
    Holding("colleague_news", "Words to a teacher of what a colleague did, until they are told."),
    Holding(
        "interventions",
        "Everything that teachers did for her.",
        setting="keep_interventions_days",
        texts=("action_taken", "resolution_notes"),
    ),
    Holding(
        "targeted_assignments",
        "Assignments made for her alone.",
        setting="keep_interventions_days",
        texts=("title", "description"),
    ),
    Holding(
        "meetings",
        "Meetings she was invited to, with the teacher's notes.",
        whose="id IN (SELECT meeting_id FROM meeting_students WHERE student_id = :student)",
        withheld=("student_id",),
        why="of a meeting of several students only her place is deleted",
        setting="keep_interventions_days",
        texts=("location", "notes", "reason", "outcome_notes"),
    ),
    Holding("meeting_students", "Her place in each meeting.", setting="keep_interventions_days"),
    Holding(
        "parent_notifications",
        "E-mails to her guardians, with all that was in them, and their answers.",
        setting="keep_messages_days",
        texts=("message", "subject", "content", "answer_note", "reason"),
    ),
    Holding(
        "tutorings",
        "Who helped her, or whom she helped, in which skill.",
        whose=_HER_TUTORINGS,
        fate=Fate.ANONYMISED,
        why="the other student's part stays, with a random name in the place of hers",
        setting="keep_interventions_days",
        texts=("outcome",),
    ),
    Holding(
        "tutoring_sessions",
        "When they met.",
        whose=f"tutoring_id IN (SELECT id FROM tutorings WHERE {_HER_TUTORINGS})",  # noqa: S608  # a constant of this module
        fate=Fate.ANONYMISED,
        why="it is the other student's too",
        setting="keep_interventions_days",
        texts=("note",),
    ),
    Holding("tutor_opt_outs", "That she does not want to be asked to tutor."),
)
_CHAT = (
    Holding(
        "links",
        "Which Zulip user she is, by an admin's word.",
        whose="kind = 'student' AND person_id = :student",
    ),
    Holding("zulip_users", "Her Zulip user, as Zulip has it.", whose="user_id = :user"),
    Holding(
        "confirmations",
        "Her own open questions.",
        whose="asker_id = :user",
        setting="30 days",
        texts=("payload", "about"),
    ),
    Holding(
        "pending_lines",
        "Replies to her that are on their way.",
        whose="asker_id = :user",
        texts=("letter",),
    ),
    Holding(
        "chat_lane",
        "What she said as staff and is being answered; gone once it is.",
        whose="asker_id = :user",
        texts=("letter",),
    ),
    Holding("chat_skipped", "Her commands that were too old.", whose="sender_id = :user"),
    Holding(
        "chat_handled",
        "Her reactions that had their effect.",
        whose="source LIKE 'reaction:%:' || :user || ':%'",
        in_copy=False,
    ),
    Holding(
        "audit_log",
        "Who looked at her data or did something about her, when and where.",
        whose="about_id IN (SELECT person_id FROM audit_people"
        " WHERE kind = 'student' AND key = :student)",
        view="audit",
        fate=Fate.ANONYMISED,
        why="the log stays whole; nothing in it says any more whom it is about",
        setting="keep_audit_days",
    ),
    Holding(
        "audit_people",
        "The numbers by which that log names her.",
        whose="(kind = 'student' AND key = :student) OR (kind = 'user' AND key = :user)",
        fate=Fate.ANONYMISED,
        why="her number stays, and nothing says whose it is",
        setting="keep_audit_days",
        in_copy=False,
    ),
)

CATALOGUE: tuple[Holding, ...] = (*_FACTS, *_FIGURES, *_NUDGING, *_TEACHERS, *_CHAT)
"""Every table with data of students, in the order of her copy."""

BY_TABLE: Mapping[str, Holding] = {each.table: each for each in CATALOGUE}

NO_STUDENTS: Mapping[str, str] = {
    "_sqlite_migrations": "which tables were made when",
    "activity_matters": "kinds, contents and subjects of activities; nobody's",
    "audit_anchors": "where the audit log begins; hashes",
    "assignments": "set to whole classes",
    "batches": "imports: file names, counts; problems are told with lines, never with names",
    "calendar": "holidays",
    "chat_cursor": "the listener's place in Zulip's queue",
    "chat_echoes": "hashes of keys and message numbers; those of her messages are deleted",
    "classes": "classes",
    "content": "what there is to learn",
    "exams": "set to whole classes",
    "exports": "which staff took a report away; not about whom",
    "figures_state": "as of when figures are",
    "following_state": "which imports were looked at",
    "forgotten": "keyed hashes of the ids of who was forgotten, so that no import brings them back",
    "forgotten_key": "the key of these",
    "holdout_key": "the key by which chance is drawn",
    "horizons": "from which day on single activities are kept",
    "model_texts": "wordings with marks in the place of names and numbers",
    "model_uses": "counts",
    "reviews": "rules",
    "reviews_told": "rules",
    "rule_switches": "rules",
    "skill_prerequisites": "skills",
    "skills": "skills",
    "teachers": "teachers",
    "unranked_classes": "classes",
}
"""Every other table, with why it holds nothing of a student."""

__all__ = ["BY_TABLE", "CATALOGUE", "NO_STUDENTS", "OF_STUDENT", "Fate", "Holding"]
