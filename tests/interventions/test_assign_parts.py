"""The parts of a draft: what the words ask for, when it is due, how hard it is, its title."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_draft import (
    Draft,
    PractisedSkill,
    Wishes,
    checked_level,
    checked_questions,
    checked_title,
    from_payload,
    level_for,
    title_of,
    to_payload,
)
from nudgebot.interventions.assignment_due import SchoolDays, due_in_words
from nudgebot.interventions.assignment_leanings import Leaning, read_leaning
from nudgebot.interventions.assignment_skills import UnknownSkillError, skills_named
from nudgebot.interventions.assignment_wishes import read_wishes
from nudgebot.school.days import to_day
from nudgebot.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("", Wishes()),
        ("fractions, division", Wishes(skills="fractions, division")),
        ("questions 10", Wishes(questions=10)),
        ("10 questions", Wishes(questions=10)),
        ("questions: 10 difficulty: hard", Wishes(questions=10, difficulty="hard")),
        ("due friday questions 10", Wishes(due="friday", questions=10)),
        ("due next monday 15:00, easy", Wishes(due="next monday 15:00", difficulty="easy")),
        ("fractions easy", Wishes(skills="fractions", difficulty="easy")),
        ("skills fractions, division due friday", Wishes("fractions, division", due="friday")),
        ("title: Warm-up for Monday", Wishes(title="Warm-up for Monday")),
        ("title 10 questions due soon", Wishes(title="10 questions due soon")),
        ('title "Due: Monday" due friday', Wishes(title="Due: Monday", due="friday")),
        ("title Division & Fractions Practice", Wishes(title="Division & Fractions Practice")),
        ("title Warm-up, due friday", Wishes(title="Warm-up", due="friday")),
        ("title One\nquestions 5", Wishes(title="One", questions=5)),
        ("questions -3", Wishes(questions=-3)),
        ("questions 99999999999999", Wishes(questions=999999999)),
        ("difficulty brutal", Wishes(difficulty="brutal")),
        (
            "Fractions, 12 questions, hard, due 24.11., title: A & B",
            Wishes("Fractions", 12, "hard", "24.11", "A & B"),
        ),
    ],
)
def test_what_is_asked_for(text: str, wishes: Wishes) -> None:
    """Keywords in any order; the title takes the rest of its line."""
    assert read_wishes(text) == wishes


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("make it easier please", Leaning(-1, 0)),
        ("harder", Leaning(1, 0)),
        ("a bit shorter, please!", Leaning(0, -1)),
        ("easier and fewer questions", Leaning(-1, -1)),
        ("more questions", Leaning(0, 1)),
        ("this is too hard", Leaning(-1, 0)),
        ("too easy", Leaning(1, 0)),
        ("less difficult", Leaning(-1, 0)),
        ("bitte etwas leichter", Leaning(-1, 0)),
        ("longer division", None),
        ("easier fractions", None),
        ("please", None),
        ("", None),
        ("10 questions", None),
    ],
)
def test_which_way_it_is_to_be_changed(text: str, leaning: Leaning | None) -> None:
    """Only where every word is about that: skills are called all sorts of things."""
    assert read_leaning(text) == leaning


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Nothing that people write breaks the reading."""
    assert isinstance(read_wishes(text), Wishes)


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("friday", "2026-11-20 23:59"),
        ("by Friday", "2026-11-20 23:59"),
        ("tomorrow", "2026-11-20 23:59"),
        ("today", "2026-11-19 23:59"),
        ("today 18:00", "2026-11-19 18:00"),
        ("in 3 days", "2026-11-22 23:59"),
        ("24 november", "2026-11-24 23:59"),
        ("24.11.", "2026-11-24 23:59"),
        ("2026-11-24", "2026-11-24 23:59"),
        ("monday 15:00", "2026-11-23 15:00"),
        ("thursday", "2026-11-26 23:59"),
        ("end of the week", "2026-11-20 23:59"),
        ("Freitag", "2026-11-20 23:59"),
        ("bis nächsten Freitag", "2026-11-20 23:59"),
        ("morgen", "2026-11-20 23:59"),
        ("Freitag 17 Uhr", "2026-11-20 17:00"),
        ("am 24. November", "2026-11-24 23:59"),
    ],
)
def test_due_in_words(words: str, local: str) -> None:
    """In English and German, in the student's zone; a bare day lasts to its end."""
    found = due_in_words(words, zone=BERLIN, as_of=NOW)
    assert f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" == local
    assert found.utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("yesterday", "Wednesday 18 November 2026 is past"),
        ("2026-11-01", "Sunday 1 November 2026 is past"),
        ("today 9:00", "at 09:00 is past"),
        ("24 june 2028", "more than half a year away"),
        ("soon-ish", "do not understand when"),
        ("", "do not understand when"),
        ("15", "do not understand when"),
    ],
)
def test_no_such_due(words: str, says: str) -> None:
    """One sentence says what is wrong."""
    with pytest.raises(CommandError, match=says):
        due_in_words(words, zone=BERLIN, as_of=NOW)


def holiday(store: Store, begin: str, end: str, title: str = "", kind: str = "holiday") -> None:
    days = [to_day(datetime.fromisoformat(each).date()) for each in (begin, end)]
    store.execute(
        "INSERT INTO calendar (begin_day, end_day, kind, title) VALUES (?, ?, ?, ?)",
        [*days, kind, title],
    )


