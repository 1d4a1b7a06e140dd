"""A bare yes or no of a student: the answer to a question about tutoring that is her newest."""

from __future__ import annotations

import re

from nudgebot.chat.office import Office

_YES = re.compile(
    r"(?:yes|yeah|yep|sure|ok|okay|ja|gerne?|klar)"
    r"(?:,? (?:please|bitte|sure|of course|why not|gerne?|klar|i(?:'?d| would) (?:like|love) to))*"
    r"[ .!]*",
    re.IGNORECASE,
)
_NO = re.compile(r"(?:no|nope|nein)(?:,? thanks?(?: you)?|,? danke)?[ .!]*", re.IGNORECASE)


def meant_for_tutoring(office: Office, student_id: str, text: str) -> str:
    """The command that a bare yes or no stands for; empty where it may answer something else.

    That is where more than one question about tutoring waits, or where the student got something
    else from a teacher since it was asked.
    """
    words = text.strip()
    word = "yes" if _YES.fullmatch(words) else "no" if _NO.fullmatch(words) else ""
    waiting = office.interventions.tutoring.waiting_for(student_id) if word else []
    if len(waiting) != 1:
        return ""
    newest = office.letters.newest_to(student_id)
    if newest is not None and newest.sent_at > waiting[0].created_at:
        return ""
    return f"tutoring {word} {waiting[0].id}"
