"""Kill -9 at random moments while nudges go out: none arrives twice, and none is lost unseen."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from contract.program import Program
from contract.school_files import Pupil, Teacher, deliver, export, write_rules

from endurance.verdict import OPEN_STATES, judge
from nudgebot.sandbox.records import OWNER, SandboxUser
from nudgebot.sandbox.server import Sandbox

SEED = 20261119
NUDGES = 500
KILLS = 10
WORD = "wordkilltest"
MOMENT_SECONDS = 30.0
SETTLING_SECONDS = 60.0
OFF_SECONDS = 600  # how long the machine seems to have been off before a restart
MOST_RESTARTS = 3  # what is looked for and not there waits a minute before it is sent again

_OF_STUDENTS = """
    SELECT n.student_id, p.state AS part, p.due_at, o.state FROM nudges n
    JOIN nudge_parts p ON p.nudge_key = n.nudge_key
    LEFT JOIN outbox o ON o.key = p.outbox_key
"""


@dataclass(frozen=True)
class Moment:
    """When to kill: after so many nudges have arrived, and so many requests more."""

    arrived: int
    requests_more: int


def moments(seed: int, *, kills: int, nudges: int) -> list[Moment]:
    """Random moments while nudges go out; one of them is while the program starts again."""
    dice = random.Random(seed)  # noqa: S311  # a seed must give the same run
    places = sorted(dice.randrange(1, nudges * 8 // 10) for _ in range(kills - 1))
    places.insert(kills // 2, places[kills // 2 - 1])
    return [Moment(arrived, dice.randrange(6)) for arrived in places]


class School:
    """Many silent students in a sandbox, and one who is there, so that the data are fresh."""

    def __init__(self, sandbox: Sandbox, students: int) -> None:
        self.sandbox = sandbox
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        self.bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        self.teacher = sandbox.add_user("Tara Teacher")
        self.silent = {
            f"s{number}": sandbox.add_user(f"Student {number}") for number in range(students)
        }
        self._ids = {user.user_id: student for student, user in self.silent.items()}
        self.present = sandbox.add_user("Pia Present")

    def export(self) -> bytes:
        pupils = [
            Pupil(student_id, user.full_name, user.user_id, silent=True)
            for student_id, user in self.silent.items()
        ]
        pupils.append(Pupil("here", self.present.full_name, self.present.user_id))
        teacher = Teacher(self.teacher.full_name, self.teacher.user_id)
        return export(pupils, teacher, stream="")

    def copies(self) -> Counter[str]:
        """How many nudges each of the silent students has got."""
        found = Counter(dict.fromkeys(self.silent, 0))
        for message in self.sandbox.messages():
            if message.is_direct and WORD in message.content:
                found.update(self._ids[each] for each in message.participants if each in self._ids)
        return found

    def arrived(self) -> int:
        return sum(WORD in message.content for message in self.sandbox.messages())


@pytest.fixture
def school() -> Iterator[School]:
    with Sandbox(rate_limit=None) as sandbox:
        yield School(sandbox, NUDGES)


@pytest.fixture
def program(school: School, tmp_path: Path) -> Iterator[Program]:
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text(school.sandbox.zuliprc(school.bot), encoding="utf-8")
    rules, templates = write_rules(tmp_path, word=WORD)
    settings = {"rules_file_path": rules, "templates_path": templates, "sends_per_minute": 600_000}
    with Program(zuliprc, tmp_path, **settings) as made:
        deliver(made.inbox, "school.zip", school.export())
        yield made


def lose_answers(sandbox: Sandbox, bot: SandboxUser) -> None:
    """Some sends never reach the server, and of some that do, the answer never comes back."""
    sandbox.faults.probability(
        drop_before=0.04,
        drop_after=0.06,
        bad_gateway=0.02,
        seed=SEED,
        method="POST",
        path="/messages",
        user=bot,
    )


def kill_at(moment: Moment, school: School, program: Program) -> None:
    sandbox = school.sandbox
    program.start()
    begun = sandbox.requests.total()
    assert sandbox.wait_for(
        lambda: school.arrived() >= moment.arrived and sandbox.requests.total() > begun,
        MOMENT_SECONDS,
    ), f"{moment}: only {school.arrived()} arrived\n{program.log[-3000:]}"
    reached = sandbox.requests.total()
    sandbox.wait_for(
        lambda: sandbox.requests.total() >= reached + moment.requests_more, MOMENT_SECONDS
    )
    program.kill()


def states(program: Program) -> dict[str, str]:
    """The outbox's word on the message of each student; nothing where there is none yet."""
    return {row["student_id"]: row["state"] for row in program.rows(_OF_STUDENTS) if row["state"]}


def claimed(program: Program) -> list[str]:
    """The messages that a killed process was sending."""
    return [row["key"] for row in program.rows("SELECT key FROM outbox WHERE state = 'claimed'")]


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


def let_time_pass(database: Path, seconds: int) -> None:
    """As if the machine had been off: what was written was written so much longer ago.

    Nobody waits two minutes in a test for the moment from which a message that is not found
    counts as not sent.
    """
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            """UPDATE outbox SET claimed_at = claimed_at - :s, tried_at = tried_at - :s,
               settled_at = settled_at - :s, next_try_at = next_try_at - :s""",
            {"s": seconds},
        )
        connection.execute("UPDATE nudge_parts SET due_at = due_at - ?", [seconds])


def test_killed_again_and_again_nothing_is_sent_twice_and_nothing_is_lost(
    school: School, program: Program
) -> None:
    """After the restart every nudge has arrived once or is shown as unsettled, none twice."""
    sandbox = school.sandbox
    lose_answers(sandbox, school.bot)
    in_the_middle = 0
    for moment in moments(SEED, kills=KILLS, nudges=NUDGES):
        before = set(claimed(program))
        kill_at(moment, school, program)
        in_the_middle += bool(set(claimed(program)) - before)
    killed = judge(school.copies(), states(program))
    faults = sandbox.faults.counts
    # Otherwise this run would have shown nothing.
    assert faults["drop_before"] and faults["drop_after"] and faults["answer"]  # noqa: PT018  # one thought
    assert OPEN_STATES & set(states(program).values())
    assert len(killed.once) < NUDGES

    sandbox.faults.clear()
    for _ in range(MOST_RESTARTS):
        let_time_pass(program.database, OFF_SECONDS)
        program.start()
        program.until(lambda: all_done(program), "a settled outbox", seconds=SETTLING_SECONDS)
        assert program.stop() == 0
        if not waiting(program):
            break
    verdict = judge(school.copies(), states(program))
    hits = ", ".join(f"{name} {count}" for name, count in sorted(faults.items()))
    print(  # noqa: T201  # what `pytest -s` is asked for
        f"\n{KILLS} kills, {in_the_middle} in the middle of a send; faults: {hits}; "
        f"{len(killed.once)} of {NUDGES} had arrived, {len(killed.unsettled)} were unsettled; "
        f"after the restart: {verdict}"
    )
    assert not killed.twice
    assert verdict.holds, verdict
    assert set(states(program)) == set(school.silent)
