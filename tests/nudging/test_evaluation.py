"""From rules and figures to the queue: each stage with its reason, episodes, caps and dry runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from nudgebot.nudging.consent import Consents
from nudgebot.nudging.decisions import Decision, Decisions
from nudgebot.nudging.evaluation import OFF, Evaluation, Evaluator
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.rule import AppliesTo, Delivery, EventKind, Test, Urgency
from nudgebot.nudging.snoozes import Snooze, Snoozes
from nudgebot.nudging.switches import Switches
from nudgebot.school.days import from_at
from nudging.samples import HOUR, NOW, TODAY, Act, School, rule

DAY = 24 * HOUR


@dataclass(frozen=True)
class Happened:
    kind: str
    student_id: str


def evaluate(
    school: School,
    as_of: datetime = NOW,
    *,
    student_ids: Sequence[str] | None = None,
    events: Sequence[Happened] = (),
    dry_run: bool = False,
) -> Evaluation:
    evaluator = Evaluator(school.grounds)
    return evaluator.evaluate(as_of, student_ids=student_ids, events=events, dry_run=dry_run)


def of(evaluation: Evaluation, student_id: str, rule_id: str = "streak") -> Decision:
    pair = (student_id, rule_id)
    (found,) = [each for each in evaluation.decisions if (each.student_id, each.rule_id) == pair]
    return found


def queued_keys(school: School) -> list[str]:
    return [row[0] for row in school.store.rows("SELECT nudge_key FROM nudges ORDER BY 1")]


def test_what_holds_is_queued_with_its_moment_and_explanation(school: School) -> None:
    """Every student for whom the rule holds gets a nudge, due at 14 o'clock without a rhythm."""
    school.figures.set("s3", current_streak=4)
    found = evaluate(school)
    assert {each.student_id for each in found.queued} == {"s1", "s2"}
    one = of(found, "s1")
    assert one.due_at == NOW  # it is past 14, and the hour is not over
    assert one.why_text == "✓ current_streak 0 = 0"
    assert len(found.decisions) == 2


@pytest.mark.parametrize(
    ("act", "stage", "says"),
    [
        pytest.param(
            lambda s: s.store.execute("DELETE FROM batches"), "fresh", "No export", id="no data"
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE batches SET data_as_of_at = data_as_of_at - 130000"),
            "fresh",
            "stale",
            id="36 hours old",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE students SET active = 0"),
            "enrolled",
            "not active",
            id="not active",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE students SET gone_at = 1"),
            "enrolled",
            "newest export",
            id="gone from the export",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE enrollments SET end_day = ?", [TODAY - 1]),
            "enrolled",
            "no class",
            id="left the class yesterday",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE classes SET term_start_day = ?", [TODAY + 1]),
            "enrolled",
            "in term",
            id="term begins tomorrow",
        ),
        pytest.param(
            lambda s: s.store.execute(
                "INSERT INTO calendar (begin_day, end_day, kind) VALUES (?, ?, 'holiday')",
                [TODAY, TODAY],
            ),
            "enrolled",
            "holiday",
            id="holiday",
        ),
        pytest.param(lambda s: s.users(11), "linked", "not linked", id="no Zulip user"),
        pytest.param(
            lambda s: s.store.execute("UPDATE students SET zulip_user_id = 101"),
            "linked",
            "named for",
            id="user named for more than one",
        ),
        pytest.param(
            lambda s: Consents(s.store).stop("s1", NOW), "consent", "no nudges", id="stopped"
        ),
        pytest.param(
            lambda s: Consents(s.store).hold("s1", "A person first.", NOW),
            "consent",
            "A person first.",
            id="held",
        ),
        pytest.param(
            lambda s: Consents(s.store).pause("s1", NOW + HOUR, NOW),
            "consent",
            "paused",
            id="paused",
        ),
        pytest.param(
            lambda s: s.rules.append(rule("absent", inhibits=("streak",))),
            "inhibited",
            "absent",
            id="inhibited",
        ),
        pytest.param(
            lambda s: Snoozes(s.store).snooze(Snooze("s1", "", NOW + HOUR, 11, "ill"), NOW),
            "snoozed",
            "ill",
            id="snoozed",
        ),
        pytest.param(lambda s: s.with_policy(max_per_day=0), "over_the_cap", "0 a day", id="cap"),
    ],
)
def test_each_stage_says_why(school: School, act: Act, stage: str, says: str) -> None:
    """What a stage drops is recorded with the stage and a sentence, and is not queued."""
    act(school)
    one = of(evaluate(school), "s1")
    assert (one.outcome, one.stage) == ("dropped", stage)
    assert says in one.reason
    assert not [each for each in queued_keys(school) if each.startswith("s1:streak:")]
    recorded = Decisions(school.store).of_student("s1")
    assert (one.stage, one.reason, one.why_text) in [
        (each.stage, each.reason, each.why_text) for each in recorded
    ]


