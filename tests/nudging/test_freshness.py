"""Data go stale in hours of school: a quiet weekend is no reason to fall silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nudgebot.nudging.freshness import school_time, staleness
from nudgebot.school.days import to_at
from nudgebot.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 17:00 in Berlin


def _stale(store: Store, as_of: datetime) -> bool:
    return bool(staleness(store, stale_after_hours=36, zone=BERLIN, as_of=as_of))


def _taken(store: Store, data_as_of: datetime | None, *, came: datetime = FRIDAY) -> None:
    at = None if data_as_of is None else to_at(data_as_of)
    store.execute(
        """INSERT INTO batches (source, format, fingerprint, path, stamp, state, started_at,
           data_as_of_at) VALUES ('x', 'native', '', '', '', 'taken', ?, ?)""",
        [to_at(came), at],
    )


@pytest.mark.parametrize(
    ("hours", "stale"),
    [
        pytest.param(0, False, id="just now"),
        pytest.param(48, False, id="Sunday"),
        pytest.param(64, False, id="Monday morning"),
        pytest.param(48 + 36, False, id="exactly the limit, in hours of school"),
        pytest.param(48 + 37, True, id="an hour over it, on Tuesday"),
    ],
)
def test_a_weekend_does_not_count(
    store: Store, hours: int, stale: bool
) -> None:  # a column of the table
    """From Friday's last activity to Monday morning it is sixteen hours of school."""
    _taken(store, FRIDAY)
    assert _stale(store, FRIDAY + timedelta(hours=hours)) is stale


def test_holidays_do_not_count(store: Store) -> None:
    """The first morning after them is as fresh as any."""
    _taken(store, FRIDAY)
    monday = (datetime(2026, 11, 23, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    store.execute(
        "INSERT INTO calendar (begin_day, end_day, kind) VALUES (?, ?, 'holiday')",
        [monday, monday + 13],
    )
    assert not _stale(store, FRIDAY + timedelta(days=17))
    assert _stale(store, FRIDAY + timedelta(days=20))


def test_without_an_export_nothing_is_fresh(store: Store, now: datetime) -> None:
    """It is said, and not taken for a quiet day."""
    assert staleness(store, stale_after_hours=36, zone=BERLIN, as_of=now) == (
        "No export has been read yet."
    )


def test_a_list_of_people_is_no_news_of_activity(store: Store) -> None:
    """It makes no old data fresh, and alone it is not enough to nudge anybody."""
    _taken(store, None)
    assert staleness(store, stale_after_hours=36, zone=BERLIN, as_of=FRIDAY) == (
        "No export has told yet of anything that students did."
    )
    _taken(store, FRIDAY)
    wednesday = FRIDAY + timedelta(days=5)
    _taken(store, None, came=wednesday)
    assert _stale(store, wednesday)
    _taken(store, wednesday)
    assert not _stale(store, wednesday)


@pytest.mark.parametrize(
    ("begin", "hours", "school_hours"),
    [
        pytest.param(datetime(2026, 10, 23, 20, 0, tzinfo=UTC), 54, 5, id="clocks go back"),
        pytest.param(datetime(2026, 3, 27, 20, 0, tzinfo=UTC), 54, 7, id="clocks go forward"),
        pytest.param(datetime(2026, 11, 17, 12, 0, tzinfo=UTC), -5, 0, id="backwards"),
        pytest.param(datetime(2024, 11, 17, 12, 0, tzinfo=UTC), 24 * 500, 24 * 500, id="ages"),
    ],
)
def test_school_time_is_measured_in_the_schools_zone(
    store: Store, begin: datetime, hours: int, school_hours: int
) -> None:
    """Midnights are local ones, also where a day has 23 or 25 hours."""
    found = school_time(store, begin, begin + timedelta(hours=hours), zone=BERLIN)
    assert found == timedelta(hours=school_hours)
