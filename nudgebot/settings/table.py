"""The table of all settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nudgebot.settings.kinds import (
    CONVERSATION,
    COUNT,
    FLAG,
    FORMAT,
    HOUR,
    IDS,
    LEVEL,
    LOG_FORMAT,
    PAPER,
    PATH,
    SECURITY,
    SHARE,
    TEXT,
    THRESHOLDS,
    ZONE,
    Kind,
)


@dataclass(frozen=True)
class Setting:
    """One setting; `default` is the text that a file would hold.

    A secret is read from the environment only: files are copied, shown and backed up. What is
    `sensitive` may hold one among other things. Neither is ever shown.
    """

    name: str
    default: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()
    secret: bool = False
    sensitive: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("database", "data/nudgebot.db", PATH, "The SQLite file that holds everything."),
    Setting("inbox", "data/inbox", PATH, "The folder that is polled for exports."),
    Setting("inbox_format", "native", FORMAT, "The format of the exports in the inbox."),
    Setting("inbox_poll_seconds", "60", COUNT, "How often the inbox is looked at."),
    Setting(
        "inbox_settle_seconds",
        "10",
        COUNT,
        "How long a file's size and time must stay as they are before it is read.",
    ),
    Setting(
        "inbox_urls",
        "",
        TEXT,
        "Addresses (https://…) of zips that are fetched at each look at the inbox and put there, "
        "separated by blanks.",
        sensitive=True,
    ),
    Setting(
        "inbox_token",
        "",
        TEXT,
        "The token that these addresses want (`Authorization: Bearer …`); from the environment "
        "only, as NUDGEBOT_INBOX_TOKEN.",
        secret=True,
    ),
    Setting(
        "timezone", "UTC", ZONE, "The school's time zone, also of times in exports without one."
    ),
    Setting("language", "en", TEXT, "The language of messages to people whose own is not known."),
    Setting(
        "max_drop_share",
        "0.1",
        SHARE,
        "An export that would take away more than this share of the students, of a table's rows or "
        "values, or of which as much cannot be read, waits for an admin's word.",
    ),
    Setting(
        "stale_after_hours",
        "36",
        COUNT,
        "Without news in the exports for so long, weekends and holidays not counted, nudging stops "
        "and the admins are told.",
    ),
    Setting(
        "rules_file_path",
        "rules",
        PATH,
        "The folder (or one file) with the nudging rules.",
        ("nudging_rules_file",),
    ),
    Setting("templates_path", "message_templates", PATH, "The folder with the message templates."),
    Setting(
        "rules_update_frequency_hours",
        "24",
        COUNT,
        "How often adaptation learns anew from what students responded to; changed files of rules "
        "are taken up within seconds anyway.",
        ("rules_update_frequency",),
    ),
    Setting("evaluate_minutes", "60", COUNT, "How often every student is evaluated."),
    Setting(
        "enable_nudging_system",
        "true",
        FLAG,
        "Off: nothing is decided or sent by itself; reports and commands still work.",
    ),
    Setting("max_nudges_per_day", "3", COUNT, "Most nudges a student gets in a day."),
    Setting("max_nudges_per_week", "10", COUNT, "Most nudges a student gets in a week."),
    Setting("nudge_quiet_hours_start", "22", HOUR, "The hour at which nudges fall silent."),
    Setting("nudge_quiet_hours_end", "8", HOUR, "The hour from which nudges may arrive again."),
    Setting("nudge_weekend_enabled", "false", FLAG, "Whether nudges may arrive at weekends."),
    Setting(
        "academic_risk_thresholds",
        "critical=0.9 high=0.7 medium=0.5 low=0.3",
        THRESHOLDS,
        "The risk scores from which a level begins; below `low` the risk is minimal.",
    ),
    Setting(
        "risk_weights",
        "data/risk_weights.json",
        PATH,
        "A file with the school's own weights of the risk score, as `nudgebot risk fit` writes it; "
        "without one the shipped weights hold.",
    ),
    Setting(
        "nudge_effectiveness_tracking_days",
        "14",
        COUNT,
        "For how many days a nudge, or a held-out case, is followed.",
        ("nudge_tracking_days",),
    ),
    Setting(
        "one_tap_answers",
        "true",
        FLAG,
        "Whether a student gets buttons below a nudge: done, need help, not now, this is wrong; "
        "the same by reaction or word works either way.",
    ),
    Setting(
        "holdout_share",
        "0.1",
        SHARE,
        "The share of a rule's candidates that is held out at random, so that its effect can be "
        "measured; critical rules hold nobody out, and a rule's own `holdout` goes before it.",
    ),
    Setting(
        "effect_minimum_cases",
        "30",
        COUNT,
        "With fewer followed cases in either group, an effect is too early to say.",
    ),
    Setting(
        "min_response_rate_threshold",
        "0.3",
        SHARE,
        "Below this share of responses a rule is proposed to the admins for review.",
        ("min_response_rate",),
    ),
    Setting(
        "enable_ai_personalization",
        "true",
        FLAG,
        "Whether a language model may reword templates, where one is configured.",
    ),
    Setting(
        "personalization_confidence_threshold",
        "0.7",
        SHARE,
        "From which probability on that another hour or tone is better, it is taken.",
        ("personalization_confidence",),
    ),
    Setting(
        "enable_adaptive_rules",
        "true",
        FLAG,
        "Whether nudging adapts to what students respond to, and hands who does not to a person.",
    ),
    Setting(
        "ai_base_url",
        "",
        TEXT,
        "The address of an OpenAI-compatible endpoint (Portkey's gateway, OpenAI, Ollama, vLLM); "
        "without one, templates are sent as they are.",
    ),
    Setting("ai_model", "", TEXT, "The model's name there."),
    Setting(
        "ai_headers",
        "",
        TEXT,
        "More headers of each request, as `name: value; name: value`.",
        sensitive=True,
    ),
    Setting("ai_seconds", "5", COUNT, "How long the model may take for a message."),
    Setting(
        "ai_requests_a_day", "500", COUNT, "How many messages the model is asked for in a day."
    ),
    Setting(
        "ai_api_key",
        "",
        TEXT,
        "The endpoint's key; from the environment only, as NUDGEBOT_AI_API_KEY.",
        secret=True,
    ),
    Setting("admins", "", IDS, "Zulip user ids of the people who may give admin commands."),
    Setting(
        "realm_admins_are_admins",
        "true",
        FLAG,
        "Whether owners and administrators of the Zulip organisation are admins of nudgebot too.",
    ),
    Setting("staff_stream", "", TEXT, "The staff's stream; the daily summary is posted there."),
    Setting("staff_topic", "nudgebot today", TEXT, "The topic of the daily summary."),
    Setting(
        "class_topic", "reminders", TEXT, "The topic of notices to a whole class in its stream."
    ),
    Setting("confirmation_minutes", "15", COUNT, "How long a preview can be confirmed."),
    Setting(
        "bulk_limit", "50", COUNT, "A bulk message to more students asks for a second confirmation."
    ),
    Setting(
        "crisis_help",
        "Thank you for telling me. You are not alone with this. I am only a program, so please "
        "talk to an adult you trust right now, at home or at school. If you are in danger, call "
        "your local emergency number.",
        TEXT,
        "What a student is told who writes a phrase of `rules/crisis.yaml`: name your school's own "
        "people and numbers.",
    ),
    Setting(
        "safeguarding_contacts",
        "",
        IDS,
        "Zulip user ids of the people who are told at once when a student's words sound like a "
        "crisis; without any, it is the admins where no teacher can be reached.",
    ),
    Setting(
        "delivery_conversation",
        "bot",
        CONVERSATION,
        "How a teacher's message reaches a student: `bot`, a direct message in the teacher's name, "
        "or `group`, a conversation of student, teacher and bot.",
    ),
    Setting(
        "alert_repeat_school_days",
        "1",
        COUNT,
        "After so many days of school, an urgent alert that nobody has looked at is repeated to "
        "the student's teachers; 0 never repeats.",
    ),
    Setting(
        "office_hours",
        "mon-fri 13:00-16:00",
        TEXT,
        "When meetings are proposed, as `mon-thu 13:00-16:00, fri 12:00-13:30`.",
    ),
    Setting(
        "meeting_reminder_minutes",
        "60",
        COUNT,
        "How long before a meeting both sides are reminded; 0 never reminds.",
    ),
    Setting("tutor_most_students", "2", COUNT, "How many others a peer tutor helps at a time."),
    Setting(
        "lms_outbox",
        "data/outbox",
        PATH,
        "The folder where targeted assignments are put in the native format, for the LMS to take; "
        "empty writes none.",
    ),
    Setting("smtp_host", "", TEXT, "The school's mail server; without one no e-mail is sent."),
    Setting("smtp_port", "587", COUNT, "Its port."),
    Setting(
        "smtp_security",
        "starttls",
        SECURITY,
        "starttls, tls, or none (for a server on this machine only).",
    ),
    Setting("smtp_user", "", TEXT, "The user to log in as; without one there is no login."),
    Setting(
        "smtp_password",
        "",
        TEXT,
        "The password to log in with; from the environment only, as NUDGEBOT_SMTP_PASSWORD.",
        secret=True,
    ),
    Setting("mail_from", "", TEXT, "The address that e-mails are from."),
    Setting(
        "mail_reply_to",
        "",
        TEXT,
        "The school's address for answers of guardians; without one it is `mail_from`.",
    ),
    Setting("sends_per_minute", "120", COUNT, "Most requests that send something in a minute."),
    Setting("school_name", "", TEXT, "The school's name, at the top of each page of a PDF."),
    Setting("paper", "a4", PAPER, "The paper of PDFs asked for in chat, a4 or letter."),
    Setting(
        "fonts_path",
        "data/fonts",
        PATH,
        "A folder with more fonts for charts and PDFs, for scripts that the bundled ones lack.",
    ),
    Setting(
        "backup_folder",
        "",
        PATH,
        "The folder for the nightly backups of the database; without one, `backups` beside it.",
    ),
    Setting(
        "backup_hour",
        "3",
        HOUR,
        "From which hour on the nightly backup is made; one that was missed is caught up.",
    ),
    Setting(
        "backup_keep_days",
        "14",
        COUNT,
        "How long backups are kept; the newest always is. A student who is erased is gone from "
        "them after so long.",
    ),
    Setting(
        "watchdog_minutes",
        "15",
        COUNT,
        "When nudgebot's work has stood still for so long, the admins are told; 0 never tells.",
    ),
    Setting(
        "keep_activity_days",
        "400",
        COUNT,
        "How long single activities are kept; what they add up to for each day stays, so figures "
        "stay as they are. 0 keeps them for ever, here and in the next seven settings.",
    ),
    Setting(
        "keep_nudges_days",
        "730",
        COUNT,
        "How long nudges, what came back to them and what was measured after them are kept.",
    ),
    Setting(
        "keep_messages_days",
        "1095",
        COUNT,
        "How long teachers' messages to students and e-mails to guardians are kept.",
    ),
    Setting("keep_answers_days", "365", COUNT, "How long students' own words are kept."),
    Setting(
        "keep_interventions_days",
        "1095",
        COUNT,
        "How long closed alerts and what teachers did (assignments, meetings, …) are kept.",
    ),
    Setting(
        "keep_audit_days",
        "1095",
        COUNT,
        "How long the log of who saw or did what is kept.",
    ),
    Setting(
        "keep_outbox_days",
        "60",
        COUNT,
        "How long the words of messages stay in the outbox once they are settled.",
    ),
    Setting(
        "keep_left_students_days",
        "365",
        COUNT,
        "How long after leaving the school's exports a student is forgotten; coming back later, "
        "she is new.",
    ),
    Setting("log_level", "info", LEVEL, "debug, info, warning or error."),
    Setting(
        "log_format",
        "text",
        LOG_FORMAT,
        "text, or json: one object a line, for whatever collects logs.",
    ),
)

BY_NAME: Mapping[str, Setting] = {
    name: setting for setting in SETTINGS for name in (setting.name, *setting.aliases)
}
