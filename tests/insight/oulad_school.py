"""Three small made-up courses in OULAD's format, in which marks and presence foretell the end."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

COURSES = (("AAA", "2013J"), ("AAA", "2014J"), ("BBB", "2013B"))
DUE_DAYS = (12, 25, 50, 80, 105)
STUDENTS = 40
Row = dict[str, str]
HEADS = {
    "courses": "code_module code_presentation module_presentation_length",
    "studentInfo": "code_module code_presentation id_student final_result",
    "studentRegistration": (
        "code_module code_presentation id_student date_registration date_unregistration"
    ),
    "vle": "id_site code_module code_presentation activity_type",
    "assessments": ("code_module code_presentation id_assessment assessment_type date weight"),
    "studentAssessment": "id_assessment id_student date_submitted is_banked score",
    "studentVle": "code_module code_presentation id_student id_site date sum_click",
}


@dataclass(frozen=True)
class Oulad:
    """The rows of all files by their stems."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HEADS})

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        for name, heads in HEADS.items():
            out = io.StringIO()
            writer = csv.DictWriter(out, heads.split(), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(self.rows[name])
            (folder / f"{name}.csv").write_text(out.getvalue(), encoding="utf-8")
        return folder

    def changed(self, name: str, change: Callable[[Row], Row | None]) -> Oulad:
        """The same with every row of a file changed, or dropped where the change gives None."""
        kept = [new for row in self.rows[name] if (new := change(dict(row))) is not None]
        return replace(self, rows=self.rows | {name: kept})


def made_up(seed: int = 1, students: int = STUDENTS) -> Oulad:
    """The courses; whoever is weak comes seldom, scores low, hands in less and fails more often."""
    made = Oulad()
    chance = random.Random(seed)  # noqa: S311  # a made-up school, no secret
    for place, (module, presentation) in enumerate(COURSES):
        course = {"code_module": module, "code_presentation": presentation}
        site = {"id_site": str(900 + place), "activity_type": "oucontent"}
        made.rows["courses"].append(course | {"module_presentation_length": "268"})
        made.rows["vle"].append(course | site)
        works = [(str(100 * place + number), day) for number, day in enumerate(DUE_DAYS)]
        made.rows["assessments"] += [
            course | {"id_assessment": work, "assessment_type": "TMA", "date": str(day)}
            | {"weight": "20"}
            for work, day in works
        ]  # fmt: skip
        for number in range(students):
            _student(made, chance, course | {"id_student": str(1000 * place + number)}, works)
    return made


def _student(made: Oulad, chance: random.Random, who: Row, works: list[tuple[str, int]]) -> None:
    strength = chance.random()
    fails = chance.random() > 0.25 + 0.7 * strength
    leaves = chance.randint(20, 200) if fails and chance.random() < 0.4 else None
    result = "Withdrawn" if leaves else "Fail" if fails else "Pass"
    dates = {"date_registration": "-20", "date_unregistration": str(leaves or "")}
    made.rows["studentInfo"].append(who | {"final_result": result})
    made.rows["studentRegistration"].append(who | dates)
    site = str(900 + int(who["id_student"]) // 1000)
    for day in range(-5, min(leaves or 130, 130)):
        if chance.random() < 0.1 + 0.4 * strength:
            made.rows["studentVle"].append(
                who | {"id_site": site, "date": str(day), "sum_click": "3"}
            )
    for work, due in works:
        if (leaves or 999) > due and chance.random() < 0.5 + 0.5 * strength:
            score = min(100, max(0, round(chance.gauss(40 + 50 * strength, 12))))
            made.rows["studentAssessment"].append(
                {"id_assessment": work, "id_student": who["id_student"], "is_banked": "0"}
                | {"date_submitted": str(due - chance.randint(0, 3)), "score": str(score)}
            )
