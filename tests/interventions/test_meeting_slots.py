"""Free times: what the setting says, and what is left of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.errors import CommandError
from nudgebot.interventions.slots import Busy, free_slots, office_hours, overlaps, spread

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # a Thursday, 15:30 in Berlin


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("mon 13:00-16:00", [(0, 780, 960)]),
        ("mon-wed 8:00-9:30", [(0, 480, 570), (1, 480, 570), (2, 480, 570)]),
        (" Tue 13:00 - 14:00 ;fri 12:00-13:30,", [(1, 780, 840), (4, 720, 810)]),
        ("sat-mon 10:00-11:00", [(5, 600, 660), (6, 600, 660), (0, 600, 660)]),
        ("sun 23:00-24:00", [(6, 1380, 1440)]),
    ],
)
def test_office_hours_are_read(text: str, spans: list[tuple[int, int, int]]) -> None:
    """Days and spans, one or several."""
    assert [(each.weekday, each.begin, each.end) for each in office_hours(text)] == spans


@pytest.mark.parametrize(
    "text", ["always", "mon", "mon 16:00-13:00", "mon 13-16", "mox 13:00-14:00", "mon 13:00-25:00",
             "mon 13:61-14:00", "mon-fry 13:00-14:00", "mon 13:00-14:00 tue 13:00-14:00"],
)  # fmt: skip
def test_a_wrong_setting_is_told(text: str) -> None:
    """The sentence names the setting, and how it should read."""
    with pytest.raises(CommandError, match="`office_hours` has"):
        office_hours(text)


def slots(text: str, **others: object) -> list[str]:
    """The first free beginnings on a wall in Berlin."""
    chosen: dict[str, object] = {
        "minutes": 30, "taken": [], "free_days": [], "zone": BERLIN, "as_of": NOW,
    } | others  # fmt: skip
    found = free_slots(office_hours(text), **chosen)  # type: ignore[arg-type]
    return [each.astimezone(BERLIN).strftime("%a %d %H:%M") for each in islice(found, 4)]


def test_holidays_weekends_and_what_is_taken_are_skipped() -> None:
    """Nobody is called in on a day without school, or into another meeting."""
    friday = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())  # 13:00 in Berlin
    hours = "mon-fri 13:00-14:00"
    assert slots(hours) == ["Fri 20 13:00", "Fri 20 13:30", "Mon 23 13:00", "Mon 23 13:30"]
    assert slots(hours, taken=[Busy(friday, friday + 1800)])[0] == "Fri 20 13:30"
    assert slots(hours, taken=[Busy(friday + 600, friday + 1900)])[0] == "Mon 23 13:00"
    assert slots(hours, free_days=[date(2026, 11, 20)])[0] == "Mon 23 13:00"
    assert slots("sat 10:00-10:30")[0] == "Sat 21 10:00"
    assert slots(hours, minutes=61) == []
    assert slots(hours, on=date(2026, 11, 24)) == ["Tue 24 13:00", "Tue 24 13:30"]
    assert slots("thu 15:30-17:00") == ["Thu 19 16:00", "Thu 19 16:30", "Thu 26 15:30",
                                        "Thu 26 16:00"]  # fmt: skip


def test_times_that_the_clocks_skip_are_not_proposed() -> None:
    """In the night to 28 March 2027 there is no 02:00 and no 02:30 in Berlin."""
    found = slots("sun 1:30-4:00", on=date(2027, 3, 28))
    assert found == ["Sun 28 01:30", "Sun 28 03:00", "Sun 28 03:30"]


def test_a_choice_is_spread_over_days() -> None:
    """Two a day at most, so that there is something to choose from."""
    found = free_slots(
        office_hours("mon-fri 13:00-16:00"),
        minutes=20, taken=[], free_days=[], zone=BERLIN, as_of=NOW,
    )  # fmt: skip
    days = [each.astimezone(BERLIN).day for each in spread(found, 4, BERLIN)]
    assert days == [20, 20, 23, 23]


@given(
    taken=st.lists(st.tuples(st.integers(0, 14 * 24), st.integers(1, 8)), max_size=12),
    minutes=st.integers(5, 120),
)
def test_no_proposed_time_meets_another(taken: list[tuple[int, int]], minutes: int) -> None:
    """Whatever is taken, each proposal is free, in the hours, and ahead."""
    base = int(NOW.timestamp())
    busy = [
        Busy(base + begin * 3600, base + begin * 3600 + length * 900) for begin, length in taken
    ]
    found = free_slots(
        office_hours("mon-fri 13:00-16:00"),
        minutes=minutes, taken=busy, free_days=[], zone=BERLIN, as_of=NOW,
    )  # fmt: skip
    for each in islice(found, 20):
        local = each.astimezone(BERLIN)
        assert not overlaps(int(each.timestamp()), minutes, busy)
        assert each > NOW
        assert local.weekday() < 5
        assert local.hour >= 13
        assert (local + timedelta(minutes=minutes)).strftime("%H:%M") <= "16:00"
