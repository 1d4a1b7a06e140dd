"""The sample is a faultless export: its columns, references, times, bytes and memory."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_reading import SEED, TODAY, Sample, moment, write

from nudgebot.errors import InputError
from nudgebot.sandbox.sample import write_sample_school

COMMITTED = Path(__file__).parents[2] / "data" / "sample"

HEADERS = {
    "students": "student_id,name,given_name,email,zulip_user_id,timezone,language,active",
    "teachers": "teacher_id,name,email,zulip_user_id",
    "classes": "class_id,name,subject,stream,term_start,term_end",
    "enrollments": "class_id,person_id,role,begin,end",
    "guardians": "guardian_id,student_id,name,email,language,may_contact",
    "skills": "skill_id,name,subject",
    "skill_prerequisites": "skill_id,requires_skill_id",
    "content": "content_id,kind,title,subject,minutes",
    "activities": "activity_id,student_id,at,kind,content_id,subject,minutes,progress",
    "practice": "session_id,student_id,skill_id,started_at,questions,correct,minutes,xp",
    "exams": "exam_id,class_id,title,subject,at,max_score,released",
    "exam_results": "exam_id,student_id,score,status,changed_at",
    "assignments": "assignment_id,class_id,title,skill_ids,due_at,questions,difficulty",
    "submissions": "assignment_id,student_id,submitted_at,score,status,due_at",
    "achievements": "achievement_id,student_id,title,progress,earned_at",
    "calendar": "begin,end,kind,title",
}
# File, column, the file and column that it points into.
REFERENCES = [
    ("enrollments", "class_id", "classes", "class_id"),
    ("guardians", "student_id", "students", "student_id"),
    ("skill_prerequisites", "skill_id", "skills", "skill_id"),
    ("skill_prerequisites", "requires_skill_id", "skills", "skill_id"),
    ("activities", "student_id", "students", "student_id"),
    ("activities", "content_id", "content", "content_id"),
    ("practice", "student_id", "students", "student_id"),
    ("practice", "skill_id", "skills", "skill_id"),
    ("exams", "class_id", "classes", "class_id"),
    ("exam_results", "exam_id", "exams", "exam_id"),
    ("exam_results", "student_id", "students", "student_id"),
    ("assignments", "class_id", "classes", "class_id"),
    ("submissions", "assignment_id", "assignments", "assignment_id"),
    ("submissions", "student_id", "students", "student_id"),
    ("achievements", "student_id", "students", "student_id"),
]
KEYS = {
    "students": ("student_id",),
    "teachers": ("teacher_id",),
    "classes": ("class_id",),
    "enrollments": ("class_id", "person_id", "role"),
    "activities": ("activity_id",),
    "practice": ("session_id",),
    "exams": ("exam_id",),
    "exam_results": ("exam_id", "student_id"),
    "assignments": ("assignment_id",),
    "submissions": ("assignment_id", "student_id"),
    "achievements": ("achievement_id",),
    "guardians": ("guardian_id",),
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write(tmp_path_factory.mktemp("school"), students=120, days=40)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_the_files_and_their_headers_are_the_formats(school: Sample) -> None:
    """Every file of the native format is there, with all its columns, and nothing else."""
    found = {
        path.stem: path.read_text(encoding="utf-8").split("\n", 1)[0]
        for path in school.directory.iterdir()
    }
    assert found == HEADERS
    assert all(school.rows(stem) for stem in HEADERS)


@pytest.mark.parametrize(("stem", "column", "target", "key"), REFERENCES)
def test_references_point_to_rows(
    school: Sample, stem: str, column: str, target: str, key: str
) -> None:
    """No row names a student, class, skill, exam or content that is not in the export."""
    known = {row[key] for row in school.rows(target)}
    assert {row[column] for row in school.rows(stem) if row[column]} <= known


@pytest.mark.parametrize("stem", KEYS)
def test_keys_are_unique(school: Sample, stem: str) -> None:
    """No key is given twice."""
    keys = [tuple(row[column] for column in KEYS[stem]) for row in school.rows(stem)]
    assert len(set(keys)) == len(keys)


def test_classes_are_about_25_with_two_teachers(school: Sample) -> None:
    """Each class has two teachers, and none has more than 25 students."""
    people: dict[str, dict[str, list[str]]] = {}
    for row in school.rows("enrollments"):
        people.setdefault(row["class_id"], {}).setdefault(row["role"], []).append(row["person_id"])
    teachers = {row["teacher_id"] for row in school.rows("teachers")}
    for roles in people.values():
        assert len(roles["teacher"]) == 2
        assert set(roles["teacher"]) <= teachers
        assert len(roles["student"]) in {20, 25}
    assert {"7a-math", "7b-math", "7b-english", "8a-science"} <= set(people)


def test_a_school_of_thirty_has_two_even_classes(tmp_path: Path) -> None:
    """The committed sample can compare two classes of fifteen."""
    rows = write(tmp_path, students=30, days=2).rows("enrollments")
    inside = [row["class_id"] for row in rows if row["role"] == "student"]
    assert inside.count("7a-math") == inside.count("7b-math") == 15


def test_prerequisites_have_no_cycle(school: Sample) -> None:
    """The skills can be put in an order in which each comes after what it builds on."""
    needs: dict[str, set[str]] = {row["skill_id"]: set() for row in school.rows("skills")}
    for row in school.rows("skill_prerequisites"):
        needs[row["skill_id"]].add(row["requires_skill_id"])
    done: set[str] = set()
    while len(done) < len(needs):
        ready = {skill for skill, before in needs.items() if before <= done} - done
        assert ready
        done |= ready
    assert {"Multiplication", "Division", "Fractions"} <= {r["name"] for r in school.rows("skills")}


def test_the_past_ends_today_and_the_plans_do_not(school: Sample) -> None:
    """What has happened lies before today's end; exams and assignments are announced beyond."""
    end = datetime(2026, 11, 20, 23, tzinfo=UTC)
    for stem, column in (
        ("activities", "at"),
        ("practice", "started_at"),
        ("exam_results", "changed_at"),
        ("submissions", "submitted_at"),
        ("achievements", "earned_at"),
    ):
        times = [moment(row[column]) for row in school.rows(stem) if row[column]]
        assert end - timedelta(days=2) < max(times) < end or stem == "achievements"
        assert max(times) < end
        assert min(times) > end - timedelta(days=42)
    assert max(moment(row["at"]) for row in school.rows("exams")) > end + timedelta(days=5)
    assert max(moment(row["due_at"]) for row in school.rows("assignments")) > end
    assert max(row["at"][:10] for row in school.rows("activities")) == str(TODAY)


