"""A peer tutor from the teacher's first word to the end, with both students' answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chat.town import ADMIN, ANA, ANABEL, BEN, CHI, NOW, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import InStream, Outgoing
from nudgebot.school.days import local_day, to_at


def practise(
    town: Town, student_id: str, skill_id: str, right: int, *, at: datetime | None = None
) -> None:
    """Three sessions of 20 questions with that many right answers each, ending the day before."""
    for number in range(3):
        moment = (at or town.clock) - timedelta(days=3 - number)
        town.store.execute(
            """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
               correct) VALUES (?, ?, ?, ?, ?, 20, ?)""",
            [
                f"{student_id}-{skill_id}-{to_at(moment)}",
                student_id,
                skill_id,
                to_at(moment),
                local_day(moment, town.office.zone),
                right,
            ],
        )


@pytest.fixture
def school(town: Town) -> Town:
    """Ana struggles with fractions, Ben and Anabel have mastered them; Chi is in another class."""
    town.store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, 'Maths')",
        [("frac", "Fractions"), ("dec", "Decimals"), ("cols", "Adding in Columns")],
    )
    practise(town, "s1", "frac", 7)
    practise(town, "s1", "dec", 11)
    for student_id in ("s2", "s3", "s4"):
        practise(town, student_id, "frac", 19)
    practise(town, "s4", "dec", 20)
    return town


def ask(town: Town, said: str = "tutor Alvarez with Ben in Fractions") -> str:
    """Preview and confirm; the answer to the confirmation."""
    town.say(TARA, said)
    return town.answer(TARA, f"confirm {town.token()}")


def agree(town: Town) -> None:
    """Both are asked and say yes."""
    ask(town)
    town.say(ANA, "tutoring yes 1")
    town.say(BEN, "tutoring yes 1")


def status(town: Town) -> str:
    return str(town.store.value("SELECT status FROM tutorings WHERE id = 1"))


def test_the_best_match_is_proposed_with_reasons_and_others(school: Town) -> None:
    """The teacher sees whom and why, what both will read, and others to choose; nobody is asked."""
    said = school.say(TARA, "tutor Alvarez")
    shown = "\n".join(each.content for each in said)
    assert "Ben &#42;Baker&#42; (s2)** could help **Ana Alvarez (s1)** with **Fractions**" in shown
    assert "- Ana: needs work, 35 % right lately, 60 answers" in shown
    assert "- Ben: mastered, 95 % right lately, 60 answers; helps nobody else now" in shown
    assert "Ana reads:" in shown
    assert "Ben reads:" in shown
    assert [each.reply for each in said[-1].buttons[2:]] == [
        "tutor s1 with s4 in frac",
        "tutor s1 with s4 in dec",
    ]
    assert [each.label for each in said[-1].buttons] == [
        "Yes",
        "No",
        "Anabel",
        "Anabel, Decimals",
    ]
    assert school.zulip.to(ANA) == school.zulip.to(BEN) == []


def test_both_are_asked_without_names_and_figures(school: Town) -> None:
    """Neither message tells who the other is, or how anybody does."""
    done = ask(school)
    assert "I have asked Ana Alvarez and Ben" in done
    for user, other in ((ANA, "Ben"), (BEN, "Ana")):
        words, choices = school.zulip.to(user)
        assert "Tara Teacher" in words
        assert "**Fractions**" in words
        assert "`tutoring yes 1`" in choices
        assert "`tutoring no 1`" in choices
        for text in (words, choices):
            assert other not in text
            assert "%" not in text
            assert "struggl" not in text
    assert "`tutoring off`" in school.zulip.to(BEN)[1]
    assert "`tutoring off`" not in school.zulip.to(ANA)[1]


def test_what_is_previewed_is_what_arrives(school: Town) -> None:
    """Word for word."""
    shown = school.answer(TARA, "tutor Alvarez with Ben in Fractions")
    school.say(TARA, "confirm")
    assert school.zulip.to(ANA)[0] in shown
    assert school.zulip.to(BEN)[0] in shown


def test_two_times_yes_exchanges_the_names(school: Town) -> None:
    """Only then; and the teacher is told."""
    ask(school)
    said = school.answer(ANA, "tutoring yes 1")
    assert "As soon as the other one has answered" in said
    assert "Ben" not in said
    assert len(school.zulip.to(BEN)) == 2
    said = school.answer(BEN, "tutoring yes")
    assert "Both of you said yes" in said
    assert any("**Ben &#42;Baker&#42;** helps you" in text for text in school.zulip.to(ANA))
    assert any("you help **Ana Alvarez**" in text for text in school.zulip.to(BEN))
    assert any("Both said yes" in text for text in school.zulip.to(TARA))
    assert status(school) == "active"
    kept = school.store.row("SELECT * FROM tutorings WHERE id = 1")
    assert kept is not None
    assert (kept["accuracy_before_percent"], kept["answers_before"]) == (35, 60)
    assert kept["state_before"] == "needs_work"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((ANA, "no"), None, id="the student at once"),
        pytest.param((BEN, "no"), None, id="the tutor at once"),
        pytest.param((ANA, "yes"), (BEN, "no"), id="the tutor after a yes"),
        pytest.param((BEN, "yes"), (ANA, "no"), id="the student after a yes"),
        pytest.param((ANA, "yes"), (ANA, "no"), id="a yes taken back"),
    ],
)
def test_a_no_is_told_kindly_and_not_through_whom(
    school: Town, first: tuple[int, str], second: tuple[int, str] | None
) -> None:
    """The other one learns that it does not come about; the teacher also who said no."""
    ask(school)
    school.say(first[0], f"tutoring {first[1]} 1")
    decliner = first[0]
    if second is not None:
        school.say(second[0], f"tutoring {second[1]} 1")
        decliner = second[0]
    other, name = (BEN, "Ana") if decliner == ANA else (ANA, "Ben")
    told = school.zulip.to(other)[-1]
    assert "does not come about" in told
    assert name not in told
    assert " no" not in told.replace("not", "").replace("nobody", "")
    assert "That is fine" in school.zulip.to(decliner)[-1]
    assert "does not come about" in school.zulip.to(TARA)[-1]
    assert ("would rather not be helped" in school.zulip.to(TARA)[-1]) is (decliner == ANA)
    assert status(school) == "declined"
    assert school.store.value("SELECT is_resolved FROM interventions") == 1


def test_answers_count_once_and_only_from_those_who_are_asked(school: Town) -> None:
    """A click twice says the same again; others have no such question; what is over is over."""
    ask(school)
    assert "no such question for you" in school.answer(CHI, "tutoring yes 1")
    assert "no such question for you" in school.answer(ANA, "tutoring yes 77")
    first = school.answer(ANA, "tutoring yes 1")
    sent = len(school.zulip.sent)
    assert school.answer(ANA, "tutoring yes 1") == first
    assert len(school.zulip.sent) == sent + 1
    school.say(BEN, "tutoring no 1")
    assert "That is over" in school.answer(ANA, "tutoring no 1")
    assert "That is fine" in school.answer(BEN, "tutoring no 1")
    assert "still open" in school.answer(ANA, "tutoring yes")


def test_unanswered_questions_expire(school: Town) -> None:
    """After five days the teacher is told who was silent, and whoever said yes that it is off."""
    ask(school)
    school.say(ANA, "tutoring yes 1")
    kept = school.office.interventions.tutoring
    before = len(school.zulip.to(BEN))
    assert kept.tick(NOW + timedelta(days=5) - timedelta(seconds=1)) == 0
    assert kept.tick(NOW + timedelta(days=5)) == 1
    assert kept.tick(NOW + timedelta(days=5, seconds=30)) == 0
    assert status(school) == "expired"
    assert "No answer from **Ben &#42;Baker&#42;** in 5 days" in school.zulip.to(TARA)[-1]
    assert "does not come about" in school.zulip.to(ANA)[-1]
    assert len(school.zulip.to(BEN)) == before
    assert "That is over" in school.answer(BEN, "tutoring yes 1")


@pytest.mark.parametrize(("leaver", "stays"), [("s2", ANA), ("s1", BEN)])
def test_who_leaves_the_class_ends_it(school: Town, leaver: str, stays: int) -> None:
    """By itself; the one who stays gets a kind word, the teacher the reason."""
    agree(school)
    kept = school.office.interventions.tutoring
    assert kept.tick(NOW) == 0
    school.store.execute("UPDATE enrollments SET gone_at = 1 WHERE person_id = ?", [leaver])
    assert kept.tick(NOW) == 1
    assert kept.tick(NOW) == 0
    assert status(school) == "ended"
    assert "has come to its end" in school.zulip.to(stays)[-1]
    assert "in no class together any more" in school.zulip.to(TARA)[-1]


def test_the_end_of_term_ends_it(school: Town) -> None:
    """Also what is still asked; then without the other's name."""
    ask(school)
    day = local_day(NOW, school.office.zone)
    school.store.execute("UPDATE classes SET term_end_day = ?", [day])
    kept = school.office.interventions.tutoring
    assert kept.tick(NOW) == 0
    assert kept.tick(NOW + timedelta(days=1)) == 1
    assert "does not come about" in school.zulip.to(ANA)[-1]
    assert "Ben" not in school.zulip.to(ANA)[-1]


