"""Targeted assignments in chat: suggested, changed, confirmed, done, listed, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from chat.town import ADMIN, ANA, BEN, CHI, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.chat.acts.assigning import ACTS, ASSIGN
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream
from nudgebot.school.days import to_at


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Ana is weak in division and fractions; Ben is fair in decimals."""
    opened = Town(tmp_path, lms_outbox=tmp_path / "outbox")
    opened.store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, 'math')",
        [("k1", "Division"), ("k2", "Fractions"), ("k3", "Decimals"), ("k4", "Mixed & odd")],
    )
    at = to_at(opened.clock) - 3 * 86400
    opened.store.executemany(
        """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
           correct) VALUES (?, ?, ?, ?, ?, 20, ?)""",
        [
            ("p1", "s1", "k1", at, at // 86400, 12),
            ("p2", "s1", "k2", at, at // 86400, 11),
            ("p3", "s2", "k3", at, at // 86400, 15),
        ],
    )
    opened.figures.rows["s1"] = {"accuracy": 57.5}
    yield opened
    opened.store.close()


def give(town: Town, text: str = "assign s1") -> None:
    town.say(TARA, text)
    town.say(TARA, "confirm")


def test_the_flow_of_requirement_b(town: Town) -> None:
    """Suggested, its title adjusted, confirmed; the student is told, the teacher follows it."""
    shown = town.answer(TARA, "assign Ana Alvarez")
    assert "- Skills: Fractions (55 %), Division (60 %), in the last 4 weeks" in shown
    assert "- Questions: 15" in shown
    assert "- Difficulty: easy (Ana's accuracy in these skills is 57 %)" in shown
    assert "- Due: <time:2026-11-24T23:59:00Z>" in shown
    assert town.zulip.to(ANA) == []
    shown = town.answer(TARA, "change title Division & Fractions Practice")
    assert "- Title: **Division &#38; Fractions Practice**" in shown
    answer = town.answer(TARA, "confirm")
    assert "✅ Ana has it: “Division &#38; Fractions Practice”, 15 questions" in answer
    (told,) = town.zulip.to(ANA)
    assert told in shown
    assert told.startswith("Hi Ana, **Tara Teacher** has put together some practice for you")
    assert "- What: 15 questions on Fractions and Division (easy)" in told
    assert "Write `done` to me" in told
    listed = town.answer(TARA, "assignments")
    assert "“Division &#38; Fractions Practice”: 🔵 open (0 of 15 questions)" in listed


def test_a_reaction_or_a_second_word_gives_it_once(town: Town) -> None:
    """However often it is confirmed."""
    town.say(TARA, "assign s1")
    token = town.token()
    town.say(TARA, f"confirm {token}")
    assert "settled already" in town.answer(TARA, f"confirm {token}")
    assert len(town.zulip.to(ANA)) == 1
    assert len(town.office.interventions.assignments.of_student("s1")) == 1


def test_the_difficulty_is_by_the_accuracy_in_the_chosen_skills(town: Town) -> None:
    """Whatever she is like in others; anew for other skills, until the teacher names one."""
    town.figures.rows["s1"] = {"accuracy": 92.0}
    at = to_at(town.clock) - 3 * 86400
    town.store.execute(
        """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
           correct) VALUES ('p9', 's1', 'k3', ?, ?, 20, 17)""",
        [at, at // 86400],
    )
    assert "easy (Ana's accuracy in these skills is 57 %)" in town.answer(TARA, "assign s1")
    shown = town.answer(TARA, "change skills decimals")
    assert "hard (Ana's accuracy in this skill is 85 %)" in shown
    assert "medium (Ana's accuracy in these skills is 70 %)" in town.answer(TARA, "add fractions")
    town.say(TARA, "change difficulty hard")
    assert "- Difficulty: hard\n" in town.answer(TARA, "change skills fractions")
    assert "hard (Ana's accuracy is 92 %)" in town.answer(TARA, "assign s1 mixed")


def test_it_is_made_easier_or_shorter_in_plain_words(town: Town) -> None:
    """The next level, a third fewer questions; at the end of the levels it is said."""
    town.say(TARA, "assign s1 difficulty hard")
    assert "- Difficulty: medium" in town.answer(TARA, "make it easier please")
    shown = town.answer(TARA, "change easier and shorter")
    assert "- Difficulty: easy" in shown
    assert "- Questions: 10" in shown
    assert "It is easy already" in town.answer(TARA, "change easier")
    assert "- Questions: 15" in town.answer(TARA, "change longer")


def test_every_part_can_be_changed_at_once(town: Town) -> None:
    """In one line; what is not named stays."""
    town.say(TARA, "assign s1 questions 20")
    shown = town.answer(TARA, "change skills decimals, difficulty hard, due friday 15:00")
    assert "- Skills: Decimals\n- Questions: 20\n- Difficulty: hard\n" in shown
    assert "- Due: <time:2026-11-20T15:00:00Z>" in shown
    assert "Decimals Practice" in shown
    shown = town.answer(TARA, "add fractions")
    assert "- Skills: Decimals, Fractions (55 %)" in shown
    assert "- Questions: 20" in shown
    town.say(TARA, "cancel")
    assert town.zulip.to(ANA) == []


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("assign", "Practice for whom?"),
        ("assign chi", "I know no student of yours"),
        ("assign 7B", "7B is a class. I assign to one student"),
        ("assign s1 due yesterday", "Wednesday 18 November 2026 is past"),
        ("assign s1 due whenever", "I do not understand when that is due"),
        ("assign s1 due wendesday", "Did you mean `due Wednesday`?"),
        ("assign s1 questions 0", "from 1 to 100 questions"),
        ("assign s1 500 questions", "from 1 to 100 questions"),
        ("assign s1 difficulty brutal", "easy, medium or hard"),
        ("assign s1 pizza", "I know no skill “pizza”. Some that this student has practised"),
        ("assign s2", "Ben has no skill under 70 %"),
        ("assign s4", "Anabel has no skill under 70 % in the last 4 weeks (a skill counts from 5"),
        ("withdraw assignment", "Which one?"),
        ("withdraw assignment 9", "There is no assignment of that number"),
        ("assignments chi", "I know no student of yours"),
        ("assignments", "You have given no assignment open"),
        ("assignments ben", "Ben has no assignment open"),
    ],
)
def test_bad_input(town: Town, said: str, says: str) -> None:
    """One clear sentence, and nothing waits to be confirmed."""
    assert says in town.answer(TARA, said)
    assert town.store.rows("SELECT 1 FROM confirmations") == []


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("change due yesterday", "is past"),
        ("change questions 500", "from 1 to 100 questions"),
        ("change difficulty hrd", "did you mean `hard`"),
        ("change friday", "`change due friday`"),
        ("change title", "I do not see what to change"),
    ],
)
def test_a_change_that_cannot_be_leaves_the_preview(town: Town, said: str, says: str) -> None:
    """It may still be confirmed as it was shown."""
    town.say(TARA, "assign s1")
    token = town.token()
    assert says in town.answer(TARA, said)
    town.say(TARA, f"confirm {token}")
    assert len(town.zulip.to(ANA)) == 1


