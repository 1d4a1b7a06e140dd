"""What students say: commands when they are commands, answers when they are answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, ANABEL, BEN, OTTO, TARA, Town
from nudgebot.chat.near_misses import FOR_TEACHERS, STOP, hint_for, is_staff_command
from nudgebot.insight.table import Value
from nudgebot.school.days import to_at


@pytest.mark.parametrize(
    "said",
    [
        "help me",
        "Help me please!",
        "help me with exercise 4",
        "why me?",
        "stop being so strict with us",
        "pause for thought",
        "progress is slow",
        "start the lesson later",
        "quiet in the class please",
        "privacy is important",
    ],
)
def test_what_only_begins_like_a_command_reaches_the_teacher(town: Town, said: str) -> None:
    """A student's message is a command only as a whole."""
    assert "passed that on to Tara Teacher" in town.answer(ANA, said)
    assert said.rstrip("!") in town.zulip.to(TARA)[-1]
    assert not town.office.consents.state("s1").stopped


@pytest.mark.parametrize("said", ["help", "Help!", "help stop", "help with `quiet`", "hilfe"])
def test_a_student_is_still_helped(town: Town, said: str) -> None:
    """With the commands, or one of them."""
    assert "stop" in town.answer(ANA, said) or "quiet" in town.answer(ANA, said)
    assert town.zulip.to(TARA) == []


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param("quiet 25-7", "There is no hour 25", id="25"),
        pytest.param("quiet 21-125", "There is no hour 125", id="125"),
        pytest.param("quiet 13pm-7am", "There is no hour 13 p.m.", id="13 pm"),
        pytest.param("quiet 21:30-7", "whole hours", id="half hours"),
        pytest.param("quiet 8-8", "different hours", id="none"),
        pytest.param("quiet 21-8", "between 21:00 and 8:00", id="21-8"),
        pytest.param("quiet 9pm-7am", "between 21:00 and 7:00", id="pm and am"),
        pytest.param("quiet from 9 p.m. to 7 a.m.", "between 21:00 and 7:00", id="p.m."),
        pytest.param("quiet 12am - 12pm", "between 0:00 and 12:00", id="midnight to noon"),
        pytest.param("quiet 22:00-24", "between 22:00 and 0:00", id="24"),
        pytest.param("quiet off", "your own quiet hours are gone", id="off"),
    ],
)
def test_quiet_hours(town: Town, said: str, says: str) -> None:
    """What no clock shows is refused with a sentence, and nothing is kept of it."""
    assert says.lower() in town.answer(ANA, said).lower()
    kept = town.office.consents.state("s1").quiet is not None
    assert kept == ("between" in says)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("stopp", STOP),
        ("Stpo!", STOP),
        ("please stop writing to me", STOP),
        ("I don't want any more messages from you", STOP),
        ("leave me alone", STOP),
        ("Hör bitte auf", STOP),
        ("keine Nachrichten mehr", STOP),
        ("pause x", "`pause 7`"),
        ("quiet", "`quiet 21-8`"),
        ("progres", "`progress`"),
        ("Sorry, I was sick", ""),
        ("I stopped at exercise four because it was hard", ""),
        ("please", ""),
        ("", ""),
    ],
)
def test_near_misses_get_a_line_of_help(said: str, hint: str) -> None:
    """An answer like any other gets none."""
    assert hint in hint_for(said)
    assert bool(hint) == bool(hint_for(said))