def test_never_ask_me_again(school: Town) -> None:
    """`tutoring off` declines the open question and keeps the student out of every search."""
    ask(school)
    said = school.answer(BEN, "tutoring off")
    assert "I will not ask you" in said
    assert "a no to Fractions" in said
    assert status(school) == "declined"
    assert "does not want to be asked" in school.answer(TARA, "tutor s1 with s2 in frac")
    assert "Anabel Adams (s4)** could help" in school.answer(TARA, "tutor s1")
    assert "tutoring on" in school.answer(BEN, "my tutoring")
    school.say(BEN, "tutoring on")
    school.clock += timedelta(days=31)
    practise(school, "s2", "frac", 19)
    assert "could help" in school.answer(TARA, "tutor s1 with s2 in frac")


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param("tutor", "Who needs help?", id="nobody named"),
        pytest.param("tutor Nemo", "I know no student of yours", id="unknown student"),
        pytest.param("tutor s1 with s1", "cannot be Ana's own tutor", id="herself"),
        pytest.param("tutor s1 with Nemo", "I know no student of yours", id="unknown tutor"),
        pytest.param("tutor s1 with s3", "I know no student of yours", id="not to be seen"),
        pytest.param("tutor s1 in Chess", "There is no skill of that name", id="no skill"),
        pytest.param("tutor s1 in Fractoins", "Did you mean Fractions?", id="misspelt skill"),
        pytest.param("tutor s1 in cols", "None of the 2 classmates", id="nobody has mastered it"),
        pytest.param("tutor s4", "I see no skill in which Anabel struggles", id="no weakness"),
        pytest.param("tutor s1 in", "something missing at the end", id="a loose end"),
        pytest.param("end tutoring", "Which one?", id="end what"),
        pytest.param("end tutoring 9", "I know no tutoring 9", id="end nothing"),
        pytest.param("tutored s1", "goes on now", id="met without tutoring"),
        pytest.param("tutoring s1", "has had no tutoring so far", id="nothing so far"),
        pytest.param("tutoring", "No tutoring of your students goes on", id="nothing at all"),
    ],
)
def test_a_clear_sentence_and_nobody_asked(school: Town, said: str, says: str) -> None:
    """Whatever is wrong, nothing is sent to students."""
    assert says in school.answer(TARA, said)
    assert school.zulip.to(ANA) == school.zulip.to(BEN) == []


