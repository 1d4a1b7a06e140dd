"""Drafts: whom of a student's guardians an e-mail may go to, and the finished words for each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nudgebot.errors import CommandError
from nudgebot.interventions.mail_text import is_address
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.own_subjects import OwnSubjects, Row
from nudgebot.interventions.parents_concerns import NEEDS_WORDS
from nudgebot.markup import esc
from nudgebot.nudging.parent_letter import ParentFacts, concerns_of, parent_letter
from nudgebot.nudging.rendering import CompositionError
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import zone_named
from nudgebot.school.people import Student

LONGEST_WORDS = 4000
OVERDUE = "overdue"
NO_SERVER = (
    "No mail server is set up, so no e-mail can go out; nothing was sent. An administrator gives "
    "it in the settings smtp_host and mail_from."
)


@dataclass(frozen=True)
class Guardian:
    """A guardian as the newest export has her; `why_not` says why no mail may go to her."""

    guardian_id: str
    name: str
    address: str
    language: str
    why_not: str


class NobodyToMailError(CommandError):
    """No mail can go to the family; `why` is for those alone who may see the student."""

    def __init__(self, why: str) -> None:
        super().__init__("No guardian of that student can be mailed. Nothing was sent.")
        self.why = why


def called(name: str) -> str:
    """How a teacher reads of a guardian, also of one whom the export gives no name."""
    return name.strip() or "a guardian without a name"


@dataclass(frozen=True)
class Draft:
    """One mail to one guardian, finished; `language` is what it is in."""

    guardian_id: str
    guardian_name: str
    address: str
    subject: str
    text: str
    language: str


def guardians_of(means: Means, student_id: str) -> list[Guardian]:
    """All guardians of a student, those who may be mailed first, by name."""
    rows = means.store.rows(
        "SELECT * FROM guardians WHERE student_id = ? AND gone_at IS NULL", [student_id]
    )
    found = [
        Guardian(
            guardian_id=row["guardian_id"],
            name=row["name"],
            address=row["email"].strip(),
            language=row["language"] or means.settings["language"],
            why_not=_why_not(row["may_contact"], row["email"].strip()),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.why_not, each.name, each.guardian_id))


def _why_not(may_contact: object, address: str) -> str:
    if not may_contact:
        return "may not be contacted"
    if not address:
        return "has no e-mail address in the export"
    return "" if is_address(address) else "has an e-mail address in the export that cannot be one"


def reachable(means: Means, student_id: str) -> list[Guardian]:
    """The guardians whom a mail may go to; raises NobodyToMailError where there is none.

    Raises CommandError where no mail can go out at all.
    """
    if not means.settings["smtp_host"]:
        raise CommandError(NO_SERVER)
    found = guardians_of(means, student_id)
    if not found:
        raise NobodyToMailError(
            "The export names no guardian of that student, so nothing was sent. The school's "
            "office can add one to the LMS."
        )
    open_to = [each for each in found if not each.why_not]
    if not open_to:
        reasons = " or ".join(dict.fromkeys(each.why_not for each in found))
        who = "the only one" if len(found) == 1 else "each"
        raise NobodyToMailError(
            f"No guardian of that student can be mailed: {who} {reasons}. Nothing was sent. The "
            "school's office can change that in the LMS."
        )
    return open_to


def drafts(
    means: Means,
    student: Student,
    concern: str,
    words: str,
    *,
    actor: Actor,
    as_of: datetime,
    guardian_ids: Collection[str] = (),
) -> list[Draft]:
    """A mail each, to all whom one may go to or to those of these ids, by name.

    Raises CommandError where there is nobody, for a concern without a template, and for `other`
    without words of the teacher's.
    """
    known = concerns_of(means.book.templates)
    if concern not in known:
        raise CommandError(f"There are no words for that; there are for {', '.join(known)}.")
    if concern in NEEDS_WORDS and not words.strip():
        raise CommandError(
            "Say it in your own words, because the figures do not tell: "
            f"`parent <student> {concern} <your words>`. Nothing was sent."
        )
    if len(words) > LONGEST_WORDS:
        raise CommandError(f"Your words have at most {LONGEST_WORDS} characters in a mail.")
    chosen = [
        each
        for each in reachable(means, student.student_id)
        if not guardian_ids or each.guardian_id in guardian_ids
    ]
    if not chosen:
        raise CommandError("That guardian may not be mailed any more. Nothing was sent.")
    facts = _facts(means, student, words, actor=actor, as_of=as_of)
    return [_draft(means, each, concern, facts) for each in chosen]


def doubt_of(means: Means, actor: Actor, student_id: str, concern: str, as_of: datetime) -> str:
    """What the figures say against a mail about overdue work, in a sentence; else empty."""
    if concern != OVERDUE:
        return ""
    figures, subjects = _figures(means, student_id, actor, as_of)
    if figures.get("overdue_assignments") != 0:
        return ""
    where = f" in {', '.join(esc(each) for each in sorted(subjects))}" if subjects else ""
    return f"By the newest figures nothing is overdue{where}; the e-mail then gives no number."


def _draft(means: Means, guardian: Guardian, concern: str, facts: ParentFacts) -> Draft:
    named = replace(facts, guardian=guardian.name)
    try:
        letter = parent_letter(means.book.templates, concern, named, language=guardian.language)
    except CompositionError as error:
        raise CommandError(f"{error} Nothing was sent.") from error
    return Draft(
        guardian_id=guardian.guardian_id,
        guardian_name=guardian.name,
        address=guardian.address,
        subject=letter.subject,
        text=letter.text,
        language=letter.language,
    )


def _facts(
    means: Means, student: Student, words: str, *, actor: Actor, as_of: datetime
) -> ParentFacts:
    figures, subjects = _figures(means, student.student_id, actor, as_of)
    zone = zone_named(student.timezone, means.zone)
    computed, newest = means.figures.computed_at(), newest_fact(means.store)
    silent_days = figures.get("days_since_last_activity")
    last_active = None
    if isinstance(silent_days, int | float):
        last_active = (computed or as_of).astimezone(zone).date() - timedelta(int(silent_days))
    return ParentFacts(
        first_name=student.first_name,
        figures=figures,
        teacher=actor.name,
        school=means.settings["school_name"],
        words=words,
        reply_address=means.settings["mail_reply_to"] or means.settings["mail_from"],
        last_active_day=last_active,
        data_day=None if newest is None else newest.astimezone(zone).date(),
        subjects=", ".join(sorted(subjects)),
    )


def _figures(
    means: Means, student_id: str, actor: Actor, as_of: datetime
) -> tuple[Row, frozenset[str]]:
    """The figures with skills and work of the actor's subjects alone, and which these are.

    None where they are of all subjects.
    """
    table = means.figures.table([student_id])
    if not len(table):
        return {}, frozenset()
    own = OwnSubjects(means.store, means.people, means.zone, actor.teacher_id, as_of)
    rows = own.counted(own.named({student_id: table.row(0)}, others=False))
    return rows[student_id], own.with_each([student_id])[student_id]
