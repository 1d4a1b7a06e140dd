"""A large class of silent students in a sandbox, and one who is there, so that data are fresh."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from contract.program import Program
from contract.school_files import Pupil, Teacher, deliver, export, write_rules

from nudgebot.sandbox.records import OWNER
from nudgebot.sandbox.server import Sandbox


class School:
    """The people, and the bot's program for them."""

    def __init__(self, sandbox: Sandbox, *, silent: int, word: str) -> None:
        self.sandbox = sandbox
        self.word = word
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        self.bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        self.teacher = sandbox.add_user("Tara Teacher")
        self.present = sandbox.add_user("Pia Present")
        self.silent = {
            f"s{number}": sandbox.add_user(f"Student {number}") for number in range(silent)
        }

    def program(self, folder: Path) -> Program:
        """The program, with an export in its inbox and a rule that holds for the silent."""
        zuliprc = folder / "zuliprc"
        zuliprc.write_text(self.sandbox.zuliprc(self.bot), encoding="utf-8")
        rules, templates = write_rules(folder, word=self.word)
        settings = {
            "rules_file_path": rules,
            "templates_path": templates,
            "sends_per_minute": 600_000,
        }
        made = Program(zuliprc, folder, **settings)
        deliver(made.inbox, "school.zip", self._export())
        return made

    def _export(self) -> bytes:
        pupils = [
            Pupil(student_id, user.full_name, user.user_id, silent=True)
            for student_id, user in self.silent.items()
        ]
        pupils.append(Pupil("here", self.present.full_name, self.present.user_id))
        teacher = Teacher(self.teacher.full_name, self.teacher.user_id)
        return export(pupils, teacher, stream="")

    def lose_answers(self, seed: int) -> None:
        """Some sends never reach the server, and of some that do, the answer never comes back."""
        self.sandbox.faults.probability(
            drop_before=0.04,
            drop_after=0.06,
            bad_gateway=0.02,
            seed=seed,
            method="POST",
            path="/messages",
            user=self.bot,
        )


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
