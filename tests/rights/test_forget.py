"""Forgetting: nothing of her is left in the file, nothing of anybody else changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nudgebot.chat.audit import verify
from nudgebot.errors import InputError
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.erasure import forget
from nudgebot.rights.proof import search
from nudgebot.rights.subject import subject_of
from nudgebot.rights.words import after_forgetting
from nudgebot.store import Store
from rights.school import ANA, BEN, CHI, NOW, TARA, in_audit, post, rows_of


def _bytes(store: Store) -> bytes:
    files = [store.path, store.path.with_name(f"{store.path.name}-wal")]
    return b"".join(each.read_bytes() for each in files if each.exists())


def test_everybody_has_something_everywhere(school: Store) -> None:
    """The sample fills every table of the catalogue, so that the other tests prove something."""
    for who in (ANA, BEN, CHI):
        assert all(rows_of(school, who).values())


def test_no_byte_of_her_is_left(school: Store) -> None:
    """After forgetting, her name, address and id stand nowhere in the file or its log."""
    assert b"Ana Alvarez" in _bytes(school)
    done = forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    left = _bytes(school).lower()
    for text in (ANA.name, ANA.email, ANA.student_id, ANA.guardian, "g1@x.example"):
        assert text.lower().encode() not in left, text
    assert done.proof.holds
    assert re.search(r"Searched [\d,]+ bytes .*the name.* and the id: not found\.", done.proof.text)
    assert done.proof.bytes_searched >= school.path.stat().st_size
    assert dict(done.rows).keys() == {each.table for each in CATALOGUE}
    assert verify(school) == []
    assert school.rows("PRAGMA foreign_key_check") == []
    assert school.value("PRAGMA integrity_check") == "ok"


def test_what_was_changed_long_ago_is_gone_too(school: Store) -> None:
    """Old bytes in free pages are gone: she had another name before, in rows since deleted."""
    for number in range(500):
        post(school, f"old:{number}", TARA, "Ana Alvarez was here. " * 20)
    school.execute("PRAGMA secure_delete = OFF")
    school.execute("DELETE FROM outbox WHERE key LIKE 'old:%'")
    school.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert school.path.read_bytes().count(b"Ana Alvarez was here") > 100
    assert not search(school, subject_of(school, ANA.student_id)).holds
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    assert b"Ana Alvarez" not in _bytes(school)


def test_others_stay_as_they_are(school: Store) -> None:
    """No row of a classmate changes but where it was hers too: she is a random name there."""
    before = rows_of(school, BEN)
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    after = rows_of(school, BEN)
    shared = {"tutorings", "tutoring_sessions"}
    assert {k: v for k, v in before.items() if k not in shared} == {
        k: v for k, v in after.items() if k not in shared
    }
    tutors = [row["student_id"] for row in school.rows("SELECT * FROM tutorings ORDER BY id")]
    assert tutors[1:] == [BEN.student_id, CHI.student_id]
    assert tutors[0].startswith("forgotten-")


def test_effects_keep_her_cases_without_her(school: Store) -> None:
    """What was measured stays, under one random name that leads nowhere; what waited is gone."""
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    rows = school.rows(
        "SELECT c.student_id, c.arm, n.explanation, n.state, r.kind FROM cases c"
        " LEFT JOIN nudges n ON n.nudge_key = c.nudge_key"
        " LEFT JOIN responses r ON r.nudge_key = n.nudge_key"
        " WHERE c.student_id LIKE 'forgotten-%' ORDER BY arm"
    )
    assert len({row["student_id"] for row in rows}) == 1
    assert [(r["arm"], r["explanation"], r["state"], r["kind"]) for r in rows] == [
        ("held_out", None, None, None),
        ("nudged", "", "sent", "read"),
    ]


def test_a_digest_that_waits_goes_out_without_her(school: Store) -> None:
    """What is on its way to a teacher about several students keeps the others."""
    post(school, "digest", TARA, "Ana Alvarez and Ben Brook need a word.", state="released")
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    row = school.row("SELECT letter, state FROM outbox WHERE key = 'digest'")
    assert row is not None
    assert row["state"] == "released"
    assert "(somebody forgotten) and Ben Brook" in row["letter"]


def test_what_waits_for_her_is_never_sent(school: Store) -> None:
    """A message to her that has not gone out is refused for good, and its claim tells nobody."""
    post(school, f"message:7:{ANA.student_id}", ANA.user_id, "Hello", state="released")
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    row = school.row("SELECT key, state FROM outbox WHERE reason = 'The student was forgotten.'")
    assert row is not None
    assert row["key"].startswith("forgotten:")
    assert row["state"] == "refused"


@pytest.mark.parametrize("student_id", ["5", "1024"])
def test_ids_like_numbers_are_looked_for_as_rows(school: Store, student_id: str) -> None:
    """Short or numeric ids stand everywhere: the tables are asked for her rows instead."""
    school.execute("INSERT INTO students (student_id, name) VALUES (?, 'Dana Dunn')", [student_id])
    school.execute("INSERT INTO teachers (teacher_id, name) VALUES (?, 'Theo Till')", [student_id])
    before = search(school, subject_of(school, student_id))
    assert ("students", "its rows", "id") in before.places
    done = forget(school, student_id, NOW, in_audit=in_audit(school))
    assert done.proof.holds
    assert "searched for the id as a whole, and every table for rows of hers: not found." in (
        done.proof.text
    )
    assert school.value("SELECT count(*) FROM teachers WHERE teacher_id = ?", [student_id]) == 1


def test_a_namesake_keeps_the_name(school: Store) -> None:
    """Where somebody else has the same name it stays there, and the proof says so."""
    school.execute("INSERT INTO students (student_id, name) VALUES ('S9', 'Ana Alvarez')")
    done = forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    assert school.value("SELECT name FROM students WHERE student_id = 'S9'") == "Ana Alvarez"
    assert "Not searched for: the name" in done.proof.text


def test_a_longer_name_is_another_person(school: Store) -> None:
    """Names that only begin like hers are left alone, and told apart."""
    school.execute("INSERT INTO students (student_id, name) VALUES ('S10012', 'Ana Alvarez-Cruz')")
    done = forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    assert done.proof.holds
    assert "inside of longer words that name others" in done.proof.text
    name = school.value("SELECT name FROM students WHERE student_id = 'S10012'")
    assert name == "Ana Alvarez-Cruz"


def test_the_lms_outbox_is_cleared(school: Store, tmp_path: Path) -> None:
    """Her own folder goes; in a classmate's, only her row does."""
    for number in (1, 2):
        folder = tmp_path / f"assignments-{number}"
        folder.mkdir()
        (folder / "submissions.csv").write_text(
            "assignment_id,student_id\r\nx,S1001\r\nx,S1002\r\n", encoding="utf-8"
        )
    done = forget(school, ANA.student_id, NOW, in_audit=in_audit(school), lms_outbox=tmp_path)
    assert done.folders == 2
    assert not (tmp_path / "assignments-1").exists()
    rest = (tmp_path / "assignments-2" / "submissions.csv").read_bytes()
    assert rest == b"assignment_id,student_id\r\nx,S1002\r\n"


