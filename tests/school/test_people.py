"""Who is in which class on a day: enrollments begin and end, and so do terms."""

from __future__ import annotations

import pytest

from nudgebot.school.people import People
from nudgebot.store import Store


@pytest.fixture
def people(store: Store) -> People:
    store.execute("INSERT INTO students (student_id, name) VALUES ('s1', 'A'), ('s2', 'B')")
    store.execute("INSERT INTO teachers (teacher_id, name) VALUES ('t1', 'T')")
    store.executemany(
        "INSERT INTO classes (class_id, name, term_start_day, term_end_day) VALUES (?, '', ?, ?)",
        [("now", 100, 200), ("open", None, None), ("over", 0, 99)],
    )
    for class_id in ("now", "open", "over"):
        store.executemany(
            "INSERT INTO enrollments (class_id, person_id, role, end_day) VALUES (?, ?, ?, ?)",
            [(class_id, "s1", "student", None), (class_id, "t1", "teacher", None)],
        )
    store.execute(
        "INSERT INTO enrollments (class_id, person_id, role, begin_day, end_day) "
        "VALUES ('now', 's2', 'student', 120, 130)"
    )
    return People(store)


@pytest.mark.parametrize(
    ("day", "classes"),
    [
        pytest.param(99, ["open", "over"], id="the last day of the old term"),
        pytest.param(100, ["now", "open"], id="the first day of the new one"),
        pytest.param(200, ["now", "open"], id="its last day"),
        pytest.param(201, ["open"], id="after it, though no enrollment has an end"),
    ],
)
def test_a_class_counts_in_its_term(people: People, day: int, classes: list[str]) -> None:
    """For teachers as for students: last term's teachers see nobody any more."""
    for person_id, role in (("s1", "student"), ("t1", "teacher")):
        found = people.classes_of(person_id, role=role, day=day)
        assert [each.class_id for each in found] == classes
    assert [each.teacher_id for each in people.teachers_of("s1", day=day)] == ["t1"]


@pytest.mark.parametrize(
    ("day", "students"),
    [
        pytest.param(119, ["s1"], id="before it begins"),
        pytest.param(120, ["s1", "s2"], id="its first day"),
        pytest.param(130, ["s1", "s2"], id="its last day"),
        pytest.param(131, ["s1"], id="the day after"),
        pytest.param(201, [], id="after the term"),
    ],
)
def test_an_enrollment_counts_between_its_days(
    people: People, day: int, students: list[str]
) -> None:
    """Both days belong to it; its teacher is a teacher only so long."""
    assert [each.student_id for each in people.students_in(["now"], day=day)] == students
    assert bool(people.teachers_of("s2", day=day)) == ("s2" in students)


def test_what_is_gone_does_not_count(people: People, store: Store) -> None:
    """A class, an enrollment or a person that the newest export lacks."""
    store.execute("UPDATE classes SET gone_at = 1 WHERE class_id = 'open'")
    assert people.classes_of("t1", role="teacher", day=150)[0].class_id == "now"
    assert people.school_class("open") is None
    store.execute("UPDATE enrollments SET gone_at = 1 WHERE role = 'teacher'")
    assert people.teachers_of("s1", day=150) == []
    store.execute("UPDATE students SET gone_at = 1 WHERE student_id = 's1'")
    assert people.students_in(["now"], day=150) == []
    assert people.student("s1") is None
