"""The sieve's stages as truth tables, and that no candidate is ever lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.nudging.candidate import Candidate, Channel, route
from nudgebot.nudging.consent import Consent
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.nudging.sieve import Stage, sift
from nudgebot.nudging.snoozes import Snooze
from nudgebot.nudging.stages import (
    ConsentGiven,
    CoolingDown,
    Enrolled,
    Fresh,
    HeldOut,
    Inhibited,
    LastNudge,
    Linked,
    OverTheCap,
    Snoozed,
    week_of,
)
from nudging.samples import candidate, rule

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("stale", "reason"),
    [
        pytest.param("", None, id="fresh data"),
        pytest.param("The data are stale.", "The data are stale.", id="stale data"),
    ],
)
def test_fresh_drops_everything_while_the_data_are_stale(stale: str, reason: str | None) -> None:
    """Stale data nudge nobody."""
    assert Fresh(stale).reason_to_drop(candidate()) == reason


def test_enrolled_drops_who_is_not_in_school() -> None:
    """The reason is the student's own."""
    stage = Enrolled({"s1": "Today is a holiday."})
    assert stage.reason_to_drop(candidate("s1")) == "Today is a holiday."
    assert stage.reason_to_drop(candidate("s2")) is None


def _closed(closed: Mapping[Channel, str]) -> Linked:
    return Linked(lambda _, channel: closed.get(channel, ""))


@pytest.mark.parametrize(
    ("delivery", "closed", "reason"),
    [
        pytest.param(Delivery.DIRECT_MESSAGE, {}, None, id="student linked"),
        pytest.param(Delivery.DIRECT_MESSAGE, {Channel.STUDENT: "S."}, "S.", id="student not"),
        pytest.param(Delivery.MENTOR_ALERT, {Channel.STUDENT: "S."}, None, id="alert needs mentor"),
        pytest.param(Delivery.MENTOR_ALERT, {Channel.MENTOR: "M."}, "M.", id="no mentor"),
        pytest.param(
            Delivery.MENTOR_AND_STUDENT, {Channel.STUDENT: "S."}, None, id="one of two is enough"
        ),
        pytest.param(
            Delivery.MENTOR_AND_STUDENT,
            {Channel.STUDENT: "S.", Channel.MENTOR: "M."},
            "S. M.",
            id="neither of two",
        ),
    ],
)
def test_linked_wants_one_open_channel(
    delivery: Delivery, closed: Mapping[Channel, str], reason: str | None
) -> None:
    """What reaches nobody is dropped; what reaches somebody is not."""
    assert _closed(closed).reason_to_drop(candidate(delivery_method=delivery)) == reason


@pytest.mark.parametrize(
    ("delivery", "consent", "mentor_closed", "dropped"),
    [
        pytest.param(Delivery.DIRECT_MESSAGE, Consent(), "", False, id="no wish"),
        pytest.param(Delivery.DIRECT_MESSAGE, Consent(stopped=True), "", True, id="stopped"),
        pytest.param(
            Delivery.DIRECT_MESSAGE, Consent(paused_until=NOW + HOUR), "", True, id="paused"
        ),
        pytest.param(
            Delivery.DIRECT_MESSAGE, Consent(paused_until=NOW), "", False, id="pause just over"
        ),
        pytest.param(Delivery.MENTOR_ALERT, Consent(stopped=True), "", False, id="alert anyway"),
        pytest.param(
            Delivery.MENTOR_AND_STUDENT, Consent(stopped=True), "", False, id="mentor still told"
        ),
        pytest.param(
            Delivery.MENTOR_AND_STUDENT, Consent(stopped=True), "M.", True, id="nobody left"
        ),
    ],
)
def test_consent_keeps_a_student_s_quiet(
    delivery: Delivery, consent: Consent, mentor_closed: str, dropped: bool
) -> None:
    """A student's wish silences what goes to her, and only that."""
    closed = {Channel.MENTOR: mentor_closed}
    stage = ConsentGiven({"s1": consent}, lambda _, channel: closed.get(channel, ""), NOW)
    assert bool(stage.reason_to_drop(candidate(delivery_method=delivery))) is dropped


def test_inhibited_silences_only_for_the_same_student() -> None:
    """A rule is silenced where the inhibiting rule holds for that student, sent or not."""
    source, target = rule("absent", inhibits=("streak",)), rule("streak")
    batch = [route(each, target, risk_level="") for each in ("s1", "s2")]
    batch.append(route("s1", source, risk_level=""))
    outcome = sift(batch, [Inhibited(batch, [source, target])])
    assert [(each.candidate.student_id, each.candidate.rule.id) for each in outcome.dropped] == [
        ("s1", "streak")
    ]
    assert outcome.dropped[0].reason == "Silenced by absent, which holds too."


