"""Rule files: what is read, and every problem with its line and the word that was meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.insight.catalogue import METRIC
from nudgebot.nudging import rule as words
from nudgebot.nudging.rule import All, AnyOf, Delivery, EventKind, Not, Rule, Urgency
from nudgebot.nudging.rules import RuleSet, read_rules, rules_of
from nudgebot.nudging.strict_yaml import MOST_CHARACTERS, Items, Text, line_at, plain, read_yaml

Check = words.Test
SHIPPED = Path(__file__).parents[2] / "rules"

GOOD = """\
id: quiet_week
name: Quiet week
conditions:
  days_since_last_activity: {at_least: 7}
intervention:
  type: check_in
  message_template: hello
  urgency: low
  delivery_method: direct_message
cooldown_hours: 24
"""


def _read(text: str) -> RuleSet:
    return rules_of({"rules/a.yaml": text})


def _one(text: str) -> Rule:
    found = _read(text)
    assert found.problems == ()
    return found.rules[0]


def _problems(text: str) -> list[str]:
    return [str(problem) for problem in _read(text).problems]


def _with_conditions(lines: str) -> str:
    return GOOD.replace("  days_since_last_activity: {at_least: 7}\n", lines)


def test_a_rule_is_read_whole() -> None:
    """Every key arrives, events and lists may be a single word, and the place is kept."""
    rule = _one(
        GOOD.replace("direct_message", "mentor_and_student\n  include_study_plan: true")
        + "on: streak_broken\nunless: {upcoming_exam_days: {less_than: 3}}\nholdout: 0.1\n"
        + "applies_to: {classes: [7b], subjects: Maths}\nenabled: false\nexpires_after_hours: 6\n"
    )
    assert (rule.urgency, rule.delivery_method) == (Urgency.LOW, Delivery.MENTOR_AND_STUDENT)
    assert rule.on == {EventKind.STREAK_BROKEN}
    assert rule.unless == All((Check("upcoming_exam_days", "less_than", 3),))
    assert (rule.applies_to.classes, rule.applies_to.subjects) == (("7b",), ("Maths",))
    assert (rule.enabled, rule.expires_after_hours, rule.holdout) == (False, 6, 0.1)
    assert rule.include_study_plan
    assert not rule.include_resources
    assert rule.target is words.Target.ACTIVITY_RESUMED
    assert (rule.file, rule.line) == ("rules/a.yaml", 1)


def test_conditions_nest() -> None:
    """`any`, `all` and `not` hold conditions, and a metric may have several operators."""
    rule = _one(
        _with_conditions(
            "  average_score: {at_least: 40, less_than: 59.5}\n"
            "  any:\n    - accuracy: {less_than: 50}\n    - xp: {is_unknown: true}\n"
            "  not: {risk_level: {in: [low]}}\n"
            "  struggling_subjects: {not_in: [Art]}\n"
        )
    )
    assert rule.conditions == All(
        (
            Check("average_score", "at_least", 40),
            Check("average_score", "less_than", 59.5),
            AnyOf((Check("accuracy", "less_than", 50), Check("xp", "is_unknown", True))),
            Not(Check("risk_level", "in", ("low",))),
            Check("struggling_subjects", "has_none", ("Art",)),
        )
    )


def test_a_file_may_hold_a_list() -> None:
    """Under `rules:` stand several; a good one is read although another is broken."""
    second = GOOD.replace("quiet_week", "second").replace("cooldown_hours: 24\n", "")
    listed = "rules:\n" + "".join(
        "".join(f"{'  - ' if not number else '    '}{line}\n"
                for number, line in enumerate(text.splitlines()))
        for text in (GOOD, second)
    )  # fmt: skip
    found = _read(listed)
    assert [rule.id for rule in found.rules] == ["quiet_week"]
    assert list(map(str, found.problems)) == ["rules/a.yaml:12: cooldown_hours: is missing"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\nenabeld: no",
                     "11: enabeld: unknown key, did you mean `enabled`?", id="unknown key"),
        pytest.param("urgency: low", "urgency: hgih",
                     "8: intervention.urgency: `hgih` is not possible, did you mean `high`?",
                     id="unknown word"),
        pytest.param("  urgency: low\n", "", "5: intervention.urgency: is missing", id="missing"),
        pytest.param("id: quiet_week", "id: Quiet Week",
                     "1: id: is one lower-case word, such as `exam_reminder`", id="bad id"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: soon",
                     "10: cooldown_hours: `soon` is not a whole number", id="not a number"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 0",
                     "10: cooldown_hours: must be at least 1", id="too small"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\ntarget: video_finishd",
                     "11: target: `video_finishd` is not possible, did you mean `video_finished`?",
                     id="misspelt target"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\nholdout: 10",
                     "11: holdout: must be at most 1, did you mean 0.1?", id="share as percent"),
        pytest.param("cooldown_hours: 24", 'cooldown_hours: "24"',
                     '10: cooldown_hours: "24" is a text; write it without quotes',
                     id="quoted number"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\ncooldown_hours: 24",
                     "11: cooldown_hours: given twice, first in line 10", id="twice"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\ninclude_resources: true",
                     "11: include_resources: belongs under `intervention:`", id="wrong level"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\non: [streak_brokn]",
                     "11: on.0: `streak_brokn` is not possible, did you mean `streak_broken`?",
                     id="event"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\ninhibits: [quiet_weke]",
                     "11: inhibits: no rule `quiet_weke`, did you mean `quiet_week`?",
                     id="inhibits nobody"),
        pytest.param("cooldown_hours: 24", "cooldown_hours: 24\ninhibits: [quiet_week]",
                     "11: inhibits: a rule cannot silence itself", id="inhibits itself"),
        pytest.param("type: check_in", "type: &a check_in",
                     "6: anchors (&) and aliases (*) are not read; write it out", id="anchor"),
        pytest.param("type: check_in", "type: !!python/name:os.system x",
                     "6: tags (!) are not read", id="tag"),
        pytest.param("  type", "\ttype", "6: not valid YAML: indent with spaces, not with tabs",
                     id="tab"),
    ],
)  # fmt: skip
def test_a_problem_names_line_field_and_remedy(old: str, new: str, problem: str) -> None:
    """One slip gives one complaint, in the line where it was made."""
    assert old in GOOD
    assert _problems(GOOD.replace(old, new)) == [f"rules/a.yaml:{problem}"]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        pytest.param("averge_score: {less_than: 6}",
                     "averge_score: there is no such metric, did you mean `average_score`?",
                     id="metric"),
        pytest.param("average_score: {less_then: 6}",
                     "average_score.less_then: there is no such operator, "
                     "did you mean `less_than`?", id="operator"),
        pytest.param("average_score: 6", "average_score: needs an operator, such as `{equals: 6}`",
                     id="no operator"),
        pytest.param("risk_level: {in: [hihg]}",
                     "risk_level.in: `hihg` is none of its words, did you mean `high`?",
                     id="word"),
        pytest.param("risk_level: {less_than: 3}",
                     "risk_level.less_than: does not fit `risk_level`; possible here: "
                     "equals, not_equals, in, not_in, is_known, is_unknown", id="no order"),
        pytest.param("average_score: {less_than: 101}",
                     "average_score.less_than: 101 is outside 0 to 100 (a percent)", id="percent"),
        pytest.param("video_completion_rate: {less_than: 50}",
                     "video_completion_rate.less_than: 50 is outside 0 to 1 (a share), "
                     "did you mean 0.5?", id="share"),
        pytest.param("current_streak: {equals: 12:30}",
                     "current_streak.equals: `12:30` is not a number", id="time stays text"),
        pytest.param("accuracy: {at_least: 60%}",
                     "accuracy.at_least: `60%` is not a number, did you mean 60?", id="60%"),
        pytest.param("accuracy: {at_least: '0,5'}",
                     "accuracy.at_least: `0,5` is not a number, did you mean 0.5?", id="comma"),
        pytest.param("accuracy: {at_least: nan}", "accuracy.at_least: `nan` is not a number",
                     id="nan"),
        pytest.param("accuracy: {between: [9, 3]}",
                     "accuracy.between: 9 is more than 3: nothing fits", id="empty range"),
        pytest.param("accuracy: {between: 9}",
                     "accuracy.between: needs two numbers, such as `[3, 7]`", id="one bound"),
        pytest.param("risk_level: {in: high}",
                     "risk_level.in: needs a list, such as `[a, b]`", id="no list"),
        pytest.param("xp: {is_known: no}",
                     "xp.is_known: takes `true` only; the opposite is `is_unknown: true`",
                     id="not known"),
        pytest.param("upcoming_exam_subject: {equals: 3}",
                     "upcoming_exam_subject.equals: takes a text; put it in quotes if the text is "
                     '"3"', id="a number for a text"),
        pytest.param("struggling_subjects: {in: [Art, 3.5]}",
                     "struggling_subjects.in: takes a text; put it in quotes if the text is "
                     '"3.5"', id="a number among texts"),
        pytest.param('average_score: {less_than: "60"}',
                     'average_score.less_than: "60" is a text; write 60 without quotes',
                     id="a text for a number"),
        pytest.param("accuracy: {between: [3, '9']}",
                     'accuracy.between: "9" is a text; write 9 without quotes',
                     id="a text for a bound"),
        pytest.param("any: []", "any: names no condition", id="empty any"),
    ],
)  # fmt: skip
def test_a_condition_is_held_against_the_catalogue(condition: str, problem: str) -> None:
    """Operators, words and ranges must suit the metric."""
    text = _with_conditions(f"  {condition}\n")
    assert _problems(text) == [f"rules/a.yaml:4: conditions.{problem}"]


def test_a_text_that_is_a_number_goes_in_quotes() -> None:
    """Whoever has a subject of that name can say so."""
    rule = _one(_with_conditions('  upcoming_exam_subject: {in: ["3", Art]}\n'))
    assert rule.conditions == All((Check("upcoming_exam_subject", "in", ("3", "Art")),))


def test_a_change_in_points_may_be_negative() -> None:
    """`score_change` is a difference, so less than minus ten makes sense."""
    rule = _one(_with_conditions("  score_change: {at_most: -10}\n"))
    assert rule.conditions == All((Check("score_change", "at_most", -10),))


def test_every_problem_of_every_file_is_told(tmp_path: Path) -> None:
    """Nobody has to mend one slip to learn of the next."""
    (tmp_path / "a.yaml").write_text(GOOD.replace("urgency: low", "urgency: lwo\n  tpye: x"))
    (tmp_path / "b.yaml").write_text(GOOD.replace("24", "x").replace("average", "avg"))
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / ".d.yaml.swp").write_text("not: looked at")
    (tmp_path / "e.yaml").write_text("")
    found = [(problem.file, problem.line) for problem in read_rules(tmp_path).problems]
    folder = tmp_path.name
    assert found == [
        (f"{folder}/a.yaml", 8),
        (f"{folder}/a.yaml", 9),
        (f"{folder}/b.yaml", 10),
        (f"{folder}/c.yaml", 0),
        (f"{folder}/e.yaml", 0),
    ]


def test_two_rules_of_one_id_and_a_missing_template_are_problems() -> None:
    """Ids are how nudges are remembered, so they are unique over all files."""
    found = rules_of({"a.yaml": GOOD, "b.yaml": GOOD}, templates=["helo"])
    assert list(map(str, found.problems)) == [
        "a.yaml:7: intervention.message_template: no template `hello.md`, did you mean `helo`?",
        "b.yaml:1: id: `quiet_week` is also in a.yaml:1",
        "b.yaml:7: intervention.message_template: no template `hello.md`, did you mean `helo`?",
    ]


def test_only_an_event_rule_may_go_without_conditions() -> None:
    """A rule without conditions and without an event would fire for everybody."""
    bare = GOOD.replace("conditions:\n  days_since_last_activity: {at_least: 7}\n", "")
    assert _problems(bare) == [
        "rules/a.yaml:1: conditions: is missing; only a rule with `on` may go without"
    ]
    assert _one(bare + "on: performance_improved\n").conditions == All(())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: " + "[" * 5000 + "]" * 5000, id="deep"),
        pytest.param("a: &x [1]\nb: [*x, *x]\n", id="aliases"),
        pytest.param("x" * (MOST_CHARACTERS + 1), id="long"),
        pytest.param("a: b\n---\nc: d\n", id="two documents"),
        pytest.param("a: \x07\n", id="control character"),
        pytest.param("{" * 200, id="unfinished"),
        pytest.param("? [a, b]\n: c\n", id="key is a list"),
    ],
)
def test_hostile_yaml_is_one_problem_not_a_crash(text: str) -> None:
    """Bombs, endless nesting and garbage end in a sentence."""
    _, problems = read_yaml(text, file="x.yaml")
    assert len(problems) == 1


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_complained_of(text: str) -> None:
    """Whatever a file holds, reading it ends with rules or with problems, never with a crash."""
    found = _read(text)
    assert found.rules or found.problems


def test_scalars_stay_text_and_know_their_lines() -> None:
    """`on` is a key, `12:30` and `no` are text, and a value's line can be looked up by path."""
    root, problems = read_yaml("on: no\nat:\n  - 12:30\n  - '1'\n", file="x")
    assert problems == []
    assert root is not None
    assert plain(root) == {"on": "no", "at": ["12:30", "1"]}
    assert line_at(root, ("at", 1)) == 4
    assert line_at(root, ("at", 9)) == 2
    assert isinstance(Items(1, (Text(1, "a"),)).items[0], Text)


