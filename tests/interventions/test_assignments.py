"""Targeted assignments from the draft to what the data show of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat.town import ADMIN, ANA, TARA, Town

from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_draft import Draft, Wishes
from nudgebot.interventions.assignment_rows import Status, TargetedAssignment
from nudgebot.interventions.assignments import Assignments, NoWeakSkillError
from nudgebot.interventions.means import Actor
from nudgebot.school.days import to_at

TEACHER = Actor(TARA, "Tara Teacher", "t1")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Lesson:
    """A town in which Ana practises, and exports come."""

    def __init__(self, folder: Path) -> None:
        self.outbox = folder / "outbox"
        self.town = Town(folder, lms_outbox=self.outbox)
        self.town.store.executemany(
            "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, 'math')",
            [("k1", "Division"), ("k2", "Fractions"), ("k3", "Decimals"), ("k4", "Ratios")],
        )
        self._sessions = 0

    @property
    def kept(self) -> Assignments:
        return self.town.office.interventions.assignments

    @property
    def now(self) -> datetime:
        return self.town.clock

    def practises(
        self, skill: str, questions: int, correct: int, *, at: datetime, student: str = "s1"
    ) -> None:
        self._sessions += 1
        self.town.store.execute(
            """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
               correct) VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                f"p{self._sessions}",
                student,
                skill,
                to_at(at),
                to_at(at) // 86400,
                questions,
                correct,
            ],
        )

    def export_comes(self, known: datetime | None = None) -> None:
        self.town.store.execute(
            """INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)
               VALUES ('x', 'native', 'f', 'taken', ?, ?)""",
            [to_at(self.now), to_at(known or self.now)],
        )

    def draft(self, due: str = "") -> Draft:
        return self.kept.propose("s1", self.now, Wishes(skills="Division", due=due))

    def give(self, source: str = "a") -> TargetedAssignment:
        return self.kept.create(TEACHER, self.draft(), self.now, source)

    def tick(self, after: timedelta = timedelta()) -> int:
        self.town.clock += after
        return self.kept.tick(self.now)

    def again(self, assignment: TargetedAssignment) -> TargetedAssignment:
        found = self.kept.find(assignment.id)
        assert found is not None
        return found

    def resolution(self, assignment: TargetedAssignment) -> str | None:
        notes: str | None = self.town.store.value(
            "SELECT resolution_notes FROM interventions WHERE source = ?",
            [assignment.record_source],
        )
        return notes


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    opened = Lesson(tmp_path)
    yield opened
    opened.town.store.close()


def test_what_is_suggested(lesson: Lesson) -> None:
    """The three weakest under 70 %, 15 questions, by accuracy easy, in three days of school."""
    at = lesson.now - DAY
    for skill, correct in (("k1", 12), ("k2", 11), ("k3", 12), ("k4", 13)):
        lesson.practises(skill, 20, correct, at=at)
    lesson.town.figures.rows["s1"] = {"accuracy": 57.5}
    draft = lesson.kept.propose("s1", lesson.now)
    assert [skill.name for skill in draft.skills] == ["Fractions", "Division", "Decimals"]
    assert (draft.question_count, draft.difficulty) == (15, "easy")
    assert f"{draft.due_at:%Y-%m-%d %H:%M}" == "2026-11-24 23:59"
    assert draft.title == "Fractions, Division & Decimals Practice"


def test_the_due_day_ends_in_the_students_zone(lesson: Lesson) -> None:
    """Wherever the school is."""
    lesson.town.store.execute("UPDATE students SET timezone = 'America/New_York'")
    assert f"{lesson.draft().due_at:%Y-%m-%d %H:%M}" == "2026-11-25 04:59"


def test_nobody_is_suggested_what_she_can(lesson: Lesson) -> None:
    """It is said, with the skills that she is least sure in, or that too little is known."""
    with pytest.raises(NoWeakSkillError, match="from 5 answers on") as unknown:
        lesson.kept.propose("s1", lesson.now)
    assert unknown.value.least_sure == ()
    lesson.practises("k1", 10, 8, at=lesson.now - DAY)
    with pytest.raises(NoWeakSkillError, match="no skill under 70 %") as sure:
        lesson.kept.propose("s1", lesson.now)
    assert [skill.name for skill in sure.value.least_sure] == ["Division"]
    assert "Ana" not in f"{unknown.value} {sure.value}"


