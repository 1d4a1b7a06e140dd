"""Killed at any step of what was confirmed, and started again: it comes to the same end, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chat.test_tutor import practise
from chat.town import ANA, BEN, TARA, FakeZulip, Town
from nudgebot.interventions.lms_outbox import LmsOutbox
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.outbox import Outbox
from nudgebot.store import Store

ACTS = {
    "practice is taken back": (["assign s1 frac", "confirm"], "withdraw assignment 1"),
    "a group is invited": ([], "meet s1, s2 tomorrow 15:00 group"),
    "both are asked": ([], "tutor s1 with s2 in frac"),
}
STEPS: tuple[tuple[type, str, bool], ...] = (  # killed before it is done, or after
    (Store, "execute", False),
    (Store, "executemany", False),
    (FakeZulip, "send", True),
    (FakeZulip, "upload", True),
    (LmsOutbox, "put", True),
    (LmsOutbox, "take_away", False),
    (LmsOutbox, "take_away", True),
)
COLUMNS = {
    "targeted_assignments": "id, student_id, status, owed_teacher, owed_student",
    "meetings": "id, status, sequence, told_sequence",
    "meeting_students": "meeting_id, student_id",
    "tutorings": "id, student_id, tutor_id, status",
    "interventions": "id, student_id, intervention_type, action_taken, is_resolved",
}


class KilledError(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


class Killer:
    """Kills at the step of that number; `done` when there are not so many."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._steps = count()
        self.done = True

    def step(self) -> None:
        if next(self._steps) == self._at:
            self.done = False
            raise KilledError

    def watched(self, work: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
        def watch(*args: Any, **named: Any) -> Any:
            if not after:
                self.step()
            found = work(*args, **named)
            if after:
                self.step()
            return found

        return watch


def played(folder: Path, act: str, killer: Killer, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What there is in the end, in the tables, for the LMS, and with the students."""
    folder.mkdir()
    before, said = ACTS[act]
    town = Town(folder, lms_outbox=folder / "outbox")
    town.store.execute("INSERT INTO skills (skill_id, name) VALUES ('frac', 'Fractions')")
    practise(town, "s1", "frac", 7)
    practise(town, "s2", "frac", 19)
    for each in [*before, said]:
        town.say(TARA, each)
    confirmed = town.said(TARA, "confirm")
    with patch.context() as patched:
        for owner, name, after in STEPS:
            patched.setattr(owner, name, killer.watched(getattr(owner, name), after=after))
        with suppress(KilledError):
            town.reception.message(confirmed)
            town.work()
    town.reopened().resume()
    town.work()
    town.reception.message(confirmed)  # the listener may hear it again
    town.work()
    town.clock = town.clock.replace(hour=15)
    for _ in range(2):
        Outbox(town.store, town.zulip).run(town.clock)
        town.office.interventions.tick(town.clock)
    found: dict[str, Any] = {
        table: [tuple(row) for row in town.store.rows(f"SELECT {columns} FROM {table}")]  # noqa: S608  # constants
        for table, columns in COLUMNS.items()
    }
    files = folder / "outbox"
    found["files"] = sorted(each.name for each in files.iterdir()) if files.exists() else []
    found["students"] = sorted(
        (message.key, re.sub(r"uploads/\d+/\d+", "uploads", message.content))
        for _, message in town.zulip.sent
        if message.recipient in (Direct((ANA,)), Direct((BEN,)))
    )
    town.store.close()
    return found


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_step_it_comes_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Nothing twice, nothing lost, nothing half done."""
    whole = played(tmp_path / "whole", act, Killer(-1), monkeypatch)
    for step in count():
        killer = Killer(step)
        assert played(tmp_path / str(step), act, killer, monkeypatch) == whole, step
        if killer.done:
            break
    assert step > 8
