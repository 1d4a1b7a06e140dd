"""A student writes that she may be in danger: people are told first, and nothing cheerful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chat.town import ADMIN, ANA, BEN, CLASS_STREAM, NOW, OTTO, STRANGER, TARA, Town
from nudgebot.chat.freetext import (
    NOBODY_AFTER_ALL,
    NOBODY_NOW,
    is_urgent,
    look_back,
    pass_on_waiting,
)
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream, Outgoing

SAID = "I hate school and I want to die"


def refuse(town: Town, *user_ids: int) -> None:
    """From now on Zulip refuses what goes to these users, for good."""

    def refusal(message: Outgoing) -> DeliveryError | None:
        refused = message.recipient in [Direct((each,)) for each in user_ids]
        return DeliveryError("Zulip refuses it.", accepted=False) if refused else None

    town.zulip.refuse = refusal


def test_the_teachers_are_told_first_and_at_once(town: Town) -> None:
    """All of them, whoever wrote last; the words are quoted and nothing in them acts."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    town.say(TARA, "message s1 Is everything okay?")
    town.say(TARA, "confirm")
    sent = town.say(ANA, f"{SAID} @**all**")
    assert [message.recipient for message in sent] == [
        Direct((each,)) for each in (TARA, OTTO, ANA)
    ]
    urgent = sent[0].content
    assert urgent.startswith("🚨 **Urgent, please read now: Ana Alvarez may be in danger.**")
    assert "want to die &#64;&#42;&#42;all" in urgent
    assert "and gets no nudges for now" in urgent
    assert "Otto Other got this too." in urgent
    assert "Tara Teacher got this too." in sent[1].content
    assert "say `resume s1`" in urgent
    assert [each.action for each in town.office.audit.of("s1")][:2] == ["answer", "answer"]


def test_the_student_gets_the_schools_help_and_no_thanks(town: Town) -> None:
    """Who is told, too, and that nudges rest."""
    told = town.answer(ANA, SAID).split("\n", 1)[1]
    assert town.office.settings["crisis_help"] in told
    assert "passed that on to Tara Teacher" in told
    assert "Thank you!" not in told


def test_nudges_rest_until_a_person_resumes_them(town: Town) -> None:
    """A teacher sees why; a message of her own still arrives, and one to a group does not.

    The student's own `start` ends a stop of hers, and no more.
    """
    town.figures.rows["s1"] = {"days_since_last_activity": 10}
    town.say(ANA, SAID)
    assert "something that needs a person" in town.office.consents.state("s1").silence(town.clock)
    assert "“resume s1” lets them go on" in town.answer(TARA, "why s1")
    assert "still arrives" in town.answer(TARA, "message s1 I am here for you.")
    assert "left out" in town.answer(TARA, "message inactive")
    town.say(ANA, "stop")
    assert "until a person of your school lets them go on" in town.answer(ANA, "start")
    assert town.office.consents.state("s1").held
    assert not town.office.consents.state("s1").stopped
    assert "no student of yours" in town.answer(OTTO, "resume s1")
    assert "may reach Ana Alvarez (s1) again" in town.answer(TARA, "resume s1 talked with her")
    assert town.office.consents.state("s1").silence(town.clock) == ""
    assert "Nothing was held back" in town.answer(TARA, "resume s1")


def test_a_persons_word_leaves_the_students_own_stop(town: Town) -> None:
    """She asked for no nudges, and gets none."""
    town.say(ANA, "stop")
    town.say(ANA, SAID)
    assert "The student asked for no nudges" in town.answer(TARA, "resume s1 talked")
    assert town.office.consents.state("s1").stopped


def test_in_a_stream_it_counts_as_well(town: Town) -> None:
    """The help comes in a direct message."""
    place = InStream(CLASS_STREAM, "t")
    town.say(ANA, f"@**nudgebot** {SAID}", place)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert town.office.settings["crisis_help"] in town.zulip.to(ANA)[0]
    assert town.zulip.in_stream(CLASS_STREAM) == ["I have answered you in a direct message."]


def test_where_no_teacher_can_be_reached_the_admins_are_told(town: Town) -> None:
    """Somebody reads it in any case, or the student is not left waiting."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    told = town.answer(ANA, SAID)
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "passed that on to Ada Admin" in told


def test_where_nobody_can_be_reached_she_is_not_left_waiting(town: Town) -> None:
    """It is said that nobody reads it now; who is linked later still gets it, as urgent."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    town.store.execute("UPDATE zulip_users SET role = 400")
    assert NOBODY_NOW in town.answer(ANA, SAID)
    town.store.execute("UPDATE teachers SET zulip_user_id = ? WHERE teacher_id = 't1'", [TARA])
    assert pass_on_waiting(town.office, town.clock) == 1
    assert "Urgent" in town.zulip.to(TARA)[0]