@pytest.mark.parametrize(
    "said",
    [
        "tutor Alvarez with Ben in Fractions",
        "tutor Alvarez in Fractions Ben",
        "tutor Alvarez in Fractions with Ben",
        "tutor Alvarez Ben in frac",
        "tutor s1 s2",
        "tutor s1 frac with Ben",
        "tutor @**Ana Alvarez|21** @**Ben Baker|22**",
        "Please tutor s1 with s2 in fractions.",
    ],
)
def test_ways_to_say_it(school: Town, said: str) -> None:
    """Skill and tutor in any order."""
    assert "(s2)** could help **Ana Alvarez (s1)** with **Fractions**" in school.answer(TARA, said)


def test_a_misspelt_skill_keeps_the_tutor(school: Town) -> None:
    """A click on what was meant is the whole command again."""
    said = school.say(TARA, "tutor s1 with s2 in Fractoins")
    assert said[-1].buttons[0].reply == "tutor s1 with s2 in frac"


def test_a_skill_may_have_in_in_its_name(school: Town) -> None:
    """The longest name counts."""
    shown = school.answer(TARA, "tutor s1 in Adding in Columns with Ben")
    assert "with **Adding in Columns**" in shown
    assert "By the figures, Ben has not mastered Adding in Columns" in shown


