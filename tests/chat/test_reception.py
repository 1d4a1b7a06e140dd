"""What was heard late, twice, or while nobody listened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, NOW, STAFF_STREAM, STRANGER, TARA, Town
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.nudging.nudges import Nudge, Part
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.school.days import to_at


def test_a_message_told_twice_is_answered_once(town: Town) -> None:
    """At-least-once delivery of events, exactly-once answers."""
    said = town.said(TARA, "help")
    town.reception.message(said)
    town.reception.message(said)
    town.reopened().message(said)
    assert len(town.zulip.to(TARA)) == 1


def test_old_commands_are_answered_with_one_line_a_conversation(town: Town) -> None:
    """They are not carried out, whoever waits for them has moved on; asking again is easy."""
    staff = InStream(STAFF_STREAM, "t")
    old = [
        town.said(TARA, "report student s1"),
        town.said(TARA, "message s1 hello there"),
        town.said(TARA, "thanks!"),
        town.said(TARA, "@**nudgebot** risk", staff),
    ]
    town.clock = NOW + timedelta(minutes=11)
    for each in old:
        town.reception.message(each)
    assert town.zulip.sent == []
    for _ in range(2):
        town.reception.settled(after_gap=True)
    (told,) = town.zulip.to(TARA)
    assert "`report student s1`" in told
    assert "`message s1 hello there`" in told
    assert "thanks" not in told
    (in_stream,) = town.zulip.in_stream(STAFF_STREAM)
    assert "`risk`" in in_stream


def test_a_command_of_a_moment_ago_is_carried_out(town: Town) -> None:
    """Ten minutes are still now."""
    said = town.said(TARA, "help")
    town.clock = NOW + timedelta(minutes=10)
    town.reception.message(said)
    assert len(town.zulip.to(TARA)) == 1


def test_what_students_say_always_counts(town: Town) -> None:
    """An opt-out or an answer is not too old to matter, and keeps its own time."""
    said = [town.said(ANA, "stop"), town.said(ANA, "I was sick")]
    town.clock = NOW + timedelta(days=2)
    for each in said:
        town.reception.message(each)
    assert town.office.consents.state("s1").stopped
    kept = town.office.store.rows("SELECT at, text FROM answers WHERE student_id = 's1'")
    assert [tuple(row) for row in kept] == [(to_at(NOW), "I was sick")]


def test_an_old_pause_counts_from_when_it_was_asked_for(town: Town) -> None:
    """Seven days from then, not from now."""
    said = town.said(ANA, "pause 7 days, please")
    town.clock = NOW + timedelta(days=2)
    town.reception.message(said)
    assert town.office.consents.state("s1").paused_until == NOW + timedelta(days=7)


def test_strangers_are_not_answered_late(town: Town) -> None:
    """There is nothing to say to them that cannot wait for their next word."""
    said = town.said(STRANGER, "hello")
    town.reception.message(replace(said, sent_at=NOW - timedelta(hours=1)))
    town.reception.settled(after_gap=True)
    assert town.zulip.sent == []


@pytest.mark.parametrize(
    ("said", "is_command"),
    [
        ("stop", True),
        ("STOP!", True),
        ("stop messaging me please", True),
        ("please stop", True),
        ("stop by your office tomorrow?", False),
        ("start", True),
        ("start tomorrow with fractions", False),
        ("pause", True),
        ("pause for 3 days", True),
        ("pause the video did not work", False),
        ("quiet 21-8", True),
        ("quiet from 21 to 8", True),
        ("quiet place needed", False),
        ("why?", True),
        ("why did I get this?", True),
        ("why is exercise 3 wrong", False),
        ("progress", True),
        ("progress is slow because I was sick", False),
        ("help", True),
        ("help me please I do not understand the task of today", False),
        ("privacy", True),
    ],
)
def test_a_students_words_are_an_answer_unless_they_are_a_command(
    town: Town, said: str, *, is_command: bool
) -> None:
    """An answer that happens to begin like a command reaches the teacher."""
    town.say(ANA, said)
    assert (len(town.zulip.to(TARA)) == 0) is is_command


def test_a_students_wishes_are_kept(town: Town) -> None:
    """Pause, stop, start and quiet hours, each with a kind word."""
    assert "No nudges until" in town.answer(ANA, "pause 7")
    assert town.office.consents.state("s1").paused_until == NOW + timedelta(days=7)
    assert "from 1 to" in town.answer(ANA, "pause 900")
    assert "21:00 and 8:00" in town.answer(ANA, "quiet 21-8")
    assert town.office.consents.state("s1").quiet is not None
    assert "school's hold again" in town.answer(ANA, "quiet off")
    assert town.office.consents.state("s1").quiet is None
    assert "no more nudges" in town.answer(ANA, "stop")
    assert "Good to have you back" in town.answer(ANA, "start")
    assert town.office.consents.state("s1").silence(NOW) == ""


def test_progress_compares_with_nobody(town: Town) -> None:
    """No rank, no percentile, no class average, no risk."""
    town.figures.rows["s1"] = {
        "current_streak": 6,
        "highest_streak": 6,
        "percentile_rank": 12.0,
        "risk_level": "critical",
        "questions_answered": 40,
        "accuracy": 75.0,
    }
    text = town.answer(ANA, "progress")
    assert "streak of 6 days, your best so far" in text
    assert "40 questions" in text
    assert not any(
        word in text.lower() for word in ("percentile", "rank", "risk", "critical", "class")
    )


def test_a_group_conversation_without_a_mention_is_left_alone(town: Town) -> None:
    """Teacher and student talk to each other there."""
    group = Direct((TARA, ANA))
    assert town.say(ANA, "help", group) == []
    assert town.say(ANA, "I was sick", group) == []


def test_a_student_learns_why_she_was_nudged(town: Town) -> None:
    """The rule's name and what held, in plain words; nudges to others about her are not shown."""
    for name, to_student in (("Check *in*", True), ("For the mentor", False)):
        nudge = Nudge(
            key=name,
            student_id="s1",
            rule_id=name,
            rule_name=name,
            episode_at=NOW,
            nth=1,
            type="check_in",
            urgency=Urgency.LOW,
            delivery=Delivery.DIRECT_MESSAGE if to_student else Delivery.MENTOR_ALERT,
            to_student=to_student,
            decided_at=NOW,
            due_at=NOW,
            due_day=0,
            expires_at=NOW,
            timing="",
            explanation="✓ days_since_last_activity 8 > 7; ✗ x 1 > 2",
            state="sent",
        )
        channel, user_id = (Channel.STUDENT, ANA) if to_student else (Channel.MENTOR, TARA)
        part = Part(name, channel, "s1" if to_student else "t1", NOW, "sent", outbox_key=name)
        town.office.nudges.queue([(nudge, [part])])
        town.office.outbox.post(Outgoing(name, Direct((user_id,)), "x", "nudge"), NOW)
    text = town.answer(ANA, "why")
    assert "**Check &#42;in&#42;**, because: no activity for 8 days" in text
    assert "For the mentor" not in text
    told = town.answer(TARA, "why s1")
    assert "**For the mentor**: sent to Tara Teacher\n  because: no activity for 8 days" in told
    assert "UTC" not in told
    assert "days_since" not in told
    assert "as the rules saw it" in town.answer(ADMIN, "why s1")


def test_a_late_cry_for_help_by_a_stranger_is_not_skipped(town: Town) -> None:
    """What was written while the bot was away reaches the admins, whoever wrote it."""
    late = replace(town.said(STRANGER, "I want to die"), sent_at=NOW - timedelta(hours=2))
    town.reception.message(late)
    assert any("I want to die" in text for text in town.zulip.to(ADMIN))
