"""Over the wire: clicks, reactions and answers, through listener, desk, outbox and gateway."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat.conftest import Realm
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.settings import read_settings
from nudgebot.store import Store
from nudgebot.wiring import open_store, serve


class Living:
    """A served school: the teacher teaches all five students in one class."""

    def __init__(self, realm: Realm, folder: Path) -> None:
        self.realm = realm
        self.settings = read_settings(environment={}).replaced(
            database=folder / "living.db",
            inbox=folder / "inbox",
            sends_per_minute=6000,
            holdout_share=0.0,
            one_tap_answers=False,
        )
        store = open_store(self.settings)
        self._fill(store)
        store.close()
        self.zuliprc = realm.zuliprc
        self.stopping = threading.Event()
        self.thread = threading.Thread()

    def _fill(self, store: Store) -> None:
        school = self.realm.school
        store.execute("INSERT INTO classes (class_id, name) VALUES ('c', '7B')")
        store.execute(
            "INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES ('t', 'Tara', ?)",
            [school.teacher.user_id],
        )
        store.executemany(
            "INSERT INTO students (student_id, name, zulip_user_id) VALUES (?, ?, ?)",
            [(f"s{n}", each.full_name, each.user_id) for n, each in enumerate(school.students, 1)],
        )
        store.executemany(
            "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c', ?, ?)",
            [("t", "teacher"), *((f"s{n}", "student") for n in range(1, 6))],
        )

    def start(self) -> None:
        self.stopping = threading.Event()
        self.thread = threading.Thread(
            target=serve,
            args=(self.settings, self.zuliprc),
            kwargs={"clock": lambda: datetime.now(UTC), "stopping": self.stopping},
        )
        self.thread.start()
        sandbox = self.realm.sandbox
        assert sandbox.wait_for(lambda: sandbox.polling(self.realm.school.bot), 20)

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(20)
        assert not self.thread.is_alive()

    def to_teacher(self, true: Callable[[SandboxMessage], object]) -> SandboxMessage:
        """The first message to the teacher of which this is true, waited for."""
        sandbox, teacher = self.realm.sandbox, self.realm.school.teacher

        def found() -> SandboxMessage | None:
            return next((m for m in sandbox.messages_to(teacher) if true(m)), None)

        message = sandbox.wait_for(found, 10)
        assert message is not None, [m.content for m in sandbox.messages_to(teacher)]
        return message


@pytest.fixture
def living(realm: Realm, tmp_path: Path) -> Iterator[Living]:
    made = Living(realm, tmp_path)
    made.start()
    yield made
    if made.thread.is_alive():
        made.stop()


def test_a_click_sends_and_the_answer_comes_back(living: Living) -> None:
    """Preview, click, arrival, answer: each message once."""
    sandbox, school = living.realm.sandbox, living.realm.school
    ana = school.students[0]
    sandbox.say(school.teacher, "message s1 Shall we meet?", school.bot)
    asked = living.to_teacher(lambda m: m.choices)
    sandbox.click(school.teacher, asked, "Send")
    living.to_teacher(lambda m: "✅ Sent" in m.content)
    (arrived,) = sandbox.messages_to(ana)
    assert "Shall we meet?" in arrived.content
    sandbox.reply(ana, arrived, "Yes, tomorrow!")
    passed = living.to_teacher(lambda m: "answers to your message" in m.content)
    assert "tomorrow" in passed.content
    assert sandbox.wait_for(lambda: len(sandbox.messages_to(ana)) == 2, 10)
    assert "passed that on" in sandbox.messages_to(ana)[1].content


def test_a_reaction_in_a_stream_sends(living: Living) -> None:
    """All readers are staff, so the preview is there, and a tap on the bot's own emoji counts."""
    sandbox, school = living.realm.sandbox, living.realm.school
    said = "@**nudgebot** message s2 Well done!"
    sandbox.post(school.teacher, said, stream=school.staff_stream, topic="praise")

    def offered() -> SandboxMessage | None:
        found = sandbox.messages_in(school.staff_stream, "praise")
        return next((m for m in found if len(m.reactions) == 2), None)

    asked = sandbox.wait_for(offered, 10)
    assert asked is not None
    assert [reaction.emoji_name for reaction in asked.reactions] == ["check", "cross_mark"]
    sandbox.react(school.teacher, asked, "check")
    assert sandbox.wait_for(lambda: bool(sandbox.messages_to(school.students[1])), 10)


def test_nothing_is_lost_or_doubled_by_a_restart_and_a_lost_queue(living: Living) -> None:
    """What was said meanwhile is answered once, when the bot is back."""
    sandbox, school = living.realm.sandbox, living.realm.school
    living.stop()
    sandbox.faults.lose_queues()
    for student in school.students:
        sandbox.say(student, "I was sick", school.bot)
    sandbox.say(school.teacher, "help", school.bot)
    living.start()
    living.to_teacher(lambda m: "Here is what you can ask" in m.content)
    answers = [m for m in sandbox.messages_to(school.teacher) if "** answers:" in m.content]
    assert len(answers) == len(school.students)
    assert all(len(sandbox.messages_to(student)) == 1 for student in school.students)
