"""An export that would take too many students away waits for an admin's word."""

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