@pytest.mark.parametrize(
    ("said", "is_command"),
    [
        ("report student 5", True),
        ("Report class 7b-math last week pdf.", True),
        ("compare class 7B 8A", True),
        ("trend student s1 accuracy 2 weeks", True),
        ("skills 7B", True),
        ("risk", True),
        ("alerts", True),
        ("history 1", True),
        ("meet 1 tomorrow", True),
        ("confirm 0ce3", True),
        ("confirm it please", False),
        ("confirm 2026", False),
        ("meet me tomorrow", False),
        ("history is hard", False),
        ("report student bullying", False),
        ("report student 5 hit me", False),
        ("report card is wrong", False),
        ("risk is my favourite game", False),
        ("skills", False),
        ("why 5", False),
        ("message 5 hello", False),
        ("trend 5 bullying", False),
        ("Sorry, I was sick", False),
        ("", False),
    ],
)
def test_only_a_whole_command_is_one_of_the_teachers(said: str, is_command: bool) -> None:
    """Any other word behind it may matter to somebody."""
    assert is_staff_command(said) is is_command


def test_a_command_of_the_teachers_is_not_passed_on(town: Town) -> None:
    """It is no answer to anybody; what only begins like it is."""
    assert town.answer(ANA, "report student s2") == FOR_TEACHERS
    assert town.zulip.to(TARA) == []
    assert "passed that on" in town.answer(ANA, "report student s2 hit me")
    assert len(town.zulip.to(TARA)) == 1


def test_a_near_miss_is_passed_on_all_the_same(town: Town) -> None:
    """Nobody knows better than the teacher what it means."""
    told = town.answer(ANA, "stopp")
    assert told.endswith(f"passed that on to Tara Teacher. {STOP}")
    assert len(town.zulip.to(TARA)) == 1


@pytest.mark.parametrize(
    ("row", "says", "never"),
    [
        pytest.param(
            {"average_score": 0.0, "score_count": 1, "missed_work": 1},
            "begin a new streak",
            "average",
            id="one piece missed is no average",
        ),
        pytest.param(
            {"average_score": 32.4, "score_count": 5, "missed_work": 2},
            "Your average is 32 % from 5 pieces of work. 2 of them were missed and count as 0.",
            "rising",
            id="an average says what is behind it",
        ),
        pytest.param(
            {"questions_answered": 3, "accuracy": 0.0},
            "answered 3 questions",
            "0 %",
            id="three questions are no accuracy",
        ),
        pytest.param(
            {"due_assignments": 3, "missed_assignments": 3},
            "A good next step",
            "handed in",
            id="nothing handed in is not counted out to her",
        ),
        pytest.param(
            {"due_assignments": 5, "missed_assignments": 1},
            "4 of the 5 assignments",
            "%",
            id="what was handed in",
        ),
        pytest.param(
            {"current_streak": 3, "highest_streak": 3, "weakest_skill": "Fractions"},
            "your best so far",
            "accuracy",
            id="a streak",
        ),
    ],
)
def test_progress_is_kind_and_concrete(
    town: Town, row: dict[str, Value], says: str, never: str
) -> None:
    """Always a next step; no figure without enough behind it."""
    town.figures.rows["s1"] = row
    told = town.answer(ANA, "progress")
    assert says in told
    assert never not in told
    assert told.count("A good next step") == 1


def test_progress_names_the_piece_that_is_open(town: Town) -> None:
    """And what to do when it is too late or too hard."""
    town.store.execute(
        "INSERT INTO assignments (assignment_id, class_id, title, due_at) VALUES (?, ?, ?, ?)",
        ["a1", "c7b", "Essay on *trees*", to_at(town.clock) - 86400],
    )
    town.figures.rows["s1"] = {"average_score": 0.0, "score_count": 1}
    told = town.answer(ANA, "progress")
    assert "Still open: Essay on &#42;trees&#42;, due" in told
    assert "hand in Essay on" in told


def test_privacy_says_what_is_so(town: Town) -> None:
    """Teachers see percentiles, and other people may read what is written here."""
    told = town.answer(ANA, "privacy")
    assert "ranking" not in told
    assert "how each compares with the class" in told
    assert "If somebody else of the school wrote to you, that person reads it too" in told


