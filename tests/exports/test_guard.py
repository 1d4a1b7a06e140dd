"""An export that would take too much away waits for an admin's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.desk import NOW, Desk
from nudgebot.errors import ExportError
from nudgebot.exports.inbox import Inbox
from nudgebot.store import Store


def school(count: int, *, active: int | None = None, enrolled: int | None = None) -> dict[str, str]:
    """A school of so many students, of whom so many are active and in the class."""
    active = count if active is None else active
    enrolled = count if enrolled is None else enrolled
    return {
        "students.csv": "student_id,name,active\n"
        + "".join(f"{n},S,{'yes' if n < active else 'no'}\n" for n in range(count)),
        "classes.csv": "class_id,name\nc,C\n",
        "enrollments.csv": "class_id,person_id,role\n"
        + "".join(f"c,{n},student\n" for n in range(enrolled)),
    }


@pytest.mark.parametrize(
    ("after", "state"),
    [
        pytest.param(school(20), "unchanged", id="all there"),
        pytest.param(school(18), "taken", id="exactly a tenth gone"),
        pytest.param(school(17), "held", id="more than a tenth gone"),
        pytest.param(school(20, active=18), "taken", id="a tenth not active any more"),
        pytest.param(school(20, active=17), "held", id="more not active any more"),
        pytest.param(school(20, enrolled=17), "held", id="more without a class"),
        pytest.param({"students.csv": "student_id,name\n"}, "held", id="a header and nothing else"),
        pytest.param({"classes.csv": "class_id,name\n"}, "held", id="no class is left"),
        pytest.param(
            {"enrollments.csv": "class_id,person_id,role\n"}, "held", id="nobody enrolled"
        ),
        pytest.param(school(60), "taken", id="many more"),
        pytest.param({"teachers.csv": "teacher_id,name\n"}, "taken", id="no students in it at all"),
    ],
)
def test_what_is_held_back(desk: Desk, after: dict[str, str], state: str) -> None:
    """Above the share nothing is written but the batch; below it all is."""
    desk.take(school(20))
    before = desk.facts()
    desk.touched()
    report = desk.take(after)
    assert report.state == state
    if state == "held":
        assert desk.facts() == before
        assert desk.touched() == set()
        assert report.data_as_of is None
        assert "of 20" in report.note
        assert "nothing was taken until an admin releases it" in report.text
    assert desk.rows("SELECT state FROM batches ORDER BY batch_id")[1] == (
        state if state == "held" else "taken",
    )


def lines(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


PEOPLE = range(10)
GUARDED = school(10) | {
    "students.csv": lines("student_id,name,zulip_user_id", *(f"{n},S,{n + 1}" for n in PEOPLE)),
    "teachers.csv": lines("teacher_id,name", *(f"t{n},T" for n in PEOPLE)),
    "classes.csv": lines("class_id,name", "c,C", *(f"c{n},C" for n in PEOPLE)),
    "guardians.csv": lines("guardian_id,student_id,name", *(f"g,{n},G" for n in PEOPLE)),
    "calendar.csv": lines(
        "begin,end,kind", *(f"2027-01-1{n},2027-01-1{n},holiday" for n in PEOPLE)
    ),
    "exams.csv": lines(
        "exam_id,class_id,title,at,max_score,released",
        *(f"e{n},c,E,2026-10-01,10,true" for n in PEOPLE),
    ),
    "exam_results.csv": lines("exam_id,student_id,score", *(f"e1,{n},7" for n in PEOPLE)),
    "assignments.csv": lines(
        "assignment_id,class_id,title,due_at", *(f"h{n},c,H,2026-11-10" for n in PEOPLE)
    ),
    "submissions.csv": lines(
        "assignment_id,student_id,submitted_at,status",
        *(f"h1,{n},2026-11-09,submitted" for n in PEOPLE),
    ),
    "activities.csv": lines("student_id,at,kind", *(f"{n},2026-11-09,login" for n in PEOPLE)),
}


@pytest.mark.parametrize("table", ["teachers", "guardians", "calendar", "exams", "exam_results",
                                   "assignments", "submissions"])  # fmt: skip
def test_a_table_that_shrinks_to_its_header_is_held(desk: Desk, table: str) -> None:
    """A lost table is no news: without its rows everybody would seem to have done nothing."""
    desk.take(GUARDED)
    before = desk.facts()
    file = f"{table}.csv"
    report = desk.take(GUARDED | {file: GUARDED[file].partition("\n")[0] + "\n"})
    assert report.state == "held"
    assert f"would take away 10 of 10 rows of {table}, more than 10%" in report.note
    assert desk.facts() == before


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        pytest.param(96, "taken", id="four rows less"),
        pytest.param(90, "taken", id="a tenth less"),
        pytest.param(89, "held", id="more than a tenth less"),
    ],
)
def test_a_table_may_shrink_a_little(desk: Desk, kept: int, state: str) -> None:
    """The share is that of the students."""
    rows = [f"h{n},{m},2026-11-09,submitted" for n in PEOPLE for m in PEOPLE]
    header = "assignment_id,student_id,submitted_at,status"
    desk.take(GUARDED | {"submissions.csv": lines(header, *rows)})
    assert desk.take({"submissions.csv": lines(header, *rows[:kept])}).state == state


def test_few_rows_come_and_go(desk: Desk) -> None:
    """In a tiny table four rows are no sign of damage."""
    few = lines("guardian_id,student_id,name", *(f"g,{n},G" for n in range(4)))
    desk.take(school(10) | {"guardians.csv": few})
    assert desk.take({"guardians.csv": "guardian_id,student_id,name\n"}).state == "taken"


@pytest.mark.parametrize(
    ("table", "old", "new", "column"),
    [
        pytest.param("submissions", "submitted_at,status", "handed_in,state", "submitted_at"),
        pytest.param("exam_results", "score", "points", "score"),
        pytest.param("exams", ",true", ",false", "released_at"),
        pytest.param("students", "zulip_user_id", "zulip", "zulip_user_id"),
    ],
)
def test_a_column_that_empties_is_held(
    desk: Desk, table: str, old: str, new: str, column: str
) -> None:
    """A column that decides and is renamed in the LMS is lost as its rows would be."""
    desk.take(GUARDED)
    before = desk.facts()
    file = f"{table}.csv"
    report = desk.take(GUARDED | {file: GUARDED[file].replace(old, new)})
    assert report.state == "held"
    assert f"would empty {column} in 10 of 10 rows of {table}" in report.note
    assert desk.facts() == before


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        pytest.param("students", "user_id\n", "user_id,year\n", id="a column more"),
        pytest.param("submissions", "submitted\n", "abgegeben\n", id="unknown words"),
        pytest.param("exam_results", "\ne1,", "\nx1,", id="exams of another name"),
        pytest.param("activities", "2026-11-09", "09/11/2026", id="days the other way round"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_cannot_be_read_is_held(
    desk: Desk, table: str, old: str, new: str, *, first: bool
) -> None:
    """Nothing of the export goes in, the first one of a school included."""
    if not first:
        desk.take(GUARDED)
    before = desk.facts()
    file = f"{table}.csv"
    report = desk.take(GUARDED | {file: GUARDED[file].replace(old, new)})
    assert report.state == "held"
    assert f"cannot be read in 10 of 10 rows of {table}" in report.note
    assert "nothing was taken until an admin releases it" in report.note
    assert desk.facts() == before


@pytest.mark.parametrize(
    ("bad", "state"),
    [
        pytest.param(4, "taken", id="four"),
        pytest.param(10, "taken", id="a tenth"),
        pytest.param(11, "held", id="more than a tenth"),
    ],
)
def test_some_rows_may_be_bad(desk: Desk, bad: int, state: str) -> None:
    """The good ones go in then."""
    rows = [f"{'x' if n < bad else n % 10},2026-11-09,login" for n in range(100)]
    report = desk.take(GUARDED | {"activities.csv": lines("student_id,at,kind", *rows)})
    assert (report.state, report.rows_refused) == (state, bad)


def test_rows_that_repeat_others_are_not_unreadable(desk: Desk) -> None:
    """Every attempt in a row of its own: what they say goes in once."""
    header, *rows = GUARDED["submissions.csv"].splitlines()
    report = desk.take(GUARDED | {"submissions.csv": lines(header, *rows, *rows)})
    assert (report.state, report.rows_refused) == ("taken", 10)


def test_a_school_without_a_readable_student_is_held(desk: Desk) -> None:
    """However small it is."""
    report = desk.take({"students.csv": "student_id,name,class\n1,Ana\n2,Ben\n"})
    assert report.state == "held"
    assert "cannot be read in 2 of 2 rows of students" in report.note


def test_all_reasons_are_told_and_released_together(desk: Desk) -> None:
    """One word of an admin lets the whole pass."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(GUARDED)
    empty = {name: GUARDED[name].partition("\n")[0] + "\n" for name in GUARDED}
    names = ("exam_results.csv", "submissions.csv")
    held = desk.take(GUARDED | {name: empty[name] for name in names})
    assert held.note == (
        "It would take away 10 of 10 rows of exam_results and would take away 10 of 10 rows of"
        " submissions, more than 10%; nothing was taken until an admin releases it."
    )
    assert inbox.release(held.batch_id, NOW).note == "An admin has let it pass."
    assert desk.rows("SELECT * FROM submissions WHERE gone_at IS NULL") == []


