"""The holdout: chance, and nothing else, decides which episodes stay untouched to measure against.

The draw is a keyed hash of rule, student and episode: the same whoever asks, in which order and
when; nobody without the key can foresee it or bring it about. What was drawn once is kept as a
case, and no later share draws it again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.cases import Arm
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.rule import Rule, Urgency
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

_RANGE = 1 << 64


def drawn(key: bytes, *, rule_id: str, student_id: str, episode_at: datetime) -> float:
    """The episode's number, from 0 to below 1; it is held out where that is below the share."""
    # JSON keeps the three apart, whatever characters ids are made of.
    drawn_for = json.dumps([rule_id, student_id, to_at(episode_at)]).encode()
    digest = hmac.new(key, drawn_for, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") / _RANGE


@dataclass(frozen=True)
class Drawn:
    """An episode that was drawn before."""

    arm: Arm
    episode_at: datetime
    decided_at: datetime


@dataclass(frozen=True)
class Holdout:
    """The holdout of one evaluation.

    `before` holds the last draw of each pair, `nudged` the episodes that have had a
    nudge. `since` is when the pair's rule began to hold.
    """

    key: bytes
    share: float
    as_of: datetime
    since: Mapping[Pair, datetime]
    before: Mapping[Pair, Drawn] = field(default_factory=dict)
    nudged: Collection[tuple[str, str, datetime]] = ()

    def share_of(self, rule: Rule) -> float:
        """The share of the rule's candidates that is held out."""
        if rule.urgency is Urgency.CRITICAL:
            return 0.0
        return self.share if rule.holdout is None else rule.holdout

    def episode_of(self, candidate: Candidate) -> datetime:
        """What is drawn once: since the rule holds without a break.

        A rule that waits for events is not looked at in between, so each event that comes after a
        cooldown is an episode of its own.
        """
        pair = _pair(candidate)
        before = self.before.get(pair)
        if not candidate.rule.on:
            return self.since[pair]
        if before is not None and self.as_of < before.decided_at + _cooldown(candidate.rule):
            return before.episode_at
        return from_at(to_at(self.as_of))

    def is_held_out(self, candidate: Candidate) -> bool:
        """Whether it is held out now: as it was drawn, or as it is drawn."""
        return self.arm(candidate) is Arm.HELD_OUT

    def was_held_out(self, candidate: Candidate) -> bool:
        """Whether its episode was held out in an earlier evaluation."""
        return self._kept(candidate) is not None and self.is_held_out(candidate)

    def arm(self, candidate: Candidate) -> Arm:
        """Where it belongs; what is critical, goes to a person, or has no share is exempt."""
        share = self.share_of(candidate.rule)
        if candidate.routed or share <= 0:
            return Arm.EXEMPT
        kept = self._kept(candidate)
        if kept is not None:
            return kept.arm
        pair, episode_at = _pair(candidate), self.episode_of(candidate)
        if (*pair, episode_at) in self.nudged:
            return Arm.EXEMPT  # its first nudge went out when nothing was drawn yet
        number = drawn(
            self.key,
            rule_id=candidate.rule.id,
            student_id=candidate.student_id,
            episode_at=episode_at,
        )
        return Arm.HELD_OUT if number < share else Arm.NUDGED

    def _kept(self, candidate: Candidate) -> Drawn | None:
        before = self.before.get(_pair(candidate))
        same = before is not None and before.episode_at == self.episode_of(candidate)
        return before if same else None


def key_of(store: Store) -> bytes:
    """The school's own key; a database without one cannot be, its tables bring it."""
    return bytes(store.value("SELECT key FROM holdout_key"))


def drawn_before(store: Store, student_ids: Collection[str]) -> dict[Pair, Drawn]:
    """The last draw by student and rule."""
    rows = store.rows(
        """SELECT student_id, rule_id, arm, MAX(episode_at) AS episode_at, decided_at FROM cases
           WHERE student_id IN (SELECT value FROM json_each(?)) GROUP BY student_id, rule_id""",
        [json.dumps(list(student_ids))],
    )
    return {
        (row["student_id"], row["rule_id"]): Drawn(
            Arm(row["arm"]), from_at(row["episode_at"]), from_at(row["decided_at"])
        )
        for row in rows
    }


def _pair(candidate: Candidate) -> Pair:
    return candidate.student_id, candidate.rule.id


def _cooldown(rule: Rule) -> timedelta:
    return timedelta(hours=rule.cooldown_hours)
