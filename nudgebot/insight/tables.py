"""The stored figures: derived data, thrown away and made anew when the catalogue changes."""

from __future__ import annotations

from zlib import crc32

from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.metric import Metric, Unit
from nudgebot.store import Schema

_TYPES = {Unit.WORD: "TEXT", Unit.WORDS: "TEXT"}  # numbers keep their own kind


def _column(metric: Metric) -> str:
    return f"    {metric.name} {_TYPES.get(metric.unit, '')}".rstrip()


def _figures() -> str:
    columns = ",\n".join(_column(metric) for metric in METRICS)
    return f"""
DROP TABLE IF EXISTS figures;
DROP TABLE IF EXISTS figures_state;
DROP TABLE IF EXISTS standings;
DROP TABLE IF EXISTS unranked;
DROP TABLE IF EXISTS unranked_classes;
CREATE TABLE figures (
    student_id TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL,                -- they may change then without any new fact
{columns}
) WITHOUT ROWID;
CREATE INDEX figures_by_next ON figures (next_at);
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
CREATE TABLE unranked (student_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE unranked_classes (class_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


_DDL = _figures()

SCHEMA = Schema("insight", ((f"figures {crc32(_DDL.encode()):08x}", _DDL),))
