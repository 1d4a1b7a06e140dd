"""From a preview to a message that arrives once, and the answer that comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, BEN, NOW, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.chat.freetext import pass_on_waiting
from nudgebot.chat.incoming import Reacted
from nudgebot.errors import DeliveryError
from nudgebot.insight.table import Value
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.school.links import ZulipUser

CHECK, CROSS = "2705", "274c"
IDLE: dict[str, Value] = {"days_since_last_activity": 10, "days_since_last_practice": 10}


def preview_id(town: Town) -> int:
    """The bot's message that reactions count on."""
    found: int = town.store.value("SELECT message_id FROM confirmations WHERE state = 'open'")
    return found


def test_a_message_is_previewed_and_sent_in_the_teachers_name(town: Town) -> None:
    """Nothing goes out before a word; then exactly what was shown does."""
    shown = town.answer(TARA, "message Alvarez: Shall we *meet* tomorrow at ten?")
    assert town.zulip.to(ANA) == []
    assert "Shall we *meet* tomorrow" in shown
    town.say(TARA, f"confirm {town.token()}")
    done = town.zulip.to(TARA)[-1]
    (arrived,) = town.zulip.to(ANA)
    assert "**Tara Teacher** writes to you:" in arrived
    assert "Shall we *meet* tomorrow at ten?" in arrived
    assert arrived in shown
    assert done.startswith("✅ Sent to Ana Alvarez. I pass the answer on to you.")


def test_the_first_four_words_of_a_flow(town: Town) -> None:
    """`message 5` offers the templates that fit, filled in; a click takes one; words are added."""
    town.figures.rows["s1"] = dict(IDLE)
    asked = town.say(TARA, "message s1")[-1]
    assert asked.buttons[0].reply == "message s1 inactive_check_in"
    shown = town.answer(TARA, asked.buttons[0].reply)
    assert "you haven't practiced in 10 days" in shown
    shown = town.answer(TARA, "add We're working on fractions this week!")
    assert "10 days" in shown
    town.answer(TARA, "confirm")
    (arrived,) = town.zulip.to(ANA)
    assert "10 days" in arrived
    assert "fractions this week!" in arrived


def test_other_words_replace_the_preview(town: Town) -> None:
    """The old preview is gone with its token."""
    town.say(TARA, "message s1 first words")
    old = town.token()
    town.say(TARA, f"change {old} second words")
    assert "took the place of that one" in town.answer(TARA, f"confirm {old}")
    town.say(TARA, f"confirm {town.token()}")
    assert "second words" in town.zulip.to(ANA)[0]


@pytest.mark.parametrize(
    ("sender", "minutes", "says"),
    [
        pytest.param(OTTO, 0, "nothing of yours", id="somebody else"),
        pytest.param(ADMIN, 0, "nothing of yours", id="an admin neither"),
        pytest.param(TARA, 16, "has expired", id="too late"),
    ],
)
def test_a_word_that_does_not_count_does_nothing(
    town: Town, sender: int, minutes: int, says: str
) -> None:
    """A token is bound to its asker and to its time."""
    town.say(TARA, "message s1 hello there")
    token = town.token()
    town.clock += timedelta(minutes=minutes)
    assert says in town.answer(sender, f"confirm {token}")
    assert town.zulip.to(ANA) == []


def test_a_token_is_used_once(town: Town) -> None:
    """Buttons can be clicked for ever."""
    town.say(TARA, "message s1 hello there")
    token = town.token()
    town.say(TARA, f"confirm {token}")
    assert "settled already" in town.answer(TARA, f"confirm {token}")
    assert "settled already" in town.answer(TARA, f"cancel {token}")
    assert len(town.zulip.to(ANA)) == 1


def test_the_preview_says_the_same_with_and_without_buttons(town: Town) -> None:
    """The buttons stand in a message of their own, because they hide its text where they show."""
    text, asked = town.say(TARA, "message s1 hello there")
    assert text.buttons == ()
    assert [button.reply.split()[0] for button in asked.buttons] == ["confirm", "cancel"]
    assert all(button.reply in asked.content for button in asked.buttons)
    assert [name for _, name in town.zulip.reactions] == ["check", "cross_mark"]