def test_the_teacher_may_know_better_but_not_against_a_wish(school: Town) -> None:
    """No mastery and a risk are told; another class, no link and too much are refused."""
    school.figures.rows["s2"] = {"risk_level": "high"}
    shown = school.answer(TARA, "tutor s1 with s2 in dec")
    assert "Ben has not mastered Decimals" in shown
    assert "Ben needs attention, too" in shown
    assert "could help" in shown
    assert "in no class of yours with Ana" in school.answer(ADMIN, "tutor s1 with s3 in frac")
    school.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's2'")
    assert "Ben cannot be reached" in school.answer(TARA, "tutor s1 with s2 in frac")
    assert "Ben cannot be reached" in school.answer(TARA, "tutor s2 with s4 in frac")


def test_whoever_is_at_risk_is_not_proposed(school: Town) -> None:
    """Where that leaves nobody the sentence says so without a name."""
    school.figures.rows["s2"] = {"risk_level": "critical"}
    school.figures.rows["s4"] = {"risk_level": "high"}
    said = school.answer(TARA, "tutor s1 in frac")
    assert "2 have enough to carry now" in said
    assert "Ben" not in said
    assert "Anabel" not in said


def test_one_tutoring_a_skill_and_a_limit_for_the_tutor(school: Town) -> None:
    """Asked again for the same skill, or asking who helps enough already, is refused."""
    ask(school)
    assert "tutoring 1" in school.answer(TARA, "tutor s1 with s4 in frac")
    practise(school, "s4", "cols", 5)
    practise(school, "s2", "cols", 20)
    ask(school, "tutor s4 with s2 in cols")
    refused = school.answer(TARA, "tutor s1 with s2 in dec")
    assert "Ben helps 2 others already" in refused


def test_what_changed_before_the_word_is_noticed(school: Town) -> None:
    """The conditions are looked at again when it is confirmed; then nobody is asked."""
    school.say(TARA, "tutor s1 with s2 in frac")
    school.say(BEN, "tutoring off")
    assert "does not want to be asked" in school.answer(TARA, "confirm")
    assert school.store.value("SELECT COUNT(*) FROM tutorings") == 0
    assert school.office.confirmations.unfinished() == []
    assert school.zulip.to(ANA) == []


def test_a_class_that_is_no_longer_hers(school: Town) -> None:
    """A teacher who lost the class between preview and word asks nobody."""
    school.say(TARA, "tutor s1 with s2 in frac")
    school.store.execute("UPDATE enrollments SET gone_at = 1 WHERE person_id = 't1'")
    school.say(TARA, "confirm")
    assert school.zulip.to(ANA) == school.zulip.to(BEN) == []


def test_a_crash_in_the_middle_asks_everybody_once(school: Town) -> None:
    """What was confirmed is done again after a restart; each message goes out once."""
    school.say(TARA, "tutor s1 with s2 in frac")
    token = school.token()
    broken = [True]

    def refuse(message: Outgoing) -> DeliveryError | None:
        if broken and message.key.endswith("question:tutor"):
            raise KeyboardInterrupt
        return None

    school.zulip.refuse = refuse
    with pytest.raises(KeyboardInterrupt):
        school.say(TARA, f"confirm {token}")
    broken.clear()
    school.reopened().resume()
    school.work()
    assert len(school.zulip.to(ANA)) == 2
    assert school.store.value("SELECT COUNT(*) FROM tutorings") == 1
    assert school.store.value("SELECT COUNT(*) FROM interventions") == 1


def test_a_question_that_zulip_refuses_is_told(school: Town) -> None:
    """And how to take it back."""
    school.zulip.refuse = lambda message: (
        DeliveryError("Cannot send.", accepted=False)
        if message.key.endswith(("question:student", "question:student:buttons"))
        else None
    )
    done = ask(school)
    assert "The question to Ana did not arrive" in done
    assert "`end tutoring 1`" in done


