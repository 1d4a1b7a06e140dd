"""What adaptation adds to an evaluation: the same evaluation with it and without, in one run.

    python -m benchmarks.adaptation_speed [--students 10000] [--runs 5]

Each student has thirty messages of the last year behind her, with what came of them. Two moments
are measured: everything is due at once (nobody was written to lately), and an ordinary hour (nearly
everybody was). Both evaluations are dry runs and take turns; what is printed is the median of the
CPU seconds of each, and of the ratios of neighbours. What was learned is at hand, as it is between
one day's lessons and the next; how long those take stands beside it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from nudgebot.insight.rhythm import Rhythm
from nudgebot.nudging.adaptation import Adaptation
from nudgebot.nudging.evaluation import Evaluator
from nudgebot.nudging.rule import Test, Urgency
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.days import to_at
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links, ZulipUser
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

RULES = 8
MESSAGES = 30
HOUR_COUNTS = tuple({8: 9, 13: 6, 18: 5}.get(hour, 0) for hour in range(24))
NUDGE = f"INSERT INTO nudges VALUES ({', '.join('?' * 22)})"  # noqa: S608  # marks
CASE = """INSERT INTO cases (student_id, rule_id, episode_at, nudge_key, type, urgency, channel,
    tone, hour, arm, share, target, decided_at, starts_at, start_day, ends_at, target_met_at, state)
    VALUES (?, ?, ?, ?, 'encouragement', 'medium', 'direct_message', 'warm', ?, 'nudged', 0.1,
    'activity_resumed', ?, ?, ?, ?, ?, 'closed')"""
DAY = 86_400


def from_tests(name: str) -> Any:
    """A module of the tests, which know a small school."""
    tests = str(Path(__file__).parents[1] / "tests")
    if tests not in sys.path:
        sys.path.insert(0, tests)
    return import_module(f"nudging.{name}")


class Town:
    """The school: eight rules that each hold for about three students in ten."""

    def __init__(self, store: Store, students: int) -> None:
        samples = from_tests("samples")
        self.now = samples.NOW
        self.school = samples.School(store)
        self.random = Random(1)  # noqa: S311  # the same school at every run
        self.ids = [f"p{number:05}" for number in range(students)]
        self._people(store)
        self.school.rules = [
            samples.rule(
                f"r{number}",
                conditions=Test("current_streak", "between", (3 * number, 3 * number + 11)),
                urgency=(Urgency.LOW, Urgency.MEDIUM)[number % 2],
                cooldown_hours=72,
            )
            for number in range(RULES)
        ]
        self._messages(store)

    def _people(self, store: Store) -> None:
        numbered = list(enumerate(self.ids, start=1000))
        with store.transaction() as db:
            db.executemany(
                "INSERT INTO students (student_id, name, given_name, zulip_user_id)"
                " VALUES (?2, ?2, ?2, ?1)",
                numbered,
            )
            db.executemany(
                "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c1', ?, 'student')",
                [[each] for each in self.ids],
            )
        users = [user_id for user_id, _ in numbered] + [11]
        Links(store).keep_users(
            [ZulipUser(each, f"User {each}", "", 400, True, False, "") for each in users], self.now
        )
        for each in self.ids:
            self.school.figures.set(each, current_streak=self.random.randrange(40))
            self.school.rhythms[each] = Rhythm(HOUR_COUNTS, (5,) * 7, 2.0)

    def _messages(self, store: Store) -> None:
        nudges, cases, responses = [], [], []
        for student_id in self.ids:
            for number in range(MESSAGES):
                ago = timedelta(days=20 + 11 * number, hours=self.random.randrange(5))
                at, rule_id = to_at(self.now - ago), f"r{self.random.randrange(RULES)}"
                nudges.append(_nudge(student_id, rule_id, at))
                key = nudges[-1][0]
                hour = self.random.choice((8, 8, 8, 13, 18))
                met = at + 999 if self.random.random() < 0.4 else None
                cases.append((student_id, rule_id, at, key, hour, at, at, at // DAY,
                              at + 14 * DAY, met))  # fmt: skip
                if self.random.random() < 0.3:
                    responses.append((key, "done", at + 500))
        with store.transaction() as db:
            db.executemany(NUDGE, nudges)
            db.executemany(CASE, cases)
            db.executemany("INSERT INTO responses VALUES (?, ?, ?)", responses)

    def written_to(self) -> None:
        """Nearly everybody got a message about everything yesterday."""
        at = to_at(self.now - timedelta(hours=20))
        self.school.store.executemany(
            NUDGE,
            [
                _nudge(each, f"r{number}", at, day=at // DAY - 30)
                for each in self.ids
                for number in range(RULES)
                if self.random.random() < 0.97
            ],
        )

    def seconds(self, adaptation: Adaptation | None) -> tuple[float, int]:
        """The CPU seconds of an evaluation, and how much it would queue."""
        evaluator = Evaluator(replace(self.school.grounds, adaptation=adaptation))
        begun = time.process_time()
        done = evaluator.evaluate(self.now, dry_run=True)
        return time.process_time() - begun, len(done.queued)


def _nudge(student_id: str, rule_id: str, at: int, *, day: int | None = None) -> tuple[object, ...]:
    """A sent one; `day` is the one that it counts for."""
    return (f"{student_id}:{rule_id}:{at}:1", student_id, rule_id, "R", at, 1, "encouragement",
            "medium", "direct_message", 1, at, at, at // DAY if day is None else day, at + DAY,
            "t", "e", "sent", "", at, "t", "warm", "en")  # fmt: skip


def compare(town: Town, adaptation: Adaptation, name: str, runs: int) -> None:
    """Print one moment's medians."""
    pairs: list[tuple[float, float]] = []
    queued = 0
    for _ in range(runs):
        without, _ = town.seconds(None)
        with_it, queued = town.seconds(adaptation)
        pairs.append((without, with_it))
    off, on = zip(*pairs, strict=True)
    ratio = statistics.median(with_it / without for without, with_it in pairs)
    print(
        f"{name} ({queued:,} queued): without {statistics.median(off):.2f} s, "
        f"with {statistics.median(on):.2f} s, ratio {ratio:.3f}"
    )


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "school.db", [SCHOOL, LINKS, NUDGING])
        town = Town(store, wanted.students)
        adaptation = Adaptation(store, tones=lambda _, __: ("warm", "plain"), confidence=0.7)
        begun = time.process_time()
        adaptation.lessons(town.now)
        print(f"{wanted.students:,} students; a day's lessons {time.process_time() - begun:.2f} s")
        compare(town, adaptation, "everything due at once", wanted.runs)
        town.written_to()
        compare(town, adaptation, "an ordinary hour", wanted.runs)
        store.close()


if __name__ == "__main__":
    main()