def test_no_row_is_dated_tomorrow_anywhere(tmp_path: Path) -> None:
    """When the school's day ends it is tomorrow in the far east; no student's date says so."""
    write_sample_school(
        tmp_path, students=900, days=2, seed=SEED, today=TODAY, timezone="Pacific/Honolulu"
    )
    rows = Sample(tmp_path, TODAY).rows("activities")
    assert {"-10:00", "+09:00"} <= {row["at"][19:] for row in rows}
    assert max(row["at"][:10] for row in rows) == str(TODAY)


def test_exams_come_in_every_state(school: Sample) -> None:
    """Missed and excused, corrected late, and with results that must not count yet."""
    exams = school.exams
    results = school.rows("exam_results")
    assert {row["status"] for row in results} == {"scored", "missed", "excused"}
    assert all(bool(row["score"]) == (row["status"] == "scored") for row in results)
    assert all(
        float(row["score"]) <= float(exams[row["exam_id"]]["max_score"])
        for row in results
        if row["score"]
    )
    waits = [moment(row["changed_at"]) - moment(exams[row["exam_id"]]["at"]) for row in results]
    assert min(waits) > timedelta(0)
    assert max(waits) > timedelta(days=7)
    hidden = [exams[row["exam_id"]]["released"] for row in results]
    assert "" in hidden
    assert any(release > f"{TODAY}T23:59:59Z" for release in hidden)


def test_submissions_come_in_every_state(school: Sample) -> None:
    """On time, late, missed, excused, with an extension, and extended but still open."""
    due = {row["assignment_id"]: row["due_at"] for row in school.rows("assignments")}
    states = {(row["status"], bool(row["due_at"])) for row in school.rows("submissions")}
    expected = {(status, False) for status in ("submitted", "late", "missed", "excused")}
    assert expected | {("submitted", True), ("", True)} <= states
    for row in school.rows("submissions"):
        own = moment(row["due_at"] or due[row["assignment_id"]])
        if row["status"] == "submitted":
            assert moment(row["submitted_at"]) <= own
        elif row["status"] == "late":
            assert moment(row["submitted_at"]) > own
        else:
            assert not row["submitted_at"]
            assert not row["score"]


