"""The weakest skills come first, from enough answers, of the last four weeks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.weak_skills import weak_skills
from nudgebot.school.days import local_day, to_at
from nudgebot.store import Store

UTC = ZoneInfo("UTC")


def test_the_weakest_come_first(store: Store, now: datetime) -> None:
    """Too few answers, old ones, later ones and sure skills are left out."""
    store.execute("INSERT INTO students (student_id, name) VALUES ('s1', ''), ('s2', '')")
    store.execute("INSERT INTO skills VALUES ('div', 'Division', 'Mathematics', NULL)")
    today = local_day(now, UTC)
    sessions = [
        ("div", 0, 10, 6),
        ("div", 3, 10, 7),
        ("frac", 1, 5, 2),
        ("few", 1, 4, 0),
        ("sure", 1, 10, 9),
        ("old", 28, 10, 0),
        ("tomorrow", -1, 10, 0),
    ]
    for number, (skill, days_ago, questions, correct) in enumerate(sessions):
        at = to_at(now) - days_ago * 86_400
        store.execute(
            "INSERT INTO practice VALUES (?, 's1', ?, ?, ?, ?, ?, NULL, NULL, NULL)",
            [str(number), skill, at, today - days_ago, questions, correct],
        )
    found = weak_skills(store, ["s1", "s2"], now, zone=UTC)
    assert [(each.name, each.subject, each.accuracy_percent) for each in found["s1"]] == [
        ("frac", "", 40.0),
        ("Division", "Mathematics", 65.0),
    ]
    assert "s2" not in found
