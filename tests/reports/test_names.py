"""Names are cut by the room that they take, and keep their writing direction to themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.reports.names import apart, columns, fitted, isolated, joined, said, shortened


@pytest.mark.parametrize(
    ("name", "most", "expected"),
    [
        pytest.param("Ana Lee", 7, "Ana Lee", id="it fits"),
        pytest.param("Ana de la Cruz", 8, "Ana de…", id="cut, and said so"),
        pytest.param("王小明", 6, "王小明", id="wide letters take two columns"),
        pytest.param("王小明", 5, "王小…", id="wide letters are cut sooner"),
        pytest.param("Zoe\u0308", 3, "Zoe\u0308", id="marks over a letter take none"),
        pytest.param(" a\nb\x00\u202e ", 9, "a b", id="one line, nothing unseen"),
        pytest.param("\ufffe", 9, "", id="what no picture can hold"),
    ],
)
def test_a_name_is_cut_by_its_columns(name: str, most: int, expected: str) -> None:
    assert shortened(name, most) == expected


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_no_name_takes_more_than_its_room(name: str, most: int) -> None:
    assert columns(shortened(name, most)) <= most


@given(st.text(), st.sampled_from(["rising, 52 % to 71 %", "5 skills"]))
def test_the_first_part_makes_room_for_the_others(name: str, other: str) -> None:
    """However long the name, the direction behind it is not cut."""
    line = joined((name, other), 40)
    assert columns(line) <= 40
    assert other in line


def test_right_to_left_names_do_not_move_what_follows() -> None:
    """`ليلى · 8A` is not drawn as `8 · ليلىA`."""
    assert said("ليلى مثال") == "\u2068ليلى مثال\u2069"
    assert isolated("Ana Lee") == "Ana Lee"
    assert joined(("שרה", "8A"), 40) == "\u2068שרה\u2069 · 8A"


def test_equal_labels_are_told_apart() -> None:
    labels = apart(["a", "b", "a", "a"])
    assert len(set(labels)) == 4
    assert [columns(label) for label in labels] == [1, 1, 1, 1]


def test_a_title_fits_its_card() -> None:
    assert fitted("x" * 100, 376, 17).endswith("…")