def test_somebody_unknown_gets_the_help_text_too(town: Town) -> None:
    """Not only the sentence that she is not known."""
    assert town.office.settings["crisis_help"] in town.answer(STRANGER, SAID)


@pytest.mark.parametrize("said", ["I hate school", "That test killed me", "I stopped"])
def test_an_ordinary_answer_is_thanked_for(town: Town, said: str) -> None:
    """Nothing is urgent about it."""
    assert "Thank you!" in town.answer(ANA, said)
    assert "Urgent" not in town.zulip.to(TARA)[0]


def test_a_refused_copy_counts_as_read_by_nobody(town: Town) -> None:
    """The admins get it instead, and the student is told who really has it."""
    refuse(town, TARA)
    told = town.answer(ANA, SAID)
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "passed that on to Ada Admin." in told
    assert "Tara" not in told.split("\n\n", 1)[1].rpartition("passed that on")[2]


def test_what_all_refuse_waits_for_who_is_reached_later(town: Town) -> None:
    """The student is not told that anybody has it, and another teacher gets it as urgent."""
    refuse(town, TARA, ADMIN)
    told = town.answer(ANA, SAID)
    assert NOBODY_NOW in told
    assert "passed that on" not in told
    assert pass_on_waiting(town.office, town.clock) == 0
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    assert pass_on_waiting(town.office, town.clock) == 1
    assert "Urgent" in town.zulip.to(OTTO)[0]
    assert pass_on_waiting(town.office, town.clock) == 0


def test_an_ordinary_answer_that_is_refused_is_kept(town: Town) -> None:
    """It is no matter for the admins."""
    refuse(town, TARA)
    assert "I have kept your words" in town.answer(ANA, "I was sick")
    assert town.zulip.to(ADMIN) == []
    assert len(town.office.letters.waiting_answers()) == 1


def test_an_admin_whom_zulip_does_not_know_is_no_reader(tmp_path: Path) -> None:
    """A wrong number in the settings swallows nothing."""
    town = Town(tmp_path, admins=(999,), realm_admins_are_admins=False)
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    assert NOBODY_NOW in town.answer(ANA, SAID)
    assert town.zulip.to(999) == []
    town.store.execute("UPDATE teachers SET zulip_user_id = ? WHERE teacher_id = 't1'", [TARA])
    assert pass_on_waiting(town.office, town.clock) == 1
    town.store.close()


@pytest.mark.parametrize(
    "change",
    ["is_active = 0", "is_bot = 1"],
)
def test_an_admin_who_cannot_read_is_no_reader(tmp_path: Path, change: str) -> None:
    """Somebody who left the organisation, or a bot, even where settings name them."""
    town = Town(tmp_path, admins=(ADMIN,))
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    town.store.execute(f"UPDATE zulip_users SET {change} WHERE user_id = ?", [ADMIN])  # noqa: S608  # a constant of this test
    assert NOBODY_NOW in town.answer(ANA, SAID)
    assert town.zulip.to(ADMIN) == []
    town.store.close()


def test_where_one_of_her_teachers_is_not_linked_the_admins_are_told_too(town: Town) -> None:
    """All of her teachers ought to know; the admins can walk over to the one who does not."""
    town.store.execute("INSERT INTO teachers (teacher_id, name) VALUES ('t3', 'Una Unlinked')")
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't3', 'teacher')"
    )
    told = town.answer(ANA, SAID)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "Tara Teacher and Ada Admin" in told


UNSURE = {
    "gone from the export": "UPDATE students SET gone_at = 1 WHERE student_id = 's1'",
    "claimed by two": "UPDATE students SET zulip_user_id = 21 WHERE student_id = 's2'",
    "not linked": "UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'",
}


@pytest.mark.parametrize("change", UNSURE.values(), ids=UNSURE.keys())
def test_the_words_of_somebody_not_fully_known_reach_the_admins(town: Town, change: str) -> None:
    """No teacher, as nobody can tell whose; the writer gets the help."""
    town.store.execute(change)
    told = town.answer(ANA, f"{SAID} @**all**")
    (urgent,) = town.zulip.to(ADMIN)
    assert urgent.startswith("🚨 **Urgent, please read now: Ana Alvarez may be in danger.**")
    assert "want to die &#64;&#42;&#42;all" in urgent
    assert "in a direct message to me" in urgent
    assert f"Zulip user {ANA}" in urgent
    assert town.zulip.to(TARA) == []
    assert town.office.settings["crisis_help"] in told
    assert "passed that on to Ada Admin" in told