def test_inhibiting_circles_leave_the_most_urgent() -> None:
    """Rules that silence one another in a circle never silence one another altogether."""
    rules = [
        rule("a", inhibits=("b",)),
        rule("b", inhibits=("c",), urgency=Urgency.HIGH),
        rule("c", inhibits=("a", "c")),
    ]
    batch = [route("s1", each, risk_level="") for each in rules]
    outcome = sift(batch, [Inhibited(batch, rules)])
    assert [each.rule.id for each in outcome.kept] == ["b", "a"]
    assert [each.reason for each in outcome.dropped] == ["Silenced by b, which holds too."]


@pytest.mark.parametrize(
    ("snoozed_rule", "dropped"),
    [
        pytest.param("", True, id="every rule"),
        pytest.param("streak", True, id="this rule"),
        pytest.param("other", False, id="another rule"),
    ],
)
def test_snoozed_rests_as_a_teacher_asked(snoozed_rule: str, dropped: bool) -> None:
    """A snooze is for one student and one rule, or for all her rules."""
    stage = Snoozed({"s1": [Snooze("s1", snoozed_rule, NOW + HOUR, 9, "ill")]})
    reason = stage.reason_to_drop(candidate())
    assert bool(reason) is dropped
    assert not dropped or "ill" in str(reason)
    assert stage.reason_to_drop(candidate("s2")) is None


def test_held_out_drops_what_was_drawn_and_says_that_it_is_chance() -> None:
    """One sentence for all; the others pass."""
    stage = HeldOut(lambda each: each.student_id == "s1")
    assert "Held out" in str(stage.reason_to_drop(candidate("s1")))
    assert stage.reason_to_drop(candidate("s2")) is None


@pytest.mark.parametrize(
    ("last", "dropped"),
    [
        pytest.param(None, False, id="never before"),
        pytest.param(LastNudge(NOW - 22 * HOUR, False), True, id="22 of 24 hours"),
        pytest.param(LastNudge(NOW - 23 * HOUR, False), False, id="an hour ahead"),
        pytest.param(LastNudge(NOW - 24 * HOUR, False), False, id="24 hours exactly"),
        pytest.param(LastNudge(NOW + 2 * HOUR, True), True, id="one is waiting"),
        pytest.param(LastNudge(NOW - 48 * HOUR, True), True, id="one waits for long"),
    ],
)
def test_cooling_down_counts_from_the_last_due_time(last: LastNudge | None, dropped: bool) -> None:
    """The cooldown ends exactly `cooldown_hours` after the last one was due."""
    stage = CoolingDown({("s1", "streak"): last} if last else {}, NOW)
    ends = last.due_at + 24 * HOUR if last else NOW
    assert stage.earliest(candidate()) == max(ends, NOW)
    assert bool(stage.reason_to_drop(candidate())) is dropped


def _day(one: Candidate, day: int) -> int | None:
    return day if Channel.STUDENT in one.channels else None


@pytest.mark.parametrize(
    ("already", "urgency", "delivery", "dropped"),
    [
        pytest.param(2, Urgency.LOW, Delivery.DIRECT_MESSAGE, False, id="third of the day"),
        pytest.param(3, Urgency.LOW, Delivery.DIRECT_MESSAGE, True, id="fourth of the day"),
        pytest.param(3, Urgency.CRITICAL, Delivery.DIRECT_MESSAGE, False, id="critical passes"),
        pytest.param(3, Urgency.HIGH, Delivery.MENTOR_AND_STUDENT, True, id="to both"),
        pytest.param(3, Urgency.LOW, Delivery.MENTOR_ALERT, False, id="not to the student"),
    ],
)
def test_over_the_cap(already: int, urgency: Urgency, delivery: Delivery, dropped: bool) -> None:
    """What is queued and sent already fills the day's cap."""
    stage = OverTheCap({("s1", 100): already}, lambda one: _day(one, 100), 3, 10)
    one = candidate(urgency=urgency, delivery_method=delivery)
    assert bool(stage.reason_to_drop(one)) is dropped


def test_weeks_begin_on_monday() -> None:
    """Sunday and the Monday after it are in different weeks, Monday and Sunday in the same."""
    monday = 20773  # 2026-11-16
    assert week_of(monday) == week_of(monday + 6)
    assert week_of(monday) != week_of(monday - 1)


