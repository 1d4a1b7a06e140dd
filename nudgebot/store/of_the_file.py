"""Tells faults of the database's file, which nobody's question has caused, from faults of code."""

from __future__ import annotations

import sqlite3

# Primary result codes for what the statement or its values are to blame; sqlite.org/rescode.html.
_OF_THE_QUESTION = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
    }
)
_PRIMARY = 0xFF


def is_of_the_file(error: BaseException) -> bool:
    """Whether the file is locked, full, damaged or out of reach: to be tried again, not answered.

    What asks wrongly would ask wrongly again, for ever, and hold up all that is behind it.
    """
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", None)  # the module's own errors have none
    return code is not None and code & _PRIMARY not in _OF_THE_QUESTION
