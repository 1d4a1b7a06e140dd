"""`rules` says which rules should be looked at, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat.town import ADMIN, TARA, Town

from nudgebot.school.days import to_at

WORDS = "Only 3 of 40 messages were answered or acted on"


@pytest.mark.parametrize(("who", "shown"), [(ADMIN, True), (TARA, False)])
def test_what_should_be_looked_at_stands_below_the_rules(
    tmp_path: Path, who: int, shown: bool
) -> None:
    """For admins, who can do something about it, and nobody else."""
    opened = Town(tmp_path)
    opened.store.execute(
        "INSERT INTO reviews VALUES ('streak_break_recovery', 'responses', ?, ?)",
        [WORDS, to_at(opened.clock)],
    )
    told = opened.answer(who, "rules")
    opened.store.close()
    assert (f"- `streak_break_recovery`: {WORDS}" in told) is shown
