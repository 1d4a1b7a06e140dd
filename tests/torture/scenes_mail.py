"""The mail server goes down and kill -9 comes amid ten mails to parents: none twice, none lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from endurance.school import let_time_pass
from interventions.post_office import PostOffice

from torture.ledger import figures_of
from torture.mail_home import (
    ADDRESSES,
    MAILS,
    OFF_SECONDS,
    PLACES,
    Trap,
    home_in,
    in_doubt,
    restart_without_a_server,
    send_and_be_killed,
)
from torture.registry import Figures, Plan, torture


@dataclass(frozen=True)
class Outcome:
    """What arrived, what the program shows of each mail, and what the teacher was told."""

    as_expected: bool  # what the server had taken at the first kill
    copies: Mapping[str, int]
    states: Mapping[str, str]
    words_of_doubt: int

    def figures(self) -> Figures:
        """One mail is in doubt: it is shown as such, and the teacher is told of it once."""
        states = list(self.states.values())
        amiss = (states.count("unsettled") != 1) + (states.count("sent") != MAILS - 1)
        amiss += (self.words_of_doubt != 1) + (not self.as_expected)
        counted = figures_of({each: self.copies.get(each, 0) for each in ADDRESSES}, self.states)
        return counted + Figures(0, 0, amiss=amiss, hits=2)


@torture("mail server down amid ten mails, killed twice", may_stay_open=True)
def mails_killed(plan: Plan) -> Figures:
    """Whatever the mail server was doing: at most one copy each, and what is in doubt is told."""
    figures, dice = Figures(0, 0), plan.dice()
    for turn in range(plan.size("mail_kills", short=1, full=12)):
        folder = plan.folder / str(turn)
        folder.mkdir()
        place = PLACES[(plan.seed + turn) % len(PLACES)]
        figures += _one(folder, Trap(place, mail=dice.randrange(2, MAILS)), dice).figures()
    return figures


def _one(folder: Path, trap: Trap, dice: Random) -> Outcome:
    """Killed at the trap, killed again without a server, and once when all is settled."""
    office = PostOffice()
    with home_in(folder) as home:
        send_and_be_killed(home, trap, office)
        taken = sum(office.copies.values()) == trap.mail - (trap.place != "after_data")
        restart_without_a_server(home, trap)
        let_time_pass(home.program.database, OFF_SECONDS + dice.randrange(60))
        setattr(office, trap.place, lambda _: "")
        with office.open(port=home.port):
            home.program.start()
            home.program.until(
                lambda: set(home.states().values()) <= {"sent", "unsettled"}, "all settled"
            )
            home.program.kill()
            home.program.start()  # what there is to tell is told in its first round
            home.wait_for(lambda: any(map(in_doubt, home.told())), "the word to the teacher")
        told = sum(map(in_doubt, home.told()))
        return Outcome(taken, office.copies, home.states(), told)
