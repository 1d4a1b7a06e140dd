"""The school of requirement B's user flows: an export, a rule, and the program that serves it."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contract.people import Person
from contract.school_files import deliver

from nudgebot.cli.clock import SchoolClock
from nudgebot.cli.tour import News
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.records import OWNER, SandboxUser
from nudgebot.sandbox.server import Sandbox
from nudgebot.service import ticks
from nudgebot.settings import read_settings
from nudgebot.wiring import serve

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
STUDENTS = 7
ROOT = Path(__file__).parents[2]
SKILLS = {"mul": "Multiplication", "div": "Division", "frac": "Fractions"}
MASTERED = [f"m{number}" for number in range(1, 8)]
NOT_STARTED = [f"n{number}" for number in range(1, 6)]
Row = Sequence[object]

# The alert of the requirement's flow: "[HIGH] Student 5 inactive for 10 days".
RULE = """\
id: inactive
name: Inactive
conditions:
  days_since_last_activity: {at_least: 7}
intervention:
  type: check_in
  message_template: inactivity_check_in
  urgency: high
  delivery_method: mentor_alert
cooldown_hours: 168
holdout: 0
"""


@dataclass
class FlowSchool:
    """A school at work on a clock that stands still until it is moved."""

    folder: Path
    sandbox: Sandbox
    mailbox: Mailbox
    clock: SchoolClock
    bot: SandboxUser
    teacher: SandboxUser
    students: dict[int, SandboxUser]
    news: News = field(default_factory=News)
    _open: ExitStack = field(default_factory=ExitStack)
    _people: list[Person] = field(default_factory=list)

    def client(self, user: SandboxUser) -> Person:
        """This person's own Zulip client, which hears everything from now on."""
        path = self.folder / f"{user.user_id}.zuliprc"
        path.write_text(self.sandbox.zuliprc(user), encoding="utf-8")
        self._people.append(Person(path))
        return self._people[-1]

    def export(self, *more: Row) -> None:
        """What the LMS says tonight: all that it said before, and this practice."""
        tables = _tables(self, *more)
        deliver(self.folder / "inbox", "school.zip", _packed(tables))

    def open(self) -> None:
        """Let the bot come, with the export in its inbox; who has a client hears all it says."""
        self._open.enter_context(_served(self))

    def close(self) -> None:
        """Let the bot and the clients go."""
        self._open.close()
        for each in self._people:
            each.close()

    def later(self, **time: float) -> None:
        """Let time pass; Zulip forgets a client that has asked nothing for ten minutes of it."""
        self.clock.move_to(self.clock() + timedelta(**time))


@contextmanager
def flow_school(folder: Path) -> Iterator[FlowSchool]:
    """The school before its first day with the bot, which `open` begins."""
    clock = SchoolClock(NOW, running=lambda: 0.0)
    with (
        Mailbox(clock=clock.seconds) as mailbox,
        Sandbox(rate_limit=None, clock=clock.seconds, mailbox=mailbox) as sandbox,
    ):
        school = _found(folder, sandbox, mailbox, clock)
        try:
            yield school
        finally:
            school.close()


def _found(folder: Path, sandbox: Sandbox, mailbox: Mailbox, clock: SchoolClock) -> FlowSchool:
    owner = sandbox.add_user("Olive Owner", role=OWNER, timezone="UTC")
    bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
    teacher = sandbox.add_user("Tara Teacher", timezone="UTC")
    names = {number: f"Student {number}" for number in range(1, STUDENTS + 1)}
    students = {n: sandbox.add_user(name, timezone="UTC") for n, name in names.items()}
    school = FlowSchool(folder, sandbox, mailbox, clock, bot, teacher, students)
    (folder / "inbox").mkdir()
    (folder / "rules").mkdir()
    (folder / "rules" / "inactive.yaml").write_text(RULE, encoding="utf-8")
    (folder / "zuliprc").write_text(sandbox.zuliprc(bot), encoding="utf-8")
    school.export()
    return school


