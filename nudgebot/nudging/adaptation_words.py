"""What was adapted and on which evidence, in words that a teacher can check."""

from __future__ import annotations

from nudgebot.nudging.adaptation_choice import Choice
from nudgebot.nudging.learning import Tally

BY_LOT = "drawn by lot, so that learning goes on"
ADAPTED = "; adapted: "
"""Between why a nudge is due then and what was adapted."""


def named(option: int | str) -> str:
    """An hour as 18:00, a tone in words."""
    return f"{option}:00" if isinstance(option, int) else f"the tone “{option.replace('_', ' ')}”"


def by_lot(choice: Choice[int] | Choice[str]) -> str:
    """A choice that nothing was weighed for."""
    if not choice.changed:
        return f"{named(choice.option)} {BY_LOT}"
    return f"{named(choice.option)} instead of {named(choice.usual)}, {BY_LOT}"


def weighed(
    choice: Choice[int] | Choice[str],
    *,
    own: tuple[Tally, Tally],
    school: tuple[Tally, Tally],
) -> str:
    """A choice by what was learned; each pair is of the option chosen, and of the usual one."""
    head = f"{named(choice.option)} instead of {named(choice.usual)}: "
    new, usual = school
    if not own[0].of:
        return f"{head}the school acted on {new.text} such messages, on {usual.text} usual ones"
    return (
        f"{head}{own[0].text} such messages were acted on (school {new.text}), "
        f"{own[1].text} usual ones (school {usual.text})"
    )


def with_adapted(why: str, adapted: str) -> str:
    """Why a nudge is due then, with what was adapted."""
    return f"{why}{ADAPTED}{adapted}" if adapted else why


def adapted_in(timing: str) -> str:
    """What was adapted, out of why a nudge is due then; empty where nothing was."""
    return timing.partition(ADAPTED)[2]
