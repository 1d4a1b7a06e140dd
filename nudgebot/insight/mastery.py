"""Mastery of a skill, decided from practice sessions by one transparent rule.

The last answers weigh most: one counts half as much as one given 10 answers later. From the
weighted answers Wilson's interval (Wilson 1927, one-sided 80 %) says between what and what the
student's accuracy lies:

mastered     at least 10 answers, and the lower bound is 80 % or more
needs_work   at least 10 answers, and the upper bound is below 70 %
in_progress  anything else that was practised
not_started  never practised

80 % is Bloom's criterion (Bloom 1968, Learning for Mastery: 80 to 90 %). That a moving average
decides as well as a fitted learner model, and that the threshold matters more than the model, is
what Pelanek and Rihak found (2017, Experimental Analysis of Mastery Learning Criteria, UMAP).
`benchmarks/mastery.py` foretells the answers of held-out students. AUC of running accuracy, of
this rule's average, of Bayesian knowledge tracing and of performance factors analysis: 0.754,
0.803, 0.753 and 0.766 on 243,932 answers of the ASSISTments Skill Builder data 2009-2010; 0.666,
0.673, 0.638 and 0.654 on 2,864 of a Cognitive Tutor; but 0.700, 0.700, 0.713 and 0.715 on 28,926
of mastery problem sets that end after few answers. No fitted model wins clearly, so none is used.
Stuck is wheel-spinning (Beck and Gong 2013, Wheel-Spinning: Students Who Fail to Master a Skill,
AIED): ten sessions or more, and never mastered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from nudgebot.insight.skill_data import MasteryState

HALF_LIFE_ANSWERS = 10
LEAST_ANSWERS = 10
MASTERED_SHARE = 0.8
NEEDS_WORK_SHARE = 0.7
STUCK_SESSIONS = 10
_Z = 0.8416  # one-sided 80 %
_Z2 = _Z * _Z

RULE = (
    f"Mastered: from {LEAST_ANSWERS} answers on, when the accuracy, recent answers weighing more, "
    f"is surely enough {100 * MASTERED_SHARE:.0f} % or more; needs work: when it is surely enough "
    f"below {100 * NEEDS_WORK_SHARE:.0f} % (80 % confidence, Wilson's interval)."
)


@dataclass(frozen=True)
class Session:
    """One practice session; sessions are handed over oldest first."""

    day: int
    questions: int
    correct: int


@dataclass(frozen=True)
class Track:
    """What a student's sessions in one skill come to; shares are 0 to 1.

    `recent`, `low` and `high` are None without answers. `mastered_day` and `mastered_answers` are
    of the first session after which it was mastered; `turns` are the days after which the skill
    began (True) or ceased (False) to be mastered.
    """

    state: MasteryState
    answers: int
    correct: int
    sessions: int
    recent: float | None
    low: float | None
    high: float | None
    first_day: int | None
    last_day: int | None
    mastered_day: int | None
    mastered_answers: int | None
    turns: tuple[tuple[int, bool], ...]

    @property
    def accuracy(self) -> float | None:
        """Plainly correct among all answers."""
        return self.correct / self.answers if self.answers else None

    @property
    def stuck(self) -> bool:
        """Ten sessions or more without ever mastering it (Beck and Gong 2013)."""
        return self.sessions >= STUCK_SESSIONS and self.mastered_day is None


NEVER = Track(MasteryState.NOT_STARTED, 0, 0, 0, None, None, None, None, None, None, None, turns=())


def wilson(share: float, weight: float) -> tuple[float, float]:
    """Wilson's bounds (0 to 1) of a share seen in that many answers, which need not be whole."""
    middle = share + _Z2 / (2 * weight)
    half = _Z * sqrt(share * (1 - share) / weight + _Z2 / (4 * weight * weight))
    whole = 1 + _Z2 / weight
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def track(sessions: Iterable[Session]) -> Track:
    """Follow the sessions of one student in one skill, oldest first; those without answers go."""
    weight = right = 0.0
    answers = correct = count = 0
    first = last = reached = reached_answers = None
    mastered = False
    turns: list[tuple[int, bool]] = []
    for session in sessions:
        if session.questions <= 0:
            continue
        fade = 0.5 ** (session.questions / HALF_LIFE_ANSWERS)
        weight = weight * fade + session.questions
        right = right * fade + min(session.correct, session.questions)
        answers += session.questions
        correct += session.correct
        count += 1
        first = session.day if first is None else first
        last = session.day
        now = answers >= LEAST_ANSWERS and wilson(right / weight, weight)[0] >= MASTERED_SHARE
        if now != mastered:
            turns.append((session.day, now))
            mastered = now
            if now and reached is None:
                reached, reached_answers = session.day, answers
    if not count:
        return NEVER
    low, high = wilson(right / weight, weight)
    return Track(
        state=_state(answers, low, high),
        answers=answers,
        correct=correct,
        sessions=count,
        recent=right / weight,
        low=low,
        high=high,
        first_day=first,
        last_day=last,
        mastered_day=reached,
        mastered_answers=reached_answers,
        turns=tuple(turns),
    )


def mastered_by(found: Track, day: int) -> bool:
    """Whether the skill was mastered when that day ended."""
    state = False
    for turn, now in found.turns:
        if turn > day:
            break
        state = now
    return state


def _state(answers: int, low: float, high: float) -> MasteryState:
    if answers >= LEAST_ANSWERS:
        if low >= MASTERED_SHARE:
            return MasteryState.MASTERED
        if high < NEEDS_WORK_SHARE:
            return MasteryState.NEEDS_WORK
    return MasteryState.IN_PROGRESS