def test_the_last_students_are_not_dropped_by_any_share(tmp_path: Path, store: Store) -> None:
    """Even where all may go, a school is never emptied without a word."""
    desk = Desk(tmp_path / "export", store, max_drop_share=1.0)
    desk.take(school(20))
    assert desk.take(school(1)).state == "taken"
    assert desk.take({"students.csv": "student_id,name\n"}).state == "held"


def test_the_first_export_has_nobody_to_lose(desk: Desk) -> None:
    """An empty school may begin with whatever comes."""
    assert desk.take({"students.csv": "student_id,name\n"}).state == "taken"
    assert desk.take(school(1)).state == "taken"


def test_exchanging_students_counts_as_losing_them(desk: Desk) -> None:
    """As many students under new ids are not the same students."""
    desk.take(school(20))
    renamed = school(20)["students.csv"].replace("\n1", "\nx1")
    assert desk.take({"students.csv": renamed}).state == "held"


def test_an_admin_releases_a_held_batch(desk: Desk) -> None:
    """By number, once, and only while the files are those that were held."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(school(20))
    held = desk.take(school(5))
    assert held.state == "held"
    report = inbox.release(held.batch_id, NOW)
    assert (report.state, report.note) == ("taken", "An admin has let it pass.")
    assert len(desk.rows("SELECT * FROM students WHERE gone_at IS NULL")) == 5
    assert desk.rows("SELECT state FROM batches ORDER BY batch_id") == [
        ("taken",),
        ("released",),
        ("taken",),
    ]
    with pytest.raises(ExportError, match="is not held back"):
        inbox.release(held.batch_id, NOW)
    with pytest.raises(ExportError, match="is not held back"):
        inbox.release(99, NOW)


def test_a_held_batch_whose_files_have_changed_is_not_released(desk: Desk) -> None:
    """The word was given for what was held, not for what lies there now."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(school(20))
    held = desk.take(school(5))
    desk.lay(school(4))
    with pytest.raises(ExportError, match="have changed or are gone"):
        inbox.release(held.batch_id, NOW)
    desk.lay({})
    with pytest.raises(ExportError, match="have changed or are gone"):
        inbox.release(held.batch_id, NOW)
    assert len(desk.rows("SELECT * FROM students WHERE gone_at IS NULL")) == 20


