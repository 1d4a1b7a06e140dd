"""The native format: what goes in, as what, and how times are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exports.desk import SCHOOL, Desk
from nudgebot.school.days import to_at, to_day
from nudgebot.school.people import People

FULL = SCHOOL | {
    "guardians.csv": "guardian_id,student_id,name,may_contact\ng,1,Eva,yes\n",
    "skills.csv": "skill_id,name\na,Adding\nb,Fractions\n",
    "skill_prerequisites.csv": "skill_id,requires_skill_id\nb,a\n",
    "content.csv": "content_id,kind,title,subject,minutes\nv,video,Film,Mathematics,12.5\n",
    "activities.csv": (
        "activity_id,student_id,at,kind,content_id,minutes,progress\n"
        "x1,1,2026-11-18T23:30:00Z,Video,v,3.5,0.4\nx2,1,2026-11-18T08:00:00,login,,,\n"
    ),
    "practice.csv": (
        "session_id,student_id,skill_id,started_at,questions,correct,xp\n"
        "p,2,a,2026-11-17T10:00:00+01:00,10,7,70\n"
    ),
    "exams.csv": (
        "exam_id,class_id,title,at,max_score,released\n"
        "e1,m,First,2026-10-01,50,true\ne2,m,Second,2026-11-01T09:00,50,\n"
        "e3,m,Third,2026-11-02T09:00,50,2026-11-20T08:00:00Z\ne4,m,Fourth,2026-12-01,50,false\n"
    ),
    "exam_results.csv": "exam_id,student_id,score,status\ne1,1,40,\ne1,2,,missed\ne2,1,,\n",
    "assignments.csv": "assignment_id,class_id,title,due_at,skill_ids\nh,m,Sheet,2026-11-10,a;b\n",
    "submissions.csv": (
        "assignment_id,student_id,submitted_at,score,status,due_at\n"
        "h,1,2026-11-09T20:00:00Z,80,,\nh,2,,,excused,2026-11-12\n"
    ),
    "achievements.csv": "achievement_id,student_id,title,progress\nq,1,Ten in a row,0.5\n",
    "calendar.csv": "begin,end,kind,title\n2026-12-21,2027-01-03,holiday,Winter\n",
}


def at(text: str) -> int:
    return to_at(datetime.fromisoformat(text))


def test_every_table_of_the_format_goes_in(desk: Desk) -> None:
    """Every row is read and taken, and every table holds what its file says."""
    report = desk.take(FULL)
    assert (report.state, report.rows_refused, report.problems) == ("taken", 0, ())
    counts = {each.table: each.rows_taken for each in report.tables}
    assert counts == {name.removesuffix(".csv"): FULL[name].count("\n") - 1 for name in FULL}
    facts = desk.facts()
    assert all(len(facts[table]) == count for table, count in counts.items())
    assert facts["guardians"] == [("g", "1", "Eva", "", "", 1, None)]
    assert facts["skill_prerequisites"] == [("b", "a", None)]
    assert [each.student_id for each in People(desk.store).students()] == ["1", "2", "3"]


def test_an_exam_counts_from_its_release(desk: Desk) -> None:
    """A time, true (from the exam on), false and empty (not yet) are told apart."""
    desk.take(FULL)
    assert desk.rows("SELECT exam_id, released_at FROM exams ORDER BY exam_id") == [
        ("e1", at("2026-10-01T12:00+02:00")),
        ("e2", None),
        ("e3", at("2026-11-20T08:00+00:00")),
        ("e4", None),
    ]


def test_results_count_at_once_where_the_export_knows_no_release(desk: Desk) -> None:
    """Without the column all exams are released, and a notice says so."""
    report = desk.take(
        SCHOOL | {"exams.csv": "exam_id,class_id,title,at,max_score\ne,m,E,2026-10-01T09:00Z,5\n"}
    )
    assert desk.rows("SELECT released_at FROM exams") == [(at("2026-10-01T09:00+00:00"),)]
    assert any("released" in notice for notice in report.notices)


def test_a_status_is_drawn_from_what_is_there(desk: Desk) -> None:
    """A score without a status is scored, a time without one is submitted, neither stays open."""
    desk.take(FULL)
    assert desk.rows("SELECT exam_id, student_id, status FROM exam_results ORDER BY 1, 2") == [
        ("e1", "1", "scored"),
        ("e1", "2", "missed"),
        ("e2", "1", ""),
    ]
    assert desk.rows("SELECT status, due_at FROM submissions ORDER BY student_id") == [
        ("submitted", None),
        ("excused", at("2026-11-12T23:59:59+01:00")),
    ]
    assert desk.rows("SELECT due_at, skill_ids FROM assignments") == [
        (at("2026-11-10T23:59:59+01:00"), "a b")
    ]


@pytest.mark.parametrize(
    ("written", "zone", "moment", "day", "hour"),
    [
        pytest.param(
            "2026-11-18T23:30:00Z", "", "2026-11-18T23:30Z", "2026-11-19", 0, id="UTC, feed's wall"
        ),
        pytest.param(
            "2026-11-18 08:00:00", "", "2026-11-18T07:00Z", "2026-11-18", 8, id="no offset"
        ),
        pytest.param("2026-11-18T08:00", "", "2026-11-18T07:00Z", "2026-11-18", 8, id="no seconds"),
        pytest.param(
            "2026-11-18T08:00:00.125-05:00",
            "",
            "2026-11-18T13:00Z",
            "2026-11-18",
            14,
            id="an offset and a fraction",
        ),
        pytest.param(
            "2026-11-18T20:00:00Z",
            "Asia/Kathmandu",
            "2026-11-18T20:00Z",
            "2026-11-19",
            1,
            id="the student's own wall",
        ),
        pytest.param(
            "2026-11-18T20:10:00Z",
            "Asia/Kathmandu",
            "2026-11-18T20:10Z",
            "2026-11-19",
            1,
            id="before the full hour of a zone of quarters",
        ),
        pytest.param(
            "2026-11-18T20:15:00Z",
            "Asia/Kathmandu",
            "2026-11-18T20:15Z",
            "2026-11-19",
            2,
            id="at the full hour of a zone of quarters",
        ),
        pytest.param("2026-11-18", "", "2026-11-18T11:00Z", "2026-11-18", -1, id="a bare day"),
        pytest.param(
            "2026-11-18",
            "Pacific/Auckland",
            "2026-11-18T11:00Z",
            "2026-11-18",
            -1,
            id="a bare day is the same everywhere",
        ),
        pytest.param(
            "2026-10-25T02:30:00", "", "2026-10-25T00:30Z", "2026-10-25", 2, id="happens twice"
        ),
        pytest.param(
            "2026-03-29T02:30:00", "", "2026-03-29T01:30Z", "2026-03-29", 3, id="never happens"
        ),
    ],
)
def test_times_and_walls(  # noqa: PLR0917  # one argument for each column of the table above
    desk: Desk, written: str, zone: str, moment: str, day: str, hour: int
) -> None:
    """The moment follows the export, day and hour follow the student's wall."""
    desk.take(
        {
            "students.csv": f"student_id,name,timezone\n1,Ana,{zone}\n",
            "activities.csv": f"student_id,at,kind\n1,{written},login\n",
        }
    )
    expected = (
        at(moment.replace("Z", "+00:00")),
        to_day(datetime.fromisoformat(day).date()),
        hour,
    )
    assert desk.rows("SELECT at, day, hour FROM activities") == [expected]