@contextmanager
def _served(school: FlowSchool) -> Iterator[None]:
    settings = read_settings(environment={}).replaced(
        database=school.folder / "school.db",
        inbox=school.folder / "inbox",
        inbox_poll_seconds=1,
        inbox_settle_seconds=0,
        holdout_share=0.0,
        one_tap_answers=False,
        rules_file_path=school.folder / "rules",
        templates_path=ROOT / "message_templates",
        lms_outbox=school.folder / "outbox",
        sends_per_minute=100_000,
        smtp_host=school.mailbox.host,
        smtp_port=school.mailbox.port,
        smtp_security="none",
        mail_from="nudgebot@school.example",
    )
    stopping = threading.Event()
    service = threading.Thread(
        target=serve,
        args=(settings, school.folder / "zuliprc"),
        kwargs={"clock": school.clock, "stopping": stopping, "done": school.news.hear},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ticks, "INTERVENTIONS_SECONDS", 1)
        service.start()
        assert school.news.wait_for("imports", lambda _: True)
    try:
        assert school.sandbox.wait_for(lambda: school.sandbox.polling(school.bot), 20)
        yield
    finally:
        stopping.set()
        service.join(20)
    assert not service.is_alive()


# The export


def _tables(school: FlowSchool, *more: Row) -> dict[str, list[Row]]:
    pupils = school.students.items()
    skills = SKILLS | {each: f"Skill {each}" for each in (*MASTERED, *NOT_STARTED)}
    practice = [*_report_figures("4"), *_others(), *more]
    return {
        "students.csv": [
            ("student_id", "name", "given_name", "email", "zulip_user_id", "timezone"),
            *(
                (n, u.full_name, u.full_name, f"student{n}@school.example", u.user_id, "UTC")
                for n, u in pupils
            ),
        ],
        "teachers.csv": [
            ("teacher_id", "name", "email", "zulip_user_id"),
            ("t1", school.teacher.full_name, "tara@school.example", school.teacher.user_id),
        ],
        "classes.csv": [("class_id", "name", "subject"), ("7b", "7B", "Mathematics")],
        "enrollments.csv": [
            ("class_id", "person_id", "role"),
            ("7b", "t1", "teacher"),
            *(("7b", number, "student") for number, _ in pupils),
        ],
        "skills.csv": [
            ("skill_id", "name", "subject"),
            *((key, name, "Mathematics") for key, name in skills.items()),
        ],
        "practice.csv": [
            (
                "session_id",
                "student_id",
                "skill_id",
                "started_at",
                "questions",
                "correct",
                "minutes",
            ),
            *((f"p{place}", *row) for place, row in enumerate(practice)),
        ],
    }


def _report_figures(student_id: str) -> list[Row]:
    """75 % of 450 questions in 12 hours, 8 of 15 skills mastered; 65 % at first, then more."""
    rows: list[tuple[str, datetime, int, int]] = []
    begin = NOW.replace(hour=10, minute=0) - timedelta(days=27)
    for number, (fractions, division) in enumerate([(3, 1)] * 4 + [(2, 2)] * 5 + [(2, 1)]):
        at = begin + timedelta(days=number)
        rows += [("frac", at, 4, fractions), ("div", at, 2, division)]
    # What is asked and right on each of ten days of the second half, on average.
    late = {"frac": (15.8, 9.5), "div": (8.8, 6.6), "mul": (6, 5.4)}
    late |= dict.fromkeys(MASTERED, (1.2, 1.2))
    for number in range(10):
        at = begin + timedelta(days=14 + number)
        for skill_id, (questions, correct) in late.items():
            asked = round(questions * (number + 1)) - round(questions * number)
            right = round(correct * (number + 1)) - round(correct * number)
            rows.append((skill_id, at, asked, min(asked, right)))
    minutes = 720 / len(rows)
    return [(student_id, key, _stamp(at), *counts, minutes) for key, at, *counts in rows]


def _others() -> Iterator[Row]:
    """Classmates below and above; Student 3 is weak in two skills, Student 5 has stopped."""
    for student_id, correct in (("1", 6), ("2", 9), ("6", 9), ("7", 9)):
        for days_ago in range(1, 6):
            yield _session(student_id, "div", days_ago, 10, correct)
    for days_ago in range(1, 11):
        yield _session("3", "div", days_ago, 10, 6)
        yield _session("3", "frac", days_ago, 10, 5 + days_ago % 2)
    for days_ago in range(10, 15):
        yield _session("5", "frac", days_ago, 10, 7)


def session(student_id: str, skill_id: str, at: datetime, questions: int, correct: int) -> Row:
    """Ten minutes of practice."""
    return student_id, skill_id, _stamp(at), questions, correct, 10


def _session(student_id: str, skill_id: str, days_ago: int, questions: int, correct: int) -> Row:
    at = NOW.replace(hour=10, minute=0) - timedelta(days=days_ago)
    return session(student_id, skill_id, at, questions, correct)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _packed(tables: dict[str, list[Row]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(name, text.getvalue())
    return packed.getvalue()
