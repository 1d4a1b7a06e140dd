"""Bad input over the wire: the running program says what is wrong, where it should, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.people import words_in
from contract.program import PATIENCE_SECONDS, Program
from contract.school_files import Pupil, Teacher, deliver, export, write_rules

from nudgebot.sandbox.realm import School, found_school
from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.server import Sandbox

LONGEST_MESSAGE = 10_000


class Bench:
    """A school in a sandbox, with the program at work for it."""

    def __init__(self, sandbox: Sandbox, school: School, program: Program, rules: Path) -> None:
        self.sandbox = sandbox
        self.school = school
        self.program = program
        self.rules = rules

    def export(self, *more: Pupil) -> bytes:
        pupils = [
            Pupil(f"s{number}", user.full_name, user.user_id)
            for number, user in enumerate(self.school.students, start=1)
        ]
        teacher = Teacher(self.school.teacher.full_name, self.school.teacher.user_id)
        stream = self.school.class_stream.name
        return export([*pupils, *more], teacher, stream=stream)

    def told(self, user: SandboxUser, text: str, *, after: int = 0) -> SandboxMessage:
        """The first direct message of the bot's to the user with this text in it."""

        def found() -> list[SandboxMessage]:
            said = self.sandbox.messages_to(user, sender=self.school.bot)
            return [m for m in said if m.message_id > after and text in words_in(m.content)]

        seen = self.sandbox.wait_for(found, PATIENCE_SECONDS)
        assert seen, f"nobody said {text!r}\n{self.program.log[-3000:]}"
        return seen[0]

    def ask(self, user: SandboxUser, text: str) -> str:
        """The answer to a direct message."""
        asked = self.sandbox.say(user, text, self.school.bot)
        return words_in(self.told(user, "", after=asked.message_id).content)

    def goes_on(self) -> bool:
        """Whether it still answers; its log holds no surprise, no key and nobody's name."""
        name = self.school.students[0].full_name
        asked = self.sandbox.say(self.school.teacher, "report student s1", self.school.bot)
        self.told(self.school.teacher, name, after=asked.message_id)
        log = self.program.log
        secrets = [self.school.bot.api_key, *(user.full_name for user in self.school.students)]
        return "Traceback" not in log and not any(secret in log for secret in secrets)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("nudgebot")
    rules, templates = write_rules(folder, word="wordbadinput")
    with Sandbox(rate_limit=None) as sandbox:
        school = found_school(sandbox)
        zuliprc = folder / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(school.bot), encoding="utf-8")
        settings = {
            "rules_file_path": rules,
            "templates_path": templates,
            "sends_per_minute": 6000,
        }
        with Program(zuliprc, folder, **settings) as program:
            bench = Bench(sandbox, school, program, rules)
            deliver(program.inbox, "school.zip", bench.export())
            program.start()
            program.until(program.listening, "listening")
            program.until(lambda: program.rows("SELECT 1 FROM students"), "the first import")
            assert bench.goes_on()
            yield bench


def knows(bench: Bench, student_id: str) -> bool:
    return bool(bench.program.rows("SELECT 1 FROM students WHERE student_id = ?", [student_id]))


