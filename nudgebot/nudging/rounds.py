"""Rounds: a teacher gets few digests, so what is for her travels together or waits for the next.

Whatever is due takes along all that waits for the same teacher on the same day; after that nothing
goes to her for half a school day but what is critical, or would come too late at its end.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.nudges import Nudge, Nudges, Part
from nudgebot.nudging.rule import Urgency
from nudgebot.nudging.timing import HIGH_WITHIN_HOURS, Hours, first_open
from nudgebot.school.days import from_at
from nudgebot.store import Store

BETWEEN = timedelta(hours=HIGH_WITHIN_HOURS)  # so that what is urgent is in time all the same
WAITS = "It waits for the teacher's next digest."

_STEP = timedelta(minutes=30)  # silence begins and ends at full hours, in any zone

Pair = tuple[Nudge, Part]


@dataclass(frozen=True)
class Round:
    """What goes now, and what waits until when."""

    goes: Sequence[Pair]
    waits: Sequence[tuple[Pair, datetime]]


def make_round(store: Store, due: Sequence[Pair], *, hours: Hours, as_of: datetime) -> Round:
    """Of what is due, what goes now with what else; `hours` are those of the teachers."""
    teachers = {part.person_id for _, part in due if part.channel is Channel.MENTOR}
    if not teachers:
        return Round(due, ())
    rests = _resting(store, teachers, as_of)
    pressed = {
        part.person_id
        for nudge, part in due
        if part.channel is Channel.MENTOR
        and part.person_id in rests
        and not _can_wait(nudge, rests[part.person_id], hours=hours, as_of=as_of)
    }
    resting = {teacher: until for teacher, until in rests.items() if teacher not in pressed}
    goes: list[Pair] = []
    waits: list[tuple[Pair, datetime]] = []
    for pair in due:
        until = resting.get(pair[1].person_id) if pair[1].channel is Channel.MENTOR else None
        if until is None:
            goes.append(pair)
        else:
            waits.append((pair, until))
    if hours.open(as_of):
        there = {_identity(part) for _, part in due}
        later = Nudges(store).for_teachers(teachers - resting.keys(), _midnight(hours, as_of))
        goes += [pair for pair in later if _identity(pair[1]) not in there]
    return Round(goes, waits)


def _can_wait(nudge: Nudge, until: datetime, *, hours: Hours, as_of: datetime) -> bool:
    """Whether it is still in time then: good, within what its urgency promises, no silence between.

    Silence in between could make hours of rest a weekend.
    """
    if nudge.urgency is Urgency.CRITICAL or until >= nudge.expires_at:
        return False
    if nudge.urgency is Urgency.HIGH and until > first_open(hours, nudge.decided_at) + BETWEEN:
        return False
    steps = (as_of + number * _STEP for number in range((until - as_of) // _STEP + 1))
    return hours.open(until) and all(map(hours.open, steps))


def _resting(store: Store, teachers: Collection[str], as_of: datetime) -> Mapping[str, datetime]:
    """Until when teachers are left alone who got a message, or may have got one, lately."""
    rows = store.rows(
        """SELECT p.person_id, MAX(o.claimed_at) FROM json_each(?) j
           JOIN nudge_parts p ON p.person_id = j.value AND p.channel = 'mentor'
           JOIN outbox o ON o.key = p.outbox_key AND o.state IN ('sent', 'claimed', 'unsettled')
           GROUP BY p.person_id""",
        [json.dumps(sorted(teachers))],
    )
    again = {row[0]: from_at(row[1]) + BETWEEN for row in rows}
    return {teacher: until for teacher, until in again.items() if until > as_of}


def _midnight(hours: Hours, as_of: datetime) -> datetime:
    """The end of the school's day."""
    day = as_of.astimezone(hours.zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=hours.zone)


def _identity(part: Part) -> tuple[str, str]:
    return part.nudge_key, part.person_id
