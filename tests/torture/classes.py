"""A large school: many classes, each with its teacher, as a sandbox's people and as an export."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.school_files import write_rules

from nudgebot.sandbox.records import OWNER, SandboxUser
from nudgebot.sandbox.server import Sandbox
from torture.ledger import NUDGE_WORD, name_of

SKILLS = ("frac", "div")
DAYS = 10


@dataclass(frozen=True)
class LargeSchool:
    """Its people; student `n` is in the class of teacher `n % len(teachers)`."""

    bot: SandboxUser
    teachers: Sequence[SandboxUser]
    students: Sequence[SandboxUser]

    def teacher_of(self, number: int) -> SandboxUser:
        """Who gets what the student says."""
        return self.teachers[number % len(self.teachers)]

    def class_of(self, number: int) -> str:
        """The id of the student's class."""
        return f"c{number % len(self.teachers)}"

    def export(self) -> bytes:
        """The school's files: who is where, and ten days of practice for everybody."""
        now = datetime.now(UTC)
        classes = range(len(self.teachers))
        students = range(len(self.students))
        tables: dict[str, Iterable[Sequence[object]]] = {
            "students.csv": [
                ("student_id", "name", "zulip_user_id"),
                *((f"s{n}", user.full_name, user.user_id) for n, user in enumerate(self.students)),
            ],
            "teachers.csv": [
                ("teacher_id", "name", "zulip_user_id"),
                *((f"t{n}", user.full_name, user.user_id) for n, user in enumerate(self.teachers)),
            ],
            "classes.csv": [
                ("class_id", "name", "subject"),
                *((f"c{n}", f"Class {n}", "Maths") for n in classes),
            ],
            "enrollments.csv": [
                ("class_id", "person_id", "role"),
                *((f"c{n}", f"t{n}", "teacher") for n in classes),
                *((self.class_of(n), f"s{n}", "student") for n in students),
            ],
            "skills.csv": [("skill_id", "name"), *((each, each) for each in SKILLS)],
            "practice.csv": [
                ("session_id", "student_id", "skill_id", "started_at", "questions", "correct"),
                *_practice(students, now),
            ],
        }
        return _packed(tables)


def _practice(students: Iterable[int], now: datetime) -> Iterable[Sequence[object]]:
    for number in students:
        for day in range(DAYS):
            at = now - timedelta(days=day, hours=1)
            skill = SKILLS[day % len(SKILLS)]
            right = 3 + (number + day) % 7
            yield f"{number}-{day}", f"s{number}", skill, f"{at:%Y-%m-%dT%H:%M:%SZ}", 10, right


def _packed(tables: dict[str, Iterable[Sequence[object]]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(name, text.getvalue())
    return packed.getvalue()


def found_large_school(sandbox: Sandbox, *, students: int, teachers: int) -> LargeSchool:
    """The people, in the sandbox."""
    owner = sandbox.add_user("Olive Owner", role=OWNER)
    bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
    return LargeSchool(
        bot,
        [sandbox.add_user(f"Tara{number} Teacher") for number in range(teachers)],
        [sandbox.add_user(name_of(number)) for number in range(students)],
    )


def settings_in(folder: Path) -> dict[str, object]:
    """What the program runs with: its rules, and no limit of its own on what it sends."""
    rules, templates = write_rules(folder, word=NUDGE_WORD)
    return {
        "rules_file_path": rules,
        "templates_path": templates,
        "sends_per_minute": 600_000,
    }