def test_a_misspelt_skill_is_asked_about(town: Town) -> None:
    """A click says it rightly, with all the rest; so in a change."""
    asked = town.say(TARA, "assign s1 fractoins, questions 10")[-1]
    assert asked.buttons[0].reply == "assign s1 Fractions, questions 10"
    assert "- Questions: 10" in town.answer(TARA, asked.buttons[0].reply)
    asked = town.say(TARA, "change skills mixd")[-1]
    assert asked.buttons[0].reply == f"change {town.token()} skills k4"
    assert "- Skills: Mixed &#38; odd" in town.answer(TARA, asked.buttons[0].reply)


def test_a_student_without_a_weak_skill_has_others(town: Town) -> None:
    """Those that she is least sure in, one click away."""
    asked = town.say(TARA, "assign ben due friday")[-1]
    assert [button.reply for button in asked.buttons] == ["assign s2 k3, due friday"]
    shown = town.answer(TARA, asked.buttons[0].reply)
    assert "- Skills: Decimals (75 %)" in shown
    assert "- Difficulty: hard (Ben's accuracy in this skill is 75 %)" in shown


def test_a_student_who_is_not_linked(town: Town) -> None:
    """It is said before, and after; the LMS gets its file."""
    town.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'")
    assert "I cannot write to Ana: No Zulip user is named" in town.answer(TARA, "assign s1")
    answer = town.answer(TARA, "confirm")
    assert "please tell Ana" in answer
    assert "The file for your LMS is written." in answer
    town.say(TARA, "withdraw assignment 1")
    assert "please tell Ana, for I cannot" in town.answer(TARA, "confirm")


def test_a_refusal_and_a_full_disk_are_told(town: Town, tmp_path: Path) -> None:
    """Nothing is lost, and the teacher knows what did not work."""
    (tmp_path / "outbox").write_text("in the way")
    town.zulip.refuse = lambda message: (
        DeliveryError("No.", accepted=False) if message.recipient == Direct((ANA,)) else None
    )
    town.say(TARA, "assign s1")
    answer = town.answer(TARA, "confirm")
    assert "Zulip refused my message to Ana; please tell Ana" in answer
    assert "The file for your LMS could not be written" in answer
    assert len(town.office.interventions.assignments.of_student("s1")) == 1


def test_a_student_who_is_not_hers_any_more(town: Town) -> None:
    """Between preview and word the classes may have changed."""
    town.say(TARA, "assign s1")
    town.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")
    (confirmed,) = town.office.confirmations.waiting(town.clock)
    answer = ACTS[ASSIGN].do(town.office, confirmed, lambda: town.clock)
    assert "not yours any more" in answer.content
    assert town.zulip.to(ANA) == []


def test_what_a_teacher_should_know_before(town: Town) -> None:
    """A day without school, a pause, and what is open already."""
    give(town)
    town.say(ANA, "stop")
    shown = town.answer(TARA, "assign s1 due saturday")
    assert "⚠️ Saturday 21 November is no day of school (weekend)." in shown
    assert "asked for no nudges. An assignment of yours still arrives." in shown
    assert "Ana has this open already: “Fractions &#38; Division Practice”." in shown


