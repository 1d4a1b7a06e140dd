"""The server fails: it is away, stumbles, drops connections, asks for patience, shuts the bot out.

Each time the same morning: every student gets a nudge, and every student writes a word, which has
to reach the teacher once and to be acknowledged once.
"""

from __future__ import annotations

from collections.abc import Callable

from torture.hall import Hall, hall
from torture.registry import Figures, Plan, torture

AWAY_SECONDS = 600
MINUTE = 60


def morning(plan: Plan, strike: Callable[[Hall], int]) -> Figures:
    """Nudges fall due and students answer while it strikes; `strike` tells how often it did."""
    with hall(plan.folder, plan.size("messages", short=6, full=60)) as school:
        school.start()
        school.until(school.listening, "listening")
        hits = strike(school)
        school.sandbox.faults.clear()
        school.settle()
        return school.figures(hits=hits)


@torture("server away for ten minutes", repeats=6)
def away(plan: Plan) -> Figures:
    """It goes in the middle of the nudges; students write while the bot cannot hear them."""

    def strike(school: Hall) -> int:
        sandbox = school.sandbox
        school.deliver()
        school.nudged(2)
        sandbox.faults.go_away()
        school.answer()
        seen = school.log.count("Zulip is away")
        for _ in range(AWAY_SECONDS // MINUTE):
            school.clock.move(MINUTE)
        school.until(lambda: school.log.count("Zulip is away") > seen, "an absence")
        sandbox.faults.come_back()
        return 1

    return morning(plan, strike)


@torture("server answers 500, 502, 503", repeats=6)
def stumbling(plan: Plan) -> Figures:
    """Bursts, of work that was done and of work that was not; nobody can tell which."""

    def strike(school: Hall) -> int:
        faults, dice = school.sandbox.faults, plan.dice()
        for status in (500, 502, 503):
            for processed in (False, True):
                faults.answer(status=status, n=dice.randrange(1, 4), processed=processed)
        faults.probability(bad_gateway=0.2, seed=plan.seed)
        school.deliver()
        school.known()
        school.answer()
        school.nudged(len(school.people.students) // 2)
        return faults.counts["answer"]

    return morning(plan, strike)


def _dropping(plan: Plan, name: str, **chances: float) -> Figures:
    def strike(school: Hall) -> int:
        faults = school.sandbox.faults
        faults.probability(**chances, seed=plan.seed)  # type: ignore[arg-type]  # shares only
        school.deliver()
        school.nudged(len(school.people.students) // 3)
        school.answer()
        school.until(lambda: faults.counts[name], "a dropped connection")
        school.nudged(len(school.people.students) // 2)
        return faults.counts[name]

    return morning(plan, strike)


@torture("connection dropped before the server accepts", repeats=6)
def dropped_before(plan: Plan) -> Figures:
    """Three calls in ten, of any kind."""
    return _dropping(plan, "drop_before", drop_before=0.3)


@torture("connection dropped after the server accepted", repeats=6)
def dropped_after(plan: Plan) -> Figures:
    """Three calls in ten: done, and the bot cannot tell."""
    return _dropping(plan, "drop_after", drop_after=0.3)


@torture("429 storms", repeats=6)
def storms(plan: Plan) -> Figures:
    """One after the other, each asking for a moment's patience."""

    def strike(school: Hall) -> int:
        faults = school.sandbox.faults
        for method, path in (("POST", "/messages"), ("GET", "/events"), ("GET", "*")):
            faults.rate_limit(5, retry_after_seconds=0.1, method=method, path=path)
        school.deliver()
        school.known()
        school.answer()
        school.nudged(len(school.people.students) // 2)
        return faults.counts["rate_limit"]

    return morning(plan, strike)


@torture("bot's key revoked for a while", repeats=6)
def revoked(plan: Plan) -> Figures:
    """It ends by itself, as it must; started again with the old key back, it loses nothing."""

    def strike(school: Hall) -> int:
        sandbox, bot = school.sandbox, school.people.bot
        school.deliver()
        school.nudged(2)
        sandbox.change_user(bot, api_key="another")
        school.answer()
        school.until(lambda: not school.is_running, "its end")
        sandbox.change_user(bot, api_key=bot.api_key)
        school.start()
        return len(school.ended)

    return morning(plan, strike)