def test_the_shipped_rules_are_the_requirements() -> None:
    """The five rules of requirement A, its ids and thresholds, and the three beyond them."""
    found = read_rules(SHIPPED)
    assert found.problems == ()
    by_id = {rule.id: rule for rule in found.rules}
    assert set(by_id) == {
        "streak_break_recovery", "low_performance_alert", "video_completion_nudge",
        "exam_preparation_reminder", "subject_struggle_support",
        "inactivity_check_in", "overdue_work_reminder", "improvement_praise",
    }  # fmt: skip
    low = by_id["low_performance_alert"]
    assert low.conditions == All(
        (
            Check("average_score", "less_than", 60),
            Check("recent_exam_count", "greater_than", 2),
            Check("risk_level", "in", ("high", "critical")),
        )
    )
    assert (low.cooldown_hours, low.urgency, low.include_resources) == (72, Urgency.HIGH, True)
    assert low.delivery_method is Delivery.MENTOR_AND_STUDENT
    streak = by_id["streak_break_recovery"]
    assert streak.conditions == All(
        (
            Check("current_streak", "equals", 0),
            Check("highest_streak", "greater_than", 5),
            Check("days_since_last_activity", "less_than", 3),
        )
    )
    assert by_id["improvement_praise"].on == {EventKind.PERFORMANCE_IMPROVED}
    assert by_id["exam_preparation_reminder"].include_study_plan
    assert by_id["subject_struggle_support"].personalize_by_subject


