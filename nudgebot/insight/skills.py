"""Standings in skills, what explains a weak one, and where to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nudgebot.insight.mastery import LEAST_ANSWERS, NEVER, Track
from nudgebot.insight.skill_book import SkillBook
from nudgebot.insight.skill_data import (
    MasteryState,
    SkillGap,
    SkillStanding,
    StateCounts,
    TimeToMastery,
    WeakSkill,
)
from nudgebot.insight.survival import median_time
from nudgebot.school.days import from_day

MOST_GAPS = 10


def standing(
    skill_id: str, found: Track, book: SkillBook, *, period: tuple[int, int] = (0, 0)
) -> SkillStanding:
    """What is said of a student in one skill; `period` are its questions and right answers."""
    skill = book.skill(skill_id)
    asked, right = period
    return SkillStanding(
        skill_id=skill_id,
        name=skill.name,
        subject=skill.subject,
        state=found.state,
        answers=found.answers,
        correct=found.correct,
        sessions=found.sessions,
        accuracy_percent=_percent(found.accuracy),
        recent_percent=_percent(found.recent),
        low_percent=_percent(found.low),
        high_percent=_percent(found.high),
        started_on=None if found.first_day is None else from_day(found.first_day),
        mastered_on=None if found.mastered_day is None else from_day(found.mastered_day),
        last_practised_on=None if found.last_day is None else from_day(found.last_day),
        stuck=found.stuck,
        period_answers=asked,
        period_accuracy_percent=_percent(right / asked) if asked else None,
    )


def state_counts(states: Iterable[MasteryState]) -> StateCounts:
    """How many are in each state."""
    found = list(states)
    return StateCounts(**{state.value: found.count(state) for state in MasteryState})


def is_weak(found: Track) -> bool:
    """Needs work, or practised again and again without mastery."""
    return found.state is MasteryState.NEEDS_WORK or found.stuck


def is_lacking(found: Track) -> bool:
    """Practised enough to tell, and not mastered now; what was not practised is not known."""
    return found.answers >= LEAST_ANSWERS and found.state is not MasteryState.MASTERED


def places_to_begin(skill_id: str, tracks: Mapping[str, Track], book: SkillBook) -> tuple[str, ...]:
    """Where a student who is weak in a skill should begin: the lowest lacking prerequisites.

    The skill itself where no prerequisite is known to be lacking.
    """
    lacking = [each for each in book.graph.below(skill_id) if is_lacking(tracks.get(each, NEVER))]
    return book.graph.roots(lacking) or (skill_id,)


def weak_skill(
    skill_id: str,
    tracks: Mapping[str, Track],
    book: SkillBook,
    *,
    period: tuple[int, int] = (0, 0),
) -> WeakSkill:
    """A weak skill with the prerequisites that may explain it, at most ten of them."""
    below = book.graph.below(skill_id)
    gaps = [
        SkillGap(each, book.name(each), found.state, found.answers, steps)
        for each, steps in below.items()
        for found in (tracks.get(each, NEVER),)
        if found.state is not MasteryState.MASTERED
    ]
    gaps.sort(
        key=lambda gap: (gap.state is MasteryState.NOT_STARTED, gap.steps, gap.name, gap.skill_id)
    )
    return WeakSkill(
        standing=standing(skill_id, tracks.get(skill_id, NEVER), book, period=period),
        gaps=tuple(gaps[:MOST_GAPS]),
        begin_with=book.names(places_to_begin(skill_id, tracks, book)),
    )


def time_to_mastery(tracks: Iterable[Track], today: int) -> TimeToMastery:
    """How long mastery takes those who began; who is not there by `today` counts as not there."""
    started = [each for each in tracks if each.first_day is not None]
    days: list[tuple[float, bool]] = []
    answers: list[tuple[float, bool]] = []
    for each in started:
        first = each.first_day or 0
        if each.mastered_day is None or each.mastered_answers is None:
            days.append((today - first, False))
            answers.append((each.answers, False))
        else:
            days.append((each.mastered_day - first, True))
            answers.append((each.mastered_answers, True))
    reached = sum(there for _, there in days)
    median_days, median_answers = median_time(days), median_time(answers)
    return TimeToMastery(
        started=len(started),
        reached=reached,
        median_days=median_days,
        median_answers=median_answers,
        text=_time_text(len(started), reached, median_days, median_answers),
    )


def _time_text(
    started: int, reached: int, median_days: float | None, median_answers: float | None
) -> str:
    if not started:
        return "nobody has begun"
    there = f"{reached} of {started} mastered it"
    if median_days is None and median_answers is None:
        return f"{there}; no median yet: fewer than half would have by now"
    parts = []
    if median_days is not None:
        parts.append("the same day" if median_days < 1 else f"{_count(median_days, 'day')}")
    if median_answers is not None:
        parts.append(_count(median_answers, "answer"))
    return f"{there}; the median is {' and '.join(parts)}, the others counted as not there yet"


def _count(number: float, unit: str) -> str:
    return f"{number:.0f} {unit}{'' if round(number) == 1 else 's'}"


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 4)