def test_it_is_kept_noted_told_and_put_down_once(lesson: Lesson) -> None:
    """The same word again makes nothing new."""
    made = lesson.give()
    assert lesson.give() == made
    assert (made.status, made.class_id, made.lms_written) == (Status.ASSIGNED, "c7b", True)
    (told,) = lesson.town.zulip.to(ANA)
    assert "**Division Practice**" in told
    (noted,) = lesson.town.office.interventions.record.of_student("s1")
    assert (noted.source, noted.intervention_type) == ("assignment:1", "assignment")
    assert [each.name for each in lesson.outbox.iterdir()] == ["assignments-1"]
    assert lesson.kept.of_student("s1") == [made]


def test_a_crash_after_the_promise_loses_nothing(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message waits in the outbox, and the file is written when it is done again."""
    outbox = lesson.kept._means.outbox
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "push", _crash)
        with pytest.raises(KeyboardInterrupt):
            lesson.give()
    assert lesson.town.zulip.to(ANA) == []
    assert lesson.give().lms_written
    lesson.town.office.outbox.run(lesson.now + HOUR)  # type: ignore[attr-defined]
    assert len(lesson.town.zulip.to(ANA)) == 1


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_refuses_stops_nothing(lesson: Lesson) -> None:
    """The student is told, the file comes when it can."""
    lesson.outbox.write_text("in the way")
    made = lesson.give()
    assert not made.lms_written
    assert len(lesson.town.zulip.to(ANA)) == 1
    lesson.outbox.unlink()
    assert lesson.tick() == 0
    assert lesson.tick(timedelta(minutes=11)) == 1
    assert lesson.again(made).lms_written


def test_it_cannot_be_due_already(lesson: Lesson) -> None:
    """A preview may be confirmed late."""
    draft = lesson.draft(due="today 15:00")
    with pytest.raises(CommandError, match="due already"):
        lesson.kept.create(TEACHER, draft, lesson.now + HOUR, "late")
    assert lesson.kept.of_student("s1") == []


def test_practice_completes_it(lesson: Lesson) -> None:
    """Only in its skills, and only since it was given; both sides are told once."""
    lesson.practises("k1", 50, 50, at=lesson.now - HOUR)
    made = lesson.give()
    lesson.practises("k1", 10, 8, at=lesson.now + HOUR)
    lesson.practises("k2", 30, 30, at=lesson.now + HOUR)
    lesson.town.clock += 2 * HOUR
    assert lesson.tick() == 0
    lesson.export_comes()
    lesson.tick()
    assert (lesson.again(made).answered, lesson.again(made).status) == (10, Status.ASSIGNED)
    lesson.practises("k1", 6, 5, at=lesson.now)
    assert lesson.tick() == 0
    lesson.export_comes()
    assert lesson.tick() == 3
    found = lesson.again(made)
    assert (found.status, found.completed_by) == (Status.COMPLETED, "export")
    assert (found.completed_at, found.score) == (lesson.now, 81.25)
    assert "Well done, Ana!" in lesson.town.zulip.to(ANA)[-1]
    (news,) = lesson.town.zulip.to(TARA)
    assert "is finished (16 questions answered, 81 % right)" in news
    assert lesson.resolution(made) == "Done: 16 questions answered, 81 % right."
    assert lesson.tick(DAY) == 0


@pytest.mark.parametrize(
    ("status", "score", "at", "completes"),
    [
        ("submitted", 90.0, True, True),
        ("late", None, False, True),
        ("", 70.0, False, True),
        ("", None, False, False),
        ("missed", None, False, False),
        ("excused", None, False, False),
    ],
)
def test_a_submission_completes_it(
    lesson: Lesson, status: str, score: float | None, *, at: bool, completes: bool
) -> None:
    """Where the LMS took it under its id."""
    made = lesson.give()
    lesson.town.store.execute(
        """INSERT INTO submissions (assignment_id, student_id, submitted_at, score, status)
           VALUES ('nudgebot-1', 's1', ?, ?, ?)""",
        [to_at(lesson.now) if at else None, score, status],
    )
    lesson.export_comes()
    lesson.tick()
    assert (lesson.again(made).status is Status.COMPLETED) is completes
    assert not completes or lesson.again(made).score == score


def test_her_word_is_kept_apart(lesson: Lesson) -> None:
    """She says it, the teacher reads it; what the data show later is only noted."""
    made = lesson.give()
    assert lesson.kept.say_done(made, lesson.now)
    assert not lesson.kept.say_done(made, lesson.now)
    found = lesson.again(made)
    assert (found.status, found.completed_by) == (Status.SAID_DONE, "done")
    lesson.tick()
    assert (
        "says that “Division Practice” is done; the data show 0 of 15 questions so far"
        in (lesson.town.zulip.to(TARA)[-1])
    )
    assert lesson.resolution(made) == "The student says it is done."
    lesson.practises("k1", 15, 9, at=lesson.now)
    lesson.export_comes()
    lesson.tick(timedelta(minutes=1))
    assert lesson.again(made).status is Status.COMPLETED
    assert lesson.again(made).said_done_at == found.said_done_at
    assert len(lesson.town.zulip.to(TARA)) == 1


def test_overdue_waits_for_data_of_the_day(lesson: Lesson) -> None:
    """Old data do not show that nothing was done; after two days it is told all the same."""
    made = lesson.give()
    due = made.due_at
    lesson.town.clock = due + 10 * HOUR
    assert lesson.tick() == 0
    lesson.export_comes(known=due + HOUR)
    assert lesson.tick() == 2
    assert "was due" in lesson.town.zulip.to(TARA)[-1]
    assert "0 of 15 questions" in lesson.town.zulip.to(TARA)[-1]
    assert lesson.tick(DAY) == 0
    assert "Not finished when it was due" in str(lesson.resolution(made))
    assert lesson.tick(29 * DAY) == 1
    assert lesson.again(made).status is Status.LAPSED


def test_without_any_export_it_is_told_later(lesson: Lesson) -> None:
    """With what the data show, and of when they are."""
    made = lesson.give()
    lesson.town.clock = made.due_at + 2 * DAY + 10 * HOUR
    assert lesson.tick() == 2
    assert "*Data as of <time:2026-11-19T14:30:00Z>.*" in lesson.town.zulip.to(TARA)[-1]


def test_nobody_is_told_at_night(lesson: Lesson) -> None:
    """It waits for the morning."""
    made = lesson.give()
    lesson.town.clock = lesson.now.replace(hour=22)
    lesson.practises("k1", 15, 15, at=lesson.now)
    lesson.export_comes()
    assert lesson.tick() == 1
    assert lesson.town.zulip.to(TARA) == []
    assert lesson.tick(9 * HOUR) == 2
    assert len(lesson.town.zulip.to(TARA)) == 1
    assert lesson.again(made).owed_teacher == ""


def test_one_digest_a_line_a_student(lesson: Lesson) -> None:
    """However many assignments came to their end at once."""
    for number in range(3):
        lesson.kept.say_done(lesson.give(source=str(number)), lesson.now)
    lesson.tick()
    (news,) = lesson.town.zulip.to(TARA)
    assert news.count("Ana Alvarez") == 1
    assert news.count("says that") == 3


def test_who_lost_the_class_hears_nothing(lesson: Lesson) -> None:
    """An admin still may."""
    mine = lesson.give()
    theirs = lesson.kept.create(Actor(ADMIN, "Ada", None), lesson.draft(), lesson.now, "admin")
    for each in (mine, theirs):
        lesson.kept.say_done(each, lesson.now)
    lesson.town.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")
    lesson.tick()
    assert lesson.town.zulip.to(TARA) == []
    assert len(lesson.town.zulip.to(ADMIN)) == 1
    assert lesson.tick() == 0


def test_who_wants_no_word_gets_no_praise(lesson: Lesson) -> None:
    """The teacher hears of it all the same."""
    lesson.give()
    lesson.town.office.consents.stop("s1", lesson.now)
    lesson.practises("k1", 15, 15, at=lesson.now)
    lesson.export_comes()
    lesson.tick()
    assert not any("Well done" in each for each in lesson.town.zulip.to(ANA))
    assert len(lesson.town.zulip.to(TARA)) == 1


def test_it_is_taken_back(lesson: Lesson) -> None:
    """The student is told once, the file goes, and nothing is followed any more."""
    made = lesson.give()
    assert lesson.kept.withdraw(made, lesson.now)
    assert not lesson.kept.withdraw(lesson.again(made), lesson.now)
    assert "You need not do it any more" in lesson.town.zulip.to(ANA)[-1]
    assert list(lesson.outbox.iterdir()) == []
    assert lesson.tick(30 * DAY) == 0
    done = lesson.give("b")
    lesson.practises("k1", 15, 15, at=lesson.now)
    lesson.export_comes()
    lesson.tick()
    with pytest.raises(CommandError, match="over already"):
        lesson.kept.withdraw(lesson.again(done), lesson.now)