def test_a_half_written_zip_is_left_until_it_is_whole(bench: Bench) -> None:
    """Half a zip changes nothing and blocks no other export; the whole one is then taken."""
    whole = bench.export(Pupil("half", "Hanna Half", None), Pupil("more", "Mo More", None))
    deliver(bench.program.inbox, "growing.zip", whole[: len(whole) // 2])
    deliver(bench.program.inbox, "other.zip", bench.export(Pupil("more", "Mo More", None)))
    bench.program.until(lambda: knows(bench, "more"), "the other export")
    assert not knows(bench, "half")
    deliver(bench.program.inbox, "growing.zip", whole)
    bench.program.until(lambda: knows(bench, "half"), "the whole export")
    assert bench.goes_on()


def test_a_broken_rule_file_leaves_the_old_rules_in_force(bench: Bench) -> None:
    """The admins are told the file and the line; the rules stay as they were."""
    broken = bench.rules / "broken.yaml"
    broken.write_text("id: broken\nname: [unclosed\n", encoding="utf-8")
    try:
        notice = bench.told(bench.school.owner, "broken.yaml")
        assert "broken.yaml:" in words_in(notice.content)
        assert "long_silence" in bench.ask(bench.school.owner, "rules")
    finally:
        broken.unlink()
    assert bench.goes_on()


def test_a_stranger_learns_nothing(bench: Bench) -> None:
    """Somebody unknown gets the same answer about a real student as about none."""
    stranger = bench.sandbox.add_user("Sam Stranger")
    real, none = (bench.ask(stranger, f"report student {student}") for student in ("s1", "s999"))
    assert real == none
    assert bench.school.students[0].full_name not in real
    assert bench.goes_on()


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("word ", id="plain words"),
        pytest.param("@**all** ", id="text that would mention, and grows when it is escaped"),
        pytest.param("```\n> ", id="text that would open blocks"),
    ],
)
def test_the_longest_message_of_a_student_is_passed_on(bench: Bench, piece: str) -> None:
    """What a student writes reaches the teacher to its end, in messages that fit, as text."""
    student, teacher = bench.school.students[1], bench.school.teacher
    end = f"end{len(piece)}{ord(piece[0])}"
    text = (piece * LONGEST_MESSAGE)[: LONGEST_MESSAGE - len(end) - 1] + " " + end
    said = bench.sandbox.say(student, text, bench.school.bot)
    relayed = bench.told(teacher, end, after=said.message_id)
    parts = [
        message
        for message in bench.sandbox.messages_to(teacher, sender=bench.school.bot)
        if said.message_id < message.message_id <= relayed.message_id
    ]
    assert all(len(message.content) <= LONGEST_MESSAGE for message in parts)
    assert not any("[message truncated]" in message.content for message in parts)
    kept = bench.program.rows("SELECT text FROM answers WHERE message_id = ?", [said.message_id])
    assert [row["text"] for row in kept] == [text]
    assert not any("mentioned" in (bench.sandbox.flags(teacher, m) or ()) for m in parts)
    assert bench.goes_on()


def test_an_unknown_command_is_answered_with_a_guess(bench: Bench) -> None:
    """A slip of the pen gets a "did you mean", not silence."""
    teacher = bench.school.teacher
    asked = bench.sandbox.say(teacher, "reprot student s1", bench.school.bot)
    guess = bench.told(teacher, "Did you mean", after=asked.message_id)
    assert "`report student`" in guess.content
    assert bench.goes_on()


def test_a_server_that_was_away_is_served_again(bench: Bench) -> None:
    """What is said around an absence of the server is answered, and the program lives."""
    bench.sandbox.faults.go_away()
    try:
        seen = "Zulip is away"
        count = bench.program.log.count(seen)
        bench.program.until(lambda: bench.program.log.count(seen) > count, "an absence")
    finally:
        bench.sandbox.faults.come_back()
    assert bench.goes_on()


def test_sigterm_ends_it_cleanly(bench: Bench) -> None:
    """SIGTERM ends with 0 while it waits for events, and while the server is away."""
    assert bench.program.stop() == 0
    bench.program.start()
    assert bench.goes_on()
    bench.sandbox.faults.go_away()
    try:
        assert bench.program.stop() == 0
    finally:
        bench.sandbox.faults.come_back()
    bench.program.start()
    assert bench.goes_on()


def test_a_key_that_is_no_longer_good_ends_it(bench: Bench) -> None:
    """Locked out, it ends with 2 and a sentence, instead of looking healthy and being deaf."""
    bot, program = bench.school.bot, bench.program
    bench.sandbox.change_user(bot, api_key="another")
    try:
        bench.sandbox.say(bench.school.teacher, "help", bot)
        assert program.ended("a wrong key") == 2
    finally:
        bench.sandbox.change_user(bot, api_key=bot.api_key)
    assert "check zuliprc" in program.log.splitlines()[-1]
    program.start()
    assert bench.goes_on()
