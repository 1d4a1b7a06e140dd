"""What a student did for others, in her own history: the tutorings that both had agreed to."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.history_entry import Entry, Outcome
from nudgebot.interventions.record import InterventionType
from nudgebot.interventions.tutoring_book import Book, TutoringRecord
from nudgebot.store import Store


def helping_of(store: Store, student_id: str, as_of: datetime, *, limit: int) -> list[Entry]:
    """The tutorings in which she is, or was, the tutor; the other is not named.

    A reader of her history need not be one of the other's teachers; for the same reason it is
    not told whether the other got better.
    """
    book = Book(store)
    return [
        _entry(book, each)
        for each in book.of_student(student_id, limit=limit)
        if each.tutor_id == student_id and each.started_at and each.started_at <= as_of
    ]


def _entry(book: Book, one: TutoringRecord) -> Entry:
    met = book.sessions(one.id)
    minutes = sum(each.minutes for each in met)
    times = (
        f"met {len(met)} time{'s' * (len(met) != 1)}, {minutes} minute{'s' * (minutes != 1)} in all"
    )
    outcomes = [Outcome(times if met else "no session noted so far")]
    if one.ended_at is not None:
        outcomes.append(Outcome("ended", one.ended_at))
    helps = "Helps" if one.ended_at is None else "Helped"
    return Entry(
        at=one.started_at or one.created_at,
        kind=InterventionType.TUTOR.value,
        what=f"{helps} a classmate in {one.skill_name} (tutoring {one.id})",
        user_id=one.user_id,
        teacher_id=one.teacher_id,
        outcomes=tuple(outcomes),
    )
