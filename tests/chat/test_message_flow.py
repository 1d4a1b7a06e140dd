"""Requirement B's user flow "Teacher Sends Message to Inactive Student", over the wire."""

from __future__ import annotations

from pathlib import Path

from chat.flow_play import Golden, Player, Script, token_in
from chat.flow_school import flow_school

CHECK_IN = (
    "Hi Student 5, I noticed you haven't practiced in 10 days. Is everything okay? "
    "Let me know if you need help!"
)
FRACTIONS = "We're working on fractions this week - it would be great to see you!"
SICK = "Sorry, I was sick. I'll practice today!"


def test_a_teacher_sends_a_message_to_an_inactive_student(tmp_path: Path, golden: Golden) -> None:
    """The thirteen steps of the requirement, from the alert to the answer in the history."""
    script = Script("A teacher writes to an inactive student")
    with flow_school(tmp_path) as school:
        teacher = Player(school, school.teacher, script)
        student = Player(school, school.students[5], script)
        school.open()

        _write(teacher, script)

        school.later(minutes=1)
        script.step(10, "Alert marked with “Message sent” tag")
        teacher.say("alerts")
        assert "✔ message sent" in teacher.hear("**Alerts, your classes**")

        script.step(11, "Student receives notification")
        arrived = student.hear("**Tara Teacher** writes to you")
        assert CHECK_IN in arrived
        assert FRACTIONS in arrived

        script.step(12, "Student replies")
        school.later(minutes=5)
        student.say(SICK)
        student.hear("passed that on to Tara Teacher")

        script.step(13, "Teacher sees reply in message history")
        teacher.hear("answers to your message")
        school.later(minutes=1)
        teacher.say("messages 5")
        history = teacher.hear("**Messages to Student 5 (5)**")
        assert "(Inactive - Check In): ✅ sent" in history
        assert f"answered: “{SICK}”" in history
        # Once, and to nobody else.
        others = [user for number, user in school.students.items() if number != 5]
        assert [len(school.sandbox.messages_to(user)) for user in others] == [0] * len(others)
        assert len(school.sandbox.messages_to(school.students[5])) == 2
    golden("flows/message.md", script.text)


def _write(teacher: Player, script: Script) -> None:
    """From the alert to the message that is on its way."""
    script.step(1, "Teacher sees alert: “[HIGH] Student 5 inactive for 10 days”")
    assert "Inactive** (high): no activity for 10 days" in teacher.hear("needs your attention")
    assert teacher.buttons("All alerts")
    teacher.say("alerts")
    alerts = teacher.hear("**Alerts, your classes**")
    assert "**[HIGH]** **Student 5 (5)**: no activity for 10 days" in alerts

    script.step(2, "Clicks “Take Action” button")
    teacher.click("Student 5")

    script.step(3, "Intervention modal opens")
    teacher.hear("**[HIGH]** **Student 5 (5)**: Inactive")
    actions = teacher.buttons("Message")
    assert {"Message", "Assign", "Meet", "Parent", "Tutor", "Resolve"} <= set(actions)

    script.step(4, "Selects “Send Message” action")
    teacher.click("Message")

    script.step(5, "Selects template: “Inactive - Check In”")
    teacher.hear("Inactive - Check In")
    teacher.click("Inactive - Check In")

    script.step(6, "Message pre-fills")
    preview = teacher.hear(CHECK_IN)
    assert teacher.buttons("Send")

    script.step(7, "Teacher customizes: adds a sentence")
    teacher.say(f"add {token_in(preview)} {FRACTIONS}")
    assert CHECK_IN in teacher.hear(FRACTIONS)

    script.step(8, "Clicks “Send Message”")
    teacher.click("Send")

    script.step(9, "Message sent to student")
    teacher.hear("Sent to Student 5")
