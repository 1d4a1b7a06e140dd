"""One line of a student's history: who did what, when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nudgebot.interventions.effects import Effect
from nudgebot.interventions.patterns import Pattern

NUDGE = "nudge"
"""The kind of an entry that is the bot's own; all others are an InterventionType's value."""


@dataclass(frozen=True)
class Outcome:
    """Something that came of it, in words as they are, not escaped; `at` where it has a moment."""

    words: str
    at: datetime | None = None


@dataclass(frozen=True)
class Ending:
    """How an intervention ended, or stands; `went_well` is None while it is open.

    `hours` is how long it took, where that says something. `began_at` is when it came about, where
    that is later than when it was noted; what did not come about (yet) is not `under_way`, and has
    nothing to follow.
    """

    outcomes: tuple[Outcome, ...]
    went_well: bool | None = None
    hours: float | None = None
    began_at: datetime | None = None
    under_way: bool = True


@dataclass(frozen=True)
class Entry:
    """One thing that was done for a student.

    `number` is the intervention's id, by which it is rated; None for a nudge, for a message that
    never arrived, and for what she did for others. `user_id` is the Zulip user who did it, None for
    the bot. `rating` is the teacher's own word, 1 to 5; `effect` is what the later data show, None
    where there is nothing to follow (a snooze, what reached nobody).
    """

    at: datetime
    kind: str
    what: str
    user_id: int | None
    teacher_id: str | None
    outcomes: tuple[Outcome, ...]
    number: int | None = None
    rating: int | None = None
    effect: Effect | None = None


@dataclass(frozen=True)
class StudentHistory:
    """All that was done for a student, the newest first, and what shows through it."""

    student_id: str
    as_of: datetime
    entries: tuple[Entry, ...]
    patterns: tuple[Pattern, ...]
