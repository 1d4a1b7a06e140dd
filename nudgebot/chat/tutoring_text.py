"""Tutorings in words: a match for the teacher who chooses, and how those that go on stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nudgebot.chat.figures_text import count, duration
from nudgebot.chat.office import Office
from nudgebot.insight.mastery import Track
from nudgebot.interventions.tutoring_book import Session, Status, TutoringRecord
from nudgebot.interventions.tutoring_search import Match
from nudgebot.interventions.tutoring_standings import ENOUGH_ANSWERS, Answers, Improvement
from nudgebot.markup import esc, global_time
from nudgebot.reports.figures import STATES

MOST_NOTES = 3


def name_of(office: Office, student_id: str) -> str:
    """The whole name, escaped; somebody gone goes by the id."""
    found = office.people.student(student_id)
    return esc(student_id if found is None else found.name or student_id)


def first_name_of(office: Office, student_id: str) -> str:
    """The first name, escaped."""
    found = office.people.student(student_id)
    return esc(student_id if found is None else found.first_name)


def plain_name_of(office: Office, student_id: str) -> str:
    """The first name as it is, for buttons and headings."""
    found = office.people.student(student_id)
    return student_id if found is None else found.first_name


def why_these(office: Office, match: Match) -> str:
    """Why this student, this skill, and this tutor: for the teacher's eyes only."""
    student, tutor = first_name_of(office, match.student_id), first_name_of(office, match.tutor_id)
    load = f"helps {count(match.load, 'other')} now" if match.load else "helps nobody else now"
    return "\n".join(
        [
            f"- {student}: {_standing(match.student_standing)}",
            f"- {tutor}: {_standing(match.tutor_standing)}; {load}",
        ]
    )


def _standing(found: Track) -> str:
    state = STATES[found.state]
    if found.recent is None:
        return f"{state}, no answers so far"
    return f"{state}, {100 * found.recent:.0f} % right lately, {count(found.answers, 'answer')}"


def in_short(office: Office, record: TutoringRecord, as_of: datetime) -> str:
    """One tutoring for the teacher: who, since when, how often they met, and what came of it."""
    tutor, student = name_of(office, record.tutor_id), name_of(office, record.student_id)
    skill = f"**{esc(record.skill_name)}**"
    if record.started_at is None:
        then = _waiting(office, record) if record.status is Status.ASKED else record.outcome
        return f"**{record.id}.** {tutor} for {student}, {skill}. {then}"
    head = f"**{record.id}.** {tutor} helps {student} with {skill}"
    tutoring = office.interventions.tutoring
    seen = tutoring.improvement(record, as_of)
    lines = [f"{head}, since {global_time(record.started_at)}."]
    if record.ended_at is not None:
        lines.append(f"- Ended {global_time(record.ended_at)}.")
    lines += _met(tutoring.sessions(record.id))
    if seen is not None:
        lines.append(f"- {_improved(seen)}")
    return "\n".join(lines)


def _waiting(office: Office, record: TutoringRecord) -> str:
    both = (record.student_id, record.tutor_id)
    if not any(record.said_by(each) for each in both):
        return f"Asked {global_time(record.created_at)}; neither has answered yet."
    yes, silent = sorted(both, key=lambda each: record.said_by(each) != "yes")
    return (
        f"Asked {global_time(record.created_at)}; {first_name_of(office, yes)} said yes, "
        f"{first_name_of(office, silent)} has not answered yet."
    )


def _met(sessions: Sequence[Session]) -> list[str]:
    if not sessions:
        return ["- No session has been noted so far."]
    minutes = duration(sum(each.minutes for each in sessions))
    last = global_time(sessions[-1].noted_at)
    noted = [each for each in sessions if each.note][-MOST_NOTES:]
    return [
        f"- {count(len(sessions), 'session')}, {minutes}, the last noted {last}.",
        *(f"- {global_time(each.noted_at)}: {esc(each.note)}" for each in noted),
    ]


def _improved(seen: Improvement) -> str:
    """Accuracy before and since, or that it is too early; the state then and now."""
    if seen.is_too_early:
        return (
            f"Too early to say whether it helps: {count(seen.since.number, 'answer')} in this "
            f"skill since then; from {ENOUGH_ANSWERS} on I compare."
        )
    states = STATES[seen.state_now]
    if seen.state_then is not seen.state_now:
        states = f"{STATES[seen.state_then]} → {states}"
    return (
        f"Right in this skill: {_share(seen.before)} in the 28 days before, {_share(seen.since)} "
        f"since. Mastery: {states}."
    )


def _share(found: Answers) -> str:
    answers = count(found.number, "answer")
    if found.percent is None:
        return f"not measured ({answers})"
    return f"{found.percent:.0f} % of {answers}"
