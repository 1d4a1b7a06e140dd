"""Imports and the forgotten: the same export again brings nobody back, and changes nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from exports.desk import SCHOOL, Desk

from nudgebot.exports.report import ImportReport
from nudgebot.rights.erasure import forget
from nudgebot.school.forgotten import take_back
from nudgebot.school.links import Links, ZulipUser
from nudgebot.store import Store
from rights.school import NOW, in_audit

FILES = {
    **SCHOOL,
    "students.csv": "student_id,name,email,zulip_user_id\n1,Ana Alvarez,ana@x.example,21\n"
    "2,Ben Brook,ben@x.example,22\n3,Cem Can,cem@x.example,23\n",
    # A teacher with a student's id stays.
    "teachers.csv": "teacher_id,name\nt1,Dora\n1,Theo\n",
    "enrollments.csv": "class_id,person_id,role\nm,1,student\nm,2,student\nm,3,student\n"
    "m,t1,teacher\nm,1,teacher\n",
    "exams.csv": "exam_id,class_id,title,subject,at,max_score,released\n"
    "x,m,One,Mathematics,2026-11-10,10,yes\n",
    "exam_results.csv": "exam_id,student_id,score\nx,1,3\nx,2,8\nx,3,9\n",
    "guardians.csv": "guardian_id,student_id,name,email\ng,1,Gil,gil@x.example\n",
    "activities.csv": "student_id,at,kind\n1,2026-11-10T10:00,video\n2,2026-11-10T10:00,video\n",
    "practice.csv": "session_id,student_id,skill_id,started_at,questions,correct\n",
    "skills.csv": "skill_id,name\nk,Adding\n",
}
TABLES = ("students", "enrollments", "exam_results", "guardians", "activities", "activity_days")


@pytest.fixture
def desk(tmp_path: Path, whole: Store) -> Desk:
    """A desk over all tables."""
    return Desk(tmp_path / "export", whole)


def _all(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    return {table: desk.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}  # noqa: S608  # own names


def _again(desk: Desk) -> ImportReport:
    """The same export, with a change that makes it another file."""
    later = {
        **FILES,
        "calendar.csv": "begin,end,kind,title\n2026-12-24,2026-12-31,holiday,Winter\n",
    }
    return desk.take(later)


def test_the_next_import_does_not_bring_her_back(desk: Desk) -> None:
    """Her rows are left out of every file without a word; everybody else's stay as they are."""
    desk.take(FILES)
    forget(desk.store, "1", NOW, in_audit=in_audit(desk.store))
    before = _all(desk)
    report = _again(desk)
    assert report.state == "taken"
    assert report.problems == ()
    assert "Ana" not in report.text
    assert sum(each.rows_refused for each in report.tables) == 0
    assert _all(desk) == before
    assert [row[0] for row in desk.rows("SELECT student_id FROM students ORDER BY 1")] == ["2", "3"]
    assert desk.rows("SELECT person_id FROM enrollments WHERE role = 'teacher' ORDER BY 1") == [
        ("1",),
        ("t1",),
    ]


def test_without_students_csv_she_stays_away_too(desk: Desk) -> None:
    """A file of activity alone is not refused for her rows, however many of them are hers."""
    desk.take(FILES)
    forget(desk.store, "1", NOW, in_audit=in_audit(desk.store))
    rows = "".join(f"1,2026-11-{day}T10:00,video\n" for day in range(11, 18))
    report = desk.take({"activities.csv": f"student_id,at,kind\n{rows}2,2026-11-17T10:00,video\n"})
    assert report.state == "taken"
    assert [(each.table, each.rows_taken) for each in report.tables] == [("activities", 1)]


def test_she_can_be_taken_back(desk: Desk) -> None:
    """Who comes back to the school is taken back by id, and the next export has her again."""
    desk.take(FILES)
    forget(desk.store, "1", NOW, in_audit=in_audit(desk.store))
    assert take_back(desk.store, "1")
    assert not take_back(desk.store, "1")
    _again(desk)
    assert desk.rows("SELECT name FROM students WHERE student_id = '1'") == [("Ana Alvarez",)]


def test_her_zulip_user_stays_away(desk: Desk) -> None:
    """Reading the organisation's people does not bring her name back into the file."""
    links = Links(desk.store)
    users = [ZulipUser(n, f"User {n}", "", 400, True, False, "") for n in (21, 22)]
    desk.take(FILES)
    links.keep_users(users, NOW)
    forget(desk.store, "1", NOW, in_audit=in_audit(desk.store))
    links.keep_users(users, NOW)
    assert [each.user_id for each in links.users()] == [22]


def test_wishes_survive_imports(desk: Desk) -> None:
    """No import touches a pause or a stop."""
    desk.take(FILES)
    desk.store.execute("INSERT INTO consents (student_id, stopped_at, changed_at) VALUES ('2',1,1)")
    _again(desk)
    assert desk.rows("SELECT stopped_at FROM consents") == [(1,)]
