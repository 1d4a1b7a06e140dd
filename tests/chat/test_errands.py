"""Longer work that meets a database which cannot be used, or stumbles."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator

import pytest

from chat.town import ANA, ANABEL, BEN, ME, TARA, Town
from nudgebot.chat.errands import PAUSES_SECONDS, Errands
from nudgebot.chat.reception import BROKEN_OFF, Reception
from nudgebot.interventions.letters import Letters, TeacherMessage


@pytest.fixture
def paused() -> list[float]:
    """How long the errands waited before each further try."""
    return []


@pytest.fixture
def errands(paused: list[float]) -> Iterator[Errands]:
    """Errands that never wait for real."""

    def wait(seconds: float) -> bool:
        paused.append(seconds)
        return False

    opened = Errands(wait)
    yield opened
    opened.close()


@pytest.fixture
def busy(town: Town, errands: Errands) -> Town:
    """A town whose errands are done in a thread of their own; three students are inactive."""
    town.reception = Reception(
        town.office, town.zulip, ME, clock=lambda: town.clock, background=errands
    )
    for student_id in ("s1", "s2", "s4"):
        town.figures.rows[student_id] = {"days_since_last_activity": 9, "current_streak": 0}
    return town


class Failing(Letters):
    """Letters that cannot be kept, as often as a test says, from the second one on."""

    def __init__(self, town: Town, error: Exception, *, times: int) -> None:
        super().__init__(town.store)
        self._error = error
        self._calls = 0
        self._times = times

    def keep_message(self, message: TeacherMessage) -> None:
        self._calls += 1
        if 2 <= self._calls < 2 + self._times:
            raise self._error
        super().keep_message(message)


def confirm(town: Town, errands: Errands, letters: Letters) -> str:
    """Write to all three; what Tara is told in the end."""
    object.__setattr__(town.office.interventions.messages, "_letters", letters)
    town.reception.message(town.said(TARA, "message inactive"))
    town.reception.message(town.said(TARA, f"confirm {town.token()}"))
    done = threading.Event()
    errands(done.set)
    assert done.wait(10)
    return town.zulip.to(TARA)[-1]


def _locked() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


LOCKED = _locked()


def test_a_database_that_is_busy_for_a_while_breaks_nothing_off(
    busy: Town, errands: Errands, paused: list[float]
) -> None:
    """The errand is done again after a pause; each student is written to once."""
    told = confirm(busy, errands, Failing(busy, LOCKED, times=2))
    assert told.startswith("✅ 3 sent")
    assert paused == list(PAUSES_SECONDS[:2])
    assert [len(busy.zulip.to(each)) for each in (ANA, BEN, ANABEL)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        pytest.param(LOCKED, len(PAUSES_SECONDS), id="the database stays unusable"),
        pytest.param(ZeroDivisionError(), 0, id="a stumble"),
        pytest.param(sqlite3.OperationalError("no such column: x"), 0, id="a wrong statement"),
    ],
)
def test_an_errand_that_cannot_be_finished_says_so(
    busy: Town, errands: Errands, paused: list[float], error: Exception, pauses: int
) -> None:
    """The asker is told, and after a restart the rest is done."""
    assert confirm(busy, errands, Failing(busy, error, times=99)) == BROKEN_OFF
    assert len(paused) == pauses
    object.__setattr__(busy.office.interventions.messages, "_letters", Letters(busy.store))
    busy.reopened().resume()
    busy.work()
    assert [len(busy.zulip.to(each)) for each in (ANA, BEN, ANABEL)] == [1, 1, 1]