RESOURCES = "resources:\n  Maths:\n    - title: A\n      link: https://a.example/x?y=1\n"


def test_resources_take_turns_between_the_subjects() -> None:
    """Every subject gets its turn before any gets its second; what always helps comes last."""
    text = (
        RESOURCES + "    - title: A2\n  Art:\n    - title: B\n  any:\n    - title: C\n"
        "  Music:\n    - title: D\n"
    )
    found = _read(text)
    assert found.problems == ()
    assert [each.title for each in found.resources.of(["maths", "ART"])] == ["A", "B", "A2", "C"]
    assert [each.title for each in found.resources.of(["Art"], at_most=1)] == ["B"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(RESOURCES.replace("https://a.example/x?y=1", "javascript:alert"),
                     "4: resources.Maths.0.link: is not a plain address that begins with "
                     "http:// or https://", id="no http"),
        pytest.param(RESOURCES.replace("x?y=1", "x)[y](z"),
                     "4: resources.Maths.0.link: is not a plain address that begins with "
                     "http:// or https://", id="markdown in a link"),
        pytest.param(RESOURCES.replace("title", "tilte"),
                     "3: resources.Maths.0.title: is missing", id="missing title"),
        pytest.param("resources: x\n", "1: resources: needs subjects below it", id="no subjects"),
        pytest.param(RESOURCES + "rules: []\n", "5: rules: stands beside `resources:`; remove it",
                     id="beside"),
    ],
)  # fmt: skip
def test_a_problem_in_the_resources_has_its_line(text: str, problem: str) -> None:
    """The school's list is checked as strictly as the rules."""
    assert f"rules/a.yaml:{problem}" in _problems(text)


def test_the_schema_for_editors_is_the_one_in_force(golden: Callable[[str, str], None]) -> None:
    """`rules/rule.schema.json` knows every metric and every key."""
    from nudgebot.nudging.rule_schema import rule_schema

    text = json.dumps(rule_schema(METRIC), indent=1, ensure_ascii=False) + "\n"
    golden("../../rules/rule.schema.json", text)


def test_every_shipped_rule_names_what_it_wants_to_come_about() -> None:
    """By its own target it is followed, and not by a default."""
    for path in SHIPPED.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert "conditions:" not in text or "\ntarget: " in text, path.name
