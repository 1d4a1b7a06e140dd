"""Assignments that a crash cuts short, and schools whose LMS takes no files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chat.town import ANA, TARA, Town

from interventions.test_assignments import Lesson
from nudgebot.interventions.assignment_rows import Status
from nudgebot.interventions.lms_outbox import LmsOutbox


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    made = Lesson(tmp_path)
    yield made
    made.town.store.close()


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_that_a_crash_kept_from_being_tried_comes_by_itself(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gave it need not ask again."""
    with monkeypatch.context() as patched:
        patched.setattr(lesson.kept._means.outbox, "push", _crash)
        with pytest.raises(KeyboardInterrupt):
            lesson.give()
    lesson.tick(timedelta(minutes=11))
    assert [each.name for each in lesson.outbox.iterdir()] == ["assignments-1"]


def test_a_file_goes_where_a_crash_came_between(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken back in the tables, killed, done again: the LMS does not get it, nobody is told twice.

    What was taken back is not given by another tick either.
    """
    made = lesson.give()
    with monkeypatch.context() as patched:
        patched.setattr(LmsOutbox, "take_away", _crash)
        with pytest.raises(KeyboardInterrupt):
            lesson.kept.withdraw(made, lesson.now)
    assert lesson.kept.withdraw(lesson.again(made), lesson.now)
    lesson.tick(timedelta(minutes=11))
    assert list(lesson.outbox.iterdir()) == []
    assert len(lesson.town.zulip.to(ANA)) == 2


def test_what_is_taken_back_while_its_file_is_written_leaves_none(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tick writes files beside the conversations."""
    lesson.outbox.write_text("in the way")
    made = lesson.give()
    lesson.outbox.unlink()
    put = LmsOutbox.put

    def meanwhile(self: LmsOutbox, *args: object) -> None:
        lesson.kept.withdraw(made, lesson.now)
        put(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(LmsOutbox, "put", meanwhile)
    lesson.tick(timedelta(minutes=11))
    assert lesson.again(made).status is Status.WITHDRAWN
    assert list(lesson.outbox.iterdir()) == []


def test_without_a_folder_no_file_is_written_and_none_is_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty setting is the school's word that its LMS takes none."""
    monkeypatch.chdir(tmp_path)
    town = Town(tmp_path, lms_outbox=Path())
    town.store.execute("INSERT INTO skills (skill_id, name) VALUES ('k1', 'Division')")
    before = sorted(tmp_path.iterdir())
    town.say(TARA, "assign s1 Division")
    said = town.answer(TARA, "confirm")
    town.clock += timedelta(hours=1)
    town.office.interventions.assignments.tick(town.clock)
    assert "Ana has it" in said
    assert "LMS" not in said
    assert sorted(tmp_path.iterdir()) == before
    town.store.close()