def test_sessions_are_noted_by_all_three_and_counted_once(school: Town) -> None:
    """The tutor's and the student's word for the same half hour is one session."""
    assert "nothing to note" in school.answer(BEN, "tutored 30 minutes")
    agree(school)
    assert "Noted: 30 minutes" in school.answer(BEN, "tutored 30 minutes")
    assert "noted already" in school.answer(ANA, "tutored 30 min")
    said = school.answer(TARA, "tutored s1 30 minutes They did *well*")
    assert "count them once, and keep your note" in said
    assert "1 session, 30 min" in said
    assert "They did &#42;well&#42;" in said
    assert "Noted" in school.answer(ANA, "tutored 30 minutes again")
    assert "Noted: 60 minutes" in school.answer(TARA, "tutored Alvarez an hour")
    assert "3 sessions, 2 h" in school.answer(TARA, "tutoring s1")
    assert "3 sessions, 2 h" in school.answer(BEN, "my tutoring")
    assert "from 1 to 300 minutes" in school.answer(TARA, "tutored s1 400 minutes")
    assert "How long" in school.answer(TARA, "tutored s1 quite long")


def test_improvement_is_followed_from_practice(school: Town) -> None:
    """Too early below ten answers; then accuracy before and since, and the mastery state."""
    agree(school)
    assert "Too early to say whether it helps: 0 answers" in school.answer(TARA, "tutoring s1")
    school.clock += timedelta(days=10)
    practise(school, "s1", "frac", 17)
    said = school.answer(TARA, "tutoring s1")
    assert "35 % of 60 answers in the 28 days before, 85 % of 60 answers since" in said
    assert "needs work → " in said


def test_a_teacher_ends_it(school: Town) -> None:
    """After a question; both are told kindly, and the record says what came of it."""
    agree(school)
    asked = school.answer(TARA, "end tutoring 1")
    assert "End the tutoring of **Ana Alvarez** with **Ben" in asked
    assert status(school) == "active"
    assert "Ended; both are told" in school.answer(TARA, "confirm")
    assert "with **Ben &#42;Baker&#42;** has come to its end" in school.zulip.to(ANA)[-1]
    assert "Thank you for your time" in school.zulip.to(BEN)[-1]
    assert "over already" in school.answer(TARA, "end tutoring 1")
    row = school.store.row("SELECT * FROM interventions")
    assert row is not None
    assert row["is_resolved"] == 1
    assert "No session" in row["resolution_notes"]
    assert row["source"] == "tutoring:1"
    assert row["intervention_type"] == "tutor"


def test_a_question_is_taken_back_without_names(school: Town) -> None:
    """Ended before both said yes, nobody learns who the other was."""
    ask(school)
    school.say(TARA, "end tutoring 1")
    school.say(TARA, "confirm")
    assert "does not come about" in school.zulip.to(ANA)[-1]
    assert "Ben" not in school.zulip.to(ANA)[-1]
    assert "Ana" not in school.zulip.to(BEN)[-1]


def test_either_of_the_two_may_stop(school: Town) -> None:
    """Without a reason; the other one learns that it ended, the teacher through whom."""
    agree(school)
    assert "nobody will ask you why" in school.answer(ANA, "tutoring no 1")
    assert "has come to its end" in school.zulip.to(BEN)[-1]
    assert "**Ana Alvarez** has stopped tutoring 1" in school.zulip.to(TARA)[-1]
    assert status(school) == "ended"


def test_a_stop_is_remembered_for_a_while(school: Town) -> None:
    """A student who wanted to stop is not offered the same again by itself; the teacher may."""
    agree(school)
    school.say(ANA, "tutoring no 1")
    assert "with **Decimals**" in school.answer(TARA, "tutor s1")
    assert "said no to help with Fractions, or stopped it" in school.answer(
        TARA, "tutor s1 in Fractions"
    )


def test_a_stop_of_nudges_does_not_stop_a_teachers_question(school: Town) -> None:
    """It is told in the preview, and asked."""
    school.say(ANA, "stop")
    school.zulip.sent.clear()
    shown = school.answer(TARA, "tutor s1 with s2 in frac")
    assert "asked for no nudges. Your question still arrives" in shown
    school.say(TARA, "confirm")
    assert len(school.zulip.to(ANA)) == 2


def test_another_teacher_sees_and_ends_nothing(school: Town) -> None:
    """Numbers are guessed easily; what one may not see does not exist."""
    agree(school)
    assert "I know no tutoring 1 of yours" in school.answer(OTTO, "end tutoring 1")
    assert "No tutoring of your students" in school.answer(OTTO, "tutoring")
    assert "I know no tutoring 1 of yours" in school.answer(OTTO, "tutored tutoring 1 30 minutes")


