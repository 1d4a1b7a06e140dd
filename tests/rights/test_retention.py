"""What is too old goes, a portion at a time; what is open, wished for or added up stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from exports.desk import Desk

from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.retention import KEEP, OLD, is_night, prune
from nudgebot.school.forgotten import Forgotten, note_forgotten
from nudgebot.settings import SETTINGS
from nudgebot.store import Store
from rights.school import ANA, BEN, NOW, in_audit, insert, rows_of
from rights.test_imports import FILES

ZONE = ZoneInfo("Europe/Berlin")
LATER = NOW + timedelta(days=5000)
NEVER = dict.fromkeys(KEEP, 0)


def _prune(store: Store, as_of: datetime, **keep: int) -> dict[str, int]:
    return prune(store, {**NEVER, **keep}, as_of, zone=ZONE, in_audit=in_audit(store))


def test_every_period_is_a_setting() -> None:
    """Each setting that the catalogue and the job name is in the table of settings."""
    names = {each.name for each in SETTINGS}
    assert set(KEEP) <= names
    assert {each.setting for each in OLD} <= set(KEEP)
    named = {each.setting for each in CATALOGUE if each.setting.startswith("keep_")}
    assert named | {"keep_left_students_days"} == set(KEEP)


def test_zero_keeps_for_ever(school: Store) -> None:
    """Nothing is deleted where nothing is to be."""
    assert _prune(school, LATER) == {}


def test_what_is_too_old_goes_and_what_is_open_stays(school: Store) -> None:
    """After many years only facts, wishes and what is open are left."""
    school.execute("UPDATE alerts SET state = 'resolved' WHERE alert_id > 1")
    done = _prune(school, LATER, **dict.fromkeys(KEEP, 30))
    left = rows_of(school, ANA)
    for table in ("answers", "teacher_messages", "interventions", "decisions", "activity_rows"):
        assert done[table] == 3, table
        assert not left[table]
    assert done["alerts"] == 2
    assert left["alerts"], "an open alert is never too old"
    assert left["alert_tags"]
    assert [row[11] for row in left["nudges"]] != []  # the queued one
    assert len(left["nudges"]) == 1
    assert left["consents"]
    assert left["tutorings"], "they still meet"
    assert left["exam_results"]
    assert school.rows("PRAGMA foreign_key_check") == []


def test_a_portion_at_a_time(school: Store) -> None:
    """No run deletes more than its portion; the next ones do the rest."""
    keep = {**NEVER, "keep_answers_days": 30}
    left = [
        prune(school, keep, LATER, zone=ZONE, in_audit=in_audit(school), rows_at_once=2)
        for _ in range(3)
    ]
    assert left == [{"answers": 2}, {"answers": 1}, {}]


def test_an_episode_that_still_holds_keeps_its_draw(school: Store) -> None:
    """A case decides whether a student is held out for as long as the rule holds."""
    school.execute("UPDATE episodes SET rule_id = 'held', began_at = 7")
    school.execute("UPDATE cases SET episode_at = 7 WHERE rule_id = 'held'")
    _prune(school, LATER, keep_nudges_days=30)
    assert school.rows("SELECT rule_id FROM cases GROUP BY 1")[0][0] == "held"


def test_roll_ups_stay_right(tmp_path: Path, whole: Store) -> None:
    """Figures over dropped activity stay, also when the same rows come again and new ones do."""
    desk = Desk(tmp_path / "export", whole)
    rows = "1,2026-01-10T10:00,video\n1,2026-01-10T10:00,video\n1,2026-11-10T10:00,video\n"
    desk.take({**FILES, "activities.csv": f"student_id,at,kind\n{rows}"})
    before = desk.rows("SELECT * FROM activity_days ORDER BY 1, 2")
    assert _prune(whole, NOW, keep_activity_days=100) == {"activity_rows": 2}
    report = desk.take({**FILES, "activities.csv": f"student_id,at,kind\n{rows}\n"})
    assert desk.rows("SELECT * FROM activity_days ORDER BY 1, 2") == before
    assert any("2 rows are older than single activities are kept" in n for n in report.notices)
    more = f"{rows}2,2026-11-11T10:00,video\n"
    desk.take({**FILES, "activities.csv": f"student_id,at,kind\n{more}"})
    assert len(desk.rows("SELECT * FROM activity_days")) == len(before) + 1


def test_who_left_is_forgotten_and_may_come_back(school: Store) -> None:
    """A year after leaving nothing is left of her; a later export may bring her anew."""
    school.execute("UPDATE students SET gone_at = 1 WHERE student_id = ?", [ANA.student_id])
    before = rows_of(school, BEN)
    assert _prune(school, NOW, keep_left_students_days=365) == {"students": 1}
    assert school.value("SELECT count(*) FROM students") == 2
    assert not Forgotten(school.connection)
    assert rows_of(school, BEN)["nudges"] == before["nudges"]


def test_a_restored_backup_forgets_again(school: Store) -> None:
    """Whoever was forgotten and is back with a backup is forgotten again in the night."""
    note_forgotten(school, "student", ANA.student_id, NOW)
    assert _prune(school, NOW) == {"students": 1}
    assert _prune(school, NOW) == {}


@pytest.mark.parametrize(
    ("hour", "night"), [(0, True), (1, True), (5, False), (12, False), (23, False)]
)
def test_it_is_done_at_night(hour: int, night: bool) -> None:
    """The hours are the school's own: 0 and 1 UTC are 1 and 2 in Berlin's winter."""
    assert is_night(datetime(2026, 11, 19, hour, tzinfo=UTC), ZONE) is night


def test_settled_mail_with_a_fresh_copy(school: Store) -> None:
    """A notification that another one names can go before it."""
    insert(school, "parent_notifications", id=90, student_id="x", key="k90", state="sent")
    school.execute("UPDATE parent_notifications SET again_id = 90, state = 'queued' WHERE id < 90")
    _prune(school, LATER, keep_messages_days=30)
    rows = school.rows("SELECT id, again_id FROM parent_notifications ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, None), (2, None), (3, None)]
