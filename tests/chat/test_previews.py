"""A word is about one preview: the newest, or the one whose own word is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, ANABEL, BEN, CHI, STAFF_STREAM, TARA, Town
from nudgebot.chat.confirmations import REPLACED
from nudgebot.chat.incoming import Reacted
from nudgebot.nudging.messages import InStream

IDLE: dict[str, int | float | str | tuple[str, ...] | None] = {
    "days_since_last_activity": 10,
    "days_since_last_practice": 10,
}


def tokens(town: Town) -> list[str]:
    """The tokens of all previews, the oldest first."""
    return [row[0] for row in town.store.rows("SELECT token FROM confirmations ORDER BY number")]


def test_an_abandoned_preview_to_the_same_student_is_never_sent(town: Town) -> None:
    """Template, then own words, changed and added to: one message, however often confirmed."""
    town.figures.rows["s1"] = dict(IDLE)
    town.say(TARA, "message s1 inactive_check_in")
    shown = town.answer(TARA, "message s1: Hello there")
    assert "takes the place of your earlier preview" in shown
    town.say(TARA, "change Good morning")
    town.say(TARA, "add See you soon")
    town.say(TARA, "confirm")
    assert "settled already" in town.answer(TARA, "confirm")
    (arrived,) = town.zulip.to(ANA)
    assert "Good morning\n\nSee you soon" in arrived


@pytest.mark.parametrize("word", ["cancel", "confirm", "change other words", "add more words"])
def test_a_bare_word_never_reaches_an_older_preview(town: Town, word: str) -> None:
    """What was asked before is still there under its own word, and that is said."""
    town.say(TARA, "message s1 to Ana")
    town.say(TARA, "message s2 to Ben")
    town.say(TARA, "cancel")
    told = town.answer(TARA, word)
    assert "newest preview is settled already" in told
    assert f"`{word.split(maxsplit=1)[0]} {tokens(town)[0]}`" in told
    assert town.zulip.to(ANA) == town.zulip.to(BEN) == []
    town.say(TARA, f"confirm {tokens(town)[0]}")
    assert len(town.zulip.to(ANA)) == 1


def test_a_bare_word_about_an_expired_preview_says_so(town: Town) -> None:
    """The group preview of before is not picked up in its place."""
    town.figures.rows |= {"s1": dict(IDLE), "s2": dict(IDLE)}
    town.say(TARA, "message inactive")
    town.clock += timedelta(minutes=16)
    assert "expired" in town.answer(TARA, "change Hello")
    assert "expired" in town.answer(TARA, "confirm")


def test_a_second_confirm_of_an_admins_carries_nothing_else_out(town: Town) -> None:
    """Two links previewed, one confirmed twice: one link."""
    town.store.execute("UPDATE students SET zulip_user_id = NULL")
    town.say(ADMIN, f"link student s1 @**|{ANA}**")
    town.say(ADMIN, f"link student s2 @**|{BEN}**")
    assert "Linked" in town.answer(ADMIN, "confirm")
    assert "settled already" in town.answer(ADMIN, "confirm")
    assert town.office.links.user_id_of("student", "s1") is None


def test_the_same_group_replaces_and_another_does_not(town: Town) -> None:
    """The group of a class and that of all classes are two."""
    town.figures.rows |= {"s1": IDLE | {"overdue_assignments": 2}, "s4": dict(IDLE)}
    town.say(TARA, "message inactive 7B")
    assert "takes the place" in town.answer(TARA, "message inactive 7B inactive_miss_you")
    assert "takes the place" not in town.answer(TARA, "message overdue 7B")
    first, second, _ = tokens(town)
    assert REPLACED in town.answer(TARA, f"confirm {first}")
    assert "2 sent" in town.answer(TARA, f"confirm {second}")


def test_another_teachers_preview_does_not_give_way(town: Town) -> None:
    """Each has her own."""
    town.say(TARA, "message s1 hello from Tara")
    assert "takes the place" not in town.answer(ADMIN, "message s1 hello from Ada")
    town.say(TARA, "confirm")
    town.say(ADMIN, "confirm")
    assert len(town.zulip.to(ANA)) == 2


def test_a_reaction_still_counts_on_an_older_preview(town: Town) -> None:
    """It says itself which preview is meant; on one that gave way it is told so."""
    town.say(TARA, "message s1 to Ana")
    message_ids = [town.store.value("SELECT message_id FROM confirmations")]
    town.say(TARA, "message s2 to Ben")
    town.reception.reaction(Reacted(message_ids[0], TARA, "2705"))
    assert len(town.zulip.to(ANA)) == 1
    town.say(TARA, "message s2 other words")
    gone = town.store.value("SELECT message_id FROM confirmations WHERE state = 'replaced'")
    town.reception.reaction(Reacted(gone, TARA, "2705"))
    assert town.zulip.to(BEN) == []
    assert town.zulip.to(TARA)[-1] == REPLACED


def test_other_words_name_the_student_again(town: Town) -> None:
    """Also how to add to them."""
    town.say(TARA, "message s1 hello")
    shown = town.answer(TARA, "change good morning")
    assert "To **Ana Alvarez (s1)**, in your words" in shown
    assert f"`add {town.token()} <your words>`" in shown


def test_other_words_for_a_group_list_everybody_again(town: Town) -> None:
    """A group is easily mistaken for one student."""
    town.figures.rows |= {"s1": dict(IDLE), "s4": dict(IDLE)}
    town.say(TARA, "message inactive")
    shown = town.answer(TARA, "change good morning")
    assert "To **2 students**, in your words" in shown
    assert "- Ana Alvarez (s1)\n- Anabel Adams (s4)" in shown


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param("confirm zzzz", "has four characters", id="no such word"),
        pytest.param("confirm message to Ana", "has four characters", id="more than a word"),
        pytest.param("cancel zzzz", "`cancel` alone means", id="the same of cancel"),
        pytest.param("confirm 00f0", "nothing of yours", id="nobody's"),
        pytest.param("change 00f0 hi", "nothing of yours", id="nobody's to change"),
        pytest.param("change 2026 will be great", "2026 will be great", id="a year"),
        pytest.param("change Dead lines are near", "Dead lines are near", id="a word of a-f"),
        pytest.param("confirm it, please", "✅ Sent to Ana", id="politely"),
    ],
)
def test_a_word_behind_the_command(town: Town, said: str, says: str) -> None:
    """It is a preview's word, or it is said what is missing."""
    town.say(TARA, "message s1 hello")
    assert says in town.answer(TARA, said)
    assert len(town.zulip.to(ANA)) == (said == "confirm it, please")