STALE = "is out of date: a later export was taken since"


@pytest.mark.parametrize(
    ("later", "state"),
    [
        pytest.param(school(21), "taken", id="another"),
        pytest.param(school(20), "unchanged", id="the last good one again"),
    ],
)
def test_a_held_batch_is_superseded_by_a_later_one(
    desk: Desk, tmp_path: Path, later: dict[str, str], state: str
) -> None:
    """Releasing it would undo what is newer."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(school(20))
    old = Desk(tmp_path / "old", desk.store)
    held = old.take(school(5))
    assert held.state == "held"
    assert desk.take(later).state == state
    before = desk.facts()
    with pytest.raises(ExportError, match=STALE):
        inbox.release(held.batch_id, NOW)
    assert desk.facts() == before
    again = old.take(school(5))
    assert again.state == "held"
    assert inbox.release(again.batch_id, NOW).state == "taken"


def test_a_held_batch_is_not_superseded_by_one_of_other_tables(desk: Desk, tmp_path: Path) -> None:
    """Where people and activity are delivered apart, news of the one say nothing of the other."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(school(20))
    held = desk.take(school(5))
    log = {"activities.csv": "student_id,at,kind\n1,2026-11-09,login\n"}
    assert Desk(tmp_path / "log", desk.store).take(log).state == "taken"
    assert inbox.release(held.batch_id, NOW).state == "taken"


def test_a_released_batch_supersedes_those_held_before_it(desk: Desk, tmp_path: Path) -> None:
    """Of two that wait, the older one cannot follow the newer one."""
    inbox = Inbox(desk.folder, desk.importer, format_name="native", settle_seconds=0)
    desk.take(school(20))
    older = desk.take(school(5))
    newer = Desk(tmp_path / "newer", desk.store).take(school(6))
    assert inbox.release(newer.batch_id, NOW).state == "taken"
    with pytest.raises(ExportError, match=STALE):
        inbox.release(older.batch_id, NOW)
    assert desk.rows("SELECT state FROM batches WHERE batch_id = 3") == [("released",)]
