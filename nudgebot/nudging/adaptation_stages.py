"""The stage of the sieve that adaptation brings: less often where a student seldom responds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from nudgebot.nudging.adaptation import Choices
from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.stages import CoolingDown

LESS_OFTEN = 2


@dataclass(frozen=True)
class LessOften:
    """Drops what would reach a student who seldom responds before twice the cooldown is over."""

    choices: Choices
    cooling: CoolingDown
    name: ClassVar[str] = "less_often"

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """On which evidence, and until when."""
        last = self.cooling.last.get((candidate.student_id, candidate.rule.id))
        if last is None:
            return None
        again = last.due_at + timedelta(hours=LESS_OFTEN * candidate.rule.cooldown_hours)
        if again - self.cooling.as_of <= self.cooling.ahead:
            return None
        why = self.choices.seldom(candidate)
        wait = f"so it waits twice as long: until {again:%Y-%m-%d %H:%M} UTC."
        return f"{why}, {wait}" if why else None
