"""People are looked up by what is said of them, and nobody is overlooked for her letters."""

from __future__ import annotations

import pytest

from nudgebot.school.roster import Roster
from nudgebot.store import Store

NAMES = {
    "s1": "Ana Alvarez",
    "s2": "Élodie Straße",
    "s3": "50% _Off_",
    "s4": "50x zOffy",
    "S5": "Bo",
    "s6": "Šarlota Ana",
}


@pytest.fixture
def roster(store: Store) -> Roster:
    store.executemany("INSERT INTO students (student_id, name) VALUES (?, ?)", NAMES.items())
    store.execute("INSERT INTO students (student_id, name, gone_at) VALUES ('s9', 'Ana', 1)")
    return Roster(store)


@pytest.mark.parametrize(
    ("words", "among"),
    [
        pytest.param(["ana"], {"s1", "s6"}, id="any part of any name"),
        pytest.param(["alv", "ana"], {"s1"}, id="all of the words"),
        pytest.param(["s5"], {"S5"}, id="an id in another case"),
        pytest.param(["élodie"], {"s2"}, id="a letter beyond ASCII"),
        pytest.param(["strasse"], {"s2"}, id="two letters that are one"),
        pytest.param(["50%", "_off"], {"s3"}, id="marks that mean something to SQL"),
    ],
)
def test_whoever_may_be_meant_is_among_them(
    roster: Roster, words: list[str], among: set[str]
) -> None:
    """Nobody who is meant is missing, whatever the letters of her name."""
    assert {each.student_id for each in roster.like(words)} == among


def test_terms_are_those_of_the_classes(store: Store) -> None:
    """The first day of any and the last day of any; nothing where the export is silent."""
    store.executemany(
        "INSERT INTO classes (class_id, name, term_start_day, term_end_day) VALUES (?, '', ?, ?)",
        [("a", 10, 20), ("b", 5, None), ("c", None, None)],
    )
    roster = Roster(store)
    assert roster.term() == (5, 20)
    assert roster.term(["a"]) == (10, 20)
    assert roster.term(["c"]) == (None, None)
