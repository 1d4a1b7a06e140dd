"""Requirement B's user flow "Teacher Views Student Performance Report", over the wire."""

from __future__ import annotations

import re
from pathlib import Path

import requests

from chat.flow_play import Golden, Player, Script
from chat.flow_school import flow_school

STUDENT = "4"


def test_a_teacher_views_a_performance_report(tmp_path: Path, golden: Golden) -> None:
    """The eight steps of the requirement, from the student to the PDF for the parents' evening."""
    script = Script("A teacher views a student's performance report")
    with flow_school(tmp_path) as school:
        teacher = Player(school, school.teacher, script)
        school.open()

        script.step(1, "Teacher clicks on student in monitoring dashboard")
        teacher.say("why 4")
        teacher.hear("**Student 4 (4)**")

        script.step(2, "Clicks “View Performance Report” button")
        teacher.click("View report")

        script.step(3, "Performance report page opens")
        text = teacher.hear("75 % right of 450 questions")

        script.step(4, "Sees overall metrics: accuracy, questions, time spent, skills mastered")
        figures = ("Accuracy | 75 %", "Questions | 450", "Time | 12 h", "Skills: 8 of 15 mastered")
        assert all(each in text for each in figures)
        script.seen(*figures)

        script.step(5, "Sees trend chart showing accuracy improving over 4 weeks")
        assert "Accuracy: rising; 65 % in the first half, 77 % in the second." in text
        chart = teacher.hear("The chart in words")
        assert "Accuracy, by week" in chart
        assert "65 % in the first half, 77 % in the second" in chart
        name, picture = teacher.download("png")
        assert name.startswith(f"accuracy-trend-{STUDENT}-")
        assert picture.startswith(b"\x89PNG")

        script.step(6, "Sees skill breakdown")
        skills = (
            "| Multiplication | mastered | 90 % | 60 |",
            "| Division | in progress | 75 % | 108 |",
            "| Fractions | needs work | 60 % | 198 |",
        )
        assert all(each in text for each in skills)
        script.seen(*skills)

        script.step(7, "Sees comparison: “Student is at 50th percentile in class”")
        found = re.search(r"\| Accuracy \| 75 % \| .* \| 50 \|", text)
        assert found
        script.seen(found[0])

        script.step(8, "Clicks “Export PDF” to save report for parent conference")
        teacher.click("PDF")
        name, pdf = teacher.download("pdf")
        assert name.startswith(f"student-{STUDENT}-")
        assert pdf.startswith(b"%PDF-")
        assert len(pdf) > 10_000

        # Nobody else can open it.
        linked = school.sandbox.messages_to(school.teacher)[-1].content
        path = re.search(r"/user_uploads/\S+\.pdf", linked)
        assert path
        stranger = school.sandbox.add_user("Sam Stranger")
        refused = requests.get(
            f"{school.sandbox.url}/api/v1{path[0]}",
            auth=(stranger.delivery_email, stranger.api_key),
            timeout=10,
        )
        assert refused.status_code >= 400
    golden("flows/report.md", script.text)
