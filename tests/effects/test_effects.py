"""What is said of an effect: figures, verdicts, cautions, and words for a teacher."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest

from effects.samples import AT, arms, case
from effects.simulation import School, SimulatedRule, cases
from nudgebot.nudging.cases import Arm, Case, Measures
from nudgebot.nudging.effects import effects, hour_band, note, ranked
from nudgebot.nudging.effects_values import (
    Effect,
    Grouping,
    Measure,
    Proposal,
    Rating,
    Verdict,
)


def only(found: list[Case], *, minimum: int = 30) -> Effect:
    (effect,) = effects(found, by=Grouping.RULE, minimum=minimum)
    return effect


def test_a_teacher_reads_shares_difference_and_interval() -> None:
    """Both arms, the difference and its interval stand in one sentence."""
    effect = only(arms((610, 1000), (520, 1000)))
    assert effect.text == (
        "Nudged 61 % came back within 14 days, held out 52 %: 9 points more (5 to 13). "
        "Half of the nudged had within 2 days, half of the held out within 2 days."
    )
    assert effect.verdict is Verdict.HELPS
    assert (effect.target.nudged_count, effect.target.held_out_count) == (1000, 1000)


class Advice(NamedTuple):
    """What a rule with these arms is told."""

    nudged: tuple[int, int]
    held_out: tuple[int, int]
    verdict: Verdict
    rating: Rating
    proposal: Proposal
    words: str


ADVICE = {
    "helps": Advice(
        (610, 1000),
        (520, 1000),
        Verdict.HELPS,
        Rating.EFFECTIVE,
        Proposal.KEEP,
        "Keep it: it helps in 2000 cases, interval +5 to +13 points.",
    ),
    "may harm": Advice(
        (460, 1000),
        (520, 1000),
        Verdict.HARMS,
        Rating.HARMFUL,
        Proposal.REVIEW,
        "Review: it seems to harm in 2000 cases, interval −10 to −2 points; it was seen while "
        "cases were still coming in, so look again.",
    ),
    "harms": Advice(
        (400, 1000),
        (520, 1000),
        Verdict.HARMS,
        Rating.HARMFUL,
        Proposal.STOP,
        "Switch it off? It seems to harm in 2000 cases, interval −16 to −8 points.",
    ),
    "does nothing": Advice(
        (5010, 10000),
        (5000, 10000),
        Verdict.UNCLEAR,
        Rating.USELESS,
        Proposal.REVIEW,
        "Review: no effect worth a message in 20000 cases, interval −1 to +1 points. Reword it, "
        "move it to another hour, or switch it off.",
    ),
    "is not known": Advice(
        (61, 100),
        (26, 50),
        Verdict.UNCLEAR,
        Rating.UNPROVEN,
        Proposal.WAIT,
        "Keep it running: after 150 cases the effect may be anything from −7 to +25 points.",
    ),
    "is young": Advice(
        (61, 100),
        (0, 12),
        Verdict.EARLY,
        Rating.EARLY,
        Proposal.WAIT,
        "Leave it as it is until there are enough cases: 18 more held out are needed.",
    ),
}


@pytest.mark.parametrize("advice", ADVICE.values(), ids=ADVICE)
def test_rating_and_advice_go_by_the_interval(advice: Advice) -> None:
    """The same difference is help, nothing or unknown, as the interval has it."""
    effect = only(arms(advice.nudged, advice.held_out))
    assert effect.verdict is advice.verdict
    assert effect.effectiveness_rating is advice.rating
    assert effect.proposal is advice.proposal
    assert effect.recommendations == (advice.words,)


def test_below_the_minimum_no_figure_is_told() -> None:
    """Twelve held out of thirty: there are counts, and nothing that could be quoted."""
    effect = only(arms((61, 100), (0, 12)))
    assert effect.text == (
        "Too early to say: 100 nudged and 12 held out so far, 30 of each are needed."
    )
    assert effect.target.difference is effect.target.nudged is effect.target.held_out is None
    assert effect.nudged_median_days is None
    assert only(arms((61, 100), (0, 12)), minimum=12).target.measured


@pytest.mark.parametrize(
    "left_out",
    [
        {"closed": False},
        {"arm": Arm.EXEMPT},
        {"share": 0.0},
        {"share": 1.0},
    ],
    ids=["still followed", "exempt", "nobody held out", "everybody held out"],
)
def test_only_what_was_drawn_and_followed_counts(left_out: dict[str, object]) -> None:
    """Cases without a fair counterpart, or without an end, change nothing."""
    found = arms((20, 40), (15, 40))
    others = [replace(each, **left_out) for each in arms((40, 40), (0, 40))]  # type: ignore[arg-type]
    assert only(found + others).target == only(found).target
    assert effects(others, by=Grouping.RULE) == ()


def test_reaching_the_target_too_late_is_not_reaching_it() -> None:
    """What happens after the window belongs to no nudge."""
    found = [replace(each, ends_at=AT) for each in arms((40, 40), (0, 40))]
    assert only(found).target.nudged == 0


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (Grouping.ALL, ["all nudges"]),
        (Grouping.RULE, ["a", "b"]),
        (Grouping.TYPE, ["engagement"]),
        (Grouping.TONE, ["encouraging", "plain"]),
        (Grouping.HOUR, ["after 20", "before 8"]),
        (Grouping.CHANNEL, ["direct_message"]),
    ],
)
def test_cases_are_grouped_by_what_both_arms_carry(by: Grouping, groups: list[str]) -> None:
    """Each grouping names its groups, and all of them share the cases."""
    first = [replace(each, tone="plain", hour=7) for each in arms((5, 9), (5, 9), rule_id="a")]
    second = [replace(each, hour=23) for each in arms((5, 9), (5, 9), rule_id="b")]
    found = effects(first + second, by=by, minimum=1)
    assert [each.group for each in found] == groups
    assert sum(each.cases for each in found) == 36


def test_any_function_can_name_the_groups() -> None:
    """A fairness report groups by what the school knows of a student."""
    found = effects(arms((5, 9), (5, 9)), by=lambda each: each.student_id[-1], minimum=1)
    assert {each.by for each in found} == {"group"}
    assert "0" in {each.group for each in found}


def test_groupings_that_were_not_drawn_say_so() -> None:
    """Tones must not be ranked by the lines of a table."""
    assert "not drawn by lot" in note(Grouping.TONE)
    assert note(Grouping.RULE) == ""
    assert [hour_band(hour) for hour in (0, 7, 8, 19, 23)] == [
        "before 8", "before 8", "8 to 12", "16 to 20", "after 20"
    ]  # fmt: skip


def test_the_best_comes_first() -> None:
    """Rules with figures in order of their difference; young ones do not compete."""
    found = effects(
        arms((9, 40), (20, 40), rule_id="worse")
        + arms((30, 40), (20, 40), rule_id="better")
        + arms((3, 3), (0, 3), rule_id="young"),
        by=Grouping.RULE,
    )
    assert [each.group for each in ranked(found)] == ["better", "worse"]


def test_many_idle_rules_hardly_ever_get_a_verdict() -> None:
    """Of forty rules without effect two have an interval without zero; a verdict gets none."""
    rules = tuple(SimulatedRule(f"rule{number}", 0.0, (0.3,)) for number in range(40))
    school = School(students=80, most_episodes=2, rules=rules)
    outside = verdicts = runs = 0
    for seed in range(100, 108):
        for effect in effects(cases(school, seed), by=Grouping.RULE, minimum=20):
            runs += 1
            outside += (effect.target.p or 1) < 0.05
            verdicts += effect.verdict in (Verdict.HELPS, Verdict.HARMS)
    assert runs == 320
    assert 4 <= outside <= 30  # 16, give or take three standard deviations
    assert verdicts <= 1


def test_one_of_many_comparisons_is_said_to_be_one() -> None:
    """An interval without zero among many comparisons is told with their number."""
    found = arms((61, 100), (42, 100), rule_id="odd")
    for number in range(30):
        found += arms((50, 100), (50, 100), rule_id=f"rule{number}")
    (odd,) = [each for each in effects(found, by=Grouping.RULE) if each.group == "odd"]
    assert (odd.target.low or 0) > 0
    assert odd.verdict is Verdict.UNCLEAR
    assert "One of 31 comparisons" in odd.text


def _marks(random: Random, *, nudged: bool, number: int) -> Case:
    """A nudge brings weak students' work in: more marks, and lower ones."""
    strong = number % 2 == 0
    score = (80 if strong else 40) + random.gauss(0, 5)
    handed_in = strong or nudged or random.random() < 0.2
    return case(
        number,
        nudged=nudged,
        before=Measures(performance=60 + random.gauss(0, 5)),
        after=Measures(performance=score if handed_in else None),
    )