def test_a_strangers_words_in_a_stream_are_told_with_their_place(town: Town) -> None:
    """Her name and the topic do nothing in the copy."""
    town.store.execute("UPDATE zulip_users SET full_name = '**S**' WHERE user_id = ?", [STRANGER])
    town.say(STRANGER, f"@**nudgebot** {SAID}", InStream(CLASS_STREAM, "@**all**"))
    (urgent,) = town.zulip.to(ADMIN)
    assert "read now: &#42;&#42;S&#42;&#42; may" in urgent
    assert f"in channel {CLASS_STREAM}, topic “&#64;&#42;&#42;all&#42;&#42;”" in urgent
    assert town.office.settings["crisis_help"] in town.zulip.to(STRANGER)[0]


def test_a_strangers_words_that_nobody_gets(town: Town) -> None:
    """She is not left waiting."""
    refuse(town, ADMIN)
    assert NOBODY_NOW in town.answer(STRANGER, SAID)


@pytest.mark.parametrize("kind", ["teacher", "admin"])
def test_a_student_who_is_staff_too_is_taken_at_her_word(town: Town, kind: str) -> None:
    """Her teachers get it; she is no reader of her own words."""
    if kind == "teacher":
        town.store.execute("UPDATE teachers SET zulip_user_id = ? WHERE teacher_id = 't2'", [ANA])
        town.store.execute(
            "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
        )
    else:
        town.store.execute("UPDATE zulip_users SET role = 200 WHERE user_id = ?", [ANA])
    told = town.answer(ANA, SAID)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert town.office.settings["crisis_help"] in told
    assert not any("Urgent" in each for each in town.zulip.to(ANA))
    assert town.office.consents.state("s1").held


def test_other_staff_get_the_help_and_nobody_is_told(town: Town) -> None:
    """Not that they were not understood; a command with such words stays a command."""
    assert town.answer(TARA, SAID) == town.office.settings["crisis_help"]
    assert town.zulip.to(ADMIN) == []
    assert town.office.settings["crisis_help"] not in town.answer(TARA, f"message s1 {SAID}")


def test_words_that_are_only_quoted_are_urgent_throughout_or_not_at_all(town: Town) -> None:
    """Who gets an urgent copy is told so, and her nudges rest."""
    told = town.answer(ANA, f"```quote\n{SAID}\n```")
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert town.office.settings["crisis_help"] in told
    assert "Thank you!" not in told
    assert town.office.consents.state("s1").held


def test_urgent_copies_overtake_what_waits(town: Town) -> None:
    """After an outage a call for help does not stand in line behind answers to commands."""
    away = DeliveryError("Zulip is away.", accepted=False, retry_after_seconds=1.0)
    town.zulip.refuse = lambda _: away
    for _ in range(3):
        town.say(TARA, "help")
    town.clock += timedelta(seconds=5)
    town.say(BEN, SAID)
    town.zulip.refuse = lambda _: None
    assert town.zulip.sent == []
    town.office.outbox.run(NOW + timedelta(minutes=20))  # type: ignore[attr-defined]
    assert town.zulip.sent[0][1].purpose == "urgent_answer"
    assert len(town.zulip.sent) == 5


@pytest.mark.parametrize(
    "text",
    [
        "i dont want to be here any more",
        "I want to kill my self",
        "i cut my self",
        "unalive",
        "took an overdose",
        "my dad hits me",
        "ich will einfach nicht mehr leben",
        "Ich bringe mich noch um",
        "i want\u200b to d\u00adie",
        "I want to \u2066die\u2069",
    ],
)
def test_common_forms_are_found(town: Town, text: str) -> None:
    """As students write them; characters that nobody sees hide nothing."""
    assert is_urgent(town.office, text)


@pytest.mark.parametrize("text", ["Bring mich bitte um acht Uhr hin", "I hit my head", "my self"])
def test_near_words_are_not(town: Town, text: str) -> None:
    """The new forms do not take in everyday words."""
    assert not is_urgent(town.office, text)


CONNIE = STRANGER  # somebody of the school's office, who is no teacher


def town_with_contacts(folder: Path, *user_ids: int) -> Town:
    return Town(folder, safeguarding_contacts=user_ids)


def test_the_safeguarding_contacts_are_told_at_once(tmp_path: Path) -> None:
    """Beside the teachers; who is no staff is offered no words that do not work for her."""
    town = town_with_contacts(tmp_path, CONNIE)
    told = town.answer(ANA, SAID)
    (urgent,) = town.zulip.to(CONNIE)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert "Sam Stranger got this too." in town.zulip.to(TARA)[0]
    assert "Tara Teacher got this too." in urgent
    assert "resume" not in urgent
    assert "`message" not in urgent
    assert "a teacher of Ana or an administrator lets nudges go on" in urgent
    assert "passed that on to Tara Teacher and Sam Stranger" in told
    assert town.zulip.to(ADMIN) == []
    town.store.close()