candidates = st.builds(
    lambda student_id, rule_id, urgency, delivery, risk, inhibits: route(
        student_id,
        rule(rule_id, urgency=urgency, delivery_method=delivery, inhibits=tuple(inhibits)),
        risk_level=risk,
    ),
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from("abcdef"),
    st.sampled_from(Urgency),
    st.sampled_from(Delivery),
    st.sampled_from(["critical", "low", None]),
    st.lists(st.sampled_from("abcdef"), max_size=2),
)


@given(
    st.lists(candidates, max_size=40),
    st.sets(st.sampled_from(["s1", "s2"])),
    st.sets(st.sampled_from("abc")),
    st.booleans(),
)
def test_no_candidate_is_lost(
    batch: list[Candidate], snoozed: set[str], cooling: set[str], unlinked: bool
) -> None:
    """Every candidate is kept or dropped, once, and each dropped one has a stage and a reason."""
    stages: list[Stage] = [
        Linked(lambda _, channel: "N." if unlinked and channel is Channel.STUDENT else ""),
        Inhibited(batch, [each.rule for each in batch]),
        Snoozed({each: [Snooze(each, "", NOW + HOUR, 1, "")] for each in snoozed}),
        CoolingDown({("s3", each): LastNudge(NOW, False) for each in cooling}, NOW),
        OverTheCap({}, lambda one: _day(one, 7), 2, 3),
    ]
    outcome = sift(batch, stages)
    passed_on = [*outcome.kept, *(each.candidate for each in outcome.dropped)]
    assert Counter(map(id, passed_on)) == Counter(map(id, batch))
    assert all(each.reason and each.stage for each in outcome.dropped)


@given(
    st.lists(candidates, max_size=60),
    st.dictionaries(
        st.tuples(st.sampled_from(["s1", "s2"]), st.integers(0, 13)), st.integers(0, 4)
    ),
    st.integers(0, 4),
    st.integers(0, 8),
)
def test_caps_are_respected_for_any_batch(
    batch: list[Candidate], counts: dict[tuple[str, int], int], per_day: int, per_week: int
) -> None:
    """Nothing but critical nudges goes over a cap, and the most urgent come first."""

    def due_day(one: Candidate) -> int:
        return ord(one.rule.id) % 14

    outcome = sift(
        batch, [OverTheCap(counts, lambda one: _day(one, due_day(one)), per_day, per_week)]
    )
    kept = [each for each in outcome.kept if Channel.STUDENT in each.channels]
    days, weeks = Counter(counts), Counter[tuple[str, int]]()
    for (student_id, day), count in counts.items():
        weeks[student_id, week_of(day)] += count
    for each in kept:
        its_day = (each.student_id, due_day(each))
        its_week = (each.student_id, week_of(due_day(each)))
        if each.rule.urgency is not Urgency.CRITICAL:
            assert days[its_day] < per_day
            assert weeks[its_week] < per_week
        days[its_day] += 1
        weeks[its_week] += 1
    assert all(each.candidate.rule.urgency is not Urgency.CRITICAL for each in outcome.dropped)
    ranks = [each.rule.urgency.rank for each in outcome.kept]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize(
    ("delivery", "urgency", "risk", "routed"),
    [
        pytest.param(Delivery.DIRECT_MESSAGE, Urgency.LOW, "critical", True, id="to a person"),
        pytest.param(Delivery.DIRECT_MESSAGE, Urgency.LOW, "high", False, id="risk is only high"),
        pytest.param(Delivery.DIRECT_MESSAGE, Urgency.CRITICAL, "critical", False, id="urgent"),
        pytest.param(Delivery.MENTOR_AND_STUDENT, Urgency.LOW, "critical", False, id="told anyway"),
        pytest.param(Delivery.DASHBOARD_WIDGET, Urgency.LOW, "critical", False, id="no message"),
        pytest.param(Delivery.DIRECT_MESSAGE, Urgency.LOW, None, False, id="risk not known"),
    ],
)
def test_students_at_critical_risk_go_to_a_person(
    delivery: Delivery, urgency: Urgency, risk: object, routed: bool
) -> None:
    """A nudge to nobody but a student at critical risk becomes an alert to her teachers."""
    one = candidate(risk_level=risk, delivery_method=delivery, urgency=urgency)
    assert one.routed is routed
    assert one.delivery is (Delivery.MENTOR_ALERT if routed else delivery)
    assert one.rule == replace(one.rule, delivery_method=delivery)