@pytest.mark.parametrize(
    ("user_id", "emoji", "arrives", "answered"),
    [
        pytest.param(TARA, CHECK, True, True, id="her check"),
        pytest.param(TARA, CROSS, False, True, id="her cross"),
        pytest.param(ADMIN, CHECK, False, False, id="another's check"),
        pytest.param(TARA, "1f389", False, False, id="another emoji"),
    ],
)
def test_a_reaction_is_a_word(
    town: Town, user_id: int, emoji: str, *, arrives: bool, answered: bool
) -> None:
    """In the place of the preview, once, and only by its asker."""
    staff = InStream(STAFF_STREAM, "t")
    town.say(TARA, "@**nudgebot** message s1 hello there", staff)
    reacted = Reacted(preview_id(town), user_id, emoji)
    before = len(town.zulip.in_stream(STAFF_STREAM))
    for _ in range(2):
        town.reception.reaction(reacted)
        town.work()
    assert (len(town.zulip.to(ANA)) == 1) is arrives
    assert (len(town.zulip.in_stream(STAFF_STREAM)) == before + 1) is answered


def test_a_reaction_in_a_gap_is_found_on_the_message(town: Town) -> None:
    """The event is lost with the queue; the reaction is still there."""
    town.say(TARA, "message s1 hello there")
    message_id = preview_id(town)
    town.zulip.messages[message_id] = {
        "reactions": [
            {"user_id": 5, "emoji_code": CROSS},
            {"user_id": TARA, "emoji_code": CHECK},
        ]
    }
    town.reception.settled(after_gap=True)
    assert len(town.zulip.to(ANA)) == 1


def test_a_group_gets_a_message_each(town: Town) -> None:
    """Those who match, each with her own words; the last line counts what became of them."""
    town.figures.rows |= {"s1": dict(IDLE), "s2": IDLE | {"days_since_last_practice": 7}}
    town.figures.rows["s4"] = {"days_since_last_activity": 2}
    town.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's2'")
    shown = town.answer(TARA, "message inactive 7B")
    assert "**2 students** in 7B" in shown
    assert "no activity for 10 days" in shown
    assert "1 student: not linked" in shown
    done = town.answer(TARA, f"confirm {town.token()}")
    assert "Sending 2 messages" in done
    assert "✅ 1 sent, 1 not linked." in done
    assert "not linked: Ben &#42;Baker&#42;" in done
    assert "haven't practiced in 10 days" in town.zulip.to(ANA)[0]
    assert town.zulip.to(BEN) == []


@pytest.mark.parametrize(
    ("category", "row", "belongs"),
    [
        ("inactive", {"days_since_last_activity": 7}, True),
        ("inactive", {"days_since_last_activity": 6}, False),
        ("inactive", {}, False),
        ("struggling", {"risk_level": "high"}, True),
        ("struggling", {"average_score": 59.9}, True),
        ("struggling", {"accuracy": 59.0, "average_score": 80.0}, True),
        ("struggling", {"average_score": 60.0, "risk_level": "medium"}, False),
        ("overdue", {"overdue_assignments": 1}, True),
        ("overdue", {"overdue_assignments": 0}, False),
        ("encouragement", {"current_streak": 5}, True),
        ("encouragement", {"score_trend": "improving"}, True),
        ("encouragement", {"current_streak": 4, "score_trend": "steady"}, False),
    ],
)
def test_who_belongs_to_a_group(
    town: Town, category: str, row: dict[str, int | float | str], *, belongs: bool
) -> None:
    """What is not known puts nobody into a group."""
    town.figures.rows["s1"] = dict(row)
    assert ("Ana Alvarez" in town.answer(TARA, f"message {category}")) is belongs