def test_words_cannot_be_changed_where_there_are_none(town: Town) -> None:
    """The preview of a link goes on waiting, and no words are suggested for it."""
    town.say(ADMIN, f"link student s1 @**|{CHI}**")
    assert "change" not in town.answer(ADMIN, "something else")
    assert "takes no other words" in town.answer(ADMIN, "change other words")
    assert town.token()


def test_words_that_are_no_command_may_be_meant_for_the_open_preview(town: Town) -> None:
    """Where the preview is elsewhere it is asked, and nothing is said of where it stands."""
    town.say(TARA, "@**nudgebot** message s1 hello", InStream(STAFF_STREAM, "t"))
    told = town.answer(TARA, "Good morning to you")
    assert f"`change {town.token()} <your words>`" in told
    assert "above" not in told
    town.say(TARA, "confirm")
    assert "change" not in town.answer(TARA, "Good morning to you")


def test_a_change_heard_again_after_a_crash_changes_the_same_preview(town: Town) -> None:
    """It is not taken for a word on the preview that it made."""
    town.say(TARA, "message s4 hello")
    word = town.said(TARA, "add more")
    town.reception.message(word)
    town.store.execute("DELETE FROM chat_handled")
    town.reception.message(word)
    town.say(TARA, "confirm")
    (arrived,) = town.zulip.to(ANABEL)
    assert arrived.count("more") == 1


@pytest.mark.parametrize("name", ["confirm", "cancel", "change", "add"])
def test_the_help_on_a_word_shows_it(town: Town, name: str) -> None:
    """With a preview's word and without."""
    told = town.answer(TARA, f"help {name}")
    assert f"- `{name}" in told
    assert f"`{name} 4f9a" in told