def test_hostile_words_stay_words(town: Town) -> None:
    """A title mentions nobody and links nowhere."""
    give(town, "assign s1 title: @**all** [x](http://y.z)")
    (told,) = town.zulip.to(ANA)
    assert "@**all**" not in told
    assert "](" not in told


@pytest.mark.parametrize(
    "said", ["done", "Done!", "done 1", "I'm done", "finished", "done, thanks", "fertig"]
)
def test_done(town: Town, said: str) -> None:
    """However she says it alone; the teacher is told with the next news."""
    give(town)
    answer = town.answer(ANA, said)
    assert answer.startswith("Great, thank you! I tell Tara Teacher that “Fractions &#38; Division")
    town.office.interventions.tick(town.clock)
    assert "✋ says that" in town.zulip.to(TARA)[-1]
    assert "told me already" in town.answer(ANA, said)


@pytest.mark.parametrize(
    "said",
    ["done with everything, but number 3 was hard", "I am done with school", "done 3 of the tasks"],
)
def test_a_sentence_is_for_the_teacher(town: Town, said: str) -> None:
    """It is passed on, and closes nothing."""
    give(town)
    assert "passed that on to Tara Teacher" in town.answer(ANA, said)
    assert town.office.interventions.assignments.of_student("s1")[0].waits


def test_which_of_several(town: Town) -> None:
    """She is asked, with a button each."""
    give(town)
    give(town, "assign s1 decimals")
    asked = town.say(ANA, "done")[-1]
    assert sorted(button.reply for button in asked.buttons) == ["done 1", "done 2"]
    assert "“Decimals Practice” is done" in town.answer(ANA, "done 2")
    assert "“Fractions &#38; Division Practice” is done" in town.answer(ANA, "done")


def test_done_with_nothing_open(town: Town) -> None:
    """A kind word; what may answer a teacher's message is passed on to her."""
    assert "nothing left to tick off" in town.answer(BEN, "done")
    assert "I know no assignment 7 of yours" in town.answer(BEN, "done 7")
    give(town)
    assert "I know no assignment 1 of yours" in town.answer(BEN, "done 1")
    town.say(TARA, "message s2 Can you finish the sheet today?")
    town.say(TARA, "confirm")
    assert "passed that on to Tara Teacher" in town.answer(BEN, "done")
    assert "done" in town.zulip.to(TARA)[-1]


def test_done_with_what_is_over(town: Town) -> None:
    """Finished or taken back."""
    give(town)
    town.say(TARA, "withdraw assignment 1")
    assert "is taken back; Ana is told" in town.answer(TARA, "confirm")
    assert "need not do it any more" in town.zulip.to(ANA)[-1]
    assert "is over" in town.answer(ANA, "done 1")
    assert "taken back already" in town.answer(TARA, "withdraw assignment 1")
    assert "↩️ taken back" in town.answer(TARA, "assignments")


def test_who_sees_assignments(town: Town) -> None:
    """A teacher her students', an admin everybody's; in a stream only where all may read it."""
    give(town)
    assert "You have given no assignment" in town.answer(OTTO, "assignments")
    assert "no assignment of that number" in town.answer(OTTO, "withdraw assignment 1")
    assert "Ana Alvarez (s1)" in town.answer(ADMIN, "assignments s1")
    assert ", from Tara Teacher" in town.answer(ADMIN, "withdraw assignment 1")
    town.zulip.readers[STAFF_STREAM] = frozenset({TARA, CHI})
    said = town.say(TARA, "@**nudgebot** assignments", InStream(STAFF_STREAM, "x"))
    assert not any("Ana" in text for text in town.zulip.in_stream(STAFF_STREAM))
    assert any("Ana" in message.content for message in said)


def test_old_ones_leave_the_list(town: Town) -> None:
    """Two weeks after they ended; many are cut short."""
    for skill in ("division", "fractions", "decimals", "k4") * 4:
        give(town, f"assign s1 {skill}")
    assert "and 4 more" in town.answer(TARA, "assignments")
    town.clock += timedelta(days=40)
    town.office.interventions.tick(town.clock)
    assert "and 4 more" in town.answer(TARA, "assignments")
    town.clock += timedelta(days=15)
    assert "You have given no assignment" in town.answer(TARA, "assignments")


def test_a_word_that_comes_too_late_settles_it(town: Town) -> None:
    """What is due by now is not given, and a restart does not try it again."""
    town.say(TARA, "assign s1 due today 14:35")
    town.clock += timedelta(minutes=10)
    assert "It would be due already. Nothing was done" in town.answer(TARA, "confirm")
    assert town.office.confirmations.unfinished() == []
    assert town.zulip.to(ANA) == []


def test_what_ended_meanwhile_is_not_taken_back(town: Town) -> None:
    """The practice came in between preview and word."""
    give(town)
    town.say(TARA, "withdraw assignment 1")
    town.store.execute("UPDATE targeted_assignments SET closed_at = 1, status = 'completed'")
    assert "over already" in town.answer(TARA, "confirm")
    assert town.office.confirmations.unfinished() == []
