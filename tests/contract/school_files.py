"""The files of a small school of the tests' own: an export, one rule, its words."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

RULE_ID = "long_silence"
ALERT_TITLE = "Away For Weeks"
ROOT = Path(__file__).parents[2]
SILENT_DAYS = 30
SKILLS = {"frac": "Fractions", "div": "Division"}

_RULE = """\
id: {rule_id}
name: Long Silence
conditions:
  days_since_last_activity: {{at_least: 20}}
intervention:
  type: encouragement
  message_template: long_silence
  urgency: critical
  delivery_method: direct_message
cooldown_hours: 720
holdout: 0
"""

# The same, for the teacher; whatever the hour is, the alert is there.
_ALERT = f"""\
id: away_for_weeks
name: {ALERT_TITLE}
conditions:
  days_since_last_activity: {{at_least: 20}}
intervention:
  type: check_in
  message_template: long_silence
  urgency: high
  delivery_method: mentor_alert
cooldown_hours: 720
holdout: 0
"""

_TEMPLATE = """\
---
title: Long silence
category: {category}
tone: friendly
goal: come back
call_to_action: Log in today
language: en
---
{body}
"""


# What every message is put together with.
_PARTS = {
    "frame": "Hello {{ first_name }},\n\n{{ body }}",
    "study_plan": "{% for each in plan %}{{ each.day }}: {{ each.skill }}\n{% endfor %}",
    "resources": "{% for each in resources %}{{ each.text }}\n{% endfor %}",
}


@dataclass(frozen=True)
class Pupil:
    """A student of the export; one who is `silent` has done nothing for a month.

    `right_of_ten` is how many of ten questions she gets right a day, in fractions and division.
    """

    student_id: str
    name: str
    user_id: int | None
    silent: bool = False
    right_of_ten: tuple[int, int] | None = None

    @property
    def guardian_email(self) -> str:
        """Where her guardian is written to."""
        return f"guardian-of-{self.student_id}@family.example"


@dataclass(frozen=True)
class Teacher:
    """The teacher of the one class."""

    name: str
    user_id: int


def write_rules(folder: Path, *, word: str) -> tuple[Path, Path]:
    """A rule that holds for the silent, and its template with this word; both folders."""
    rules, templates = folder / "rules", folder / "templates"
    for each in (rules, templates):
        each.mkdir(parents=True, exist_ok=True)
    _write(rules / f"{RULE_ID}.yaml", _RULE.format(rule_id=RULE_ID))
    body = f"It has been quiet for {{{{ days_since_last_activity }}}} days ({word})."
    _write(templates / "long_silence.md", _template("nudge", body))
    for name, part in _PARTS.items():
        _write(templates / f"{name}.md", _template("part", part))
    return rules, templates


def write_more(rules: Path, templates: Path) -> None:
    """A rule that alerts the teacher to the silent, and all the templates that are shipped."""
    _write(rules / "away_for_weeks.yaml", _ALERT)
    shutil.copytree(ROOT / "message_templates", templates, dirs_exist_ok=True)


def _template(category: str, body: str) -> str:
    return _TEMPLATE.format(category=category, body=body)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def export(
    pupils: Sequence[Pupil], teacher: Teacher, *, stream: str, as_of: datetime | None = None
) -> bytes:
    """A zip in the native format: one class, and days of activity that end an hour before now."""
    now = as_of or datetime.now(UTC)
    ids = [each.student_id for each in pupils]
    tables: dict[str, list[Sequence[object]]] = {
        "students.csv": [
            ("student_id", "name", "zulip_user_id"),
            *((each.student_id, each.name, each.user_id or "") for each in pupils),
        ],
        "teachers.csv": [
            ("teacher_id", "name", "zulip_user_id"),
            ("t1", teacher.name, teacher.user_id),
        ],
        "classes.csv": [("class_id", "name", "subject", "stream"), ("c1", "7b", "Maths", stream)],
        "enrollments.csv": [
            ("class_id", "person_id", "role"),
            ("c1", "t1", "teacher"),
            *(("c1", student_id, "student") for student_id in ids),
        ],
        "guardians.csv": [
            ("guardian_id", "student_id", "name", "email", "language", "may_contact"),
            *(
                (
                    f"g-{each.student_id}",
                    each.student_id,
                    "Guardian",
                    each.guardian_email,
                    "",
                    "true",
                )
                for each in pupils
            ),
        ],
        "skills.csv": [
            ("skill_id", "name", "subject"),
            *((key, name, "Maths") for key, name in SKILLS.items()),
        ],
        "practice.csv": [
            ("session_id", "student_id", "skill_id", "started_at", "questions", "correct"),
            *_practice(pupils, now),
        ],
        "activities.csv": [
            ("student_id", "at", "kind", "subject", "minutes"),
            *_activities(pupils, now),
        ],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(name, text.getvalue())
    return packed.getvalue()


def _activities(pupils: Iterable[Pupil], now: datetime) -> Iterable[Sequence[object]]:
    for each in pupils:
        newest = now - (timedelta(days=SILENT_DAYS) if each.silent else timedelta(hours=1))
        for days_before in range(5):
            at = newest - timedelta(days=days_before)
            yield each.student_id, f"{at:%Y-%m-%dT%H:%M:%SZ}", "reading", "Maths", 20


def _practice(pupils: Iterable[Pupil], now: datetime) -> Iterable[Sequence[object]]:
    for each in pupils:
        for skill_id, right in zip(SKILLS, each.right_of_ten or (), strict=False):
            for days_before in range(5):
                at = now - timedelta(days=days_before, hours=1)
                key = f"{each.student_id}-{skill_id}-{days_before}"
                yield key, each.student_id, skill_id, f"{at:%Y-%m-%dT%H:%M:%SZ}", 10, right


def deliver(inbox: Path, name: str, content: bytes) -> None:
    """Put a file into the inbox all at once."""
    partial = inbox.parent / f"{name}.partial"
    partial.write_bytes(content)
    partial.replace(inbox / name)
