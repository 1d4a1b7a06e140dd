"""A place to lay exports down and take them in."""

from __future__ import annotations

import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.exports.importer import Importer
from nudgebot.exports.report import ImportReport
from nudgebot.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
FACTS = [
    "students",
    "teachers",
    "classes",
    "enrollments",
    "guardians",
    "skills",
    "skill_prerequisites",
    "content",
    "calendar",
    "exams",
    "exam_results",
    "assignments",
    "submissions",
    "achievements",
    "practice",
]

SCHOOL = {
    "students.csv": "student_id,name\n1,Ana\n2,Ben\n3,Cem\n",
    "teachers.csv": "teacher_id,name\nt1,Dora\n",
    "classes.csv": "class_id,name,subject\nm,Mathematics 7,Mathematics\ne,English 7,English\n",
    "enrollments.csv": (
        "class_id,person_id,role\nm,1,student\nm,2,student\ne,3,student\nm,t1,teacher\n"
    ),
}


class Desk:
    """A folder with an export, and an importer."""

    def __init__(self, folder: Path, store: Store, *, max_drop_share: float = 0.1) -> None:
        self.folder = folder
        self.store = store
        self.importer = Importer(store, zone=BERLIN, max_drop_share=max_drop_share)
        folder.mkdir(parents=True, exist_ok=True)

    def lay(self, files: Mapping[str, str | bytes]) -> None:
        """Make the folder hold exactly these files."""
        for old in self.folder.iterdir():
            old.unlink()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.folder / name).write_bytes(data)

    def take(
        self,
        files: Mapping[str, str | bytes] | None = None,
        *,
        path: Path | None = None,
        as_of: datetime = NOW,
        format_name: str = "native",
        allow_drop: bool = False,
    ) -> ImportReport:
        """Lay the files down and import them."""
        if files is not None:
            self.lay(files)
        return self.importer.ingest(
            path or self.folder, format_name=format_name, as_of=as_of, allow_drop=allow_drop
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, as tuples."""
        return [tuple(row) for row in self.store.rows(sql)]

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """A whole table."""
        return self.rows(f"SELECT * FROM {name}")  # noqa: S608  # names of the tests' own

    def touched(self) -> set[str]:
        """The students noted for the next refresh; forgets them."""
        found = {row[0] for row in self.store.rows("SELECT student_id FROM touched")}
        self.store.execute("DELETE FROM touched")
        return found

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the school's tables hold."""
        return {table: self.table(table) for table in FACTS} | {
            "activities": sorted(
                self.rows(
                    """SELECT activity_id, student_id, at, day, hour, kind, content_id, subject,
                           events, minutes, progress FROM activities"""
                ),
                key=repr,
            ),
            **self.rollups(),
        }

    def rollups(self) -> dict[str, list[tuple[Any, ...]]]:
        """The roll-ups as the tables have them."""
        return {table: self.table(table) for table in ("activity_days", "video_days")}

    def rollups_of_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """The roll-ups as the raw rows say they must be, worked out by hand."""
        subjects = dict(self.rows("SELECT content_id, subject FROM content"))
        events: Counter[tuple[Any, ...]] = Counter()
        minutes: dict[tuple[Any, ...], float] = defaultdict(float)
        videos: dict[tuple[Any, ...], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        for student, day, hour, kind, content, subject, count, spent, done in self.rows(
            """SELECT student_id, day, hour, kind, content_id, subject, events, minutes, progress
               FROM activities"""
        ):
            key = (student, day, kind, subject or subjects.get(content, ""), hour)
            events[key] += count
            minutes[key] += spent or 0
            if kind == "video" and content:
                best, total = videos[student, content, day]
                videos[student, content, day] = (max(best, done or 0), total + (spent or 0))
        return {
            "activity_days": sorted((*key, events[key], minutes[key]) for key in events),
            "video_days": sorted((*key, *videos[key]) for key in videos),
        }


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
