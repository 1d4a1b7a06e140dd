"""Long texts are cut where nobody minds, and never silently."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nudgebot.nudging.splitting import cut_topic, split

LINES = st.lists(
    st.one_of(
        st.text("ab `~|", max_size=30),
        st.sampled_from(["```", "```text", "~~~", "| a | b |", "|---|---|", "| 1 | 2 |", ""]),
    ),
    max_size=40,
)


def test_a_short_text_stays_one() -> None:
    """What fits goes out as it is."""
    assert split("a\n\nb") == ["a\n\nb"]


def test_a_fence_is_closed_and_opened_again() -> None:
    """Each part of a long fenced block is fenced."""
    text = "before\n````spoiler More\n" + "\n".join("x" * 20 for _ in range(20)) + "\n````\nafter"
    parts = split(text, 120)
    assert all(part.count("````") in (0, 2) for part in parts)
    assert all(len(part) <= 120 for part in parts)
    assert sum(part.count("x" * 20) for part in parts) == 20
    assert (parts[0].startswith("before"), parts[-1].endswith("after")) == (True, True)


def test_a_table_gets_its_head_in_each_part() -> None:
    """A row without its head is no table."""
    rows = "\n".join(f"| {number} | {'y' * 20} |" for number in range(20))
    parts = split(f"| n | what |\n|---|---|\n{rows}", 150)
    assert len(parts) > 1
    assert all(part.startswith("| n | what |\n|---|---|\n") for part in parts)


def test_a_table_that_fits_is_not_cut() -> None:
    """It moves to the next part as a whole."""
    table = "| n |\n|---|\n" + "\n".join("| x |" for _ in range(10))
    parts = split("w" * 80 + "\n" + table, 110)
    assert parts == ["w" * 80, table]


@given(LINES, st.integers(60, 200))
def test_parts_fit_and_nothing_is_lost(lines: list[str], longest: int) -> None:
    """Every letter of the text is in some part, in order."""
    text = "\n".join(lines)
    parts = split(text, longest)
    assert all(len(part) <= longest for part in parts)
    joined = "".join(parts)
    assert all(joined.count(letter) >= text.count(letter) for letter in "ab")


def test_topics_are_cut_as_zulip_would() -> None:
    """Sixty code points, the last of them an ellipsis."""
    assert cut_topic("t" * 60) == "t" * 60
    assert len(cut_topic("t" * 61)) == 60
