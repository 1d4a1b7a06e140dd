"""Whatever two students have in common, forgetting one changes nothing of the other's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.erasure import forget
from nudgebot.rights.subject import SHORTEST_SEARCHED
from nudgebot.store import Store
from nudgebot.wiring import SCHEMAS
from rights.school import NOW, Person, in_audit, open_school, rows_of

# Ids that are parts of each other, look like numbers, patterns or paths; names alike.
IDS = st.text("ab1_%:/'", min_size=1, max_size=4)
NAMES = st.text("Aab -%_'", min_size=1, max_size=9).map(str.strip).filter(bool)
# Rows of two students at once: there the other one becomes a random name.
SHARED = {"tutorings", "tutoring_sessions"}


@settings(max_examples=15, deadline=None)
@example(ids=["1", ":1"], names=["A", "A"])  # an id that another one ends with
@example(ids=["1", "1:"], names=["A", "A"])  # and one that another one begins with
@given(ids=st.lists(IDS, min_size=2, max_size=2, unique=True), names=st.lists(NAMES, min_size=2))
def test_forgetting_one_leaves_the_other(ids: list[str], names: list[str]) -> None:
    """Every row of B in every table is the same after A is forgotten, and A has none."""
    one, other = (Person(i, n, u) for i, n, u in zip(ids, names[:2], (21, 210), strict=True))
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "school.db", SCHEMAS)
        try:
            open_school(store, one, other)
            before = rows_of(store, other)
            done = forget(store, one.student_id, NOW, in_audit=in_audit(store))
            after = rows_of(store, other)
        finally:
            store.close()
    assert not [place for place in done.proof.places if place[1] == "its rows"]
    for each in CATALOGUE:
        if each.table not in SHARED:
            texts = _says(before[each.table], one)
            assert texts or after[each.table] == before[each.table], each.table


def _says(rows: list[tuple[object, ...]], one: Person) -> bool:
    """Whether a row of the other's holds what is blotted out there: it is long enough for that."""
    told = [one.name, one.guardian, one.email, one.student_id]
    marks = [mark.lower() for mark in told if len(mark) >= SHORTEST_SEARCHED]
    return any(mark in str(cell).lower() for row in rows for cell in row for mark in marks)
