"""The daily summary for the staff: counts by risk level and rule, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nudgebot.markup import esc, global_time

LEVELS = ("critical", "high", "medium", "low", "minimal", "unknown")


def dashboard(
    levels: Mapping[str, int],
    rules: Mapping[str, int],
    *,
    data_as_of: datetime,
    outcome: str = "",
) -> str:
    """The summary; `rules` counts, by rule name, the students it was about in the last day.

    `outcome` says, in finished Markdown, what came of the nudges.
    """
    lines = [f"**Today in numbers**, by the data of {global_time(data_as_of)}", ""]
    lines += ["| risk | students |", "|---|--:|"]
    lines += [f"| {level} | {levels[level]} |" for level in LEVELS if levels.get(level)]
    lines += ["", "| rule | students since yesterday |", "|---|--:|"]
    lines += [f"| {esc(name)} | {rules[name]} |" for name in sorted(rules)]
    lines += ["", outcome] if outcome else []
    lines += ["", "Who they are: ask me for risk in a direct message."]
    return "\n".join(lines)
