"""Requirement B's user flow "Teacher Views Student Performance Report", over the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from contract.people import Message, Person, words

from chat.conftest import Realm
from chat.lessons import practise
from chat.test_conversation import Living
from nudgebot.school.days import to_at
from nudgebot.store import Store
from nudgebot.wiring import open_store

STUDENT = "s3"  # Chi Chen, in the middle of her class
MASTERED = [f"m{number}" for number in range(7)]
NOT_STARTED = [f"n{number}" for number in range(5)]


def fill(store: Store, now: datetime) -> None:
    """The figures of the requirement: 75 % of 450 questions, 12 hours, 8 of 15 skills mastered.

    In the first two weeks 65 % are right, then more; two classmates are below her, two above.
    """
    store.execute("UPDATE classes SET subject = 'Mathematics'")
    store.execute(
        "INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)"
        " VALUES ('x', 'native', 'f', 'taken', ?, ?)",
        [to_at(now), to_at(now)],
    )
    names = {"mul": "Multiplication", "div": "Division", "frac": "Fractions"}
    names |= {each: f"Skill {each}" for each in (*MASTERED, *NOT_STARTED)}
    store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, 'Mathematics')", names.items()
    )
    begin = now - timedelta(days=27, hours=2)
    for number, (fractions, division) in enumerate([(3, 1)] * 4 + [(2, 2)] * 5 + [(2, 1)]):
        at = begin + timedelta(days=number)
        practise(store, STUDENT, "frac", 4, fractions, at=at)
        practise(store, STUDENT, "div", 2, division, at=at)
    # What is asked and right on each of ten days of the second half, on average.
    late = {"frac": (15.8, 9.5), "div": (8.8, 6.6), "mul": (6, 5.4)}
    late |= dict.fromkeys(MASTERED, (1.2, 1.2))
    for number in range(10):
        at = begin + timedelta(days=14 + number)
        for skill_id, (questions, correct) in late.items():
            asked = round(questions * (number + 1)) - round(questions * number)
            right = round(correct * (number + 1)) - round(correct * number)
            practise(store, STUDENT, skill_id, asked, min(asked, right), at=at)
    minutes = store.value("SELECT COUNT(*) FROM practice")
    store.execute("UPDATE practice SET minutes = 720.0 / ?", [minutes])
    for student_id, correct in (("s1", 5), ("s2", 6), ("s4", 9), ("s5", 10)):
        practise(store, student_id, "div", 10, correct, at=now - timedelta(days=1))


@pytest.fixture
def living(realm: Realm, tmp_path: Path) -> Iterator[Living]:
    made = Living(realm, tmp_path)
    store = open_store(made.settings)
    fill(store, datetime.now(UTC).replace(hour=12, minute=0))
    store.close()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def teacher(realm: Realm, tmp_path: Path) -> Iterator[Person]:
    path = tmp_path / "teacher.zuliprc"
    path.write_text(realm.sandbox.zuliprc(realm.school.teacher), encoding="utf-8")
    opened = Person(path)
    yield opened
    opened.close()


class Talk:
    """The teacher's conversation with the bot, as her app has it."""

    def __init__(self, teacher: Person, bot_id: int) -> None:
        self._teacher = teacher
        self._bot_id = bot_id
        self.asked = 0

    def say(self, text: str) -> None:
        self.asked = self._teacher.say(text, self._bot_id)

    def hear(self, text: str) -> str:
        found = self._teacher.hear_from(self._bot_id, text, after=self.asked)
        return words(found).replace("\u00a0", " ")

    def click(self, label: str) -> None:
        """Press the button of that name, which says its words for her."""
        message = self._teacher.hear(
            lambda each: int(each["id"]) > self.asked and label in choices(each),
            f"a button {label!r}",
        )
        self.say(choices(message)[label])

    def download(self, kind: str) -> tuple[str, bytes]:
        """The newest linked file of that kind, fetched as her app would."""
        path = re.search(rf"/user_uploads/\S+\.{kind}", self.hear(f".{kind})"))
        assert path
        address = self._teacher.ask(path[0].removeprefix("/"), "GET")["url"]
        answer = requests.get(self._teacher.site + address, timeout=10)
        assert answer.status_code == 200
        return path[0].rsplit("/", 1)[1], answer.content


def choices(message: Message) -> dict[str, str]:
    """The buttons of a message: what each says."""
    widgets = [json.loads(each["content"]) for each in message.get("submessages", [])]
    return {
        choice["short_name"]: choice["reply"]
        for widget in widgets
        for choice in widget["extra_data"]["choices"]
    }


def test_a_teacher_views_a_performance_report(living: Living, teacher: Person) -> None:
    """The eight steps of the requirement, from the student to the PDF for the parents' evening."""
    realm = living.realm
    talk = Talk(teacher, realm.school.bot.user_id)
    # 1. Teacher clicks on student in monitoring dashboard
    talk.say("why Chi")
    # 2. Clicks "View Performance Report" button
    talk.click("View report")
    # 3. Performance report page opens
    text = talk.hear("**Chi Chen**")
    # 4. Sees overall metrics: accuracy, questions answered, time spent, skills mastered
    assert "75 % right of 450 questions" in text
    assert "| Time | 12 h |" in text
    assert "8 of 15 mastered" in text
    # 5. Sees trend chart showing accuracy improving over four weeks
    assert "Accuracy: rising; 65 % in the first half, 77 % in the second." in text
    chart = talk.hear("The chart in words")
    assert "Accuracy, by week" in chart
    assert "65 % in the first half, 77 % in the second" in chart
    name, picture = talk.download("png")
    assert name.startswith(f"accuracy-trend-{STUDENT}-")
    assert picture.startswith(b"\x89PNG")
    # 6. Sees skill breakdown
    assert "| Multiplication | mastered | 90 % | 60 |" in text
    assert "| Division | in progress | 75 % | 108 |" in text
    assert "| Fractions | needs work | 60 % | 198 |" in text
    # 7. Sees comparison: "Student is at 50th percentile in class"
    assert re.search(r"\| Accuracy \| 75 % \| 75 % \| 50 \|", text)
    # 8. Clicks "Export PDF" to save report for parent conference
    talk.click("PDF")
    name, pdf = talk.download("pdf")
    assert name.startswith(f"student-{STUDENT}-")
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 10_000
    # Nobody else can open it.
    stranger = realm.sandbox.add_user("Sam Stranger")
    linked = realm.sandbox.messages_to(realm.school.teacher)[-1].content
    found = re.search(r"/user_uploads/\S+\.pdf", linked)
    assert found
    refused = requests.get(
        f"{realm.sandbox.url}/api/v1{found[0]}",
        auth=(stranger.delivery_email, stranger.api_key),
        timeout=10,
    )
    assert refused.status_code >= 400
