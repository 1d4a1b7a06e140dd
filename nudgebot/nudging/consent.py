"""When students get no nudges: a pause, an end, hours of their own; no import touches it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from nudgebot.errors import InputError
from nudgebot.nudging.policy import QuietHours
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Consent:
    """A student's wishes; without any, nudges may come within the school's hours."""

    stopped: bool = False
    paused_until: datetime | None = None
    quiet: QuietHours | None = None
    held: str = ""  # why nudges wait for a person, in a sentence

    def silence(self, as_of: datetime) -> str:
        """Why the student gets no nudge now, in a sentence; empty when she may."""
        if self.held:
            return self.held
        if self.stopped:
            return "The student asked for no nudges."
        if self.paused_until is not None and as_of < self.paused_until:
            return f"The student paused nudges until {self.paused_until:%Y-%m-%d %H:%M} UTC."
        return ""


class Consents:
    """Keeps the students' wishes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pause(self, student_id: str, until: datetime, as_of: datetime) -> None:
        """No nudge until then; an earlier pause is replaced, a stop stays."""
        if until <= as_of:
            raise InputError("A pause must end in the future.")
        self._set(student_id, as_of, paused_until_at=to_at(until))

    def stop(self, student_id: str, as_of: datetime) -> None:
        """No nudge until the student says start."""
        self._set(student_id, as_of, stopped_at=to_at(as_of))

    def hold(self, student_id: str, why: str, as_of: datetime) -> None:
        """No nudge until a person resumes them, though the student did not ask for that."""
        self._set(student_id, as_of, held_why=why)

    def start(self, student_id: str, as_of: datetime) -> None:
        """End a stop and a pause; the quiet hours stay, and so does what waits for a person."""
        self._set(student_id, as_of, stopped_at=None, paused_until_at=None)

    def resume(self, student_id: str, as_of: datetime) -> None:
        """End what waited for a person; a stop or a pause of the student's own stays."""
        self._set(student_id, as_of, held_why="")

    def quiet(
        self, student_id: str, start_hour: int | None, end_hour: int | None, as_of: datetime
    ) -> None:
        """Quiet hours of the student's own instead of the school's; None twice ends that."""
        hours = (start_hour, end_hour)
        if hours != (None, None) and not all(h is not None and 0 <= h <= 23 for h in hours):
            raise InputError("Quiet hours are two hours from 0 to 23, such as 21-8.")
        self._set(student_id, as_of, quiet_start=start_hour, quiet_end=end_hour)

    def state(self, student_id: str) -> Consent:
        """What the student asked for."""
        return self.table([student_id]).get(student_id, Consent())

    def table(self, student_ids: Collection[str]) -> dict[str, Consent]:
        """The wishes of those of the students who have any."""
        rows = self._store.rows(
            "SELECT * FROM consents WHERE student_id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(student_ids))],
        )
        return {row["student_id"]: _consent(row) for row in rows}

    def _set(self, student_id: str, as_of: datetime, **columns: int | str | None) -> None:
        names = list(columns)
        assigned = ", ".join(f"{name} = excluded.{name}" for name in [*names, "changed_at"])
        self._store.execute(
            f"""INSERT INTO consents (student_id, changed_at, {", ".join(names)})
                VALUES (?, ?, {", ".join("?" for _ in names)})
                ON CONFLICT (student_id) DO UPDATE SET {assigned}""",  # noqa: S608  # own column names
            [student_id, to_at(as_of), *columns.values()],
        )


def _consent(row: sqlite3.Row) -> Consent:
    own_hours = row["quiet_start"] is not None and row["quiet_end"] is not None
    return Consent(
        stopped=row["stopped_at"] is not None,
        paused_until=None if row["paused_until_at"] is None else from_at(row["paused_until_at"]),
        quiet=QuietHours(row["quiet_start"], row["quiet_end"]) if own_hours else None,
        held=row["held_why"],
    )