def test_a_group_is_checked_again_when_it_is_confirmed(town: Town) -> None:
    """Who practised meanwhile, or asked for silence, gets nothing, and that is said."""
    town.figures.rows |= {key: dict(IDLE) for key in ("s1", "s2", "s4")}
    town.say(TARA, "message inactive")
    town.figures.rows["s1"] = {"days_since_last_activity": 0}
    town.say(BEN, "stop")
    done = town.answer(TARA, f"confirm {town.token()}")
    assert "1 sent, 1 asked for silence, 1 no longer concerned" in done


def test_a_large_group_is_asked_about_twice(town: Town) -> None:
    """The first word only asks again, under another token."""
    limited = town.office.settings.replaced(bulk_limit=1)
    object.__setattr__(town.office, "settings", limited)
    town.figures.rows |= {key: dict(IDLE) for key in ("s1", "s4")}
    town.say(TARA, "message inactive")
    first = town.token()
    assert "say it once more" in town.answer(TARA, f"confirm {first}")
    assert town.zulip.to(ANA) == []
    assert town.token() != first
    assert "2 sent" in town.answer(TARA, f"confirm {town.token()}")


def test_a_crash_in_the_middle_of_a_group_is_carried_on(town: Town) -> None:
    """After the restart the rest goes out, and nobody gets two."""
    town.figures.rows |= {key: dict(IDLE) for key in ("s1", "s2", "s4")}
    town.say(TARA, "message inactive")
    town.reception.message(town.said(TARA, f"confirm {town.token()}"))
    sent: list[Outgoing] = []

    def crash(message: Outgoing) -> DeliveryError | None:
        sent.append(message)
        if len(sent) == 2:
            raise KeyboardInterrupt
        return None

    town.zulip.refuse = crash
    with pytest.raises(KeyboardInterrupt):
        town.work()
    town.zulip.refuse = lambda _: None
    town.reopened().resume()
    town.work()
    arrived = [len(town.zulip.to(each)) for each in (ANA, BEN)]
    assert sum(len(town.zulip.to(u)) for u in (ANA, BEN, 24)) == 2
    assert max(arrived) == 1
    assert "2 sent, 1 waiting or unclear" in town.zulip.to(TARA)[-1]


def test_a_word_heard_again_after_a_crash_doubles_nothing(town: Town) -> None:
    """The same confirmation told again by the queue finds its work done."""
    town.say(TARA, "message s1 hello there")
    word = town.said(TARA, f"confirm {town.token()}")
    town.reception.message(word)
    town.store.execute("DELETE FROM chat_handled")  # as if that had not been kept
    town.reception.message(word)
    town.work()
    assert len(town.zulip.to(ANA)) == 1