def test_three_school_days(store: Store) -> None:
    """Weekends and holidays do not count, exam weeks do."""
    days = SchoolDays(store)

    def suggested() -> str:
        found = days.end_after(3, zone=BERLIN, as_of=NOW)
        return f"{found.astimezone(BERLIN):%a %d %H:%M}"

    assert suggested() == "Tue 24 23:59"
    holiday(store, "2026-11-23", "2026-11-24", "Two days off")
    holiday(store, "2026-11-25", "2026-11-25", kind="exam_week")
    assert suggested() == "Thu 26 23:59"
    holiday(store, "2026-11-19", "2027-11-19")
    assert suggested() == "Sun 22 23:59"


@pytest.mark.parametrize(
    ("due", "says"),
    [
        ("2026-11-20", ""),
        ("2026-11-21", "Saturday 21 November is no day of school (weekend)."),
        ("2026-11-23", "Monday 23 November is no day of school (St&#46;*Martin*)."),
        ("2026-11-24", "Tuesday 24 November is no day of school (holiday)."),
    ],
)
def test_a_due_day_without_school_is_noted(store: Store, due: str, says: str) -> None:
    """It may be meant, so it is only said; the calendar's words are escaped."""
    holiday(store, "2026-11-23", "2026-11-23", "St.*Martin*")
    holiday(store, "2026-11-24", "2026-11-24")
    moment = datetime.fromisoformat(f"{due}T20:00+00:00")
    assert SchoolDays(store).note(moment, BERLIN) == says.replace("*", "&#42;")


@pytest.mark.parametrize(
    ("accuracy", "level"),
    [
        (None, "medium"),
        (0.0, "easy"),
        (59.9, "easy"),
        (60.0, "medium"),
        (74.9, "medium"),
        (75.0, "hard"),
        (100.0, "hard"),
    ],
)
def test_difficulty_by_accuracy(accuracy: float | None, level: str) -> None:
    """Requirement B: under 60 easy, under 75 medium, else hard; unknown is medium, and said."""
    found, why = level_for(accuracy)
    assert found == level
    assert ("not known" in why) == (accuracy is None)
    assert "60" not in why or accuracy == 60


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["Division"], "Division Practice"),
        (["Division", "Fractions"], "Division & Fractions Practice"),
        (["A", "B", "C"], "A, B & C Practice"),
    ],
)
def test_titles(names: list[str], title: str) -> None:
    """As in requirement B's user flow."""
    assert title_of(names) == title


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=6))
def test_a_suggested_title_is_never_too_long(names: list[str]) -> None:
    """However long the names of the skills are."""
    assert len(title_of(names)) <= 120


@pytest.mark.parametrize("number", [-1, 0, 101, 500])
def test_no_such_number_of_questions(number: int) -> None:
    """From 1 to 100."""
    with pytest.raises(CommandError, match="from 1 to 100"):
        checked_questions(number)


def test_words_that_cannot_be() -> None:
    """The sentence names what can."""
    with pytest.raises(CommandError, match="did you mean `hard`"):
        checked_level("harder")
    with pytest.raises(CommandError, match="easy, medium or hard"):
        checked_level("xyz")
    with pytest.raises(CommandError, match="at most 120"):
        checked_title("x" * 121)
    assert checked_level("EASY") == "easy"
    assert checked_title(" a\n b ") == "a b"


def test_a_draft_survives_its_payload() -> None:
    """What is confirmed is what was shown."""
    skills = (PractisedSkill("k1", "Division", 55.5), PractisedSkill("k2", "Fractions"))
    draft = Draft("s1", skills, 15, "easy", NOW, "accuracy is 57 %", "", ("A note.",))
    assert from_payload(to_payload(draft)) == draft


@pytest.fixture
def school(store: Store) -> Store:
    """A school with skills of which some are alike."""
    store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, ?)",
        [
            ("k1", "Division", "math"),
            ("k2", "Fractions", "math"),
            ("k3", "Adding & subtracting", "math"),
            ("k4", "Equations", "math"),
            ("k5", "Equations", "physics"),
            ("k6", "Long division", "math"),
        ],
    )
    store.executemany(
        """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
           correct) VALUES (?, 's1', ?, 0, 0, 5, 3)""",
        [("p1", "k5"), ("p2", "unlisted-7")],
    )
    return store


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Division", ["k1"]),
        ("k2", ["k2"]),
        ("frac", ["k2"]),
        ("long div", ["k6"]),
        ("fractions; division", ["k2", "k1"]),
        ("division and fractions", ["k1", "k2"]),
        ("Adding & subtracting", ["k3"]),
        ("adding & fractions", ["k3", "k2"]),
        ("division, Division", ["k1"]),
        ("equations", ["k5"]),
        ("unlisted-7", ["unlisted-7"]),
    ],
)
def test_skills_by_name(school: Store, text: str, ids: list[str]) -> None:
    """By id, name or part; of two alike, the one that the student has practised."""
    assert [skill.skill_id for skill in skills_named(school, "s1", text)] == ids


def test_skills_that_are_not_clear(school: Store) -> None:
    """Nothing is guessed: near ones are asked about, several are named."""
    with pytest.raises(UnknownSkillError, match="Did you mean Fractions") as near:
        skills_named(school, "s1", "division, fractoins")
    assert (near.value.said, near.value.meant) == ("fractoins", PractisedSkill("k2", "Fractions"))
    with pytest.raises(UnknownSkillError, match="Some that this student has practised"):
        skills_named(school, "s1", "pizza")
    with pytest.raises(CommandError, match="fits several skills"):
        skills_named(school, "s2", "equations")
