"""What teachers do about it, over the wire, against whatever server the realm names."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from contract.conftest import Cast
from contract.program import Program
from contract.school_files import ALERT_TITLE
from contract.talk import Talk, download
from nudgebot.chat.incoming import Me
from nudgebot.sandbox.mailbox import Mailbox

pytestmark = pytest.mark.contract


def fresh_word() -> str:
    """A word that nobody has said before, and that no escaping changes."""
    return f"word{uuid.uuid4().hex[:12]}"


@pytest.fixture
def talk(cast: Cast, me: Me, program: Program) -> Talk:
    """The teacher's, with the program at work."""
    assert program.is_running
    return Talk(cast.teacher, me.user_id)


def student_hears(cast: Cast, student_id: str, me: Me, talk: Talk) -> Talk:
    """A student's, from what the teacher said last."""
    return Talk(cast.student(student_id), me.user_id, after=talk.said)


def test_an_alert_is_listed_shown_and_resolved(cast: Cast, program: Program, talk: Talk) -> None:
    """From the list to its card, with what can be done; resolved with a note, it is closed."""
    program.until(lambda: program.rows("SELECT 1 FROM alerts"), "the alert")
    talk.say("alerts")
    listed = talk.hear("Alerts")
    assert "[HIGH]" in listed
    number = talk.button(cast.silent.full_name)
    talk.click(cast.silent.full_name)
    card = talk.hear(ALERT_TITLE)
    assert cast.silent.full_name in card
    assert talk.button("Message").startswith("message s2")
    assert talk.button("Resolve").startswith("resolve")
    note = fresh_word()
    talk.say(f"{number.replace('alert', 'resolve')} talked with the student, {note}")
    assert note in talk.hear("is resolved")
    talk.say("alerts")
    assert cast.silent.full_name not in talk.hear("lerts")


def test_a_message_takes_other_words_and_its_answer_comes_back(
    cast: Cast, me: Me, talk: Talk
) -> None:
    """Previewed, said in other words, confirmed with a button: only the new words arrive."""
    first, second, answer = fresh_word(), fresh_word(), fresh_word()
    talk.say(f"message s1 {first}")
    talk.hear(first)
    token = talk.button("Send").split()[1]
    talk.say(f"change {token} {second}")
    talk.hear(second)
    talk.click("Send")
    student = student_hears(cast, "s1", me, talk)
    assert first not in student.hear(second)
    talk.hear("Sent to")
    student.say(f"Yes, {answer}")
    assert cast.student("s1").full_name in talk.hear(answer)
    talk.say("messages s1")
    history = talk.hear("Messages to")
    assert second in history
    assert answer in history


def test_templates_are_listed(talk: Talk) -> None:
    """Those for the inactive, with their words and the name by which one uses them."""
    talk.say("templates inactive")
    listed = talk.hear("Check In")
    assert "inactive_check_in" in listed
    assert "Is everything okay?" in listed


def test_an_assignment_is_drafted_changed_given_and_done(cast: Cast, me: Me, talk: Talk) -> None:
    """The weakest skills at first; what the teacher changes is what the student is told."""
    title = fresh_word()
    talk.say("assign s3")
    draft = talk.hear("Fractions")
    assert "Division" in draft
    assert "15" in draft
    token = talk.button("Yes").split()[1]
    talk.say(f"change {token} title {title}")
    talk.hear(title)
    talk.click("Yes")
    student = student_hears(cast, "s3", me, talk)
    assert "Fractions" in student.hear(title)
    talk.hear("has it")
    student.say("done")
    student.hear(title)
    talk.say("assignments s3")
    assert title in talk.hear("Assignments")


def test_a_meeting_is_arranged_with_an_invitation_and_called_off(
    cast: Cast, me: Me, talk: Talk
) -> None:
    """The student's own client fetches the invitation, and the student hears that it is off."""
    place = fresh_word()
    day = next_weekday()
    talk.say(f"meet s4 {day:%Y-%m-%d} 15:00 one-on-one at {place} for 20")
    talk.hear(place)
    talk.click("Yes")
    student = student_hears(cast, "s4", me, talk)
    told = student.hear(place)
    done = talk.hear("is arranged")
    path = re.search(r"/user_uploads/\S+?\.ics", told)
    assert path
    (event,) = icalendar.Calendar.from_ical(download(student.person, path[0])).walk("VEVENT")
    assert str(event["LOCATION"]) == place
    begin = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=15)
    assert event.decoded("DTSTART") == begin
    assert event.decoded("DTEND") == begin + timedelta(minutes=20)

    number = re.search(r"eeting (\d+)", done)
    assert number
    talk.say(f"cancel meeting {number[1]}")
    talk.click("Yes")
    student = student_hears(cast, "s4", me, talk)
    student.hear("cancelled")
    talk.hear("is cancelled")


def next_weekday() -> datetime:
    """A day of school, at least two days from now."""
    day = datetime.now(UTC) + timedelta(days=2)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def test_a_guardian_gets_a_mail(cast: Cast, mailbox: Mailbox, talk: Talk) -> None:
    """Previewed, confirmed, and taken by a real mail server, about this student alone."""
    words = fresh_word()
    talk.say(f"parent s5 attendance {words}")
    assert words in talk.hear(words)
    talk.click("Send", "Yes")
    talk.hear("✅")
    (mail,) = mailbox.mails_to("guardian-of-s5@family.example")
    assert words in mail.text
    assert mail.header("Reply-To") == "office@school.example"
    others = [each.full_name for each in cast.students if each is not cast.student("s5")]
    assert not [name for name in others if name in mail.text + mail.subject]


def test_a_tutor_is_asked_and_both_say_yes(cast: Cast, me: Me, talk: Talk) -> None:
    """Neither hears the other's name or figures before both have agreed."""
    learner, helper = cast.student("s3"), cast.student("s4")
    talk.say("tutor s3 s4")
    talk.hear(helper.full_name)
    talk.click("Yes")
    asked = [student_hears(cast, key, me, talk) for key in ("s3", "s4")]
    talk.hear("asked")
    for student, other in zip(asked, (helper, learner), strict=True):
        assert other.full_name not in student.hear("just the two of you")
        student.click("Yes, please", "Yes, I will help")
    assert helper.full_name in asked[0].hear(helper.full_name)
    assert learner.full_name in asked[1].hear(learner.full_name)
    talk.hear("Both said yes")


def test_the_history_tells_what_was_done(talk: Talk) -> None:
    """A message that was sent is in it, with whose it was."""
    text = fresh_word()
    talk.say(f"message s5 {text}")
    talk.click("Send")
    talk.hear("Sent to")
    talk.say("history s5")
    history = talk.hear("What was done for")
    assert text in history
    assert "you" in history


def test_what_a_student_calls_wrong_reaches_the_teacher(
    cast: Cast, me: Me, program: Program
) -> None:
    """As a correction to check, and the student hears that it was passed on."""
    assert program.is_running
    text = fresh_word()
    student = Talk(cast.student("s1"), me.user_id)
    student.say(f"wrong I did hand in the essay, {text}")
    student.hear("passed that on")
    teacher = Talk(cast.teacher, me.user_id, after=student.said)
    assert "wrong" in teacher.hear(text)