def test_practice_pays_ten_points_per_correct_answer(school: Sample) -> None:
    """Experience points are ten per correct answer, of which there are never too many."""
    for row in school.rows("practice"):
        assert int(row["xp"]) == 10 * int(row["correct"])
        assert 0 <= int(row["correct"]) <= int(row["questions"])


def test_names_come_in_many_scripts_and_some_attack(school: Sample) -> None:
    """Whoever shows the sample shows other scripts and hostile names too, from the start."""
    names = [row["name"] for row in school.rows("students")][:30]
    for hostile in (
        "@**all**",
        "=1+1",
        "Robert'); DROP TABLE students;--",
        "Line\nBreak Sample",
    ):
        assert hostile in names
    everything = "".join(names)
    for sign in '|`["<#\u2028\u202eéŁНΕأ样見प지נ':
        assert sign in everything
    assert all(row["given_name"] for row in school.rows("students"))
    assert {"en", "de", "ar", "he"} <= {row["language"] for row in school.rows("students")}


def test_zulip_ids_are_empty_unless_given(tmp_path: Path) -> None:
    """The demo can say who is who; by default nobody is linked."""
    ids = {"3": 17, "t1": 9}
    write_sample_school(tmp_path, students=3, days=5, seed=SEED, today=TODAY, zulip_user_ids=ids)
    sample = Sample(tmp_path, TODAY)
    assert [row["zulip_user_id"] for row in sample.rows("students")] == ["", "", "17"]
    teachers = {row["teacher_id"]: row["zulip_user_id"] for row in sample.rows("teachers")}
    assert teachers["t1"] == "9"
    assert set(teachers.values()) == {"9", ""}


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.tuples(st.integers(1, 12), st.integers(0, 60)),
    days=st.integers(1, 40),
    seed=st.integers(0, 2**40),
    today=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
)
def test_a_student_is_the_same_in_a_school_of_any_size(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: tuple[int, int],
    days: int,
    seed: int,
    today: date,
) -> None:
    """The rows of the first students do not depend on how many follow, on any day of any year."""
    few, more = sizes
    small, large = (tmp_path_factory.mktemp(name) for name in ("small", "large"))
    write_sample_school(small, students=few, days=days, seed=seed, today=today)
    write_sample_school(large, students=few + more, days=days, seed=seed, today=today)
    for stem in ("students", "activities", "practice", "exam_results", "submissions"):
        with (large / f"{stem}.csv").open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        first = [row for row in rows if int(row["student_id"]) <= few]
        assert first == Sample(small, today).rows(stem)


def test_the_seed_decides(tmp_path: Path) -> None:
    """The same seed gives the same bytes, another one another school."""
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        write_sample_school(tmp_path / name, students=8, days=20, seed=seed, today=TODAY)
    assert contents(tmp_path / "one") == contents(tmp_path / "same")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_committed_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    """data/sample is `write_sample_school` with 30 students, 60 days, seed 1, 20 November 2026."""
    write(tmp_path, students=30, days=60)
    assert contents(tmp_path) == contents(COMMITTED)
    assert sum(len(each) for each in contents(COMMITTED).values()) < 2_000_000


def test_nothing_is_known_before_it_happens(tmp_path: Path) -> None:
    """`until` leaves out what comes later that day, and nothing else."""
    noon = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    write_sample_school(tmp_path / "day", students=90, days=20, seed=SEED, today=TODAY)
    write_sample_school(tmp_path / "noon", students=90, days=20, seed=SEED, today=TODAY, until=noon)
    whole, half = (Sample(tmp_path / name, TODAY) for name in ("day", "noon"))
    for stem, column in (("activities", "at"), ("practice", "started_at")):
        earlier = [row for row in whole.rows(stem) if moment(row[column]) < noon]
        assert half.rows(stem) == earlier
        assert len(earlier) < len(whole.rows(stem))
    assert all(moment(row["changed_at"]) < noon for row in half.rows("exam_results"))
    for sample in (whole, half):
        for row in sample.rows("achievements"):
            if row["title"] == "Seven days in a row":
                share = min(1.0, sample.longest_run(row["student_id"]) / 7)
                assert float(row["progress"]) == round(share, 2)
                assert bool(row["earned_at"]) == (share == 1)