def test_a_contact_who_teaches_elsewhere_may_resume_and_see_no_more(tmp_path: Path) -> None:
    """Only whom it is about: a student whose nudges wait, by her id."""
    town = town_with_contacts(tmp_path, OTTO)
    assert "no student of yours" in town.answer(OTTO, "resume s1")
    town.say(ANA, SAID)
    urgent = town.zulip.to(OTTO)[-1]
    assert "say `resume s1`" in urgent
    assert "`message s1" not in urgent
    assert "no student of yours" in town.answer(OTTO, "why s1")
    assert "may reach Ana" in town.answer(OTTO, "resume s1 talked with her")
    assert town.office.audit.of("s1")[0].action == "resume"
    assert "no student of yours" in town.answer(OTTO, "resume s1")
    town.store.close()


@pytest.mark.parametrize("user_id", [999, 5])
def test_where_a_contact_cannot_be_told_the_admins_are(tmp_path: Path, user_id: int) -> None:
    """A number in the settings that is nobody's, or a bot's, swallows nothing."""
    town = town_with_contacts(tmp_path, user_id)
    town.say(ANA, SAID)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert town.zulip.to(user_id) == []
    town.store.close()


def test_a_contact_gets_the_cry_of_somebody_unknown(tmp_path: Path) -> None:
    """She can find out who it is, as the admins can."""
    town = town_with_contacts(tmp_path, OTTO)
    told = town.answer(STRANGER, SAID)
    assert "Urgent" in town.zulip.to(OTTO)[0]
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "Otto Other and Ada Admin" in told
    town.store.close()


def away(*user_ids: int) -> Callable[[Outgoing], DeliveryError | None]:
    """For these users Zulip asks for another try."""

    def error(message: Outgoing) -> DeliveryError | None:
        if message.recipient not in [Direct((each,)) for each in user_ids]:
            return None
        return DeliveryError("Zulip is away.", accepted=False, retry_after_seconds=1.0)

    return error


def test_an_urgent_copy_refused_only_later_goes_to_the_admins(town: Town) -> None:
    """It was thought to be on its way; once it is known that it is not, somebody else is told."""
    town.zulip.refuse = away(TARA)
    assert "passed that on to Tara Teacher" in town.answer(ANA, SAID)
    assert look_back(town.office, town.clock) == 0
    refuse(town, TARA)
    town.clock += timedelta(minutes=5)
    town.office.outbox.run(town.clock)  # type: ignore[attr-defined]
    assert look_back(town.office, town.clock) == 0  # one has it again: an admin
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "Nobody else has got this." in town.zulip.to(ADMIN)[0]
    before = len(town.zulip.sent)
    town.clock += timedelta(minutes=5)
    assert look_back(town.office, town.clock) == 0
    assert len(town.zulip.sent) == before
    assert len(town.office.letters.waiting_answers()) == 0


def test_when_nobody_has_it_after_all_the_student_is_told(town: Town) -> None:
    """She was told that somebody does; it waits for who can be reached."""
    town.zulip.refuse = away(TARA, ADMIN)
    town.say(ANA, SAID)
    refuse(town, TARA, ADMIN)
    town.clock += timedelta(minutes=5)
    town.office.outbox.run(town.clock)  # type: ignore[attr-defined]
    for _ in range(2):
        look_back(town.office, town.clock)
    told = [each for each in town.zulip.to(ANA) if NOBODY_AFTER_ALL in each]
    assert len(told) == 1
    assert town.office.settings["crisis_help"] in told[0]
    town.zulip.refuse = lambda _: None
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    assert pass_on_waiting(town.office, town.clock) == 1
    assert "Urgent" in town.zulip.to(OTTO)[0]


def test_an_ordinary_answer_refused_only_later_waits_again(town: Town) -> None:
    """Nothing that a student writes is lost; the admins do not read it for that."""
    town.zulip.refuse = away(TARA)
    town.say(ANA, "I was sick")
    refuse(town, TARA)
    town.clock += timedelta(minutes=5)
    town.office.outbox.run(town.clock)  # type: ignore[attr-defined]
    assert look_back(town.office, town.clock) == 1
    assert town.zulip.to(ADMIN) == []
    assert len(town.office.letters.waiting_answers()) == 1


def test_a_correction_that_sounds_like_a_crisis_is_one(town: Town) -> None:
    """No command stands between a cry for help and those who must hear it."""
    told = town.answer(ANA, f"wrong {SAID}")
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert town.office.settings["crisis_help"] in told
    assert town.office.consents.state("s1").held


def test_nobody_resumes_herself(town: Town) -> None:
    """Who is an admin and a student waits for another person all the same."""
    town.store.execute("UPDATE zulip_users SET role = 200 WHERE user_id = ?", [ANA])
    town.say(ANA, SAID)
    assert "Somebody else has to do that" in town.answer(ANA, "resume s1")
    assert town.office.consents.state("s1").held