def test_news_go_to_whoever_may_still_see_the_student(school: Town) -> None:
    """When the asking teacher has left the class, its new teacher is told."""
    ask(school)
    school.store.execute("UPDATE enrollments SET gone_at = 1 WHERE person_id = 't1'")
    school.store.execute(
        "INSERT INTO enrollments VALUES ('c7b', 't2', 'teacher', NULL, NULL, NULL)"
    )
    before = len(school.zulip.to(TARA))
    school.say(BEN, "tutoring no 1")
    assert len(school.zulip.to(TARA)) == before
    assert "does not come about" in school.zulip.to(OTTO)[-1]


def test_in_a_stream_names_stay_with_those_who_may_see_them(school: Town) -> None:
    """Students' answers are private; a teacher's preview shows where all readers may see both."""
    place = InStream(STAFF_STREAM, "x")
    school.say(TARA, "@**nudgebot** tutor s1 with s2 in frac", place)
    assert any("could help" in text for text in school.zulip.in_stream(STAFF_STREAM))
    school.say(TARA, "@**nudgebot** confirm", place)
    class_place = InStream(STAFF_STREAM, "y")
    school.say(ANA, "@**nudgebot** tutoring yes 1", class_place)
    assert "answered you in a direct message" in school.zulip.in_stream(STAFF_STREAM)[-1]
    assert "Thank you!" in school.zulip.to(ANA)[-1]


@pytest.mark.parametrize(
    "said",
    [
        "tutoring would be great",
        "tutoring?",
        "tutoring yes I would love that but I am afraid",
        "tutoring no way",
        "tutoring on Monday?",
        "tutoring off topic",
        "tutored by whom?",
        "tutored 30 minutes and it was horrible",
        "my tutoring is not going well",
        "tutor me please",
    ],
)
def test_free_words_reach_the_teacher(school: Town, said: str) -> None:
    """Only a whole command is one; all else a student writes is for people."""
    ask(school)
    assert "passed that on to Tara Teacher" in school.answer(ANA, said)
    assert status(school) == "asked"


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("tutoring yes 1", "yes"),
        ("Tutoring yes, please", "yes"),
        ("tutoring yes #1!", "yes"),
        ("tutoring no, thank you 1.", "no"),
        ("TUTORING NO", "no"),
    ],
)
def test_ways_to_answer(school: Town, said: str, then: str) -> None:
    """As people write on a phone."""
    ask(school)
    school.say(ANA, said)
    assert school.store.value("SELECT student_said FROM tutorings") == then


def test_my_tutoring(school: Town) -> None:
    """What is asked, whom I help and who helps me; never a figure."""
    assert "no tutoring at the moment" in school.answer(ANA, "my tutoring")
    ask(school)
    assert "Would you like help with **Fractions**? `tutoring yes 1`" in school.answer(
        ANA, "my tutoring"
    )
    assert "Would you help a classmate" in school.answer(BEN, "my tutoring")
    school.say(ANA, "tutoring yes")
    assert "You said yes" in school.answer(ANA, "my tutoring")
    school.say(BEN, "tutoring yes")
    assert "**Ben &#42;Baker&#42;** helps you" in school.answer(ANA, "my tutoring")
    said = school.answer(BEN, "my tutoring")
    assert "You help **Ana Alvarez** with **Fractions**" in said
    assert "%" not in said
    assert school.zulip.to(ANABEL) == []


@pytest.mark.parametrize(
    ("word", "counts"), [("Yes!", True), ("ja", True), ("yes but when", False)]
)
def test_a_bare_yes_answers_the_newest_question(school: Town, word: str, counts: bool) -> None:
    """A student need not type a number; other words go to the teacher as ever."""
    ask(school)
    school.say(TARA, "confirm")
    answer = school.answer(ANA, word)
    assert ("As soon as the other one has answered" in answer) is counts
    assert ("passed that on" in answer) is not counts


def test_a_bare_yes_after_a_teachers_message_is_for_the_teacher(school: Town) -> None:
    """It may well answer the teacher's own question."""
    ask(school)
    school.say(TARA, "confirm")
    school.clock += timedelta(minutes=1)
    school.say(TARA, "message Ana Alvarez: Shall we meet tomorrow?")
    school.say(TARA, "confirm")
    school.clock += timedelta(minutes=1)
    assert "Tara Teacher" in school.answer(ANA, "yes")
    assert not school.store.value("SELECT student_said FROM tutorings")