def test_a_link_in_the_lms_outbox_leads_nowhere(school: Store, tmp_path: Path) -> None:
    """Whoever else may write there has no file of ours overwritten by it."""
    own = tmp_path / "own.txt"
    own.write_text("ours", encoding="utf-8")
    folder = tmp_path / "out" / "assignments-2"
    folder.mkdir(parents=True)
    rows = "assignment_id,student_id\r\nx,S1001\r\nx,S1002\r\n"
    (folder / "submissions.csv").write_text(rows, encoding="utf-8")
    (folder / ".submissions.csv.part").symlink_to(own)
    audit = in_audit(school)
    forget(school, ANA.student_id, NOW, in_audit=audit, lms_outbox=tmp_path / "out")
    assert own.read_text(encoding="utf-8") == "ours"
    assert "S1001" not in (folder / "submissions.csv").read_text(encoding="utf-8")


def test_files_set_aside_are_named(school: Store) -> None:
    """A restore has left one that still holds her; whoever forgets her is told which."""
    done = forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    before = after_forgetting(done, backup_keep_days=14, database=school.path)
    assert "nothing of hers is left in the database" in before[0]
    assert not any("set aside" in each for each in before)
    school.path.with_name(f"{school.path.name}.replaced-20261120T120000Z").touch()
    told = "\n".join(after_forgetting(done, backup_keep_days=14, database=school.path))
    assert f"still hold her: {school.path.name}.replaced-20261120T120000Z. Delete" in told


def test_nobody_is_one_sentence(school: Store) -> None:
    """An id that nobody has is told so, and nothing changes."""
    with pytest.raises(InputError, match="No student of that id"):
        forget(school, "nobody", NOW, in_audit=in_audit(school))