def test_marks_of_unlike_students_are_not_judged() -> None:
    """Where nudged work comes in that else would not, lower marks are not harm."""
    random = Random(3)  # noqa: S311  # a simulation
    found = [_marks(random, nudged=random.random() < 0.7, number=number) for number in range(800)]
    marks = only(found).outcome(Measure.PERFORMANCE)
    assert (marks.high or 0) < 0
    assert marks.verdict is Verdict.UNCLEAR
    assert "Not judged: 100 % of the nudged" in marks.text()


def test_harm_beside_the_target_goes_to_a_person() -> None:
    """A rule that brings students back and costs them days elsewhere is not simply kept."""
    random = Random(3)  # noqa: S311  # a simulation
    found = [
        replace(
            each,
            before=Measures(engagement=0.5),
            after=Measures(engagement=0.5 + random.gauss(0, 0.1) - (0.1 if each.nudge_key else 0)),
        )
        for each in arms((610, 1000), (520, 1000))
    ]
    effect = only(found)
    assert effect.verdict is Verdict.HELPS
    assert effect.proposal is Proposal.REVIEW
    assert effect.recommendations[1] == (
        "Look at days with activity: there the nudged do worse than the held out."
    )


@pytest.mark.parametrize(
    "found",
    [
        [],
        [case(1)],
        arms((1, 1), (1, 1)),
        arms((50, 50), (50, 50)),
        arms((0, 50), (0, 50)),
        [replace(each, before=Measures(1, 50, 0.5)) for each in arms((1, 50), (0, 50))],
        [
            replace(each, before=Measures(0, 0, 0), after=Measures(0, 0, 0))
            for each in arms((1, 50), (0, 50))
        ],
    ],
    ids=["none", "one", "one each", "all", "nobody", "no after", "no spread"],
)
def test_edges_are_calm(found: list[Case]) -> None:
    """Nothing is nan, nothing raises, and every line can be told."""
    for effect in effects(found, by=Grouping.RULE, minimum=1):
        told = " ".join(effect.lines())
        assert "nan" not in told
        assert "inf" not in told
        for outcome in effect.outcomes:
            assert outcome.difference is None or -10 < outcome.difference < 10


def test_no_student_is_in_the_words_of_a_group() -> None:
    """Group texts carry figures only."""
    found = [
        replace(each, before=Measures(1, 50, 0.5), after=Measures(2, 55, 0.6))
        for each in arms((30, 60), (20, 60))
    ]
    (effect,) = effects(found, by=Grouping.RULE)
    assert "pupil" not in repr(effect)
    assert "pupil" not in " ".join(effect.lines())