def test_every_candidate_has_exactly_one_decision(school: School) -> None:
    """Whatever holds is queued or dropped with a reason, at whichever stage."""
    Consents(school.store).stop("s1", NOW)
    Snoozes(school.store).snooze(Snooze("s2", "b", NOW + HOUR, 11, ""), NOW)
    school.with_policy(max_per_day=1)
    school.figures.set("s3", risk_level="critical", average_score=90)
    school.rules = [
        rule("a", inhibits=("b",), conditions=Test("average_score", "less_than", 60)),
        rule("b", delivery_method=Delivery.MENTOR_AND_STUDENT),
        rule("c", urgency=Urgency.CRITICAL),
        rule("d", delivery_method=Delivery.GROUP_NOTIFICATION),
        rule("e", delivery_method=Delivery.DASHBOARD_WIDGET),
    ]
    found = evaluate(school)
    pairs = [(each.student_id, each.rule_id) for each in found.decisions]
    expected = [(f"s{number}", name) for number in (1, 2, 3) for name in "abcde"]
    assert sorted(pairs) == sorted(set(expected) - {("s3", "a")})
    assert all(each.reason and each.stage and each.why_text for each in found.decisions)
    recorded = school.store.rows("SELECT student_id, rule_id, stage FROM decisions")
    decided = {(each.student_id, each.rule_id, each.stage) for each in found.decisions}
    assert {tuple(row) for row in recorded} == decided


def test_switched_off_nothing_is_decided(school: School) -> None:
    """`enable_nudging_system` off: no decision, no queue."""
    school.with_policy(enabled=False)
    found = evaluate(school)
    assert (found.decisions, found.note) == ((), OFF)
    assert queued_keys(school) == []


def test_a_dry_run_decides_the_same_and_writes_nothing(school: School) -> None:
    """What a dry run says is what happens then; the file is as it was."""
    before = list(school.store.connection.iterdump())
    dry = evaluate(school, dry_run=True)
    assert list(school.store.connection.iterdump()) == before
    assert evaluate(school) == dry


def test_an_episode_keys_its_nudges_and_the_cooldown_keeps_its_anchor(school: School) -> None:
    """While a rule holds it speaks every 24 hours, from due to due, however ticks jitter."""
    school.with_policy(weekend_allowed=True)
    nudges = Nudges(school.store)
    for step in range(73):
        as_of = NOW + step * HOUR - timedelta(minutes=step % 7)
        school.exported(as_of)
        evaluate(school, as_of, student_ids=["s1"])
        for _, part in nudges.due(as_of):
            nudges.mark(part, "sent", as_of)
    found = sorted(nudges.of_student("s1", limit=9), key=lambda each: each.nth)
    assert [each.due_at for each in found] == [NOW + day * DAY for day in range(4)]
    assert [(each.episode_at, each.nth) for each in found] == [(NOW, nth) for nth in (1, 2, 3, 4)]


def test_a_new_episode_begins_when_the_rule_holds_again(school: School) -> None:
    """A rule that stopped holding and holds again begins a new episode, then."""
    evaluate(school, student_ids=["s1"])
    school.figures.set("s1", current_streak=2)
    evaluate(school, NOW + HOUR, student_ids=["s1"])
    assert school.store.value("SELECT COUNT(*) FROM episodes") == 0
    school.figures.set("s1", current_streak=0)
    evaluate(school, NOW + 2 * HOUR, student_ids=["s1"])
    assert from_at(school.store.value("SELECT began_at FROM episodes")) == NOW + 2 * HOUR


