"""What students say and do with a nudge, noted as their response to it."""

from __future__ import annotations

from datetime import datetime

from nudgebot.chat.incoming import Incoming, Reacted
from nudgebot.chat.office import Office
from nudgebot.nudging.responses import Kind, Responses, note_response

# Emoji codes of ✅ ✔, of 🆘 🙋, of ⏰ and of ❌ ✖ 👎; a person's 🙋 may have a suffix.
TAPS = {
    "2705": "did it",
    "2714": "did it",
    "1f198": "need help",
    "1f64b": "need help",
    "23f0": "not now",
    "274c": "wrong",
    "2716": "wrong",
    "1f44e": "wrong",
}


THANKS = {
    "en": "Well done, thank you! The data will show it soon.",
    "de": "Super, danke! In den Daten sehe ich es bald.",
}


def language_of(office: Office, student_id: str) -> str:
    """The language of what a student is told about her nudges: `de`, or else `en`."""
    student = office.people.student(student_id)
    language: str = (student.language if student else "") or office.settings["language"]
    return "de" if language.lower().startswith("de") else "en"


def thanks_of(office: Office, student_id: str) -> str:
    """Thanks for what a nudge asked for; whether it is so, the data say."""
    return THANKS[language_of(office, student_id)]


def note_tap(office: Office, incoming: Incoming, student_id: str, kind: Kind) -> list[str]:
    """Note one tap, by its word or by the reaction that it stands for; the nudges it is to."""
    return note_response(
        office.store,
        student_id,
        kind,
        incoming.sent_at,
        message_id=incoming.message_id,
        days=office.settings["nudge_effectiveness_tracking_days"],
    )


def note_answer(
    office: Office, student_id: str, at: datetime, *, follows_at: datetime | None
) -> None:
    """A student's own words answer the nudge, unless a teacher has written to her since."""
    days = office.settings["nudge_effectiveness_tracking_days"]
    note_response(office.store, student_id, Kind.ANSWERED, at, newer_than=follows_at, days=days)


def note_reaction(office: Office, reacted: Reacted, as_of: datetime) -> str | None:
    """A student's emoji on a nudge that she got: noted, and returned as the word that it stands
    for, which may be empty; None where it is nothing of the kind."""
    student_id = office.access.asker(reacted.user_id, as_of).student_id
    if student_id is None:
        return None
    responses = Responses(office.store)
    keys = responses.nudges_of(reacted.message_id, student_id)
    if not keys:
        return None
    responses.note(keys, Kind.REACTED, as_of)
    return TAPS.get(reacted.emoji_code.split("-")[0], "")