NOWHERE = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"students": 0}, "students must be at least 1", id="no students"),
        pytest.param({"days": 0}, "days must be at least 1", id="no days"),
        pytest.param({"timezone": "Europe/Nowhere"}, "such as Europe/Berlin", id="zone"),
        pytest.param({"start": NOWHERE}, "before its start", id="start after today"),
        pytest.param({"until": datetime(2026, 11, 20)}, "time zone", id="naive"),  # noqa: DTZ001  # on purpose
    ],
)
def test_bad_input_gets_a_sentence_and_writes_nothing(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """Arguments that make no school are refused before a file is touched."""
    arguments: dict[str, object] = {"students": 3, "days": 5, "seed": 1, "today": TODAY}
    with pytest.raises(InputError, match=words):
        write_sample_school(tmp_path / "x", **(arguments | changes))  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    """A file in the place of the folder is named as the problem."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="name a folder that can be written to"):
        write_sample_school(tmp_path / "taken", students=1, days=1, seed=1, today=TODAY)


def test_what_breaks_midway_leaves_the_old_export(tmp_path: Path) -> None:
    """An interruption leaves the files that were there, and no half-written ones."""
    write(tmp_path, students=4, days=5)
    (tmp_path / "notes.txt").write_text("kept")
    before = contents(tmp_path)

    def interrupt(done: int) -> None:
        raise KeyboardInterrupt(done)

    with pytest.raises(KeyboardInterrupt):
        write_sample_school(tmp_path, students=9, days=9, seed=2, today=TODAY, progress=interrupt)
    assert contents(tmp_path) == before
    write(tmp_path, students=5, days=5)
    assert (tmp_path / "notes.txt").read_text() == "kept"
    assert len(Sample(tmp_path, TODAY).student_ids) == 5


def test_a_folder_that_refuses_a_file_is_no_export(tmp_path: Path) -> None:
    """When a move fails, students.csv is missing, so that old and new are never read together."""
    write(tmp_path, students=4, days=5)
    (tmp_path / "teachers.csv").unlink()
    (tmp_path / "teachers.csv").mkdir()
    with pytest.raises(InputError, match="could not be written"):
        write(tmp_path, students=5, days=5)
    assert not (tmp_path / "students.csv").exists()
    assert not list(tmp_path.glob(".partial-*"))


def test_nobody_sees_a_file_before_all_are_done(tmp_path: Path) -> None:
    """While it writes, the folder holds nothing but a hidden one."""
    seen: list[list[str]] = []

    def look(_done: int) -> None:
        seen.append([path.name for path in tmp_path.iterdir() if not path.name.startswith(".")])

    summary = write_sample_school(
        tmp_path, students=600, days=1, seed=1, today=TODAY, progress=look
    )
    assert seen == [[], [], []]
    assert len(contents(tmp_path)) == 16
    assert {stem: len(Sample(tmp_path, TODAY).rows(stem)) for stem in HEADERS} == {
        name.removesuffix(".csv"): count for name, count in summary.rows.items()
    }
    assert "600 rows" in summary.text


MEASURE = """
import sys, tracemalloc
from datetime import date
from pathlib import Path
from nudgebot.sandbox.sample import write_sample_school
tracemalloc.start()
write_sample_school(Path(sys.argv[1]), students=int(sys.argv[2]), days=20, seed=1,
                    today=date(2026, 11, 20))
print(tracemalloc.get_traced_memory()[1])
"""


def peak_bytes(directory: Path, students: int) -> int:
    """What Python held at most; the system's own peak would count the parent's, too."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(directory), str(students)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


def test_memory_does_not_grow_with_the_school(tmp_path: Path) -> None:
    """Ten times the students need no more than a few megabytes more."""
    small = peak_bytes(tmp_path / "small", 200)
    large = peak_bytes(tmp_path / "large", 2000)
    assert large < 30_000_000
    assert large - small < 8_000_000