def test_an_evaluation_of_some_leaves_the_others_episodes_open(school: School) -> None:
    """Only the students that were looked at can end or begin an episode."""
    evaluate(school)
    for student_id in ("s1", "s2"):
        school.figures.set(student_id, current_streak=5)
    evaluate(school, NOW + HOUR, student_ids=["s1"])
    rows = school.store.rows("SELECT student_id FROM episodes ORDER BY 1")
    assert [row[0] for row in rows] == ["s2", "s3"]


def test_stale_data_neither_begin_nor_end_an_episode(school: School) -> None:
    """What is not known to be so changes nothing."""
    evaluate(school)
    school.figures.set("s1", current_streak=5)
    found = evaluate(school, NOW + 5 * DAY)
    assert "stale" in found.note
    assert school.store.value("SELECT COUNT(*) FROM episodes") == 3


def test_rules_with_on_wait_for_their_event(school: School) -> None:
    """A rule with `on` is judged only for the students of its events, and must hold for them."""
    school.rules = [rule(on=frozenset({EventKind.STREAK_BROKEN}))]
    school.figures.set("s2", current_streak=3)
    assert evaluate(school).decisions == ()
    events = [
        Happened("streak_broken", "s1"),
        Happened("streak_broken", "s2"),
        Happened("exam_approaching", "s3"),
        Happened("streak_broken", "nobody"),
    ]
    found = evaluate(school, student_ids=[], events=events)
    assert [each.student_id for each in found.queued] == ["s1"]


def test_applies_to_keeps_to_its_classes(school: School) -> None:
    """A rule about a class or subject fires only for students who are in one."""
    school.store.execute("INSERT INTO classes (class_id, name, subject) VALUES ('c2', 'A', 'Art')")
    school.enroll("s2", "student", "c2")
    school.rules = [rule("a", applies_to=AppliesTo(subjects=("art",)))]
    school.rules.append(rule("b", applies_to=AppliesTo(classes=("7B",), subjects=("art",))))
    found = evaluate(school)
    assert [(each.student_id, each.rule_id) for each in found.decisions] == [("s2", "a")]


def test_unless_spares(school: School) -> None:
    """A rule does not fire where its `unless` holds."""
    school.rules = [rule(unless=Test("average_score", "at_least", 80))]
    school.figures.set("s2", average_score=80)
    found = evaluate(school)
    assert sorted(each.student_id for each in found.decisions) == ["s1", "s3"]


def test_a_rule_that_cannot_be_judged_stops_no_other(school: School) -> None:
    """A metric that nobody computes is named as a problem; the other rules go on."""
    school.rules.append(rule("bad", conditions=Test("gone", "equals", 1)))
    found = evaluate(school)
    assert len(found.queued) == 3
    assert [each.split(":")[0] for each in found.problems] == ["bad"]


def test_the_most_urgent_fill_the_cap_and_tomorrow_has_its_own(school: School) -> None:
    """Three a day by the calendar day on which they are due; what is critical passes."""
    school.with_policy(weekend_allowed=True)
    school.rules = [
        rule(name, urgency=urgency)
        for name, urgency in [
            ("a", Urgency.LOW),
            ("b", Urgency.HIGH),
            ("c", Urgency.MEDIUM),
            ("d", Urgency.MEDIUM),
            ("e", Urgency.CRITICAL),
        ]
    ]
    found = evaluate(school, student_ids=["s1"])
    assert {each.rule_id for each in found.queued} == {"b", "c", "e"}
    assert of(found, "s1", "d").reason == "The cap of 3 a day is reached."
    later = evaluate(school, NOW + 12 * HOUR, student_ids=["s1"])
    assert {each.rule_id for each in later.queued} == {"a", "d"}


def test_a_week_has_its_cap(school: School) -> None:
    """Ten a week from Monday, however they are spread over the days."""
    school.with_policy(max_per_day=4, max_per_week=5, weekend_allowed=True)
    school.rules = [rule(name, cooldown_hours=1000) for name in "abcdefg"]
    assert len(evaluate(school, student_ids=["s1"]).queued) == 4
    second = evaluate(school, NOW + DAY, student_ids=["s1"])
    assert len(second.queued) == 1
    assert of(second, "s1", "g").reason == "The cap of 5 a week is reached."
    monday = NOW + 4 * DAY - 14 * HOUR
    school.exported(monday)
    assert {each.rule_id for each in evaluate(school, monday, student_ids=["s1"]).queued} == {
        "f",
        "g",
    }


