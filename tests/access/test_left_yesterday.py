"""A teacher whose time in a class is over sees nothing of it from the next day's first minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chat.town import ADMIN, NOW, TARA, Town

from nudgebot.chat.access import NO_STUDENT
from nudgebot.nudging.messages import InStream
from nudgebot.school.days import to_day

ROOM = 73
ZONE = ZoneInfo("Pacific/Auckland")  # half a day ahead of UTC: the school's own day counts
LAST_DAY = NOW.astimezone(ZONE).date()
MIDNIGHT = datetime.combine(LAST_DAY + timedelta(days=1), datetime.min.time(), ZONE).astimezone(UTC)
LAST_MINUTE = MIDNIGHT - timedelta(minutes=1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Tara's last day in 7B is today."""
    opened = Town(tmp_path, timezone=ZONE)
    opened.store.execute(
        "UPDATE enrollments SET end_day = ? WHERE person_id = 't1'", [to_day(LAST_DAY)]
    )
    opened.zulip.readers[ROOM] = frozenset({ADMIN, TARA})
    yield opened
    opened.store.close()


@pytest.mark.parametrize(("when", "sees"), [(LAST_MINUTE, True), (MIDNIGHT, False)])
def test_she_sees_the_students_to_the_end_of_her_last_day(
    town: Town, when: datetime, *, sees: bool
) -> None:
    """After it a student of hers is one like any who does not exist."""
    town.clock = when
    told = town.answer(TARA, "why s1")
    assert ("Ana" in told) == sees
    assert (told == town.answer(TARA, "why s99") == NO_STUDENT) == (not sees)


@pytest.mark.parametrize(("when", "here"), [(LAST_MINUTE, True), (MIDNIGHT, False)])
def test_while_she_still_reads_the_stream_nothing_is_said_there(
    town: Town, when: datetime, *, here: bool
) -> None:
    """An admin asks in the stream of the staff, which nobody took her out of."""
    town.clock = when
    town.say(ADMIN, "@**nudgebot** why s1", InStream(ROOM, "t"))
    assert any("Ana" in text for text in town.zulip.in_stream(ROOM)) == here
    assert any("Ana" in text for text in town.zulip.to(ADMIN)) == (not here)


def test_a_preview_of_the_last_minute_is_not_done_in_the_next(town: Town) -> None:
    """Whoever may not see her may not write to her either."""
    town.clock = LAST_MINUTE
    town.say(TARA, "message s1 See you.")
    town.clock = MIDNIGHT
    town.say(TARA, "confirm")
    assert town.store.value("SELECT count(*) FROM teacher_messages") == 0
