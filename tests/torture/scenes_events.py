"""Events come to grief: the queue is lost with words in the gap, events come twice or mixed up."""

from __future__ import annotations

from torture.hall import Hall, hall
from torture.registry import Figures, Plan, torture

BAD_REGISTERS = 2


def _begin(school: Hall) -> None:
    school.start()
    school.until(school.listening, "listening")
    school.deliver()
    school.known()


@torture("event queue lost, words in the gap")
def queue_lost(plan: Plan) -> Figures:
    """Again and again, and the first tries to open a new one fail; students write meanwhile."""
    rounds = plan.size("rounds", short=2, full=8)
    with hall(plan.folder, plan.size("messages", short=6, full=60)) as school:
        _begin(school)
        numbers = list(school.people.students)
        for turn in range(rounds):
            faults = school.sandbox.faults
            faults.answer(status=502, n=BAD_REGISTERS, path="/register")
            school.answer(turn, only=numbers[::2])
            faults.lose_queues()
            school.answer(turn, only=numbers[1::2])
            faults.lose_queues()
            school.until(school.listening, "listening again")
        school.settle()
        return school.figures(hits=rounds)


@torture("events told twice, and out of order")
def mixed_up(plan: Plan) -> Figures:
    """A third of the events comes twice, a third after the one behind it."""
    rounds = plan.size("rounds", short=2, full=8)
    with hall(plan.folder, plan.size("messages", short=8, full=60)) as school:
        _begin(school)
        disorder = school.sandbox.faults.mix_up(twice=0.34, late=0.33, seed=plan.seed)
        for turn in range(rounds):
            school.answer(turn)
        school.settle()
        assert set(disorder.counts) == {"twice", "late"}
        return school.figures(hits=disorder.counts.total())
