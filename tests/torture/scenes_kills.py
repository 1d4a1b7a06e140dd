"""Kill -9 at every step of the outbox, while nudges go out and students' words are passed on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from contract.program import Program
from endurance.school import let_time_pass

from nudgebot.sandbox.server import Sandbox
from torture.dying import STEPS, die_at
from torture.hall import Hall
from torture.registry import Figures, Plan, torture
from torture.shifted import ShiftedClock

OFF_SECONDS = 600  # how long the machine seems to have been off before a restart
STUDENTS = 12
LATEST = 3  # at the first, second or third message of a life
DEATH_SECONDS = 40.0
MOST_RESTARTS = 6
SETTLING_SECONDS = 4.0
UNANSWERED = "accepted, and no answer"


class Mortal:
    """The program of a hall, as a process that is made to die and started again."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self.hall = hall
        self.program = Program(
            hall.zuliprc,
            folder,
            rules_file_path=hall.rules,
            templates_path=hall.templates,
            sends_per_minute=600_000,
        )

    def die_at(self, step: str, time: int) -> None:
        """Start it; it dies at this step of this message."""
        self._start(step, time)
        assert self.program.ended(step, seconds=DEATH_SECONDS) == -9, self.program.log[-2000:]

    def die_unanswered(self) -> None:
        """Start it; it dies while it waits for the answer to a send that was accepted."""
        faults = self.hall.sandbox.faults
        before = faults.counts["delay"]
        faults.delay(seconds=1.0, method="POST", path="/messages", user=self.hall.people.bot)
        self.live()
        self.program.until(lambda: faults.counts["delay"] > before, "a send")
        self.hall.sandbox.wait_for(self._accepted, DEATH_SECONDS)
        self.program.kill()
        faults.clear()

    def _accepted(self) -> bool:
        newest = self.hall.sandbox.messages()[-1]
        return newest.sender_id == self.hall.people.bot.user_id

    def listens(self) -> bool:
        """Whether it waits for events, and so is far enough to be told to stop."""
        return self.hall.sandbox.polling(self.hall.people.bot)

    def live(self) -> None:
        """Start it without a trap."""
        self._start("", 0)

    def _start(self, step: str, time: int) -> None:
        self.program.main = partial(die_at, step, time)
        self.program.start()


@torture("kill -9 at every step of the outbox")
def killed(plan: Plan) -> Figures:
    """Each step in turn, at a message by chance; then it lives until all is settled."""
    dice = plan.dice()
    rounds = plan.size("outbox_kills", short=1, full=10)
    steps = [*STEPS, UNANSWERED]
    steps = dice.sample(steps, plan.size("steps", short=2, full=len(steps)))
    clock = ShiftedClock(start=Hall.now())
    with Sandbox(rate_limit=None) as sandbox:
        school = Hall(sandbox, plan.folder, clock, STUDENTS)
        mortal = Mortal(school, plan.folder)
        with mortal.program as program:
            school.deliver()
            mortal.live()
            program.until(program.listening, "listening")
            program.until(lambda: school.rows("SELECT 1 FROM students"), "the first import")
            program.kill()
            deaths = [step for _ in range(rounds) for step in dice.sample(steps, len(steps))]
            for turn, step in enumerate(deaths):
                # Something new to do in each life, or the trap might not be reached.
                school.answer(turn, only=dice.sample(range(STUDENTS), LATEST))
                if step == UNANSWERED:
                    mortal.die_unanswered()
                else:
                    mortal.die_at(step, dice.randrange(1, LATEST + 1))
            _settle(mortal, plan.folder)
            return school.figures(hits=len(deaths)) + Figures(
                0, 0, leaked=school.ledger.leaks(program.log), note=f"{len(steps)} steps"
            )


def _settle(mortal: Mortal, folder: Path) -> None:
    """Restart it, minutes later each time, until nothing is open."""
    program = mortal.program
    for _ in range(MOST_RESTARTS):
        let_time_pass(folder / "school.db", OFF_SECONDS)
        mortal.live()
        program.until(mortal.listens, "listening")
        done = mortal.hall.settled_within(SETTLING_SECONDS)
        assert program.stop() == 0
        if done:
            return
