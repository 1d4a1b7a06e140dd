"""Forgetting a student: all of it in one transaction, then no trace of it in the file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nudgebot.errors import StoreError
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.holding import Fate
from nudgebot.rights.letters_left import blot_out, settle_letters, settle_previews
from nudgebot.rights.lms_files import clear_lms_files
from nudgebot.rights.proof import Proof, search
from nudgebot.rights.subject import Subject, subject_of
from nudgebot.school.days import to_at
from nudgebot.school.forgotten import note_forgotten
from nudgebot.store import Store

# Rows that hang on other rows go before them.
_FIRST = ("alert_tags", "interventions", "alerts", "activity_rows", "activity_people")
_QUEUED = "SELECT nudge_key FROM nudges WHERE student_id = :student AND state = 'queued'"
_NUDGE_KEYS = """UPDATE {table} SET nudge_key = :pseudonym
    || substr(nudge_key, instr(nudge_key, ':')) WHERE {hers}"""
_HER_NUDGES = "nudge_key IN (SELECT nudge_key FROM nudges WHERE student_id = :student)"
_HERS_ALONE = """id IN (SELECT meeting_id FROM meeting_students WHERE student_id = :student)
    AND NOT EXISTS (SELECT 1 FROM meeting_students o
        WHERE o.meeting_id = meetings.id AND o.student_id != :student)"""

ForgetInAudit = Callable[[Subject], None]
"""Makes her unfindable in the audit log; it joins the transaction that it is called in."""


@dataclass(frozen=True)
class Forgotten:
    """What was done; `rows` counts by table what was deleted, emptied or anonymised."""

    rows: tuple[tuple[str, int], ...]
    folders: int
    proof: Proof

    @property
    def total(self) -> int:
        """All rows that were hers."""
        return sum(number for _, number in self.rows)


def forget(
    store: Store,
    student_id: str,
    as_of: datetime,
    *,
    in_audit: ForgetInAudit,
    lms_outbox: Path = Path(),
) -> Forgotten:
    """Erase or anonymise all that is held about a student, and prove it.

    Raises InputError for nobody, and StoreError where the file is busy with other things; what the
    transaction did is done then, and `tidy` does the rest.
    """
    subject = subject_of(store, student_id)
    folders = clear_lms_files(lms_outbox, student_id, _assignments(store, subject))
    connection = store.connection
    before = connection.execute("PRAGMA secure_delete").fetchone()[0]
    connection.execute("PRAGMA secure_delete = ON")
    try:
        with store.transaction():
            rows = erase(store, subject, as_of, in_audit=in_audit, come_back=False)
        tidy(store)
    finally:
        connection.execute(f"PRAGMA secure_delete = {int(before)}")
    return Forgotten(rows, folders, search(store, subject))


def tidy(store: Store) -> None:
    """Write the file anew without its free pages, and empty its log.

    What was deleted or changed at any earlier time may have left its old bytes in them.
    """
    try:
        store.write_anew()
    except StoreError as error:
        raise StoreError(
            f"She is forgotten, but old bytes of hers are still in the file. {error} The next "
            "start of nudgebot tries it again."
        ) from error


def _assignments(store: Store, subject: Subject) -> list[int]:
    rows = store.rows(
        "SELECT id FROM targeted_assignments WHERE student_id = ?", [subject.student_id]
    )
    return [row[0] for row in rows]


def erase(
    store: Store, subject: Subject, as_of: datetime, *, in_audit: ForgetInAudit, come_back: bool
) -> tuple[tuple[str, int], ...]:
    """Do all of it in the file's tables; gives the rows by table that were hers.

    Unless she may `come_back`, a stub keeps her out of later exports. To be called in a
    transaction.
    """
    store.execute("PRAGMA defer_foreign_keys = ON")
    store.note_erased()
    rows = count_rows(store, subject)
    parameters = {
        **subject.parameters,
        "pseudonym": f"forgotten-{secrets.token_hex(8)}",
        "at": to_at(as_of),
    }
    settle_letters(store, subject, as_of)
    settle_previews(store, subject)
    in_audit(subject)
    _rank_classes_anew(store, subject)
    _anonymise_nudges(store, parameters)
    _anonymise_tutorings(store, parameters)
    _leave_meetings(store, parameters)
    _delete(store, subject)
    blot_out(store, subject)
    if not come_back:
        note_forgotten(store, "student", subject.student_id, as_of)
        if subject.user_id is not None:
            note_forgotten(store, "user", str(subject.user_id), as_of)
    return rows


def count_rows(store: Store, subject: Subject) -> tuple[tuple[str, int], ...]:
    """How many rows of hers each table holds; only those with any."""
    found = [
        (
            each.table,
            store.value(
                f"SELECT count(*) FROM {each.table} WHERE {each.whose}",  # noqa: S608  # the catalogue's own
                subject.parameters,
            ),
        )
        for each in CATALOGUE
    ]
    return tuple((table, number) for table, number in found if number)


def _rank_classes_anew(store: Store, subject: Subject) -> None:
    """Her classmates' ranks are without her from the next look at the figures on."""
    store.execute(
        """INSERT OR IGNORE INTO unranked_classes
           SELECT class_id FROM standings WHERE student_id = ?""",
        [subject.student_id],
    )


