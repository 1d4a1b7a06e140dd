"""What became of an e-mail to a guardian, in a teacher's words."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.means import Means
from nudgebot.interventions.parents_book import (
    SENT,
    Notification,
)
from nudgebot.interventions.parents_drafts import called
from nudgebot.markup import esc, global_time
from nudgebot.school.days import local_day

HEAD = "**News of an e-mail that you sent through me**"


def fate_of(each: Notification) -> str:
    """How it stands, and what to do; finished Markdown that names nobody."""
    match each.state:
        case "sent":
            return "✅ sent"
        case "refused":
            return f"⚠️ not sent. {each.reason} Once that is mended: `parent again {each.id}`"
        case "unsettled":
            return (
                "❓ nobody can tell whether it arrived. Ask the family, or send it once more: "
                f"`parent again {each.id}`"
            )
        case "waiting":
            return f"⏳ waits. {each.reason} I try again by myself and tell you"
    return "⏳ is on its way; I tell you if anything goes wrong"


def news_of(means: Means, each: Notification, as_of: datetime) -> str:
    """The message to the teacher whose mail it is."""
    return f"{HEAD}\n- {_which(means, each, as_of)}: {_news(each)}."


def _news(each: Notification) -> str:
    if each.state == SENT:
        return "✅ it had to wait and has been sent now"
    return fate_of(each)


def _which(means: Means, each: Notification, as_of: datetime) -> str:
    """Number and time; the names only where the student is still one of the teacher's own."""
    when = f"**{each.id}** ({global_time(each.created_at)})"
    day = local_day(as_of, means.zone)
    teachers = {one.teacher_id for one in means.people.teachers_of(each.student_id, day=day)}
    student = means.people.student(each.student_id)
    if student is None or each.teacher_id not in teachers:
        return f"E-mail {when}"
    return f"E-mail {when} to {esc(called(each.guardian_name))} about {esc(student.name)}"
