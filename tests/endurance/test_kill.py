"""Kill -9 at random moments while nudges go out: none arrives twice, and none is lost unseen."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from contract.program import Program

from endurance.killing import kill_at, moments, shown
from endurance.school import School, let_time_pass
from endurance.verdict import OPEN_STATES, judge
from nudgebot.sandbox.server import Sandbox

SEED = 20261119
NUDGES = 500
KILLS = 10
WORD = "wordkilltest"
SETTLING_SECONDS = 60.0
OFF_SECONDS = 600  # how long the machine seems to have been off before a restart
MOST_RESTARTS = 3  # what is looked for and not there waits a minute before it is sent again

_OF_STUDENTS = """
    SELECT n.student_id, p.state AS part, p.due_at, o.state FROM nudges n
    JOIN nudge_parts p ON p.nudge_key = n.nudge_key
    LEFT JOIN outbox o ON o.key = p.outbox_key
"""


def copies(school: School) -> Counter[str]:
    """How many nudges each of the silent students has got."""
    students = {user.user_id: student for student, user in school.silent.items()}
    found = Counter(dict.fromkeys(school.silent, 0))
    for message in school.sandbox.messages():
        if WORD in message.content:
            found.update(students[each] for each in message.participants if each in students)
    return found


def arrived(school: School) -> int:
    return sum(WORD in message.content for message in school.sandbox.messages())


def states(program: Program) -> dict[str, str]:
    """The outbox's word on the message of each student; nothing where there is none yet."""
    return {row["student_id"]: row["state"] for row in program.rows(_OF_STUDENTS) if row["state"]}


def waiting(program: Program) -> list[int]:
    """When each nudge is due that is not sent; 0 for one whose message is still open."""
    rows = program.rows(_OF_STUDENTS)
    assert len(rows) == NUDGES
    return [
        0 if row["state"] in OPEN_STATES else row["due_at"]
        for row in rows
        if row["part"] in ("waiting", "posted")
    ]


def all_done(program: Program) -> bool:
    """Whether nothing is open, and nothing is due by now."""
    return all(due_at > time.time() for due_at in waiting(program))


def restart_until_settled(program: Program) -> None:
    for _ in range(MOST_RESTARTS):
        let_time_pass(program.database, OFF_SECONDS)
        program.start()
        program.until(lambda: all_done(program), "a settled outbox", seconds=SETTLING_SECONDS)
        assert program.stop() == 0
        if not waiting(program):
            return


def test_killed_again_and_again_no_nudge_is_sent_twice_and_none_is_lost(tmp_path: Path) -> None:
    """After the restart every nudge has arrived once or is shown as unsettled, none twice."""
    with Sandbox(rate_limit=None) as sandbox:
        school = School(sandbox, silent=NUDGES, word=WORD)
        with school.program(tmp_path) as program:
            school.lose_answers(SEED)
            in_the_middle = sum(
                kill_at(moment, program, sandbox, arrived=lambda: arrived(school))
                for moment in moments(SEED, kills=KILLS, messages=NUDGES)
            )
            killed = judge(copies(school), states(program))
            faults = sandbox.faults.counts
            sandbox.faults.clear()
            restart_until_settled(program)
            verdict = judge(copies(school), states(program))
    print(  # noqa: T201  # what `pytest -s` is asked for
        f"\n{KILLS} kills, {in_the_middle} in the middle of a send; faults: {shown(faults)}; "
        f"{len(killed.once)} of {NUDGES} had arrived, {len(killed.unsettled)} were unsettled; "
        f"after the restart: {verdict}"
    )
    # Without these the run would have shown nothing.
    assert min(faults[name] for name in ("drop_before", "drop_after", "answer")) > 0
    assert killed.unsettled
    assert len(killed.once) < NUDGES

    assert not killed.twice
    assert verdict.holds, verdict
    assert set(states(program)) == set(school.silent)