def test_an_answer_goes_to_the_teacher_who_wrote(town: Town) -> None:
    """With what it answers, as text in which nothing acts, and how to answer back."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    town.say(TARA, "message s1 Is everything okay?")
    town.say(TARA, "confirm")
    before = len(town.zulip.to(TARA))
    thanks = town.answer(ANA, "Sorry, I was sick @**all**. I'll practice today!")
    passed = town.zulip.to(TARA)[before:]
    assert len(passed) == 1
    assert "**Ana Alvarez** answers to your message" in passed[0]
    assert "I was sick &#64;&#42;&#42;all" in passed[0]
    assert "`message s1 <your words>`" in passed[0]
    assert town.zulip.to(OTTO) == []
    assert "passed that on to Tara Teacher" in thanks
    kept = town.office.store.rows("SELECT text FROM answers WHERE student_id = 's1'")
    assert [row["text"] for row in kept] == ["Sorry, I was sick @**all**. I'll practice today!"]


def test_an_answer_to_nobody_goes_to_all_teachers(town: Town) -> None:
    """Nothing a student writes is lost, also when no teacher can be reached."""
    town.answer(ANA, "The exercise 4 is wrong")
    assert len(town.zulip.to(TARA)) == 1
    assert town.zulip.to(OTTO) == []
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    assert "No teacher of yours can be reached" in town.answer(ANA, "hello?")
    assert "1 answer of students" in town.answer(ADMIN, "status")


def test_where_the_bot_may_not_post_the_asker_gets_it_directly(town: Town) -> None:
    """A private stream may mention the bot without letting it in."""

    def refuse(message: Outgoing) -> DeliveryError | None:
        if isinstance(message.recipient, InStream):
            return DeliveryError("No.", accepted=False, code="BAD_REQUEST")
        return None

    town.zulip.refuse = refuse
    sent = town.say(TARA, "@**nudgebot** help", InStream(STAFF_STREAM, "t"))
    assert [message.recipient for message in sent] == [Direct((TARA,))]


def test_an_import_is_released_by_an_admins_word(town: Town) -> None:
    """After a preview that says why it was held."""
    town.store.execute(
        "INSERT INTO batches (batch_id, source, format, fingerprint, state, started_at, note)"
        " VALUES (7, 'x', 'native', 'g', 'held', 0, '40 of 300 students are missing')"
    )
    assert "`release 7`" in town.answer(ADMIN, "status")
    assert "not understand" in town.answer(TARA, "release 7")
    assert "40 of 300" in town.answer(ADMIN, "release 7")
    assert town.released == []
    assert "batch 7 taken" in town.answer(ADMIN, "confirm")
    assert town.released == [7]


def test_a_person_is_linked_by_an_admins_word(town: Town) -> None:
    """The list says who is not linked; the word is previewed."""
    town.store.execute("UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'")
    assert f"link student s1 @**|{ANA}**" in town.answer(ADMIN, "people")
    town.say(ADMIN, f"link student s1 @**|{ANA}**")
    assert town.office.links.user_id_of("student", "s1") is None
    assert "Linked" in town.answer(ADMIN, "confirm")
    assert town.office.links.user_id_of("student", "s1") == ANA


def test_rules_are_switched_by_an_admins_word(town: Town) -> None:
    """The switch goes before the file."""
    assert "streak_break_recovery" in town.answer(ADMIN, "rules")
    assert "is off" in town.answer(ADMIN, "rule streak_break_recovery off")
    assert "**off**" in town.answer(ADMIN, "rules")
    assert "as they were" in town.answer(ADMIN, "reload")


def test_a_group_is_promised_nothing_by_default(town: Town) -> None:
    """A template that claims what a teacher did, or will do, is only sent when it is chosen."""
    town.figures.rows["s1"] = {"weakest_skill": "Fractions", "weakest_skill_accuracy": 50.0}
    town.figures.rows["s1"] |= {"risk_level": "high"}
    shown = town.answer(TARA, "message struggling")
    assert "Try watching the video tutorial first" in shown
    assert "`message struggling struggling_meet`" in shown
    assert "meet tomorrow" in town.answer(TARA, "message struggling 7B struggling_meet")


def test_nobody_is_offered_to_meet_tomorrow_where_there_is_no_school(town: Town) -> None:
    """Not on a Friday, nor before a holiday; whoever chooses it herself gets it."""
    town.figures.rows["s1"] = {"weakest_skill": "Fractions", "weakest_skill_accuracy": 50.0}
    town.figures.rows["s1"] |= {"risk_level": "high"}
    assert "meet tomorrow" in town.answer(TARA, "message s1 struggling")
    town.clock += timedelta(days=1)
    for words in ("message s1 struggling", "message struggling"):
        assert "struggling_meet" not in town.answer(TARA, words)
    assert "tomorrow is no day of school (weekend)" in town.answer(TARA, "templates struggling s1")
    assert "meet tomorrow" in town.answer(TARA, "message s1 struggling_meet")
    assert "meet tomorrow" in town.answer(TARA, "message struggling 7B struggling_meet")


def test_a_short_streak_is_not_praised_as_one(town: Town) -> None:
    """Who is praised for better scores with a streak of one day gets other words."""
    town.figures.rows["s1"] = {"score_trend": "improving", "current_streak": 1}
    assert "you are doing well" in town.answer(TARA, "message encouragement")


def test_words_that_reached_nobody_are_passed_on_when_a_teacher_is_linked(town: Town) -> None:
    """Once, to the teacher who can read them now."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    thanks = town.answer(ANA, "Nobody reads this yet")
    assert "I have kept your words" in thanks
    assert pass_on_waiting(town.office, NOW) == 0
    town.store.execute("UPDATE teachers SET zulip_user_id = ? WHERE teacher_id = 't1'", [TARA])
    assert pass_on_waiting(town.office, NOW) == 1
    assert pass_on_waiting(town.office, NOW) == 0
    assert sum("Nobody reads this yet" in text for text in town.zulip.to(TARA)) == 1


