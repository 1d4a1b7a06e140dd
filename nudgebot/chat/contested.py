"""What a student may mean when she says that something is wrong: the newest that she got."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nudgebot.chat.office import Office
from nudgebot.markup import esc, global_time
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.figure_words import held, told
from nudgebot.nudging.history import History

MOST_STORIES = 5


def newest_of(office: Office, student_id: str) -> list[str]:
    """The newest nudge and the newest teacher's message that she got, a line each, as Markdown.

    Of a message only whose it is: its words are between those two.
    """
    return [*_nudge(office, student_id), *_message(office, student_id)]


def _nudge(office: Office, student_id: str) -> Iterator[str]:
    got: list[tuple[datetime, str]] = []
    for story in History(office.store).stories(student_id, limit=MOST_STORIES):
        reasons = esc(", ".join(told(held(story.nudge.explanation))))
        because = f", because: {reasons}" if reasons else ""
        got += [
            (fate.sent_at, f"the nudge **{esc(story.nudge.rule_name)}**{because}")
            for fate in story.fates
            if fate.channel is Channel.STUDENT and fate.sent_at is not None
        ]
    if got:
        at, text = max(got)
        yield f"- {global_time(at)} {text}"


def _message(office: Office, student_id: str) -> Iterator[str]:
    arrived = [e for e in office.letters.messages_to(student_id) if e.state == "sent"]
    for message in arrived[:1]:
        user = office.links.user(message.teacher_user_id)
        whose = f"a message from {esc(user.full_name)}" if user else "a message from the school"
        yield f"- {global_time(message.sent_at)} {whose}"
