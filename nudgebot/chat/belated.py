"""Teachers' messages whose fate was open when the teacher was answered: told once it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from nudgebot.chat.office import Office
from nudgebot.interventions.letters import TeacherMessage
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Posted

Fate = tuple[TeacherMessage, Posted]
HEAD = "**News of what you sent through me**"


def tell_fates(office: Office, as_of: datetime) -> int:
    """Tell each teacher what became of messages that waited; returns how many are known by now.

    What a summary is still to be told of is left to that summary.
    """
    running = {each.identity for each in office.confirmations.unfinished()}
    fates: dict[int, list[Fate]] = {}
    for message in office.letters.open_messages():
        posted = office.outbox.find(message.key)
        # A key is `message:<confirmation>:<student>`.
        if posted is None or not _is_known(posted) or message.key.split(":")[1] in running:
            continue
        fates.setdefault(message.teacher_user_id, []).append((message, posted))
    for teacher_user_id, own in fates.items():
        _tell(office, teacher_user_id, own, as_of)
    return sum(map(len, fates.values()))


def _is_known(posted: Posted) -> bool:
    return posted.state in ("sent", "refused") or posted.given_up


def _tell(office: Office, teacher_user_id: int, fates: Sequence[Fate], as_of: datetime) -> None:
    asker = office.access.asker(teacher_user_id, as_of)
    place = Direct((teacher_user_id,))
    seen = {each.student_id for each, _ in fates if asker.may_see(each.student_id)}
    lines = [HEAD]
    for message, posted in fates:
        student = office.people.student(message.student_id)
        known = student is not None and message.student_id in seen
        name = esc(student.name) if student is not None and known else "A student"
        lines.append(f"- {name} ({global_time(message.sent_at)}): {_in_words(posted)}")
    keys = ",".join(sorted(message.key for message, _ in fates))
    told = Outgoing(
        key=f"fate:{teacher_user_id}:{hashlib.sha256(keys.encode()).hexdigest()[:16]}",
        recipient=place,
        content="\n".join(lines),
        purpose="notice",
    )
    with office.store.transaction():
        for message, posted in fates:
            office.interventions.messages.settle(message, posted)
        office.audit.record(
            seen, actor_user_id=teacher_user_id, action="message", place=place, as_of=as_of
        )
        claimed = office.outbox.claim(told, as_of)
    if claimed:
        office.outbox.push(told, as_of)


def _in_words(posted: Posted) -> str:
    if posted.state == "sent":
        return "✅ it had to wait and has arrived now."
    if posted.given_up:
        return "❓ nobody can tell whether it arrived. Please look for it, or ask."
    return f"⚠️ it did not arrive. {posted.reason} Write again when that is mended."