def test_other_words_are_just_written(town: Town) -> None:
    """In the conversation with the bot they become a new preview; nothing is sent by them."""
    town.figures.rows["s1"] = dict(IDLE)
    town.say(TARA, "message s1 inactive_check_in")
    shown = town.answer(TARA, "Hi {first_name}, are you well?\nWe miss you.")
    assert "Hi Ana, are you well?\nWe miss you." in shown
    assert "To **Ana Alvarez (s1)**, in your words" in shown
    shown = town.answer(TARA, "Second thoughts: shall we talk?")
    assert town.zulip.to(ANA) == []
    town.say(TARA, "confirm")
    (arrived,) = town.zulip.to(ANA)
    assert "Second thoughts: shall we talk?" in arrived
    assert "miss you" not in arrived
    (kept,) = town.office.letters.messages_to("s1")
    assert (kept.template_id, kept.teacher_id) == ("", "t1")


@pytest.mark.parametrize(
    ("said", "state", "says"),
    [
        ("yes", "done", "✅ Sent to Ana"),
        ("Yes, please!", "done", "✅ Sent to Ana"),
        ("send it", "done", "✅ Sent to Ana"),
        ("no", "cancelled", "Cancelled. Nothing was done."),
        ("don’t send it", "cancelled", "Cancelled. Nothing was done."),
        ("ok", "open", "I am not sure"),
        ("OK, thanks", "open", "I am not sure"),
        ("looks good to me", "open", "I am not sure"),
        ("hm", "open", "I am not sure"),
        ("👍", "open", "I am not sure"),
        ("Hello", "open", "I am not sure"),
        ("12 34", "open", "I am not sure"),
        ("confrim", "open", "Did you mean `confirm`?"),
        ("confrim it please", "open", "Did you mean `confirm`?"),
        ("chagne Good morning", "open", "Did you mean `change`?"),
    ],
)
def test_a_slip_never_becomes_a_message(town: Town, said: str, state: str, says: str) -> None:
    """A plain yes or no counts; what is doubtful is asked about, with the words to say."""
    town.say(TARA, "message s1 first words")
    token = town.token()
    told = town.answer(TARA, said)
    assert says in told
    found = town.store.value("SELECT state FROM confirmations WHERE token = ?", [token])
    assert found == state
    if state == "open":
        word = "change" if said.startswith("chagne") else "confirm"
        assert f"`{word} {token}" in told
        assert f"`change {token} <your words>`" in told
    assert len(town.zulip.to(ANA)) == (state == "done")


def test_a_sentence_that_begins_like_a_command_is_not_lost(town: Town) -> None:
    """The command says what it misses, and how the sentence gets into the preview."""
    town.say(TARA, "message s1 first words")
    told = town.answer(TARA, "risk it and try again")
    assert f"`change {town.token()} <your words>`" in told


def test_a_yes_counts_for_any_preview_and_other_words_only_for_a_message(town: Town) -> None:
    """A link has no words."""
    town.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'")
    town.say(ADMIN, f"link student s1 @**|{ANA}**")
    assert "I am not sure" in town.answer(ADMIN, "those two, then")
    assert "Linked" in town.answer(ADMIN, "yes")


def test_a_yes_to_a_large_group_is_asked_about_twice(town: Town) -> None:
    """As the button is."""
    limited = town.office.settings.replaced(bulk_limit=1)
    object.__setattr__(town.office, "settings", limited)
    town.figures.rows |= {key: dict(IDLE) for key in ("s1", "s4")}
    town.say(TARA, "message inactive")
    assert "say it once more" in town.answer(TARA, "yes")
    assert town.zulip.to(ANA) == []


def test_an_expired_preview_takes_no_word(town: Town) -> None:
    """A yes of next week is about nothing."""
    town.say(TARA, "message s1 first words")
    town.clock += timedelta(days=7)
    assert "I did not understand that" in town.answer(TARA, "yes")
    assert "expired" in town.answer(TARA, "confirm")
    assert town.zulip.to(ANA) == []


def test_other_words_heard_again_after_a_crash_change_the_same_preview(town: Town) -> None:
    """The second hearing makes the same of it."""
    town.say(TARA, "message s4 hello there")
    word = town.said(TARA, "Good morning to you")
    town.reception.message(word)
    town.store.execute("DELETE FROM chat_handled")
    town.reception.message(word)
    town.say(TARA, "confirm")
    (arrived,) = town.zulip.to(ANABEL)
    assert "Good morning to you" in arrived


