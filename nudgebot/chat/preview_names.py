"""What a preview is about, in a few words; they may name a student and are for its asker alone."""

from __future__ import annotations

from nudgebot.chat.acts.assigning import ASSIGN, WITHDRAW
from nudgebot.chat.acts.tutoring import END, TUTOR
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.meeting_previews import CANCEL, MEET, MOVE
from nudgebot.chat.office import Office
from nudgebot.chat.parent_previews import PARENT
from nudgebot.chat.previews import LINK, RELEASE, SEND, letters_in

_OF_STUDENTS = {
    SEND: "message to {}",
    ASSIGN: "assignment for {}",
    MEET: "meeting with {}",
    PARENT: "e-mail to the parents of {}",
    TUTOR: "tutoring of {}",
}
_PLAIN = {
    MOVE: "change of {about}",
    CANCEL: "cancellation of {about}",
    WITHDRAW: "taking back of {about}",
    END: "end of a tutoring",
    LINK: "link of {about}",
    RELEASE: "import {about}",
}


def title_of(office: Office, preview: Confirmation) -> str:
    """`message to Ana Alvarez`, `meeting with 3 students`; plain text, to be escaped."""
    pattern = _OF_STUDENTS.get(preview.kind)
    if pattern is None:
        return _PLAIN.get(preview.kind, "preview").format(about=preview.about)
    return pattern.format(_who(office, _student_ids(preview)))


def question_of(office: Office, preview: Confirmation) -> str:
    """The question whether it is to be done; plain text."""
    verb = "Send" if preview.kind in (SEND, PARENT) else "Go on with"
    return f"{verb} the {title_of(office, preview)}?"


def _student_ids(preview: Confirmation) -> list[str]:
    payload = preview.payload
    if "letters" in payload:
        return [letter.student_id for letter in letters_in(payload)]
    if payload.get("student_ids"):
        return [str(each) for each in payload["student_ids"]]
    if payload.get("student_id"):
        return [str(payload["student_id"])]
    kind, _, key = preview.about.partition(" ")
    return [key] if kind == "student" else []


def _who(office: Office, student_ids: list[str]) -> str:
    if len(student_ids) != 1:
        return count(len(student_ids), "student") if student_ids else "somebody"
    student = office.people.student(student_ids[0])
    return student.name if student else student_ids[0]
