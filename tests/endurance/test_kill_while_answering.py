"""Kill -9 while students' words are passed on: each gets there once, and is answered once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from contract.program import Program

from endurance.killing import kill_at, moments, shown
from endurance.school import School, let_time_pass
from endurance.verdict import OPEN_STATES, judge
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.sandbox.server import Sandbox

SEED = 7
STUDENTS = 120
KILLS = 6
OFF_SECONDS = 600
THANKS = "passed that on"


def relayed(school: School) -> Counter[str]:
    """How often each student's word has reached the teacher."""
    told = [m.content for m in school.sandbox.messages_to(school.teacher, sender=school.bot)]
    return Counter({each: sum(word_of(each) in text for text in told) for each in school.silent})


def told(school: School) -> int:
    """How many messages the teacher has got."""
    return len(school.sandbox.messages_to(school.teacher, sender=school.bot))


def thanked(school: School) -> Counter[str]:
    """How often each student was told that it has."""
    found = Counter(dict.fromkeys(school.silent, 0))
    for student_id, user in school.silent.items():
        said = school.sandbox.messages_to(user, sender=school.bot)
        found[student_id] += sum(THANKS in message.content for message in said)
    return found


def word_of(student_id: str) -> str:
    return f"wordof{student_id}end"


def is_settled(program: Program, asked: dict[str, SandboxMessage]) -> bool:
    """Everything that was said is handled, and no message is open."""
    handled = {row["source"] for row in program.rows("SELECT source FROM chat_handled")}
    heard = all(f"message:{each.message_id}" in handled for each in asked.values())
    return heard and not OPEN_STATES & {
        row["state"] for row in program.rows("SELECT state FROM outbox")
    }


def test_killed_again_and_again_every_word_is_passed_on_once(tmp_path: Path) -> None:
    """Heard, passed on, acknowledged: each exactly once, wherever in between it was killed."""
    with Sandbox(rate_limit=None) as sandbox:
        school = School(sandbox, silent=STUDENTS, word="wordanswering")
        with school.program(tmp_path) as program:
            program.start()
            program.until(program.listening, "listening")
            program.until(lambda: program.rows("SELECT 1 FROM students"), "the first import")
            program.kill()
            school.lose_answers(SEED)
            asked = {
                student_id: sandbox.say(user, f"Please help me, {word_of(student_id)}", school.bot)
                for student_id, user in school.silent.items()
            }
            in_the_middle = sum(
                kill_at(moment, program, sandbox, arrived=lambda: told(school))
                for moment in moments(SEED, kills=KILLS, messages=STUDENTS)
            )
            faults = sandbox.faults.counts
            sandbox.faults.clear()
            let_time_pass(program.database, OFF_SECONDS)
            program.start()
            program.until(lambda: is_settled(program, asked), "settled", seconds=60)
            assert program.stop() == 0
            answers, thanks = judge(relayed(school), {}), judge(thanked(school), {})
    print(  # noqa: T201  # what `pytest -s` is asked for
        f"\n{KILLS} kills, {in_the_middle} in the middle of a send; faults: {shown(faults)}; "
        f"words passed on: {answers}; acknowledged: {thanks}"
    )
    assert min(faults[name] for name in ("drop_before", "drop_after")) > 0
    assert answers.holds, answers
    assert thanks.holds, thanks