def test_another_template_is_one_click_away(town: Town) -> None:
    """Up to three that fit, with the words that were added; own words get none."""
    town.figures.rows["s1"] = IDLE | {"overdue_assignments": 1, "overdue_assignment_title": "Essay",
                                      "overdue_days": 2}  # fmt: skip
    _, asked = town.say(TARA, "message s1 inactive_check_in See you on Monday")
    assert [each.reply.split()[0] for each in asked.buttons[:2]] == ["confirm", "cancel"]
    others = [each.reply for each in asked.buttons[2:]]
    assert others == [
        "message s1 inactive_miss_you See you on Monday",
        "message s1 overdue_was_due See you on Monday",
    ]
    shown = town.answer(TARA, others[0])
    assert "we miss you" in shown
    assert "See you on Monday" in shown
    assert "takes the place" in shown
    _, asked = town.say(TARA, "message s1 My own words")
    assert len(asked.buttons) == 2


@pytest.mark.parametrize("word", ["yes", "no", "ok", "do it"])
def test_a_word_after_another_question_is_asked_about(town: Town, word: str) -> None:
    """A yes to “did you mean” sends nothing; the one to the question that follows does."""
    town.say(TARA, "message s1 hi there")
    _, asked = town.say(TARA, "alrts")
    assert [each.reply for each in asked.buttons] == ["alerts"]
    told = town.answer(TARA, word)
    assert "Send the message to Ana Alvarez?" in told
    assert f"`confirm {town.token()}`" in told
    assert town.zulip.to(ANA) == []
    assert "✅ Sent to Ana" in town.answer(TARA, "yes")


def test_a_yes_after_another_answer_is_asked_about(town: Town) -> None:
    """Whatever came between, and after a restart, the preview is named before it is sent."""
    town.say(TARA, "message s1 hi there")
    town.say(TARA, "risk")
    assert "Send the message to Ana Alvarez?" in town.answer(TARA, "yes")
    town.reopened()
    assert "Send the message to Ana Alvarez?" in town.answer(TARA, "yes")
    assert town.zulip.to(ANA) == []


def test_words_like_a_command_are_offered_both_ways(town: Town) -> None:
    """As the command, put right, and as words for the preview."""
    town.say(TARA, "message s1 hi there")
    _, asked = town.say(TARA, "reprt student s1")
    token = town.token()
    replies = [each.reply for each in asked.buttons]
    assert replies == ["report student s1", f"change {token} reprt student s1"]


@pytest.mark.parametrize("said", ["resolve 99 x", "tutored 5 0 minutes", "message struggling 9Z"])
def test_a_command_that_only_failed_is_not_taken_for_other_words(town: Town, said: str) -> None:
    """It begins as its arguments do."""
    town.say(TARA, "message s1 hi there")
    assert "other words" not in town.answer(TARA, said)


def test_older_previews_are_named_where_nobody_else_reads_it(town: Town) -> None:
    """A bare code says nothing; in a stream nothing more is said."""
    town.say(TARA, "message s1 to Ana")
    town.say(TARA, "message s2 to Ben")
    town.say(TARA, "cancel")
    assert f"- `confirm {tokens(town)[0]}`: message to Ana Alvarez" in town.answer(TARA, "confirm")
    told = town.answer(TARA, "@**nudgebot** confirm", InStream(STAFF_STREAM, "today"))
    assert f"`confirm {tokens(town)[0]}`" in told
    assert "Ana" not in told


def test_a_group_that_was_written_to_today_is_marked(town: Town) -> None:
    """And who rests after urgent words is told apart from who stopped nudges."""
    town.figures.rows |= {key: dict(IDLE) for key in ("s1", "s2", "s4")}
    assert "within a day" not in town.answer(TARA, "message inactive")
    town.say(TARA, "confirm")
    town.clock += timedelta(minutes=5)
    town.office.consents.hold("s2", "why", town.clock)
    told = town.answer(TARA, "message inactive")
    assert "2 of these got a message from a teacher within a day" in told
    assert "1 student: left out, resting after urgent words" in told
