"""A school in which every text from outside is a word of its own, and every mark can be found."""

from __future__ import annotations

import csv
import html
import io
import random
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from contract.school_files import ROOT, write_more, write_rules

CORE = "qzxv"
# A word in any shape: whole, cut off at its end, as part of an address, in capitals; a mark, or the
# mean of two. No clock shows two digits above 59 and then a point and a nine.
FOUND = re.compile(rf"\w*{CORE}\w*|(?<![\d.])[6-9][38][.,]9\d*", re.IGNORECASE)
STUDENTS = 6
SILENT = 3  # the first ones have done nothing for a month
SILENT_DAYS = 30


def markers_in(text: str) -> list[str]:
    """What of the school's words and marks stands in a text, however it is written there."""
    return FOUND.findall(html.unescape(unquote(text)))


@dataclass
class Words:
    """Makes words that nobody else says; each tells where it stood."""

    dice: random.Random
    made: int = 0
    addresses: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, what: str) -> str:
        """One more, as `Skillqzxv17ab`."""
        self.made += 1
        tail = "".join(self.dice.choices("abcdefghijk", k=2))
        return f"{what.capitalize()}{CORE}{self.made}{tail}"

    def address(self, what: str) -> str:
        """An e-mail address, with a word on either side."""
        made = f"{self(what).lower()}@{self('host').lower()}.example"
        self.addresses.setdefault(what, []).append(made)
        return made

    def mark(self) -> float:
        """A mark from 63.91 to 93.91."""
        return self.dice.choice((63.91, 73.91, 83.91, 93.91))


@dataclass(frozen=True)
class Pupil:
    """A student of the school."""

    student_id: str
    name: str
    user_id: int
    silent: bool


Rows = list[Sequence[object]]


def school_zip(
    words: Words, pupils: Sequence[Pupil], teacher_id: int, *, stream: str, as_of: datetime
) -> bytes:
    """An export with every file of the native format and every column that holds a text."""
    files = {
        **_people(words, pupils, teacher_id, stream),
        **_matter(words, as_of),
        **_work(words, pupils, as_of),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, rows in files.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue())
    return packed.getvalue()


def broken_zip(words: Words) -> bytes:
    """One whose rows are all wrong, each in another way, around words and marks."""
    rows: Rows = [
        ("student_id", "name", "email", "zulip_user_id", "timezone", words("column")),
        ("s1", words("name"), words("noaddress"), words("number"), words("zone"), words("x")),
        ("s1", words("twice"), f"{words.mark()}", "-1", "UTC", ""),
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("students.csv", text.getvalue())
        archive.writestr("exams.csv", f"exam_id,{words('title')}\n{words('id')},{words.mark()}\n")
        archive.writestr(f"{words('file')}.csv", words("content"))
    return packed.getvalue()


def write_nudging(folder: Path, words: Words) -> tuple[Path, Path]:
    """Rules and templates whose names, titles and bodies are marked; the shipped ones too."""
    rules, templates = write_rules(folder, word=words("body"))
    write_more(rules, templates)
    shutil.copy(ROOT / "rules" / "crisis.yaml", rules)
    for path in (rules / "long_silence.yaml", rules / "away_for_weeks.yaml"):
        text = re.sub(r"(?m)^name: .*$", lambda _: f"name: {words('rule')}", path.read_text())
        path.write_text(text)
    path = templates / "long_silence.md"
    text = path.read_text().replace("title: Long silence", f"title: {words('title')}")
    path.write_text(text.replace("goal: come back", f"goal: {words('goal')}"))
    return rules, templates


def _people(words: Words, pupils: Sequence[Pupil], teacher_id: int, stream: str) -> dict[str, Rows]:
    students: Rows = [("student_id", "name", "given_name", "email", "zulip_user_id")]
    guardians: Rows = [("guardian_id", "student_id", "name", "email", "language", "may_contact")]
    members: Rows = [("class_id", "person_id", "role"), ("c1", "t1", "teacher")]
    attributes: Rows = [("student_id", "attribute", "value")]
    for each in pupils:
        key = each.student_id
        students.append((key, each.name, words("given"), words.address("mail"), each.user_id))
        guardian = words("guardian"), words.address("parent")
        guardians.append((f"g-{key}", key, *guardian, "", "true"))
        members.append(("c1", key, "student"))
        attributes.append((key, words("attribute"), words("value")))
    teacher = ("t1", words("teacher"), words.address("teacher"), teacher_id)
    return {
        "students": students,
        "teachers": [("teacher_id", "name", "email", "zulip_user_id"), teacher],
        "classes": [
            ("class_id", "name", "subject", "stream"),
            ("c1", words("class"), words("subject"), stream),
        ],
        "enrollments": members,
        "guardians": guardians,
        "attributes": attributes,
    }


def _matter(words: Words, as_of: datetime) -> dict[str, Rows]:
    subject = words("subject")
    before, behind = as_of - timedelta(days=3), as_of + timedelta(days=4)
    return {
        "skills": [
            ("skill_id", "name", "subject"),
            ("frac", words("skill"), subject),
            ("div", words("skill"), subject),
        ],
        "content": [
            ("content_id", "kind", "title", "subject", "minutes"),
            ("v1", "video", words("video"), subject, 12),
        ],
        "exams": [
            ("exam_id", "class_id", "title", "subject", "at", "max_score", "released"),
            *(
                (f"e{n}", "c1", words("exam"), subject, _at(at), 100, "true")
                for n, at in enumerate((before, before - timedelta(days=9), behind))
            ),
        ],
        "assignments": [
            ("assignment_id", "class_id", "title", "skill_ids", "due_at", "difficulty"),
            ("a0", "c1", words("task"), "frac", _at(before), words("hard")),
            ("a1", "c1", words("task"), "div", _at(behind), words("easy")),
        ],
        "calendar": [
            ("begin", "end", "kind", "title"),
            ("2020-01-01", "2020-01-02", "holiday", words("day")),
        ],
    }


def _work(words: Words, pupils: Sequence[Pupil], as_of: datetime) -> dict[str, Rows]:
    files: dict[str, Rows] = {
        "activities": [
            ("student_id", "at", "kind", "content_id", "subject", "minutes", "progress")
        ],
        "practice": [
            ("session_id", "student_id", "skill_id", "started_at", "questions", "correct")
        ],
        "exam_results": [("exam_id", "student_id", "score", "status", "changed_at")],
        "submissions": [("assignment_id", "student_id", "submitted_at", "score", "status")],
        "achievements": [("achievement_id", "student_id", "title", "progress")],
    }
    for each in pupils:
        for name, row in _work_of(words, each, as_of):
            files[name].append(row)
    return files


def _work_of(words: Words, pupil: Pupil, as_of: datetime) -> Iterator[tuple[str, Sequence[object]]]:
    key = pupil.student_id
    newest = as_of - (timedelta(days=SILENT_DAYS) if pupil.silent else timedelta(hours=1))
    subject = words("subject")
    for days in range(4):
        at = _at(newest - timedelta(days=days))
        yield "activities", (key, at, "video", "v1", subject, 20, 0.5)
        yield "practice", (f"{key}-{days}", key, ("frac", "div")[days % 2], at, 10, 3 + days)
    for exam_id in ("e0", "e1"):
        at = _at(as_of - timedelta(days=2))
        yield "exam_results", (exam_id, key, words.mark(), "scored", at)
    if not pupil.silent:
        yield "submissions", ("a0", key, _at(newest), words.mark(), "submitted")
    yield "achievements", (f"h-{key}", key, words("badge"), 1)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
