"""Figures in words: every metric has its phrase, in good English."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight.catalogue import METRIC, METRICS
from nudgebot.insight.metric import Metric, Unit
from nudgebot.insight.phrases import PHRASES, said
from nudgebot.insight.table import Value


def _values(metric: Metric) -> st.SearchStrategy[Value]:
    match metric.unit:
        case Unit.WORD:
            return st.sampled_from(metric.words) if metric.words else st.text(max_size=9)
        case Unit.WORDS:
            words = st.sampled_from(metric.words) if metric.words else st.text(max_size=9)
            return st.lists(words, max_size=3).map(tuple)
        case Unit.SHARE:
            return st.floats(0, 1)
        case Unit.PERCENT:
            return st.floats(-100 if metric.name.endswith("_change") else 0, 100)
    return st.integers(-7 if metric.name.endswith("_change") else 0, 2000)


def test_no_metric_is_without_a_phrase() -> None:
    """Whoever adds a metric says how people say it."""
    assert list(PHRASES) == [metric.name for metric in METRICS]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        pytest.param("average_score", 56.4, "average 56\u00a0%", id="percent"),
        pytest.param("video_completion_rate", 0.2,
                     "20\u00a0% of the started videos finished", id="share"),
        pytest.param("preparation_activity", 0, "nothing done for the exam in the last 7 days",
                     id="nothing"),
        pytest.param("preparation_activity", 2 / 7,
                     "prepared for the exam on 2 of the last 7 days", id="days of a week"),
        pytest.param("upcoming_exam_days", 4, "exam in 4 days", id="days"),
        pytest.param("upcoming_exam_days", 1, "exam tomorrow", id="tomorrow"),
        pytest.param("upcoming_exam_days", 0, "exam today", id="today"),
        pytest.param("days_since_last_activity", 10, "no activity for 10 days", id="away"),
        pytest.param("highest_streak", 1, "best streak so far 1 day", id="one day"),
        pytest.param("score_change", -12.3, "last score 12 points below those before", id="fall"),
        pytest.param("score_change", 0.9, "last score 1 point above those before", id="a point"),
        pytest.param("accuracy_change", -1.0, "accuracy down by 1 point", id="down by one"),
        pytest.param("struggling_subjects", ("Art", "Music", "Maths"),
                     "below 60\u00a0% in Art, Music and Maths", id="list"),
        pytest.param("struggling_subjects", (), "no subject below 60\u00a0%", id="empty list"),
        pytest.param("decline_indicators", ("streak_break",), "signs of decline: a broken streak",
                     id="signs"),
        pytest.param("risk_level", "high", "risk high", id="level"),
        pytest.param("risk_score", 0.784, "risk 0.78 of 1", id="score"),
        pytest.param("questions_answered", 1234, "1,234 practice questions in 4 weeks",
                     id="thousands"),
        pytest.param("upcoming_exam_title", "{0} [a|b]", "next exam: {0} [a|b]",
                     id="a title with marks of ours"),
        pytest.param("accuracy", None, "accuracy in practice not known", id="not known"),
    ],
)  # fmt: skip
def test_a_figure_is_said_as_people_say_it(metric: str, value: Value, text: str) -> None:
    """With its unit and its meaning; 0 and 1 have words of their own where they need them."""
    assert said(metric, value) == text


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
@given(data=st.data())
def test_every_phrase_is_whole_and_counts_right(metric: Metric, data: st.DataObject) -> None:
    """Whatever the value: no blanks, no `1 days`, no percent sign on a line of its own."""
    value = data.draw(_values(metric))
    text = said(metric.name, value)
    assert text.strip()
    assert not re.search(r"\b1 (days|videos|minutes|pieces|exams|points|subjects|questions)", text)
    assert not re.search(r"(?<![\d,])(0|[2-9]|\d\d+) (day|video|minute|piece|exam|point)\b", text)
    if not isinstance(value, str | tuple):
        assert "{" not in text
        assert "[" not in text
        assert " %" not in text


def test_what_ranks_or_rates_is_for_staff() -> None:
    """Students get no ranking."""
    assert {name for name in METRIC if PHRASES[name].staff_only} == {
        "percentile_rank", "risk_level", "risk_score",
    }  # fmt: skip