def test_a_column_of_times_reads_as_its_cells_do(desk: Desk) -> None:
    """Reading by the thousand, over both clock changes, gives what reading one by one gives."""
    stamps = [
        f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:07"
        for month, day in ((3, 28), (3, 29), (10, 24), (10, 25))
        for hour in range(24)
        for minute in (0, 29, 30, 59)
    ]
    lines = "".join(f"1,{stamp},login\n" for stamp in stamps)
    desk.take(
        {
            "students.csv": "student_id,name\n1,Ana\n",
            "activities.csv": "student_id,at,kind\n" + lines,
        }
    )
    zone = desk.importer._zone
    expected = [to_at(datetime.fromisoformat(stamp).replace(tzinfo=zone)) for stamp in stamps]
    assert [row[0] for row in desk.rows("SELECT at FROM activities")] == expected


def test_the_report_says_how_new_the_export_is(desk: Desk) -> None:
    """The newest thing that has happened counts; what lies ahead does not."""
    report = desk.take(FULL)
    assert report.data_as_of == datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    earlier = desk.take(
        SCHOOL | {"activities.csv": "student_id,at,kind\n1,2027-01-01T00:00:00Z,login\n"}
    )
    assert earlier.data_as_of is None
    assert [row[0] for row in desk.rows("SELECT data_as_of_at FROM batches")] == [
        at("2026-11-18T23:30+00:00"),
        None,
    ]


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        pytest.param(["students.csv", "classes.csv"], None, id="only people"),
        pytest.param(["exams.csv"], None, id="exams without results"),
        pytest.param(["exams.csv", "exam_results.csv"], "2026-10-01T12:00+02:00", id="scores"),
        pytest.param(["assignments.csv", "submissions.csv"], "2026-11-09T20:00Z", id="work"),
        pytest.param(["skills.csv", "practice.csv"], "2026-11-17T10:00+01:00", id="practice"),
        pytest.param(["achievements.csv"], "2026-11-16T08:00Z", id="achievements"),
    ],
)
def test_what_tells_how_new_an_export_is(desk: Desk, names: list[str], newest: str | None) -> None:
    """Whatever happened at a time; a result without a date is known since its exam."""
    earned = "achievement_id,student_id,title,earned_at\nq,1,Ten,2026-11-16T08:00:00Z\n"
    files = FULL | {"achievements.csv": earned}
    report = desk.take(SCHOOL | {name: files[name] for name in names})
    expected = None if newest is None else datetime.fromisoformat(newest)
    assert report.data_as_of == expected


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    """The same bytes are known as the same; the same rows otherwise written change nothing."""
    desk.take(FULL)
    before = desk.facts()
    assert desk.touched() == {"1", "2", "3"}
    assert desk.take(FULL).state == "unchanged"
    crlf = {name: text.replace("\n", "\r\n") for name, text in FULL.items()}
    again = desk.take(crlf)
    assert (again.state, again.touched, again.rows_refused) == ("taken", 0, 0)
    assert desk.facts() == before
    assert desk.touched() == set()
    assert [row[0] for row in desk.rows("SELECT state FROM batches")] == ["taken"] * 3


