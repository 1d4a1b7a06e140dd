"""The catalogue of personal data is complete: a table that is not in it fails here."""

from __future__ import annotations

from nudgebot.rights.catalogue import BY_TABLE, CATALOGUE, NO_STUDENTS
from nudgebot.rights.holding import Fate
from nudgebot.store import Store

OF_SOMEBODY = {"student_id", "person_id", "tutor_id", "nudge_key", "student_no", "guardian_id"}


def _tables(store: Store) -> dict[str, set[str]]:
    names = [row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: {row[0] for row in store.rows("SELECT name FROM pragma_table_info(?)", [name])}
        for name in names
        if not name.startswith("sqlite_")
    }


def test_every_table_is_told_of(whole: Store) -> None:
    """Every table of every part is in the catalogue, or among those that hold no student's data."""
    assert _tables(whole).keys() == BY_TABLE.keys() | NO_STUDENTS.keys()
    assert not BY_TABLE.keys() & NO_STUDENTS.keys()
    assert len(CATALOGUE) == len(BY_TABLE)


def test_tables_with_somebodys_id_hold_somebodys_data(whole: Store) -> None:
    """No table with a column for a person of the school is among those without students."""
    for table, columns in _tables(whole).items():
        if columns & OF_SOMEBODY:
            assert table in BY_TABLE, table


def test_every_entry_can_be_asked_for(whole: Store) -> None:
    """Each condition is SQL that the table understands, and each named column is there."""
    tables = _tables(whole)
    for each in CATALOGUE:
        source = each.view or each.table
        whose = "student_id = :student" if each.view else each.whose
        sql = f"SELECT count(*) FROM {source} WHERE {whose}"  # noqa: S608  # the catalogue's own
        assert whole.value(sql, {"student": "5", "user": 7}) == 0
        assert set(each.texts) | set(each.withheld) <= tables[each.table]
        assert each.what.endswith(".")
        assert each.fate is Fate.DELETED or each.why, each.table
