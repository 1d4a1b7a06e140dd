"""What a rule saw, in words: at the moment, and from the judge's explanation that was kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_words import rule

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Unit
from nudgebot.insight.table import Value
from nudgebot.nudging import rule as rules
from nudgebot.nudging.figure_words import Figure, held, holding, told
from nudgebot.nudging.judge import explain, explain_rule
from nudgebot.nudging.operators import OPERATORS, operators_for
from nudgebot.nudging.rule import All, AnyOf, Condition, Not, Operand

Check = rules.Test
_OF_WORDS = {"in": "has_any", "not_in": "has_none"}


def _value(name: str) -> st.SearchStrategy[Value]:
    metric = METRIC[name]
    plain = st.sampled_from(metric.words or ("Art", "Modern Art", "7 (b)"))
    match metric.unit:
        case Unit.WORD:
            return plain
        case Unit.WORDS:
            return st.lists(plain, max_size=3, unique=True).map(tuple)
    return st.integers(0, 400) | st.integers(0, 4000).map(lambda number: number / 8)


def _test(name: str) -> st.SearchStrategy[Condition]:
    def with_operand(operator: str) -> st.SearchStrategy[Condition]:
        operand: st.SearchStrategy[Operand]
        if operator.startswith("is_"):
            operand = st.just(True)
        elif operator == "between":
            operand = st.tuples(st.integers(0, 99), st.integers(100, 400))
        elif METRIC[name].unit is Unit.WORDS or operator in ("in", "not_in"):
            operand = st.lists(_value(name), min_size=1, max_size=3).map(tuple)  # type: ignore[arg-type]
        else:
            operand = _value(name)
        of_words = METRIC[name].unit is Unit.WORDS
        meant = _OF_WORDS.get(operator, operator) if of_words else operator
        return operand.map(lambda found: Check(name, meant, found))

    return st.sampled_from(operators_for(METRIC[name].unit)).flatmap(with_operand)


tests = st.sampled_from(sorted(METRIC)).flatmap(_test)
conditions = st.recursive(
    tests,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


@given(conditions, st.data())
def test_what_held_is_read_back_from_the_explanation(
    condition: Condition, data: st.DataObject
) -> None:
    """Whatever a rule asks: the words made of what was kept are those of the moment itself."""
    row = {
        each.metric: data.draw(st.none() | _value(each.metric), label=each.metric)
        for each in rules.tests_in(condition)
    }
    assert told(held(explain(condition, row).text)) == told(holding(condition, row))


def test_every_operator_is_read_back() -> None:
    """Each has its own symbol in an explanation, and the value stands before it."""
    operands: dict[str, Operand] = {
        "between": (1, 9), "outside": (1, 3), "in": (4, 5), "not_in": (1, 2),
        "has_any": ("Art",), "has_none": ("Music",), "less_than": 5, "at_most": 4,
        "greater_than": 3, "at_least": 4, "equals": 4, "not_equals": 5,
    }  # fmt: skip
    for name in OPERATORS:
        metric = "struggling_subjects" if name.startswith("has_") else "recent_exam_count"
        value: Value = ("Art", "Sport") if name.startswith("has_") else 4
        found = None if name == "is_unknown" else value
        text = explain(Check(metric, name, operands.get(name, True)), {metric: found}).text
        assert held(text) == [Figure(metric, found)], text


def test_what_spares_a_student_is_no_reason() -> None:
    """What stands behind `unless` did not make the rule fire."""
    spared = rule(Check("accuracy", "less_than", 60), unless=Check("xp", "greater_than", 9))
    text = explain_rule(spared, {"accuracy": 50.0, "xp": 5}).text
    assert told(held(text)) == ["50\u00a0% of practice answers right"]
    only = rule(All(()), unless=Check("xp", "less_than", 9))
    assert held(explain_rule(only, {"xp": 5}).text) == []


@pytest.mark.parametrize(
    ("explanation", "to_student", "words"),
    [
        pytest.param("✓ average_score 52.4 < 60; ✓ recent_exam_count 19 > 2; ✓ risk_level critical "
                     "in [high, critical]", False, ["average 52\u00a0%", "risk critical"],
                     id="to a teacher"),
        pytest.param("✓ average_score 52.4 < 60; ✓ recent_exam_count 19 > 2; ✓ risk_level critical "
                     "in [high, critical]", True, ["average 52\u00a0%"], id="to the student"),
        pytest.param("✓ upcoming_exam_days 4 < 7; ✓ preparation_activity 0 < 0.3", True,
                     ["exam in 4 days", "nothing done for the exam in the last 7 days"],
                     id="an exam"),
        pytest.param("✗ accuracy 80 < 60; ? xp unknown < 3", False, [], id="nothing held"),
        pytest.param("✓ recent_exam_count 3 > 2", False, ["3 exams in 90 days"],
                     id="nothing but evidence"),
        pytest.param("✓ percentile_rank 3 < 20", True, [], id="no ranking for students"),
        pytest.param("✓ accuracy many < 60", False, ["accuracy in practice not known"],
                     id="not the judge's"),
        pytest.param("", False, [], id="empty"),
    ],
)  # fmt: skip
def test_a_kept_explanation_is_told_in_words(
    explanation: str, to_student: bool, words: list[str]
) -> None:
    """Nobody reads the names of metrics or symbols."""
    assert told(held(explanation), to_student=to_student) == words
