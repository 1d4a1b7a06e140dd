"""The buttons of a message's preview that take another template instead."""

from __future__ import annotations

from nudgebot.chat.command import Call
from nudgebot.chat.wording import fitting
from nudgebot.nudging.messages import Button
from nudgebot.nudging.templates import BY_HAND
from nudgebot.school.people import Student

MOST_OTHERS = 3
LONGEST_IN_BUTTON = 300


def other_templates(
    call: Call, student: Student, *, template: str, began: str, own: str
) -> list[Button]:
    """Templates that can be had instead of `template`: those of the same category first.

    `began` is the one that the preview began with, which is offered again once other words have
    taken its place. `own` are the teacher's words behind the template: they stay, where a button
    can say them.
    """
    known = call.office.book.templates.by_id
    category = known[began][0].category if began in known else ""
    same = [category] if category in BY_HAND else []
    found = [
        wording
        for each in [*same, ""]
        for wording in fitting(call.office, student, call.asker, call.as_of, each)
    ]
    others = {each.template_id: each for each in found if each.template_id != template}
    first = sorted(others.values(), key=lambda each: each.template_id != began)
    kept = " ".join(own.split())  # a button says one line
    loses = len(kept) > LONGEST_IN_BUTTON
    words, without = ("", ", without your words") if loses else (kept, "")
    return [
        Button(
            each.title,
            f"Take {each.title} instead{without}",
            f"message {student.student_id} {each.template_id} {words}".strip(),
        )
        for each in first[:MOST_OTHERS]
    ]
