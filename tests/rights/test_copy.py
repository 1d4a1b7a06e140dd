"""A student's copy: all rows of hers, readable, and no other student's name."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from nudgebot.errors import InputError
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.personal_copy import Copy, copy_of
from nudgebot.rights.retention import KEEP
from nudgebot.store import Store
from rights.school import ANA, BEN, CHI, NOW, TARA, rows_of
from rights.test_retention import ZONE

KEPT = dict.fromkeys(KEEP, 365)


def _copy(store: Store, student_id: str = ANA.student_id) -> Copy:
    return copy_of(store, student_id, NOW, zone=ZONE, keep_days=KEPT, report=b"%PDF-")


def _files(copy: Copy) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_holds_every_row_of_hers(school: Store) -> None:
    """Each table of the catalogue is a file, with as many rows as the database has of her."""
    files, held = _files(_copy(school)), rows_of(school, ANA)
    for each in CATALOGUE:
        if each.in_copy:
            name = f"tables/{each.view or each.table}.csv"
            assert len(_rows(files[name])) == len(held[each.table]), name
            assert name in files["README.txt"]
            assert each.what in files["README.txt"]


def test_nobody_else_is_named(school: Store) -> None:
    """Other students' names and ids stand nowhere, not even where a teacher wrote them."""
    school.execute(
        "UPDATE interventions SET action_taken = 'Sat with Ben Brook and BEN BROOK' WHERE id = 1"
    )
    text = "\n".join(_files(_copy(school)).values())
    for other in (BEN, CHI):
        for mark in (other.name, other.name.upper(), other.student_id, other.email):
            assert mark not in text
    assert "Sat with (another student) and (another student)" in text
    assert ANA.name in text


def test_it_can_be_read(school: Store) -> None:
    """Times are times, ids have their titles beside them, and the summary names the exams."""
    files = _files(_copy(school))
    (result,) = _rows(files["tables/exam_results.csv"])
    assert (result["exam_id"], result["exam_title"], result["score"]) == ("e1", "Fractions", "6.0")
    (activity,) = _rows(files["tables/activities.csv"])
    assert activity["at"] == "2026-11-19T15:30:00+01:00"
    assert "| e1 | Fractions | " in files["overview.md"]
    assert "Kept for a year." in files["README.txt"]
    assert files["report.pdf"] == "%PDF-"


def test_messages_of_both_ways(school: Store) -> None:
    """What was written to her, to her guardians and by her is one list, the oldest first."""
    rows = _rows(_files(_copy(school))["messages.csv"])
    assert {(row["way"], row["by"], row["text"]) for row in rows} >= {
        ("to her", "Zulip", "Dear Ana Alvarez"),
        ("to Guardian", "e-mail", "About Ana Alvarez"),
        ("from her", "Zulip", "I need help"),
    }
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_no_cell_is_a_formula(school: Store) -> None:
    """Her own words cannot act in whoever's spreadsheet."""
    school.execute("UPDATE answers SET text = '=cmd|calc!A1' WHERE student_id = 'S1001'")
    files = _files(_copy(school))
    assert _rows(files["tables/answers.csv"])[0]["text"] == "'=cmd|calc!A1"
    assert "'=cmd|calc!A1" in [row["text"] for row in _rows(files["messages.csv"])]


def test_who_left_has_a_copy_too(school: Store) -> None:
    """A student who is gone from the exports gets all that is still held."""
    before = _copy(school).rows
    school.execute("UPDATE students SET gone_at = 1 WHERE student_id = 'S1001'")
    assert _copy(school).rows == before


def test_nobody_has_none(school: Store) -> None:
    """An id that nobody has is one sentence."""
    with pytest.raises(InputError, match="No student of that id"):
        _copy(school, f"{TARA}")
