"""The nightly backup: due once a night, caught up when missed, told when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nudgebot.errors import StoreError
from nudgebot.service.nightly import Nightly
from nudgebot.store import Schema, Store
from nudgebot.store.backups import backups_of, folder_of

SCHEMA = Schema("part", (("one", "CREATE TABLE a (n INTEGER);"),))
BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "school.db", [SCHEMA])
    yield opened
    opened.close()


def _nightly(store: Store, told: list[str], *, hour: int = 3) -> Nightly:
    return Nightly(
        store.path,
        Path(),
        hour=hour,
        keep_days=2,
        zone=BERLIN,
        tell=lambda text, _as_of: told.append(text),
    )


def _moments(store: Store) -> list[datetime]:
    return [each.taken_at for each in backups_of(store.path, folder_of(store.path))]


def test_one_backup_a_night_by_the_schools_clock(store: Store) -> None:
    """Looked at every ten minutes for four days, from an evening on; old ones go."""
    told: list[str] = []
    nightly = _nightly(store, told)
    made = []
    for minutes in range(0, 4 * 24 * 60, 10):
        backup = nightly.run(EVENING + timedelta(minutes=minutes))
        made += [backup.taken_at.astimezone(BERLIN)] if backup else []
    assert [f"{each:%d %H:%M}" for each in made] == [
        "20 19:00",  # there was none at all
        "21 03:00",
        "22 03:00",
        "23 03:00",
        "24 03:00",
    ]
    assert [f"{each.astimezone(BERLIN):%d}" for each in _moments(store)] == ["24", "23", "22"]
    assert told == []


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(datetime(2026, 3, 29, tzinfo=UTC), id="the hour is left out"),
        pytest.param(datetime(2026, 10, 25, tzinfo=UTC), id="the hour comes twice"),
    ],
)
def test_one_backup_in_the_nights_of_a_clock_change(store: Store, day: datetime) -> None:
    """Half past two is no time, or two times; the backup is made once either way."""
    nightly = _nightly(store, [], hour=2)
    assert nightly.run(day - timedelta(hours=12))
    made = [nightly.run(day + timedelta(minutes=minutes)) for minutes in range(0, 20 * 60, 10)]
    assert len([each for each in made if each]) == 1


def test_a_night_that_was_missed_is_caught_up(store: Store) -> None:
    """The machine was off at three; the backup comes when it is on again."""
    nightly = _nightly(store, [])
    nightly.run(EVENING)
    assert nightly.run(EVENING + timedelta(hours=20)) is not None
    assert nightly.run(EVENING + timedelta(hours=21)) is None


def test_a_failure_is_told_and_tried_again(store: Store) -> None:
    """The admins hear of it; the job stays due."""
    told: list[str] = []
    nightly = _nightly(store, told)
    folder_of(store.path).write_text("a file where the folder should be", "utf-8")
    with pytest.raises(StoreError):
        nightly.run(EVENING)
    assert told[0].startswith("The nightly backup failed. ")
    folder_of(store.path).unlink()
    assert nightly.run(EVENING + timedelta(minutes=1)) is not None
