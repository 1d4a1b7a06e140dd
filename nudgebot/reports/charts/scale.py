"""Round numbers for the axis of a figure, written in its unit."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.reports.figures import shown

_STEPS = (1, 2, 2.5, 5, 10)


def ticks(values: Sequence[float], unit: str) -> list[float]:
    """From 0 to at least the greatest value in at most three steps; percent is always to 100."""
    if unit == "percent":
        return [0, 50, 100]
    greatest = max([*values, 0])
    size = 60.0 if unit == "minutes" and greatest > 90 else 1.0
    wanted = greatest / size / 3
    power = 1.0
    while True:
        for each in _STEPS:
            step = each * power
            if step >= wanted and step == round(step):
                count = max(1, -int(-(greatest / size) // step))
                return [size * step * place for place in range(count + 1)]
        power *= 10


def tick_label(mark: float, unit: str) -> str:
    """A mark as its figure is shown, without the unit where the title says it."""
    return shown(mark, unit) if unit in {"percent", "minutes"} else shown(mark, "")
