"""The one evaluator: three-valued, the same for many rows, for one row and for its explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.errors import RuleError
from nudgebot.insight.table import FigureTable, Value
from nudgebot.nudging import rule as words
from nudgebot.nudging.judge import explain, explain_rule, fires, judge
from nudgebot.nudging.rule import All, AnyOf, Condition, Delivery, Not, Rule, Urgency

Check = words.Test
NUMBERS = ("streak", "score")
LEVELS = ("low", "medium", "high")


def _reference(condition: Condition, row: Mapping[str, Value]) -> bool | None:
    """Kleene's three-valued logic, written a second time and in the plainest way."""
    match condition:
        case Not(part):
            verdict = _reference(part, row)
            return None if verdict is None else not verdict
        case All(parts):
            verdicts = {_reference(part, row) for part in parts}
            return False if False in verdicts else None if None in verdicts else True
        case AnyOf(parts):
            verdicts = {_reference(part, row) for part in parts}
            return True if True in verdicts else None if None in verdicts else False
        case words.Test(metric, operator, operand):
            return _reference_test(operator, row[metric], operand)


def _reference_test(operator: str, value: Value, operand: object) -> bool | None:
    if operator in ("is_known", "is_unknown"):
        return (value is None) is (operator == "is_unknown")
    if value is None:
        return None
    plain: dict[str, Callable[[], object]] = {
        "equals": lambda: value == operand,
        "not_equals": lambda: value != operand,
        "less_than": lambda: value < operand,  # type: ignore[operator]
        "at_most": lambda: value <= operand,  # type: ignore[operator]
        "greater_than": lambda: value > operand,  # type: ignore[operator]
        "at_least": lambda: value >= operand,  # type: ignore[operator]
        "between": lambda: operand[0] <= value <= operand[1],  # type: ignore[index]
        "in": lambda: value in operand,  # type: ignore[operator]
        "not_in": lambda: value not in operand,  # type: ignore[operator]
        "has_any": lambda: bool(set(operand) & set(value)),  # type: ignore[call-overload,arg-type]
        "has_none": lambda: not set(operand) & set(value),  # type: ignore[call-overload,arg-type]
    }
    return bool(plain[operator]())


number = st.one_of(st.integers(-2, 5), st.sampled_from([0.5, 2.5]))
row_strategy = st.fixed_dictionaries(
    {
        "streak": st.none() | number,
        "score": st.none() | number,
        "level": st.none() | st.sampled_from(LEVELS),
        "subjects": st.none() | st.lists(st.sampled_from(LEVELS), max_size=2).map(tuple),
    }
)
some_levels = st.lists(st.sampled_from(LEVELS), min_size=1).map(tuple)
orders = st.sampled_from(
    ["equals", "not_equals", "less_than", "at_most", "greater_than", "at_least"]
)
names = st.sampled_from(NUMBERS)
leaf: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Check, names, orders, number),
    st.builds(Check, names, st.just("between"), st.tuples(number, number)),
    st.builds(Check, names, st.sampled_from(["in", "not_in"]), st.tuples(number, number)),
    st.builds(Check, st.just("level"), st.sampled_from(["equals", "not_equals"]),
              st.sampled_from(LEVELS)),
    st.builds(Check, st.just("level"), st.sampled_from(["in", "not_in"]), some_levels),
    st.builds(Check, st.just("subjects"), st.sampled_from(["has_any", "has_none"]), some_levels),
    st.builds(Check, st.sampled_from([*NUMBERS, "level", "subjects"]),
              st.sampled_from(["is_known", "is_unknown"]), st.just(True)),
)  # fmt: skip
conditions = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def _table(rows: list[dict[str, Value]]) -> FigureTable:
    columns = {name: [row[name] for row in rows] for name in (*NUMBERS, "level", "subjects")}
    return FigureTable([str(index) for index in range(len(rows))], columns)


@settings(deadline=None)
@given(conditions, st.lists(row_strategy, max_size=12))
def test_many_rows_one_row_and_the_explanation_agree(
    condition: Condition, rows: list[dict[str, Value]]
) -> None:
    """The batch, the single row, the explanation and a plain reference give one verdict."""
    table = _table(rows)
    selected = judge(condition, table)
    for index, row in enumerate(rows):
        expected = _reference(condition, row)
        why = explain(condition, row)
        assert (index in selected) is (expected is True)
        assert bool(judge(condition, table.only([index]))) is (expected is True)
        assert (why.holds, why.unknown) == (expected is True, expected is None)
    assert selected == sorted(set(selected))