def test_rows_that_vanish_are_marked_and_come_back(desk: Desk) -> None:
    """A present file is the whole truth of its table; an absent one says nothing."""
    desk.take(FULL)
    desk.touched()
    shrunk = SCHOOL | {"students.csv": "student_id,name\n1,Ana\n2,Ben\n"}
    desk.take({"students.csv": shrunk["students.csv"]}, allow_drop=True)
    assert desk.rows("SELECT student_id FROM students WHERE gone_at IS NOT NULL") == [("3",)]
    assert desk.touched() == {"3"}
    assert len(desk.rows("SELECT * FROM guardians WHERE gone_at IS NULL")) == 1
    desk.take({"students.csv": SCHOOL["students.csv"]})
    assert desk.rows("SELECT student_id FROM students WHERE gone_at IS NOT NULL") == []
    assert desk.touched() == {"3"}


def test_what_happened_stays(desk: Desk) -> None:
    """Activity and practice that a later window no longer holds are not taken away."""
    desk.take(FULL)
    before = desk.facts()
    header = FULL["activities.csv"].splitlines()[0]
    report = desk.take({"activities.csv": header + "\n", "practice.csv": FULL["practice.csv"]})
    assert (report.state, report.touched) == ("taken", 0)
    assert desk.facts() == before


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        pytest.param(
            {"students.csv": "student_id,name\n1,Ana\n2,Ben B.\n3,Cem\n"}, {"2"}, id="name"
        ),
        pytest.param(
            {
                "classes.csv": "class_id,name,subject\nm,M,Mathematics\ne,English 7,English\n",
            },
            {"1", "2"},
            id="a class touches those in it",
        ),
        pytest.param(
            {
                "enrollments.csv": (
                    "class_id,person_id,role\nm,1,student\nm,2,student\ne,2,student\n"
                    "e,3,student\nm,t1,teacher\n"
                )
            },
            {"2"},
            id="joins a class",
        ),
        pytest.param(
            {"assignments.csv": "assignment_id,class_id,title,due_at\nh,m,Sheet,2026-11-11\n"},
            {"1", "2"},
            id="another due date",
        ),
        pytest.param(
            {"exam_results.csv": "exam_id,student_id,score,status\ne1,1,41,\ne1,2,,missed\n"},
            {"1"},
            id="one mark corrected, one taken back",
        ),
        pytest.param(
            {"calendar.csv": "begin,end,kind\n2026-12-21,2027-01-10,holiday\n"},
            {"1", "2", "3"},
            id="the calendar",
        ),
        pytest.param(
            {"skills.csv": "skill_id,name\na,Addition\nb,Fractions\n"},
            {"2"},
            id="a skill practised",
        ),
        pytest.param(
            {"content.csv": "content_id,kind,title,subject\nv,video,Film,Physics\n"},
            {"1"},
            id="the subject of content watched",
        ),
        pytest.param(
            {
                "practice.csv": (
                    "session_id,student_id,skill_id,started_at,questions,correct,xp\n"
                    "p,3,a,2026-11-17T10:00:00+01:00,10,7,70\n"
                )
            },
            {"2", "3"},
            id="practice given to another student",
        ),
        pytest.param({"guardians.csv": "guardian_id,student_id,name\n"}, set(), id="a guardian"),
    ],
)
def test_whose_facts_changed(desk: Desk, changed: dict[str, str], touched: set[str]) -> None:
    """Exactly the students behind a change are noted for the next refresh."""
    desk.take(FULL)
    desk.touched()
    report = desk.take(changed)
    assert (report.state, report.touched) == ("taken", len(touched))
    assert desk.touched() == touched


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("exams.csv", "First,2026-10-01,50", "First,2026-10-01,60", id="an exam"),
        pytest.param("assignments.csv", "2026-11-10", "2026-11-12", id="an assignment"),
        pytest.param("classes.csv", ",Mathematics\n", ",Maths\n", id="a class"),
    ],
)
def test_results_outside_the_class_are_touched(desk: Desk, file: str, old: str, new: str) -> None:
    """Who has a result without an enrolment has figures that follow from it all the same."""
    files = FULL | {
        "exam_results.csv": FULL["exam_results.csv"] + "e1,3,20,\n",
        "submissions.csv": FULL["submissions.csv"] + "h,3,2026-11-09,70,,\n",
    }
    desk.take(files)
    desk.touched()
    assert desk.take({file: files[file].replace(old, new)}).touched == 3
    assert desk.touched() == {"1", "2", "3"}