def crowd(town: Town, number: int) -> None:
    """So many inactive students more in 7B, each linked."""
    town.store.executemany(
        "INSERT INTO students (student_id, name, given_name, zulip_user_id) VALUES (?, ?, ?, ?)",
        [(f"x{n}", f"Student {n}", f"Student {n}", 1000 + n) for n in range(number)],
    )
    town.store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', ?, 'student')",
        [(f"x{n}",) for n in range(number)],
    )
    users = [ZulipUser(1000 + n, f"Student {n}", "", 400, True, False, "") for n in range(number)]
    town.office.links.keep_users([*town.office.links.users(), *users], NOW)
    town.figures.rows |= {f"x{n}": dict(IDLE) for n in range(number)}


@pytest.mark.parametrize(("number", "is_refused"), [(80, False), (81, True)])
def test_more_than_anybody_can_mean_are_refused(
    town: Town, number: int, *, is_refused: bool
) -> None:
    """Eight times `bulk_limit` is the cap; below it, a second word. Nothing is sent by half."""
    limited = town.office.settings.replaced(bulk_limit=10)
    object.__setattr__(town.office, "settings", limited)
    crowd(town, number)
    told = town.answer(TARA, "message inactive")
    if is_refused:
        assert "81 students at once; I write to at most 80. Nothing was sent." in told
        assert "`message inactive 7B`" in told
        assert town.store.value("SELECT count(*) FROM confirmations") == 0
    else:
        assert "say it once more" in town.answer(TARA, "confirm")
    assert [m for _, m in town.zulip.sent if m.purpose == "teacher_message"] == []


def test_a_group_that_matches_nobody_sends_nothing(town: Town) -> None:
    """And says so in a sentence."""
    told = town.answer(TARA, "message overdue 7B")
    assert told == "Nobody in 7B has overdue work. Nothing to send."
    assert "no preview of yours" in town.answer(TARA, "confirm")


def test_a_button_clicked_next_week_does_nothing(town: Town) -> None:
    """Nor one that was pruned long ago."""
    town.say(TARA, "message s1 hello there")
    token = town.token()
    for days, says in ((7, "has expired"), (60, "may have expired")):
        town.clock = NOW + timedelta(days=days)
        town.office.confirmations.prune(town.clock)
        assert says in town.answer(TARA, f"confirm {token}")
    assert town.zulip.to(ANA) == []


def test_a_token_that_comes_again_sends_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old tokens are forgotten and may be drawn anew; what goes out under them is a new message."""
    monkeypatch.setattr("nudgebot.chat.confirmations.new_token", lambda: "4f9a")
    for words in ("First words to you", "Second words to you"):
        town.say(TARA, f"message Ana Alvarez: {words}")
        assert "Sent" in town.answer(TARA, "confirm 4f9a")
        assert any(words in content for content in town.zulip.to(ANA))
        town.store.execute("DELETE FROM confirmations")
        town.clock += timedelta(days=31)


def test_nobody_with_falling_scores_is_told_to_keep_it_up(town: Town) -> None:
    """A streak is no reason to praise a student whose scores fall."""
    town.figures.rows["s1"] = {"current_streak": 9, "score_trend": "declining"}
    assert "Nobody" in town.answer(TARA, "message encouragement")
    town.figures.rows["s1"] = {"current_streak": 9, "score_trend": "steady"}
    assert "Ana Alvarez" in town.answer(TARA, "message encouragement")
