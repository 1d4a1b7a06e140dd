"""Requirement B's user flow "Teacher Creates Targeted Assignment", over the wire."""

from __future__ import annotations

import csv
from pathlib import Path

from chat.flow_play import Golden, Player, Script, token_in
from chat.flow_school import flow_school, session

TITLE = "Division & Fractions Practice"


def test_a_teacher_creates_a_targeted_assignment(tmp_path: Path, golden: Golden) -> None:
    """The nine steps of the requirement, from the report to the assignment that is done."""
    script = Script("A teacher gives a targeted assignment")
    with flow_school(tmp_path) as school:
        teacher = Player(school, school.teacher, script)
        student = Player(school, school.students[3], script)
        school.open()
        teacher.hear_aside("needs your attention", "All alerts")

        script.step(1, "Teacher views Student 3's performance report")
        teacher.say("report student 3")
        report = teacher.hear("58 % right of 200 questions")

        script.step(2, "Sees struggling skills: Division (60%), Fractions (55%)")
        weak = ("| Division | needs work | 60 % | 100 |", "| Fractions | needs work | 55 % | 100 |")
        assert all(each in report for each in weak)
        script.seen(*weak)

        _give(teacher, script)

        script.step(8, "Student receives notification")
        told = student.hear("has put together some practice for you")
        assert TITLE in told
        assert "15 questions on Fractions and Division (easy)" in told

        script.step(9, "Teacher tracks completion in monitoring dashboard")
        school.later(minutes=1)
        teacher.say("assignments 3")
        assert "open (0 of 15 questions)" in teacher.hear("**Assignments**")
        school.later(minutes=5)
        practised = school.clock()
        student.say("done")
        student.hear("Great, thank you!")
        teacher.hear("News of your assignments")
        school.later(minutes=1)
        script.did("The LMS exports what Student 3 has practised meanwhile: 15 questions, 12 right")
        school.export(session("3", "frac", practised, 15, 12))
        student.hear("Well done, Student 3!")
        teacher.say("assignments 3")
        assert "finished" in teacher.hear("**Assignments**")

        (folder,) = (school.folder / "outbox").iterdir()
        text = (folder / "assignments.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(text.splitlines()))
        assert [(row["title"], row["skill_ids"], row["questions"]) for row in rows] == [
            (TITLE, "frac div", "15")
        ]
        others = [user for number, user in school.students.items() if number != 3]
        assert [len(school.sandbox.messages_to(user)) for user in others] == [0] * len(others)
    golden("flows/assignment.md", script.text)


def _give(teacher: Player, script: Script) -> None:
    """From the report to the assignment that is given."""
    script.step(3, "Clicks “Create Targeted Assignment” button")
    teacher.click("Assign")

    script.step(4, "Assignment creation modal opens with skills, count, difficulty and due date")
    draft = teacher.hear("**Practice for Student 3 (3)**")
    for line in (
        "- Skills: Fractions (55 %), Division (60 %)",
        "- Questions: 15",
        "- Difficulty: easy",
    ):
        assert line in draft
    assert "- Due: <time:2026-11-24T23:59:00Z>" in draft  # three days of school from Thursday
    token = token_in(teacher.buttons("Yes")["Yes"])

    script.step(5, "Teacher adjusts title: “Division & Fractions Practice”")
    teacher.say(f"change {token} title {TITLE}")
    assert f"- Title: **{TITLE}**" in teacher.hear("**Practice for Student 3 (3)**")

    script.step(6, "Clicks “Create Assignment”")
    teacher.click("Yes")

    script.step(7, "Assignment created and assigned to Student 3")
    teacher.hear("Student 3 has it")
