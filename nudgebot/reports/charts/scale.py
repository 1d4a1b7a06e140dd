"""Round numbers for the axis of a figure, written in its unit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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
            if step >= wanted and (step == round(step) or unit in {"days a week", "skills"}):
                count = max(1, -int(-(greatest / size) // step))
                return [size * step * place for place in range(count + 1)]
        power *= 10


def value_axis(marks: Sequence[float], unit: str, **more: Any) -> dict[str, Any]:
    """The axis with these marks, labelled as the figures are."""
    words = {f"{mark:g}": _label(mark, unit) for mark in marks}
    return {
        "values": list(marks),
        "labelExpr": f"{json.dumps(words)}[format(datum.value, '~g')] || datum.label",
        **more,
    }


def _label(mark: float, unit: str) -> str:
    return shown(mark, unit) if unit in {"percent", "minutes"} else shown(mark, "")
