"""The benchmark of the risk score: on made-up courses, and that no later row is seen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import risk_oulad
from nudgebot.insight.risk_formula import read_formula, shipped_formula

from .oulad_school import Oulad, Row, made_up

DAYS = (14, 56)
Scores = dict[tuple[str, int, str], float]


def scores(folder: Path, days: tuple[int, ...] = DAYS) -> Scores:
    return {
        (course, day, student.student_id): score
        for (course, day), students in risk_oulad.read(folder, days).items()
        for student, score in zip(
            students, risk_oulad.scored(students, shipped_formula()), strict=True
        )
    }


def rewritten(school: Oulad, cutoff: int, seed: int) -> Oulad:
    """Every row after the cutoff another: marks, visits, leavers, results."""
    chance = random.Random(seed)  # noqa: S311  # a test's own

    def mark(row: Row) -> Row | None:
        if int(row["date_submitted"]) <= cutoff:
            return row
        late = str(cutoff + chance.randint(1, 90))
        changed = row | {"score": str(chance.randint(0, 100)), "date_submitted": late}
        return None if chance.random() < 0.3 else changed

    def visit(row: Row) -> Row | None:
        if int(row["date"]) <= cutoff:
            return row
        return (
            None if chance.random() < 0.5 else row | {"date": str(cutoff + chance.randint(1, 60))}
        )

    def leave(row: Row) -> Row:
        end = row["date_unregistration"]
        if end and int(end) <= cutoff:
            return row
        return row | {"date_unregistration": chance.choice(("", str(cutoff + 1), "200"))}

    def result(row: Row) -> Row:
        return row | {"final_result": chance.choice(("Pass", "Fail", "Withdrawn", "Distinction"))}

    def work(row: Row) -> Row:
        return (
            row
            if int(row["date"]) <= cutoff
            else row | {"date": str(cutoff + chance.randint(1, 90))}
        )

    return (
        school.changed("studentAssessment", mark)
        .changed("studentVle", visit)
        .changed("studentRegistration", leave)
        .changed("studentInfo", result)
        .changed("assessments", work)
    )


@pytest.mark.parametrize("cutoff", DAYS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_later_row_is_seen(tmp_path: Path, cutoff: int, seed: int) -> None:
    """Another future, the same scores: neither marks, visits, leavers nor results leak back."""
    school = made_up(seed, students=15)
    before = scores(school.write(tmp_path / "before"), (cutoff,))
    after = scores(rewritten(school, cutoff, seed).write(tmp_path / "after"), (cutoff,))
    assert len(before) > 30
    assert len(set(before.values())) > 10
    assert before == after


def test_the_table_has_every_line_of_every_day(tmp_path: Path) -> None:
    """Five marks a day, and where weak students fail, all of them see it but the seed's at 14."""
    cells = risk_oulad.read(made_up(students=60).write(tmp_path / "school"), DAYS)
    lines = risk_oulad.table(cells)
    assert sorted(lines) == list(DAYS)
    for found in lines.values():
        assert [line.name.split(":")[0] for line in found] == [
            "ours", "shipped", "seed", "single", "reference",
        ]  # fmt: skip
        ours, shipped = found[:2]
        assert ours.area > 0.6
        assert shipped.area > 0.6
        assert all(0 <= line.top <= 1 for line in found)
    text = list(risk_oulad.shown(cells, lines))
    assert sum(line.startswith("|") for line in text) == 2 + 5 * len(DAYS)
    assert sum(line.startswith("day ") for line in text) == 3 * len(DAYS)


def test_who_has_left_is_not_counted(tmp_path: Path) -> None:
    """Only students registered on the day, by the day's own knowledge of who left."""
    school = made_up(students=20)
    cells = risk_oulad.read(school.write(tmp_path / "school"), (56,))
    there = {each.student_id for students in cells.values() for each in students}
    gone = {
        row["id_student"]
        for row in school.rows["studentRegistration"]
        if row["date_unregistration"] and int(row["date_unregistration"]) <= 56
    }
    assert gone
    assert not there & gone
    assert len(there) == 60 - len(gone)


def test_weights_are_written_as_the_formula_reads_them(tmp_path: Path) -> None:
    """`--write` leaves a sound file that says which command made it."""
    cells = risk_oulad.read(made_up(students=60).write(tmp_path / "school"), DAYS)
    target = tmp_path / "weights.json"
    risk_oulad.write(cells, target)
    found = read_formula(target)
    assert found.told["made_by"].startswith("python -m benchmarks.risk_oulad")
    assert found.marks > 0
    assert found.presence > 0
    assert found.levels == shipped_formula().levels