def test_at_critical_risk_a_person_comes_first(school: School) -> None:
    """A direct nudge to a student at critical risk goes to her teachers instead, and says so."""
    school.figures.set("s1", risk_level="critical")
    one = of(evaluate(school), "s1")
    assert (one.outcome, one.routed) == ("queued", True)
    assert "goes to a person" in one.reason
    rows = school.store.rows(
        "SELECT channel, person_id FROM nudge_parts WHERE nudge_key LIKE 's1:%'"
    )
    assert [tuple(row) for row in rows] == [("mentor", "t1")]


def test_an_alert_without_a_linked_teacher_is_dropped_with_its_reason(school: School) -> None:
    """No stream ever gets a student's data in a teacher's stead."""
    school.users(101, 102, 103)
    school.rules = [rule(delivery_method=Delivery.MENTOR_ALERT)]
    one = of(evaluate(school), "s1")
    assert (one.stage, one.reason) == (
        "linked",
        "No teacher of the student is linked to a Zulip user.",
    )


def test_one_channel_of_two_is_enough_and_the_other_says_why(school: School) -> None:
    """A student who asked for quiet is left alone; her teacher still hears of her."""
    Consents(school.store).stop("s1", NOW)
    school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    assert of(evaluate(school), "s1").outcome == "queued"
    rows = school.store.rows(
        "SELECT channel, state, reason FROM nudge_parts WHERE nudge_key LIKE 's1:%' ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("mentor", "waiting", ""),
        ("student", "skipped", "The student asked for no nudges."),
    ]


def test_own_quiet_hours_go_before_the_school_s(school: School) -> None:
    """A student's `quiet 13-20` moves a nudge that the school's hours would let through."""
    Consents(school.store).quiet("s1", 13, 20, NOW)
    found = evaluate(school)
    assert of(found, "s2").due_at == NOW
    assert of(found, "s1").due_at == NOW.replace(hour=20, minute=0)


def test_switches_go_before_the_file(school: School) -> None:
    """An admin's word turns a rule off, and one on that its file has off."""
    school.rules = [rule("a"), rule("b", enabled=False), rule("c", enabled=False)]
    switches = Switches(school.store)
    switches.set("a", enabled=False, user_id=9, as_of=NOW)
    switches.set("b", enabled=True, user_id=9, as_of=NOW)
    assert {each.rule_id for each in evaluate(school).decisions} == {"b"}


def test_decisions_do_not_grow(school: School) -> None:
    """The same decision again is counted, not added; after 90 days without it, it is forgotten."""
    Consents(school.store).stop("s1", NOW)
    for hour in range(5):
        evaluate(school, NOW + hour * HOUR)
    (one,) = Decisions(school.store).of_student("s1")
    assert (one.first_at, one.last_at, one.times) == (NOW, NOW + 4 * HOUR, 5)
    school.rules = []
    evaluate(school, NOW + 91 * DAY)
    assert Decisions(school.store).of_student("s1") == []


def test_consents_survive_an_import(school: School) -> None:
    """What a student asked for stands although her row was written anew."""
    consents = Consents(school.store)
    consents.stop("s1", NOW)
    consents.quiet("s1", 21, 8, NOW)
    school.store.execute("DELETE FROM students")
    school.student("s1", 101)
    assert consents.state("s1").stopped
    consents.start("s1", NOW + HOUR)
    assert consents.state("s1").silence(NOW + HOUR) == ""
    assert consents.state("s1").quiet is not None
    consents.quiet("s1", None, None, NOW + HOUR)
    assert consents.state("s1").quiet is None


def test_the_number_of_queries_does_not_grow_with_the_school(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lookups are made for all candidates at once, not one by one."""
    monkeypatch.setattr("nudgebot.nudging.reach.FEW", 0)
    statements: list[str] = []
    counts = []
    for first, last in ((4, 40), (40, 90)):
        for number in range(first, last):
            school.student(f"s{number}", 100 + number)
        school.users(11, *range(101, 191))
        statements.clear()
        school.store.connection.set_trace_callback(statements.append)
        evaluate(school, NOW + timedelta(minutes=first), dry_run=True)
        school.store.connection.set_trace_callback(None)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] < 25
