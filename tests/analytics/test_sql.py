"""The SQL of the reports: understood by other engines, and led by the scope."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
import sqlglot

from nudgebot.insight import period_facts, roster, skill_book, student_facts
from nudgebot.insight.computation import Computation
from nudgebot.store import Store

from .facts import NOW, Facts

STATEMENTS = {
    **period_facts.STATEMENTS,
    **roster.STATEMENTS,
    **skill_book.STATEMENTS,
    **student_facts.STATEMENTS,
}
OWN_FUNCTIONS = re.compile(
    r"\b(date|time|datetime|julianday|unixepoch|strftime|json\w*|group_concat|total|iif|ifnull|"
    r"printf|glob)\s*\(",
    re.IGNORECASE,
)
BIG = ["activity_days", "practice", "submissions", "exam_results", "achievements"]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_understood_elsewhere(name: str, engine: str) -> None:
    """SQLGlot translates it without a word that the other engine does not have."""
    (translated,) = sqlglot.transpile(
        STATEMENTS[name], read="sqlite", write=engine, unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(translated, read=engine) is not None
    assert OWN_FUNCTIONS.findall(STATEMENTS[name]) == []


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_scans_the_school(store: Store, facts: Facts, name: str) -> None:
    """The big tables are only ever searched by an index, or looked into for a single row."""
    facts.school_class("7b", "ana")
    Computation(store, ZoneInfo("UTC"), NOW).aim(["ana"])
    named = dict.fromkeys(re.findall(r":(\w+)", STATEMENTS[name]), 1)
    plan = store.rows(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", named)
    scans = [row["detail"] for row in plan if row["detail"].startswith("SCAN")]
    if not STATEMENTS[name].startswith("SELECT EXISTS"):
        tables = {each.split()[1] for each in scans}
        assert not tables & {*BIG, "a", "p", "n", "w", "t"}, scans
