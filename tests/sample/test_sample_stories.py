"""Every kind of student is found, and each rule of the requirements finds somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sample_reading import SEED, TODAY, Sample, chosen, mean, write

from nudgebot.sandbox.sample import write_sample_school

SUBJECTS = ("Mathematics", "English", "Science")


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write(tmp_path_factory.mktemp("sixty"), students=60, days=60)


def broke_a_streak(sample: Sample, student: str) -> bool:
    idle = sample.idle_days(student)
    return idle is not None and 0 < idle < 3 and sample.longest_run(student) > 5


def does_badly(sample: Sample, student: str) -> bool:
    scores = sample.scores(student)
    return len(scores) > 2 and sum(scores) / len(scores) < 60


def leaves_videos(sample: Sample, student: str) -> bool:
    videos = sample.videos(student)
    finished = sum(progress >= 0.9 for progress in videos.values())
    return len(videos) > 3 and finished / len(videos) < 0.5


def is_unprepared(sample: Sample, student: str) -> bool:
    average = mean(sample.scores(student, "Mathematics"))
    return (
        sample.next_exam_days(student, "Mathematics") < 7
        and sample.idle_days_in(student, "Mathematics") >= 7
        and average is not None
        and average < 75
    )


def sinks_in_subjects(sample: Sample, student: str) -> bool:
    falling = 0
    for subject in SUBJECTS:
        scores = sample.scores(student, subject)
        average = mean(scores)
        if average is not None and average < 60 and scores[-1] < scores[-2] < scores[-3]:
            falling += sample.idle_days_in(student, subject) > 5
    return falling > 1


def is_inactive(sample: Sample, student: str) -> bool:
    idle = sample.idle_days(student)
    return idle is not None and idle >= 9


def owes_work(sample: Sample, student: str) -> bool:
    return sum(row["status"] == "missed" for row in sample.of("submissions", student)) >= 5


def improves(sample: Sample, student: str) -> bool:
    scores = sample.scores(student)
    return len(scores) >= 6 and sum(scores[-3:]) / 3 > sum(scores[:3]) / 3 + 15


def has_no_data(sample: Sample, student: str) -> bool:
    files = ("activities", "practice", "exam_results", "submissions", "achievements")
    return not any(sample.of(stem, student) for stem in files)


CONDITIONS = [
    pytest.param(broke_a_streak, {"6", "20"}, id="streak broken"),
    pytest.param(does_badly, {"3", "16", "27"}, id="low performance"),
    pytest.param(leaves_videos, {"7", "22"}, id="videos left"),
    pytest.param(is_unprepared, {"10", "24"}, id="exam without preparation"),
    pytest.param(sinks_in_subjects, {"9"}, id="two subjects sinking"),
    pytest.param(is_inactive, {"5", "19"}, id="inactive"),
    pytest.param(owes_work, {"15", "30"}, id="work overdue"),
    pytest.param(improves, {"2", "17"}, id="improving"),
    pytest.param(has_no_data, {"13", "28"}, id="new without data"),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_each_condition_finds_its_students(
    sixty: Sample, condition: Callable[[Sample, str], bool], expected: set[str]
) -> None:
    """Among sixty students some are found, those told by their number among them, never most."""
    found = set(chosen(sixty, condition))
    assert expected <= found
    assert len(found) < 30


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("days", [30, 60])
def test_the_stories_hold_on_any_weekday(tmp_path: Path, weekday: int, days: int) -> None:
    """Whatever the day on which the demo is run, the rules find their students."""
    sample = write(tmp_path, days=days, today=date(2027, 3, 1) + timedelta(days=weekday))
    for condition in (broke_a_streak, does_badly, leaves_videos, is_unprepared, is_inactive):
        assert set(chosen(sample, condition)), condition.__name__
    assert sample.idle_days("5") == 10


def test_every_kind_is_among_the_first_thirty(tmp_path: Path) -> None:
    """A school of thirty misses no kind that a large school has."""
    small = write_sample_school(tmp_path, students=30, days=30, seed=3, today=TODAY)
    large = write_sample_school(tmp_path, students=600, days=1, seed=3, today=TODAY)
    assert set(small.kinds) == set(large.kinds)
    assert sum(large.kinds.values()) == 600


def test_student_five_is_the_one_to_show(sixty: Sample) -> None:
    """Student 5: a plain name, a long streak, ten days of silence, marks that fall."""
    student = next(row for row in sixty.rows("students") if row["student_id"] == "5")
    assert (student["name"], student["given_name"]) == ("Mia Sample", "Mia")
    assert sixty.idle_days("5") == 10
    assert sixty.longest_run("5") >= 13
    scores = sixty.scores("5", "English")
    assert scores[-1] < scores[0] - 15
    accuracy = {
        skill: _accuracy(sixty, "5", skill) for skill in ("m-multiplication", "m-fractions")
    }
    assert accuracy["m-fractions"] < 0.65 < accuracy["m-multiplication"]


def _accuracy(sample: Sample, student: str, skill: str) -> float:
    rows = [row for row in sample.of("practice", student) if row["skill_id"] == skill]
    asked = sum(int(row["questions"]) for row in rows)
    return sum(int(row["correct"]) for row in rows) / asked


def test_practice_makes_better(sixty: Sample) -> None:
    """Over all students, later sessions of a skill go better than the first ones."""
    early, late = [], []
    for student in sixty.student_ids:
        by_skill: dict[str, list[float]] = {}
        for row in sixty.of("practice", student):
            share = int(row["correct"]) / int(row["questions"])
            by_skill.setdefault(row["skill_id"], []).append(share)
        for skill, shares in by_skill.items():
            if skill != "m-addition" and len(shares) >= 4:
                early.append(shares[0])
                late.append(shares[3])
    assert sum(late) / len(late) > sum(early) / len(early) + 0.1


def test_weekends_and_holidays_are_quiet(sixty: Sample) -> None:
    """A weekend day sees less than two thirds of a school day, a holiday less than half."""
    holiday = next(row for row in sixty.rows("calendar") if row["kind"] == "holiday")
    per_day: dict[date, int] = {}
    for row in sixty.rows("activities"):
        day = date.fromisoformat(row["at"][:10])
        per_day[day] = per_day.get(day, 0) + (row["kind"] == "login")
    off = [n for day, n in per_day.items() if holiday["begin"] <= str(day) <= holiday["end"]]
    weekend = [n for day, n in per_day.items() if day.weekday() >= 5]
    school = sorted(n for day, n in per_day.items() if day.weekday() < 5)
    usual = school[len(school) // 2]
    assert off
    assert sum(weekend) / len(weekend) < usual * 2 / 3
    assert sum(off) / len(off) < usual / 2


def test_activity_keeps_believable_hours(sixty: Sample) -> None:
    """Nobody learns before half past six or after eleven at night by the own clock."""
    hours = {row["at"][11:16] for row in sixty.rows("activities")}
    assert min(hours) >= "06:30"
    assert max(hours) < "23:00"
    offsets = {row["at"][19:] for row in sixty.rows("activities")}
    assert {"+01:00", "+02:00", "+00:00", "+05:30"} <= offsets


def test_the_calendar_has_a_holiday_within_and_exam_weeks(sixty: Sample) -> None:
    """Seasons are in order, do not overlap, and one holiday lies within the sample's days."""
    seasons = sixty.rows("calendar")
    assert {row["kind"] for row in seasons} == {"holiday", "exam_week"}
    flat = [day for row in seasons for day in (row["begin"], row["end"])]
    assert flat == sorted(flat)
    assert str(TODAY - timedelta(days=59)) <= flat[0]
    assert flat[1] < str(TODAY)


