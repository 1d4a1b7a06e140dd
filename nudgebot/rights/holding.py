"""One table that holds data of students: whose each row is, what becomes of it, how long it stays.

`:student` stands for the student's id and `:user` for her Zulip user, or -1 where she has none of
her own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OF_STUDENT = "student_id = :student"
OF_NUDGE = "nudge_key IN (SELECT nudge_key FROM nudges WHERE student_id = :student)"
WHILE_EXPORTED = ""  # the school's system has it, and decides


class Fate(StrEnum):
    """What `forget` does to a student's rows of a table."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"
    EMPTIED = "emptied"


@dataclass(frozen=True)
class Holding:
    """A table's part in what is held about a student.

    `whose` is the SQL condition that finds her rows, `view` where they are read from for her copy
    (else the table), and `withheld` columns that are left out there, since they tell of others.
    `setting` is the retention setting; without one a row stays as long as she is in the exports.
    `why` says why rows are not just deleted. `texts` are columns with people's words, in which
    anybody may be named.
    """

    table: str
    what: str
    whose: str = OF_STUDENT
    fate: Fate = Fate.DELETED
    why: str = ""
    setting: str = WHILE_EXPORTED
    view: str = ""
    withheld: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    in_copy: bool = True
