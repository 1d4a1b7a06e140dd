"""Fairness: small groups stay hidden, in every way, and what is told is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chat.town import ADMIN, TARA, Town
from hypothesis import given
from hypothesis import strategies as st

from dashboards.school import NOW, Truth, fill
from nudgebot.exports.importer import Importer
from nudgebot.insight.figures import Figures
from nudgebot.nudging.dashboards.overview import Basis
from nudgebot.nudging.fairness import (
    LEAST,
    Comparison,
    Evidence,
    GroupFigures,
    Precision,
    Went,
    compare,
    showable,
    standouts,
)
from nudgebot.nudging.fairness_evidence import how_it_went, read_evidence
from nudgebot.school.days import to_at, to_day
from nudgebot.store import Store

UTC = ZoneInfo("UTC")
THRESHOLDS = {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3}


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        pytest.param({"en": 40, "de": 12}, {"en", "de"}, id="all large"),
        pytest.param({"en": 40, "de": 12, "fr": 3}, {"en"}, id="one small: the next goes with it"),
        pytest.param({"en": 40, "de": 12, "fr": 3, "pl": 4}, {"en"}, id="seven together"),
        pytest.param({"en": 40, "de": 12, "fr": 6, "pl": 5}, {"en", "de"}, id="eleven together"),
        pytest.param({"en": 40, "fr": 3}, set(), id="the rest would be the small one"),
    ],
)
def test_small_groups_and_what_gives_them_away_are_hidden(
    sizes: dict[str, int], shown: set[str]
) -> None:
    """Whoever knows the whole and what is shown cannot work out a small group."""
    assert showable(sizes) == shown


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 40), max_size=8))
def test_what_is_hidden_is_never_one_group_nor_few_students(sizes: dict[str, int]) -> None:
    """Whatever the groups: nobody small is shown, and the difference to the whole is not small."""
    shown = showable(sizes)
    hidden = sizes.keys() - shown
    assert all(sizes[each] >= LEAST for each in shown)
    if shown and hidden:
        assert len(hidden) > 1
        assert sum(sizes[each] for each in hidden) >= LEAST


def evidence(**more: object) -> Evidence:
    """Forty students, half of them `a`, half `b`; twelve of each were flagged."""
    ids = [f"s{number:02}" for number in range(40)]
    groups = {each: {"a" if place % 2 else "b"} for place, each in enumerate(ids)}
    flagged = set(ids[:24])
    levels = {each: "high" if each in flagged else "low" for each in ids}
    went = {each: Went.BADLY if each < "s12" else Went.WELL for each in ids}
    values = {
        "groups": {"kind": groups},
        "students": frozenset(ids),
        "levels": levels,
        "nudged": frozenset(ids[:10]),
        "levels_then": levels,
        "went": went,
        "cases": (),
    }
    return Evidence(**{**values, **more})  # type: ignore[arg-type]  # the fields of the class


def test_shares_are_of_the_group() -> None:
    """Twelve of twenty flagged, five nudged, and six of the twelve flagged went on badly."""
    (found,) = compare(evidence(), minimum=30)
    first, second = found.groups
    assert (first.group, second.group) == ("a", "b")
    assert (first.students, first.flagged, first.nudged) == (20, 0.6, 0.25)
    assert first.precision == Precision(12, 0.5, 0.3)
    assert first.effect is None


def test_of_fewer_than_ten_flagged_nothing_is_said() -> None:
    """The share of a few would tell of single students."""
    unknown = dict.fromkeys([f"s{number:02}" for number in range(30)], Went.UNKNOWN)
    (found,) = compare(evidence(went=unknown), minimum=30)
    assert found.groups[0].precision == Precision(0, None, None)


def test_an_attribute_with_one_value_compares_nothing() -> None:
    """Where all are alike there is no comparison."""
    groups = {"kind": {f"s{number:02}": {"a"} for number in range(40)}}
    assert compare(evidence(groups=groups), minimum=30) == ()


def group(name: str, flagged: float, students: int = 100) -> GroupFigures:
    """A group of which only the share at risk is known."""
    return GroupFigures(name, students, flagged, 0.5, Precision(0, None, None), None)


def test_only_what_chance_does_not_explain_stands_out() -> None:
    """Of ten groups one is far out; the spread among the others is none."""
    others = [group(f"g{number}", 0.28 + number / 200) for number in range(9)]
    found = standouts(Comparison("class", (*others, group("far", 0.7)), 0))
    assert [(each.group, each.what) for each in found] == [("far", "flagged")]
    assert standouts(Comparison("class", tuple(others), 0)) == ()


def test_it_is_known_how_it_went_from_what_came_after(store: Store) -> None:
    """A bad score since is badly, a good one well, silence badly, an exam missed badly.

    Of whom nothing was due, nobody knows.
    """
    today = to_day(NOW.date())
    names = ("bad", "good", "silent", "missing", "free")
    store.executemany("INSERT INTO students (student_id, name) VALUES (?, ?)",
                      [(each, each) for each in names])  # fmt: skip
    store.execute("INSERT INTO classes (class_id, name) VALUES ('c', 'C')")
    store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c', ?, 'student')",
        [(each,) for each in names if each != "free"],
    )
    store.executemany(
        """INSERT INTO activity_days (student_id, day, kind, subject, hour, events, minutes)
           VALUES (?, ?, 'login', '', 10, 1, 1)""",
        [(each, today - 60) for each in names]
        + [(each, today - 2) for each in names if each != "silent"],
    )
    at = to_at(NOW - timedelta(days=10))
    store.execute(
        """INSERT INTO exams (exam_id, class_id, title, at, max_score, released_at)
           VALUES ('e', 'c', 'E', ?, 100, ?)""",
        [at, at],
    )
    store.executemany(
        """INSERT INTO exam_results (exam_id, student_id, score, status)
           VALUES ('e', ?, ?, 'scored')""",
        [("bad", 30), ("good", 80), ("silent", 80)],
    )
    since = NOW - timedelta(days=28)
    assert how_it_went(store, names, UTC, since=since, as_of=NOW) == {
        "bad": Went.BADLY,
        "good": Went.WELL,
        "silent": Went.BADLY,
        "missing": Went.BADLY,
        "free": Went.UNKNOWN,
    }


def test_a_school_declares_attributes_in_its_export(store: Store, tmp_path: Path) -> None:
    """`attributes.csv` makes groups, beside languages and classes."""
    folder = tmp_path / "export"
    folder.mkdir()
    rows = [f"s{number},Kid {number},{('en', 'de')[number % 2]}" for number in range(40)]
    (folder / "students.csv").write_text("student_id,name,language\n" + "\n".join(rows), "utf-8")
    declared = [f"s{number},prior attempts,{number % 2}" for number in range(40)]
    (folder / "attributes.csv").write_text(
        "student_id,attribute,value\n" + "\n".join(declared), "utf-8"
    )
    Importer(store, zone=UTC, max_drop_share=0.1).ingest(folder, format_name="native", as_of=NOW)
    figures = Figures(store, zone=UTC, thresholds=THRESHOLDS)
    figures.refresh(NOW)
    found = read_evidence(store, Basis(UTC, 14, 30), now=figures.table(), at=figures.at, as_of=NOW)
    shown = {each.attribute: [g.group for g in each.groups] for each in compare(found, minimum=30)}
    assert shown == {"language": ["de", "en"], "prior attempts": ["0", "1"]}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose 60 students speak two languages, and one speaks a third."""
    opened = Town(tmp_path)
    fill(opened.store, cases=600, students=60, truths={"inactivity_check_in": Truth(0.4, 0.3)})
    languages = ("en", "de")
    for number in range(60):
        key = f"x{number}"
        opened.store.execute(
            "INSERT INTO students (student_id, name, language) VALUES (?, 'Kid', ?)",
            [key, "eo" if number == 59 else languages[number % 2]],
        )
        opened.figures.rows[key] = {"risk_level": "high" if number % 2 else "low"}
    yield opened
    opened.store.close()


def test_an_admin_is_told_and_a_teacher_is_not(town: Town) -> None:
    """Groups side by side; the one student who speaks another language is nowhere."""
    told = town.answer(ADMIN, "fairness").replace("\u00a0", " ")
    assert "By language" in told
    assert "| en | 30 |" in told
    assert "| eo |" not in told
    assert "Fairness**" not in town.answer(TARA, "fairness")
