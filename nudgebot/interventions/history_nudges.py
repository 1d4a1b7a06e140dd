"""The bot's own nudges as entries of a student's history."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.history_entry import NUDGE, Entry, Outcome
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.history import Fate, History, Story
from nudgebot.store import Store

_TO = {
    Channel.STUDENT: "to the student",
    Channel.MENTOR: "to teachers",
    Channel.CLASS: "to the class",
    Channel.DASHBOARD: "to the staff's summary",
}
_SAID = {"sent": "sent", "unclear": "sent, but nobody can tell whether it arrived"}


def nudges_to(
    store: Store, student_id: str, as_of: datetime, *, limit: int
) -> list[tuple[Entry, Story]]:
    """What went out until then, or may have, each with its story; `why` tells of all the rest."""
    found = []
    for story in History(store).stories(student_id, limit=limit):
        out = [fate for fate in story.fates if fate.state in _SAID]
        if out:
            at = min((fate.sent_at for fate in out if fate.sent_at), default=story.nudge.due_at)
            if at <= as_of:
                found.append((_entry(story, out, at), story))
    return found


def _entry(story: Story, out: list[Fate], at: datetime) -> Entry:
    told: dict[str, list[str]] = {}
    for fate in out:
        told.setdefault(_SAID[fate.state], []).append(_TO[fate.channel])
    return Entry(
        at=at,
        kind=NUDGE,
        what=story.nudge.rule_name,
        user_id=None,
        teacher_id=None,
        outcomes=tuple(
            Outcome(f"{said} {' and '.join(dict.fromkeys(places))}")
            for said, places in told.items()
        ),
    )