def _lines(directory: Path, stem: str) -> set[str]:
    return set((directory / f"{stem}.csv").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("later", [1, 2, 9, 30])
def test_the_same_school_lives_on(tmp_path: Path, later: int) -> None:
    """With the same start a later today keeps all of the past and adds the days since."""
    start = TODAY - timedelta(days=29)
    before, after = tmp_path / "before", tmp_path / "after"
    today = TODAY + timedelta(days=later)
    write_sample_school(before, students=40, days=30, seed=SEED, today=TODAY)
    write_sample_school(after, students=40, days=30, seed=SEED, today=today, start=start)
    for stem in ("activities", "practice"):
        assert _lines(before, stem) < _lines(after, stem)
    for stem in ("enrollments", "guardians", "skills", "calendar", "assignments"):
        assert _lines(before, stem) <= _lines(after, stem)
    old, new = Sample(before, TODAY), Sample(after, today)
    for stem, key in (("exam_results", "exam_id"), ("submissions", "assignment_id")):
        later_rows = {(row[key], row["student_id"]): row for row in new.rows(stem)}
        for row in old.rows(stem):
            now = later_rows[row[key], row["student_id"]]
            assert now == row or _moved_on(row, now, TODAY), (row, now)


def _moved_on(row: dict[str, str], now: dict[str, str], today: date) -> bool:
    """Corrected, marked or handed in after the earlier today."""
    if "changed_at" in row:
        return now["changed_at"][:10] > str(today)
    marked = not row["score"] and {**row, "score": now["score"]} == now
    return marked or now["submitted_at"][:10] > str(today) or now["status"] == "missed"


def test_some_who_stopped_come_back(tmp_path: Path) -> None:
    """The day after, student 5 is active again: a nudge's effect can be shown."""
    today = TODAY + timedelta(days=1)
    start = TODAY - timedelta(days=29)
    write_sample_school(tmp_path, students=5, days=30, seed=SEED, today=today, start=start)
    assert Sample(tmp_path, today).idle_days("5") == 0
