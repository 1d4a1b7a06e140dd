"""Raw activity: nothing counted twice, nothing lost, roll-ups equal to the rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.desk import Desk
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store

HEADER = "student_id,at,kind,content_id,subject,minutes,progress\n"
NAMED_HEADER = "activity_id," + HEADER
STUDENTS = "student_id,name,timezone\n1,Ana,\n2,Ben,America/New_York\n"
CONTENT = "content_id,kind,title,subject\nv,video,Film,Physics\n"

# Few values, so that equal rows, shared days and shared hours are common.
ROW = st.tuples(
    st.sampled_from("12"),
    st.sampled_from(
        ["2026-11-01T23:10:00Z", "2026-11-02T04:30:00Z", "2026-11-02T08:00:05", "2026-11-02"]
    ),
    st.sampled_from(["video", "login"]),
    st.sampled_from(["", "v", "w"]),
    st.sampled_from(["", "English"]),
    st.sampled_from(["", "0.1", "7.3", "12"]),
    st.sampled_from(["", "0", "0.25", "1"]),
)
ROWS = st.lists(ROW, max_size=8)


@contextmanager
def fresh_desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "school.db", [SCHEMA])
        try:
            yield Desk(Path(folder) / "export", store)
        finally:
            store.close()


def csv_of(rows: Sequence[Sequence[str]], header: str = HEADER) -> str:
    return header + "".join(",".join(row) + "\n" for row in rows)


def stored(desk: Desk) -> Counter[tuple[object, ...]]:
    return Counter(
        desk.rows("SELECT student_id, at, kind, content_id, subject, minutes FROM activities")
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_windows_may_overlap_and_come_in_any_order(
    windows: list[list[tuple[str, ...]]], chance: object
) -> None:
    """Of equal rows as many stay as the fullest window has; the roll-ups are those of the rows."""
    assert hasattr(chance, "shuffle")
    orders = [windows, [*windows, windows[0]], list(windows)]
    chance.shuffle(orders[2])
    most: Counter[tuple[str, ...]] = Counter()
    for window in windows:
        most |= Counter(window)
    found = []
    for order in orders:
        with fresh_desk() as desk:
            desk.take({"students.csv": STUDENTS, "content.csv": CONTENT})
            for window in order:
                desk.take({"activities.csv": csv_of(window)})
            assert sum(stored(desk).values()) == sum(most.values())
            assert desk.rollups() == desk.rollups_of_rows()
            found.append((stored(desk), desk.rollups()))
    assert found[0] == found[1] == found[2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), ROW), min_size=1, max_size=4))
def test_a_known_id_is_corrected(files: list[dict[str, tuple[str, ...]]]) -> None:
    """Rows with ids are there once, as the newest file has them; roll-ups follow."""
    newest: dict[str, tuple[str, ...]] = {}
    with fresh_desk() as desk:
        desk.take({"students.csv": STUDENTS, "content.csv": CONTENT})
        for file in files:
            newest |= file
            rows = [(key, *row) for key, row in file.items()]
            desk.take({"activities.csv": csv_of(rows, NAMED_HEADER)})
            assert desk.rollups() == desk.rollups_of_rows()
        one_by_one = desk.facts()
    with fresh_desk() as desk:
        rows = [(key, *row) for key, row in newest.items()]
        desk.take(
            {
                "students.csv": STUDENTS,
                "content.csv": CONTENT,
                "activities.csv": csv_of(rows, NAMED_HEADER),
            }
        )
        assert desk.facts() == one_by_one


@settings(max_examples=40, deadline=None)
@given(
    ROWS,
    st.lists(st.sampled_from(["", "Asia/Tokyo", "America/New_York"]), min_size=2, max_size=3),
    st.lists(st.sampled_from(["", "Physics", "English"]), min_size=2, max_size=3),
)
def test_what_is_learned_late_counts_as_if_known_before(
    rows: list[tuple[str, ...]], zones: list[str], subjects: list[str]
) -> None:
    """A student's zone and a content's subject that change later move what is stored already."""

    def people(zone: str) -> str:
        return f"student_id,name,timezone\n1,Ana,{zone}\n2,Ben,\n"

    def content(subject: str) -> str:
        return f"content_id,kind,title,subject\nv,video,Film,{subject}\n"

    with fresh_desk() as desk:
        desk.take({"students.csv": people(zones[0]), "activities.csv": csv_of(rows)})
        for zone in zones[1:]:
            desk.take({"students.csv": people(zone)})
        for subject in subjects:
            desk.take({"content.csv": content(subject)})
            assert desk.rollups() == desk.rollups_of_rows()
        late = (stored(desk), desk.rollups())
    with fresh_desk() as desk:
        desk.take({"students.csv": people(zones[-1]), "content.csv": content(subjects[-1])})
        desk.take({"activities.csv": csv_of(rows)})
        assert (stored(desk), desk.rollups()) == late


def test_rows_with_and_without_ids_in_one_file(desk: Desk) -> None:
    """Each kind is known again in its own way."""
    rows = [("a", "1", "2026-11-02T08:00:00Z", "login", "", "", "", "")] + [
        ("", "1", "2026-11-02T08:00:00Z", "login", "", "", "", "")
    ] * 2
    text = csv_of(rows, NAMED_HEADER)
    for _ in range(2):
        desk.take({"students.csv": STUDENTS, "activities.csv": text})
        text += "\n"
        assert desk.rows("SELECT count(*), count(activity_id) FROM activities") == [(3, 1)]
        assert desk.rollups() == desk.rollups_of_rows()


@pytest.mark.parametrize("second", ["2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z"])
def test_an_id_twice_in_one_file_is_refused(desk: Desk, second: str) -> None:
    """The first row stays, the second one is named, within a batch and across batches."""
    rows = [(f"x{n}", "1", "2026-11-01T08:00:00Z", "login", "", "", "", "") for n in range(9000)]
    rows.append(("x1", "1", second, "login", "", "", "", ""))
    report = desk.take({"students.csv": STUDENTS, "activities.csv": csv_of(rows, NAMED_HEADER)})
    assert [str(each) for each in report.problems] == [
        "activities.csv:9002: activity_id: is the same as in an earlier row"
    ]
    assert desk.rows("SELECT count(*) FROM activities") == [(9000,)]
    assert desk.rollups() == desk.rollups_of_rows()


def test_only_students_with_new_rows_are_touched(desk: Desk) -> None:
    """A window that repeats a student's rows does not touch her."""
    first = [("1", "2026-11-02T08:00:00Z", "login", "", "", "", "")]
    second = [*first, ("2", "2026-11-02T08:00:00Z", "login", "", "", "", "")]
    desk.take({"students.csv": STUDENTS, "activities.csv": csv_of(first)})
    desk.touched()
    report = desk.take({"activities.csv": csv_of(second)})
    assert (report.touched, desk.touched()) == (1, {"2"})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_practice_is_corrected_by_its_id(files: list[dict[str, int]]) -> None:
    """A session is there once, as the newest file has it, on the day of the student's wall."""
    newest: dict[str, int] = {}
    with fresh_desk() as desk:
        for file in files:
            newest |= file
            lines = [f"{key},2,s,2026-11-02T03:00:00Z,9,{count}\n" for key, count in file.items()]
            header = "session_id,student_id,skill_id,started_at,questions,correct\n"
            desk.take({"students.csv": STUDENTS, "practice.csv": header + "".join(lines)})
        found = desk.rows("SELECT session_id, correct, day FROM practice ORDER BY session_id")
    # 03:00 in UTC is the evening before in New York: day 20758 is 1 November 2026.
    assert found == [(key, newest[key], 20758) for key in sorted(newest)]