def _anonymise_nudges(store: Store, parameters: dict[str, object]) -> None:
    """Under one random name, so that what belongs together stays together, and without reasons."""
    for table in ("responses", "nudge_words", "nudge_parts"):
        store.execute(f"DELETE FROM {table} WHERE nudge_key IN ({_QUEUED})", parameters)  # noqa: S608  # own names
    store.execute(
        f"""DELETE FROM cases WHERE student_id = :student
            AND (state != 'closed' OR nudge_key IN ({_QUEUED}))""",  # noqa: S608  # constants
        parameters,
    )
    store.execute("DELETE FROM nudges WHERE student_id = :student AND state = 'queued'", parameters)
    for table in ("responses", "nudge_words"):
        store.execute(_NUDGE_KEYS.format(table=table, hers=_HER_NUDGES), parameters)
    store.execute(
        f"""UPDATE nudge_parts SET reason = '', person_id = CASE channel
            WHEN 'student' THEN :pseudonym ELSE person_id END WHERE {_HER_NUDGES}""",  # noqa: S608  # a constant
        parameters,
    )
    store.execute(_NUDGE_KEYS.format(table="nudge_parts", hers=_HER_NUDGES), parameters)
    for table in ("cases", "nudges"):
        hers = "student_id = :student AND nudge_key IS NOT NULL"
        store.execute(_NUDGE_KEYS.format(table=table, hers=hers), parameters)
    store.execute(
        "UPDATE cases SET student_id = :pseudonym WHERE student_id = :student", parameters
    )
    store.execute(
        """UPDATE nudges SET student_id = :pseudonym, explanation = '', timing = '', reason = '',
           language = '' WHERE student_id = :student""",
        parameters,
    )


def _anonymise_tutorings(store: Store, parameters: dict[str, object]) -> None:
    store.execute(
        """UPDATE tutorings SET status = 'ended', ended_at = :at
           WHERE (student_id = :student OR tutor_id = :student)
           AND status IN ('asked', 'active')""",
        parameters,
    )
    for column in ("student_id", "tutor_id"):
        store.execute(
            f"UPDATE tutorings SET {column} = :pseudonym WHERE {column} = :student",  # noqa: S608  # own names
            parameters,
        )
    store.execute(
        """UPDATE tutorings SET accuracy_before_percent = NULL, answers_before = 0,
           state_before = '' WHERE student_id = :pseudonym""",
        parameters,
    )


def _leave_meetings(store: Store, parameters: dict[str, object]) -> None:
    """A meeting with her alone is deleted; from one of several students only she is taken out."""
    mine = [
        row[0]
        for row in store.rows(f"SELECT id FROM meetings WHERE {_HERS_ALONE}", parameters)  # noqa: S608  # a constant
    ]
    store.execute("DELETE FROM meeting_students WHERE student_id = :student", parameters)
    store.executemany("DELETE FROM meetings WHERE id = ?", [[each] for each in mine])
    store.execute(
        """UPDATE meetings SET student_id = (SELECT student_id FROM meeting_students
               WHERE meeting_id = meetings.id ORDER BY position LIMIT 1)
           WHERE student_id = :student AND EXISTS (
               SELECT 1 FROM meeting_students WHERE meeting_id = meetings.id)""",
        parameters,
    )
    store.execute("DELETE FROM meetings WHERE student_id = :student", parameters)


def _delete(store: Store, subject: Subject) -> None:
    holdings = {each.table: each for each in CATALOGUE if each.fate is Fate.DELETED}
    order = [*_FIRST, *(table for table in holdings if table not in _FIRST)]
    parameters = {**subject.parameters}
    for table in order:
        if table != "meetings":
            sql = f"DELETE FROM {table} WHERE {holdings[table].whose}"  # noqa: S608  # the catalogue's own
            store.execute(sql, parameters)
