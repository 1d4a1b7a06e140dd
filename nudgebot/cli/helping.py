"""The tour's steps of what a teacher does about it: alert, meeting, parent, practice, history."""

from __future__ import annotations

from datetime import date, timedelta

from nudgebot.cli.scene import Scene
from nudgebot.cli.stage import ZONE

STUDENT = "5"
CONCERN = "inactive"


class Helping(Scene):
    """The teacher of the tour and student 5."""

    def _alerts(self) -> None:
        teacher = self._stage.teacher
        said = self._ask(teacher, "alerts", holding="**Alerts")
        listed = self._found(
            lambda: next((m for m in self._since(said, teacher) if m.choices), None),
            "no alert can be opened",
        )
        opened = self._stage.sandbox.click(teacher, listed, 0)
        self._show(opened)
        self._show(self._answer_to(teacher, after=opened, holding="alert"))
        self._found(
            lambda: [m for m in self._since(opened, teacher) if m.choices],
            "nothing can be done about the alert",
        )
        self._show(self._since(opened, teacher)[-1])

    def _meeting(self) -> None:
        stage, teacher, student = self._stage, self._stage.teacher, self._stage.students[STUDENT]
        before = len(stage.mailbox.mails())
        day = _school_day_after(stage.clock().astimezone(ZONE).date())
        asked = self._ask(teacher, f"meet {STUDENT} {day} 15:00 at Room 4 for 20", holding="Room 4")
        clicked = self._click(teacher, "Yes", after=asked)
        self._show(self._answer_to(student, after=clicked, holding="Room 4"))
        self._show(self._answer_to(teacher, after=clicked, holding="✅"))
        self._show_mail(self._mail_to(f"student{STUDENT}@school.example", after=before))

    def _parent(self) -> None:
        teacher, before = self._stage.teacher, len(self._stage.mailbox.mails())
        asked = self._ask(teacher, f"parent {STUDENT} {CONCERN}", holding="uardian")
        clicked = self._click(teacher, "Send", "Yes", after=asked)
        self._show(self._answer_to(teacher, after=clicked, holding="✅"))
        self._show_mail(self._mail_to(f"g{STUDENT}a@family.example", after=before))

    def _assignment(self) -> None:
        teacher, student = self._stage.teacher, self._stage.students[STUDENT]
        asked = self._ask(teacher, f"assign {STUDENT}", holding="Practice for")
        clicked = self._click(teacher, "Yes", after=asked)
        self._show(self._answer_to(student, after=clicked, holding="practice for you"))
        self._show(self._answer_to(teacher, after=clicked, holding="✅"))
        self._ask(student, "done")

    def _history(self) -> None:
        self._ask(self._stage.teacher, f"history {STUDENT}", holding="What was done")


def _school_day_after(day: date) -> date:
    """The next day that is no Saturday or Sunday."""
    later = day + timedelta(days=1)
    while later.weekday() > 4:
        later += timedelta(days=1)
    return later