@pytest.mark.parametrize(
    ("writers", "readers", "named"),
    [
        pytest.param([], {TARA, OTTO}, "Tara Teacher and Otto Other", id="nobody wrote"),
        pytest.param([TARA], {TARA}, "Tara Teacher.", id="a teacher of hers"),
        pytest.param([TARA, ADMIN], {TARA, OTTO, ADMIN}, "and Ada Admin", id="the office, later"),
        pytest.param([ADMIN, OTTO], {OTTO}, "Otto Other.", id="a teacher after the office"),
    ],
)
def test_who_reads_a_students_words(
    town: Town, writers: list[int], readers: set[int], named: str
) -> None:
    """The teacher who wrote; never somebody who is not her teacher alone."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    for writer in writers:
        town.say(writer, "message s1 Is everything okay?")
        town.say(writer, "confirm")
        town.clock += timedelta(minutes=1)
    before = {each: len(town.zulip.to(each)) for each in (TARA, OTTO, ADMIN)}
    told = town.answer(ANA, "Yes, it is!")
    assert {each for each, had in before.items() if len(town.zulip.to(each)) > had} == readers
    assert named in told


def test_a_writer_who_teaches_her_no_more_does_not_read(town: Town) -> None:
    """Her words go to those who teach her now."""
    town.say(TARA, "message s2 Is everything okay?")
    town.say(TARA, "confirm")
    town.store.execute("UPDATE enrollments SET end_day = 20000 WHERE person_id = 't1'")
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    before = len(town.zulip.to(TARA))
    town.say(BEN, "Yes!")
    assert len(town.zulip.to(TARA)) == before
    assert len(town.zulip.to(OTTO)) == 1


def test_a_correction_goes_to_all_teachers_with_what_it_may_be_about(town: Town) -> None:
    """Clearly marked, kept as one, and only with whose message it was, not its words."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    town.say(TARA, "message s1 You missed the essay.")
    town.say(TARA, "confirm")
    told = town.answer(ANA, "wrong: I did hand in the essay @**all**")
    copy = town.zulip.to(OTTO)[-1]
    assert copy == town.zulip.to(TARA)[-1]
    assert copy.startswith("✏️ **Ana Alvarez** says that something is wrong:")
    assert "I did hand in the essay &#64;&#42;&#42;all" in copy
    assert "a message from Tara Teacher" in copy
    assert "You missed" not in copy
    assert "Please check it in the LMS" in copy
    assert "Thank you! I have passed that on to Tara Teacher and Otto Other." in told
    assert [each.kind for each in town.office.letters.answers_of("s1")] == ["wrong"]


@pytest.mark.parametrize("said", ["wrong", "Wrong?", "wrong!"])
def test_a_bare_wrong_asks_what_is(town: Town, said: str) -> None:
    """Nobody is bothered with it."""
    assert "What is wrong?" in town.answer(ANA, said)
    assert town.zulip.to(TARA) == []


def test_privacy_tells_what_is_kept_and_who_looked(town: Town) -> None:
    """Counts by kind, people by name and by what they are to her, newest first."""
    town.figures.rows["s1"] = {"average_score": 55.0, "score_count": 4}
    told = town.answer(ANABEL, "privacy")
    assert "- nothing yet" in told
    assert "- nobody so far" in told
    town.say(TARA, "report student s1")
    town.clock += timedelta(minutes=1)
    town.say(ADMIN, "why s1")
    town.say(TARA, "message s1 Hello Ana")
    town.say(TARA, "confirm")
    town.say(ANA, "Hello!")
    told = town.answer(ANA, "privacy")
    assert "- 1 message that your teachers sent through me" in told
    assert "- 1 answer of yours, in your own words" in told
    assert "**Tara Teacher** (your teacher): your report" in told
    assert "**Ada Admin** (administration): your risk and your nudges" in told
    assert told.index("Ada Admin") < told.index("your report")
    assert "Your own words went to **Tara Teacher** (your teacher) (1 time)." in told