@settings(deadline=None)
@given(st.lists(leaf, min_size=1, max_size=5), row_strategy)
def test_a_plain_rule_holds_exactly_where_every_test_has_its_tick(
    tests: list[Condition], row: dict[str, Value]
) -> None:
    """Without nesting, the marks alone tell the verdict."""
    why = explain(All(tuple(tests)), row)
    marks = [part[0] for part in why.text.split("; ")]
    assert why.holds == (set(marks) == {"✓"})
    assert why.unknown == ("?" in marks and "✗" not in marks)


ROW: dict[str, Value] = {
    "streak": 0,
    "score": None,
    "level": "high",
    "subjects": ("Maths", "Art"),
    "share": 0.2999999,
}


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        pytest.param(
            All(
                (
                    Check("streak", "equals", 0),
                    Check("streak", "greater_than", 5),
                    Check("score", "less_than", 60),
                )
            ),
            "✓ streak 0 = 0; ✗ streak 0 > 5; ? score unknown < 60",
            id="all three marks",
        ),
        pytest.param(
            Check("level", "in", ("high", "critical")), "✓ level high in [high, critical]", id="in"
        ),
        pytest.param(Check("streak", "between", (1, 3)), "✗ streak 0 in 1–3", id="between"),
        pytest.param(Check("score", "is_unknown", True), "✓ score is unknown", id="unknown"),
        pytest.param(Check("streak", "is_known", True), "✓ streak 0 is known", id="known"),
        pytest.param(
            Not(Check("score", "less_than", 60)), "? not (? score unknown < 60)", id="not"
        ),
        pytest.param(
            AnyOf((Check("streak", "equals", 1), Check("level", "equals", "high"))),
            "✓ any of (✗ streak 0 = 1; ✓ level high = high)",
            id="any",
        ),
        pytest.param(
            All((All((Check("streak", "at_most", 1),)),)), "✓ all of (✓ streak 0 ≤ 1)", id="all"
        ),
        pytest.param(
            Check("subjects", "has_any", ("Art",)),
            "✓ subjects [Maths, Art] has one of [Art]",
            id="many words",
        ),
        pytest.param(Check("share", "less_than", 0.3), "✓ share 0.3 < 0.3", id="rounded"),
    ],
)
def test_the_explanation_reads_like_this(condition: Condition, text: str) -> None:
    """A person can check every test of a verdict with its numbers."""
    assert explain(condition, ROW).text == text


def _rule(conditions: Condition, unless: Condition | None) -> Rule:
    return Rule(
        id="r", name="R", conditions=conditions, unless=unless, type="t", message_template="t",
        urgency=Urgency.LOW, delivery_method=Delivery.DIRECT_MESSAGE, cooldown_hours=1,
    )  # fmt: skip


@settings(deadline=None)
@given(conditions, st.none() | conditions, st.lists(row_strategy, max_size=8))
def test_a_rule_fires_exactly_where_it_is_explained_to(
    condition: Condition, unless: Condition | None, rows: list[dict[str, Value]]
) -> None:
    """`unless` spares a row only where it is known to hold; batch and explanation agree."""
    rule = _rule(condition, unless)
    fired = fires(rule, _table(rows))
    for index, row in enumerate(rows):
        spared = unless is not None and _reference(unless, row) is True
        expected = _reference(condition, row) is True and not spared
        assert (index in fired) is expected
        assert explain_rule(rule, row).holds is expected


def test_an_unknown_unless_does_not_spare() -> None:
    """What nobody knows neither fires a rule nor silences one, and the text says both."""
    rule = _rule(Check("streak", "equals", 0), Check("score", "less_than", 3))
    assert fires(rule, _table([{**ROW, "level": "low"}])) == [0]
    why = explain_rule(rule, ROW)
    assert why.text == "✓ streak 0 = 0; unless (? score unknown < 3)"


def test_a_metric_that_the_figures_lack_is_an_error_not_a_silence() -> None:
    """A rule that can never fire because of a missing column says so."""
    with pytest.raises(RuleError, match="no metric `gone`"):
        judge(Check("gone", "equals", 1), _table([{**ROW}]))
