"""What admins are told of exports: held back, not to be read, or taken without some of its rows."""

from __future__ import annotations

import hashlib

from nudgebot.exports.inbox import Outcome
from nudgebot.exports.report import ImportReport
from nudgebot.markup import esc, fence
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.splitting import split

SHOWN_ROWS = 20


def warning_of(outcome: Outcome) -> str:
    """Of an export of which nothing was taken."""
    if isinstance(outcome, ImportReport):
        return (
            f"An export is held back (batch {outcome.batch_id}): {esc(outcome.note)} Nothing of it "
            f"was taken. If it is right, write `release {outcome.batch_id}`."
        )
    # It names files and columns, and their names are outside text.
    return f"An export could not be read: {esc(outcome.text)} What was imported before stays."


def rows_left_out(outcome: Outcome) -> str:
    """Of rows that could not be taken, with file and line; empty where all were."""
    if not isinstance(outcome, ImportReport) or not outcome.rows_refused:
        return ""
    number = outcome.rows_refused
    rows = "1 row" if number == 1 else f"{number:,} rows"
    shown = [str(problem) for problem in outcome.problems[:SHOWN_ROWS]]
    more = f" The first {len(shown)}:" if number > len(shown) else ""
    first, *_ = split(fence("\n".join(shown)), LONGEST // 2)
    return (
        f"An export was taken, but for {rows} that cannot be right; mend them in the learning "
        f"system, and they come with the next export.{more}\n{first}"
    )


def digest_of(words: str) -> str:
    """The same for the same rows: what comes with every export is told once."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]
