"""The stored figures: derived data, thrown away and made anew when the catalogue changes."""

from __future__ import annotations

from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.metric import Metric, Unit
from nudgebot.store import Schema

_TYPES = {Unit.WORD: " TEXT", Unit.WORDS: " TEXT"}  # numbers keep their own kind


def _column(metric: Metric) -> str:
    return f"    {metric.name}{_TYPES.get(metric.unit, '')}"


_COLUMNS = ",\n".join(_column(metric) for metric in METRICS)
# A column a metric. The step below lays it out for a new file; `Shelf.fit` does for an old one.
FIGURES = f"""
CREATE TABLE figures (
    student_id TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL,                -- they may change then without any new fact
{_COLUMNS}
) WITHOUT ROWID
"""
FIGURES_INDEX = "CREATE INDEX figures_by_next ON figures (next_at)"

_STANDINGS = """
CREATE TABLE figures_state (
    computed_at INTEGER NOT NULL,
    basis TEXT NOT NULL                      -- zone, thresholds, definitions: another, all anew
);
CREATE TABLE standings (                     -- averages of the students in each class
    student_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    average_score REAL NOT NULL,
    percentile REAL,
    PRIMARY KEY (student_id, class_id)
) WITHOUT ROWID;
CREATE INDEX standings_by_class ON standings (class_id, average_score);
CREATE TABLE unranked (                      -- rank and risk are to be looked at again
    student_id TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE unranked_classes (
    class_id TEXT PRIMARY KEY
) WITHOUT ROWID;
"""

_EVENTS = """
CREATE TABLE events (                        -- raised and not acted on yet
    student_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (student_id, kind)
) WITHOUT ROWID;
"""

SCHEMA = Schema(
    "insight",
    (
        ("figures", f"{FIGURES};\n{FIGURES_INDEX};\n"),
        ("standings", _STANDINGS),
        ("events", _EVENTS),
    ),
)
