"""The definitions' SQL: understood by other engines, and complete."""

from __future__ import annotations

import re

import pytest
import sqlglot

from nudgebot.insight import definitions
from nudgebot.insight.catalogue import METRIC, METRICS
from nudgebot.insight.definitions.instants import INSTANTS
from nudgebot.insight.definitions.scores import CLASS_AVERAGES, PERCENTILES, STORED_PERCENTILES
from nudgebot.insight.metric import Metric, Unit

STATEMENTS = {
    **{
        f"{table.name} {number}": select
        for table in definitions.TABLES
        for number, select in enumerate(table.selects)
    },
    **{group.name: group.select for group in definitions.GROUPS},
    **{listing.metric: listing.select for listing in definitions.LISTINGS},
    **{f"instants {number}": select for number, select in enumerate(INSTANTS)},
    "class averages": CLASS_AVERAGES,
    "percentiles": PERCENTILES,
    "stored percentiles": STORED_PERCENTILES,
}
OWN_FUNCTIONS = re.compile(
    r"\b(date|time|datetime|julianday|unixepoch|strftime|timediff|json\w*|group_concat|total|"
    r"iif|ifnull|printf|glob)\s*\(",
    re.IGNORECASE,
)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_understood_elsewhere(name: str, engine: str) -> None:
    """SQLGlot translates it without a word that the other engine does not have."""
    translated = sqlglot.transpile(
        STATEMENTS[name], read="sqlite", write=engine, unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(translated) == 1
    assert sqlglot.parse_one(translated[0], read=engine) is not None


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_uses_an_engines_own_functions(name: str) -> None:
    """No date functions, no JSON, nothing that only SQLite knows."""
    assert OWN_FUNCTIONS.findall(STATEMENTS[name]) == []


def test_the_definitions_give_the_catalogue() -> None:
    """Each metric has one definition, and each definition is a metric of the catalogue."""
    given = [metric for group in definitions.GROUPS for metric in group.metrics]
    given += [listing.metric for listing in definitions.LISTINGS]
    given += ["percentile_rank", "decline_indicators", "risk_level", "risk_score"]
    assert sorted(given) == sorted(METRIC)
    assert len(METRICS) == len(METRIC)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_explained(metric: Metric) -> None:
    """A name to write in a rule, a unit, and one sentence of help."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.name)
    assert metric.help.endswith(".")
    assert 10 <= len(metric.help) <= 140
    assert not metric.words or metric.unit in (Unit.WORD, Unit.WORDS)


REQUIRED = """
current_streak highest_streak days_since_last_activity active_days_7 average_score
recent_exam_count percentile_rank score_trend video_completion_rate videos_started
days_since_last_video upcoming_exam_days preparation_activity historical_exam_performance
struggling_subjects_count struggling_subjects subject_score_trend days_since_subject_activity
overdue_assignments missed_assignments accuracy questions_answered time_spent xp risk_level
risk_score
"""


@pytest.mark.parametrize("name", re.findall(r"\w+", REQUIRED))
def test_the_requirements_names_are_there(name: str) -> None:
    """Requirement A's rules can be written with these names."""
    assert name in METRIC
