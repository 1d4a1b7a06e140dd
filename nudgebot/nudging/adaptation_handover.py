"""Handing over: after two messages without an answer a person asks, instead of a third."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

UNANSWERED = 2
RESTS = timedelta(days=28)
AHEAD = timedelta(hours=1)  # as the cooldown has it
LOOK_BACK = timedelta(days=90)
HANDED = "two messages without an answer, so a person should ask"

# A target that nobody followed (the case's window is over) is one that was not reached as long as
# the rule holds; an older episode's that nobody followed is not known.
_SPOKEN = """
WITH asked AS (
    SELECT json_extract(value, '$[0]') AS student_id, json_extract(value, '$[1]') AS rule_id,
        json_extract(value, '$[2]') AS rested_at
    FROM json_each(:pairs)),
rested AS MATERIALIZED (                     -- the others cool down anyway: most of them
    SELECT a.student_id, a.rule_id FROM asked a
    WHERE EXISTS (SELECT 1 FROM nudges n
        WHERE n.student_id = a.student_id AND n.rule_id = a.rule_id AND n.due_at > :since)
    AND NOT EXISTS (SELECT 1 FROM nudges n
        WHERE n.student_id = a.student_id AND n.rule_id = a.rule_id AND n.due_at > a.rested_at
        AND n.state IN ('queued', 'sent', 'unclear')))
SELECT n.student_id, n.rule_id, n.episode_at, n.due_at, n.to_student, n.delivery,
    EXISTS (SELECT 1 FROM responses r WHERE r.nudge_key = n.nudge_key AND r.kind != 'read')
    OR EXISTS (SELECT 1 FROM cases c WHERE c.student_id = n.student_id AND c.rule_id = n.rule_id
        AND c.target_met_at >= n.due_at AND c.starts_at <= n.due_at) AS answered,
    EXISTS (SELECT 1 FROM cases c WHERE c.student_id = n.student_id AND c.rule_id = n.rule_id
        AND c.starts_at <= n.due_at AND c.ends_at > n.due_at) AS followed
FROM rested a JOIN nudges n ON n.student_id = a.student_id AND n.rule_id = a.rule_id
WHERE n.due_at > :since AND (n.state = 'sent' OR NOT n.to_student AND n.state != 'withdrawn')
ORDER BY n.due_at
"""


@dataclass(frozen=True)
class Spoken:
    """A nudge that was sent, to the student or about her to a person, and whether it did anything.

    `answered`: her target was reached since, or something came back (that it was read is nothing);
    None: nobody can know.
    """

    due_at: datetime
    episode_at: datetime
    to_student: bool
    answered: bool | None


@dataclass(frozen=True)
class Standing:
    """How a rule stands with a student: `now` it goes to a person; since `told_at` it rests."""

    now: bool = False
    told_at: datetime | None = None


def standing(spoken: Iterable[Spoken], *, since: datetime, as_of: datetime) -> Standing:
    """Counted from the oldest nudge on; `since` is when the rule began to hold.

    A person is asked once: then the rule rests for four weeks, or until it holds anew.
    """
    waits, told = 0, None
    for each in spoken:
        if each.to_student:
            waits = waits + 1 if each.answered is False else 0
        elif waits >= UNANSWERED:
            waits, told = 0, each
    if told is not None and told.episode_at == since and as_of < told.due_at + RESTS:
        return Standing(told_at=told.due_at)
    return Standing(now=waits >= UNANSWERED)


@dataclass(frozen=True)
class HandedOver:
    """Drops what a person was asked to look into instead, and lately."""

    told_at: Mapping[Pair, datetime]
    name: ClassVar[str] = "handed_over"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """Since when, and until when."""
        told_at = self.told_at.get((candidate.student_id, candidate.rule.id))
        if told_at is None or candidate.routed:
            return None
        return (
            f"Two messages went without an answer, and a person was told at "
            f"{told_at:%Y-%m-%d %H:%M} UTC; the student is not written to about it until "
            f"{told_at + RESTS:%Y-%m-%d %H:%M} UTC."
        )


def hand_over(
    store: Store,
    candidates: Sequence[Candidate],
    since: Mapping[Pair, datetime],
    as_of: datetime,
) -> tuple[list[Candidate], HandedOver]:
    """The candidates, those that did nothing twice turned to a person; and the stage for others."""
    alone = [each for each in candidates if _to_student_alone(each)]
    found = _standings(store, alone, since, as_of) if alone else {}
    now = {pair for pair, each in found.items() if each.now}
    told_at = {pair: each.told_at for pair, each in found.items() if each.told_at is not None}
    turned = [
        replace(each, delivery=Delivery.MENTOR_ALERT, handed=True) if _pair(each) in now else each
        for each in candidates
    ]
    return turned if now else list(candidates), HandedOver(told_at)


def _standings(
    store: Store, batch: Iterable[Candidate], since: Mapping[Pair, datetime], as_of: datetime
) -> dict[Pair, Standing]:
    """Of those that do not cool down."""
    known = newest_fact(store)
    soon = as_of + AHEAD
    pairs = [
        (*_pair(each), to_at(soon - timedelta(hours=each.rule.cooldown_hours))) for each in batch
    ]
    spoken: dict[Pair, list[Spoken]] = {}
    for row in store.rows(
        _SPOKEN,
        {"pairs": json.dumps(sorted(pairs)), "since": to_at(as_of - LOOK_BACK)},
    ):
        pair = (row["student_id"], row["rule_id"])
        due_at, episode_at = from_at(row["due_at"]), from_at(row["episode_at"])
        answered: bool | None = bool(row["answered"])
        tells = row["followed"] or episode_at == since[pair]
        if not answered and not (tells and known is not None and known > due_at):
            answered = None
        spoken.setdefault(pair, []).append(
            Spoken(due_at, episode_at, bool(row["to_student"]), answered)
        )
    return {pair: standing(own, since=since[pair], as_of=as_of) for pair, own in spoken.items()}


def _to_student_alone(candidate: Candidate) -> bool:
    return (
        candidate.channels == (Channel.STUDENT,) and candidate.rule.urgency is not Urgency.CRITICAL
    )


def _pair(candidate: Candidate) -> Pair:
    return candidate.student_id, candidate.rule.id
