"""An alert's life: raised, told once, acknowledged, resolved, opened again once, over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nudging.samples import HOUR, NOW

from interventions.alerts_bench import T1, T2, AlertBench, mentor_rule
from nudgebot.errors import CommandError
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.history import History
from nudgebot.nudging.rule import Delivery, Test, Urgency

MORNING = NOW.replace(hour=9, minute=0)  # a Thursday
DAY = timedelta(days=1)
LOW = Test("average_score", "less_than", 60)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AlertBench]:
    """The school of nudging's tests; the rule holds for s1 only."""
    opened = AlertBench(tmp_path)
    yield opened
    opened.store.close()


def _hours(bench: AlertBench, begin: datetime, end: datetime, *, step: int = 1) -> None:
    at = begin
    while at < end:
        bench.run(at)
        at += step * HOUR


def test_an_alert_is_raised_with_the_numbers_behind_it(bench: AlertBench) -> None:
    """The reasons are the rule's own, in words."""
    bench.run(MORNING)
    alert = bench.only()
    assert (alert.student_id, alert.title, alert.state) == ("s1", "Streak", "open")
    assert alert.reasons == ("no streak at the moment",)
    assert alert.severity is Urgency.HIGH
    assert alert.raised_at == alert.newest_at == alert.episode_at == MORNING


@pytest.mark.parametrize(
    ("delivery", "risk", "severity"),
    [
        pytest.param(Delivery.MENTOR_ALERT, "low", "high", id="as urgent as its rule"),
        pytest.param(Delivery.MENTOR_AND_STUDENT, "low", "high", id="for both"),
        pytest.param(Delivery.MENTOR_ALERT, "critical", "critical", id="the risk is critical"),
        pytest.param(Delivery.DIRECT_MESSAGE, "critical", "critical", id="routed to a person"),
        pytest.param(Delivery.DIRECT_MESSAGE, "low", "", id="for the student alone"),
    ],
)
def test_what_asks_for_a_teacher_raises_an_alert(
    bench: AlertBench, delivery: Delivery, risk: str, severity: str
) -> None:
    """Whatever has a part for teachers does, and nothing else."""
    bench.school.rules = [mentor_rule(delivery_method=delivery)]
    bench.school.figures.set("s1", risk_level=risk)
    bench.evaluate(MORNING)
    assert [each.severity.value for each in bench.all()] == ([severity] if severity else [])


def test_a_newer_firing_changes_the_words_only(bench: AlertBench) -> None:
    """It stays the same alert, since the same time."""
    bench.school.rules = [mentor_rule(conditions=LOW)]
    bench.school.figures.set("s2", average_score=90)
    bench.school.figures.set("s3", average_score=90)
    bench.run(MORNING)
    first = bench.only()
    bench.school.figures.set("s1", average_score=40, risk_level="critical")
    _hours(bench, MORNING + HOUR, MORNING + 26 * HOUR)
    alert = bench.only()
    assert alert.alert_id == first.alert_id
    assert alert.reasons == ("average 40\u00a0%",)
    assert alert.severity is Urgency.CRITICAL
    assert alert.raised_at == MORNING < alert.newest_at


def test_a_digest_is_a_view_of_the_alerts(bench: AlertBench) -> None:
    """It shows their numbers; one student has a line a rule, several a line each."""
    bench.run(MORNING)
    (text,) = bench.texts(11)
    assert "- **Streak** (high): no streak at the moment `alert 1`" in text
    assert "`alerts` shows all that is open. As of" in text
    bench.school.figures.set("s2", current_streak=0)
    bench.school.figures.set("s3", current_streak=0)
    _hours(bench, MORNING + HOUR, MORNING + 6 * HOUR)
    text = bench.texts(11)[-1]
    assert "**Student s2** (7b): no streak at the moment `alert 2`" in text
    assert "`alerts` shows your open alerts, `risk` your students by their risk." in text


def test_a_digest_offers_what_to_do_once(bench: AlertBench) -> None:
    """The buttons come below it, and their words say the same."""
    for each in ("s2", "s3"):
        bench.school.figures.set(each, current_streak=0)
    _hours(bench, MORNING, MORNING + 3 * HOUR)
    words, below = bench.sent_to(11)
    assert not words.buttons
    assert below.key == f"{words.key}:actions"
    assert [each.reply for each in below.buttons] == ["alert 1", "alert 2", "alert 3", "alerts"]
    assert below.buttons[0].label == "Student s1"
    assert all(f"`{each.reply}`" in below.content for each in below.buttons)


def test_buttons_arrive_after_a_crash_between_the_two(bench: AlertBench) -> None:
    """What was claimed with the digest's settling is sent by the outbox."""

    def dies(message: object) -> None:
        if getattr(message, "buttons", ()):
            raise KeyboardInterrupt

    bench.evaluate(MORNING)
    bench.messenger.before = dies
    with pytest.raises(KeyboardInterrupt):
        bench.engine.deliver(MORNING)
    bench.messenger.before = lambda _: None
    for minutes in range(0, 30, 5):
        bench.engine.deliver(MORNING + timedelta(minutes=minutes))
    assert [bool(each.buttons) for each in bench.sent_to(11)] == [False, True]


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "message"])
def test_who_deals_with_an_alert_is_not_told_of_it(bench: AlertBench, act: str) -> None:
    """What waits for the digest is withdrawn, and `why` says why; the student still gets hers."""
    bench.school.rules = [mentor_rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    bench.evaluate(MORNING)
    match act:
        case "acknowledge":
            bench.alerts.acknowledge(T1, 1, as_of=MORNING)
        case "resolve":
            bench.alerts.resolve(T1, 1, "talked", as_of=MORNING)
        case "message":
            bench.alerts._record.note(
                InterventionType.MESSAGE, T1, student_id="s1", action_taken="wrote",
                source="message:1", as_of=MORNING,
            )  # fmt: skip
    bench.engine.deliver(MORNING)
    assert bench.sent_to(11) == []
    assert len(bench.sent_to(101)) == 1
    (story,) = History(bench.store).stories("s1")
    fates = {each.channel.value: (each.state, each.reason) for each in story.fates}
    word = "resolved" if act == "resolve" else "acknowledged"
    assert fates["mentor"] == ("withdrawn", f"Alert 1 is {word} by User 11.")
    assert fates["student"][0] == "sent"


@pytest.mark.parametrize(
    ("delivery", "stopped"),
    [
        pytest.param(Delivery.MENTOR_ALERT, False, id="for teachers"),
        pytest.param(Delivery.MENTOR_AND_STUDENT, True, id="for both, and the student said stop"),
    ],
)
def test_an_acknowledged_alert_does_not_nag(
    bench: AlertBench, delivery: Delivery, stopped: bool
) -> None:
    """Nor does it fill the history: one line says why nothing was sent."""
    bench.school.rules = [mentor_rule(delivery_method=delivery)]
    if stopped:
        bench.alerts._means.consents.stop("s1", MORNING)
    bench.run(MORNING)
    assert len(bench.texts(11)) == 1
    bench.alerts.acknowledge(T1, 1, as_of=MORNING + HOUR)
    _hours(bench, MORNING + 2 * HOUR, MORNING + 5 * DAY, step=5)
    assert len(bench.texts(11)) == 1
    assert len(History(bench.store).stories("s1")) == 1
    reasons = {each.stage: each.reason for each in History(bench.store).decisions("s1")}
    assert reasons["alert_rests"] == "Alert 1 is acknowledged by User 11."


def test_a_cause_that_persists_opens_the_alert_again_once(bench: AlertBench) -> None:
    """With what was tried; after the second resolution the teacher is left alone."""
    bench.run(MORNING)
    bench.alerts._record.note(
        InterventionType.MESSAGE, T1, student_id="s1", action_taken="wrote",
        source="message:1", as_of=MORNING + HOUR,
    )  # fmt: skip
    bench.alerts.resolve(T1, 1, "she *will* practise", as_of=MORNING + HOUR)
    _hours(bench, MORNING + 2 * HOUR, MORNING + 25 * HOUR)
    assert bench.only().state == "resolved"
    assert len(bench.texts(11)) == 1
    _hours(bench, MORNING + 25 * HOUR, MORNING + 34 * HOUR)
    alert = bench.only()
    assert alert.state == "open"
    assert alert.tried == "message sent; notes: she *will* practise"
    assert alert.tags == ()
    text = bench.texts(11)[-1]
    assert "🔁 open again; tried: message sent; notes&#58; she &#42;will&#42; practise" in text
    bench.alerts.resolve(T1, 1, "and a meeting", as_of=MORNING + 34 * HOUR)
    before = len(bench.sent_to(11))
    _hours(bench, MORNING + 35 * HOUR, MORNING + 6 * DAY, step=5)
    assert bench.only().state == "resolved"
    assert len(bench.sent_to(11)) == before


def test_a_resolution_is_given_time(bench: AlertBench) -> None:
    """What fires before the rule's cooldown has passed opens nothing."""
    bench.school.rules = [
        mentor_rule(delivery_method=Delivery.MENTOR_AND_STUDENT, cooldown_hours=6)
    ]
    bench.run(MORNING)
    bench.alerts.resolve(T1, 1, "talked", as_of=MORNING + 5 * HOUR)
    _hours(bench, MORNING + 5 * HOUR, MORNING + 10 * HOUR)
    assert bench.only().state == "resolved"
    assert len(bench.sent_to(101)) == 2, "the student's own nudge goes on"


def test_a_new_episode_is_a_new_alert(bench: AlertBench) -> None:
    """The first one is over by itself, whatever had become of it."""
    bench.run(MORNING)
    bench.school.figures.set("s1", current_streak=3)
    bench.run(MORNING + HOUR)
    over = bench.only()
    assert (over.state, over.resolved_by) == ("over", None)
    assert over.resolved_at == MORNING + HOUR
    bench.school.figures.set("s1", current_streak=0)
    _hours(bench, MORNING + 2 * HOUR, MORNING + 27 * HOUR)
    assert [each.state for each in bench.all()] == ["over", "open"]


def test_what_waits_over_the_end_of_an_episode_speaks_for_the_next(bench: AlertBench) -> None:
    """Its digest shows the number of an alert that is open."""
    night = MORNING - 5 * HOUR
    bench.evaluate(night)
    bench.school.figures.set("s1", current_streak=3)
    bench.evaluate(night + HOUR)
    bench.school.figures.set("s1", current_streak=0)
    bench.evaluate(night + 2 * HOUR)
    bench.engine.deliver(MORNING)
    assert [each.state for each in bench.all()] == ["over", "open"]
    assert "`alert 2`" in bench.texts(11)[0]


def test_a_resolved_alert_of_an_earlier_episode_holds_nothing_back(bench: AlertBench) -> None:
    """Resolved twice or acknowledged, it is about what was."""
    bench.run(MORNING)
    bench.alerts.acknowledge(T1, 1, as_of=MORNING)
    bench.school.figures.set("s1", current_streak=3)
    bench.run(MORNING + HOUR)
    bench.school.figures.set("s1", current_streak=0)
    _hours(bench, MORNING + 2 * HOUR, MORNING + 27 * HOUR)
    assert bench.all()[1].state == "open"
    assert len(bench.texts(11)) == 2


def test_a_rule_that_is_off_ends_nothing(bench: AlertBench) -> None:
    """Nobody judges it any more, so nobody knows whether its cause is gone."""
    bench.run(MORNING)
    bench.school.rules = []
    bench.run(MORNING + HOUR)
    assert bench.only().state == "open"


def test_resolving_is_noted(bench: AlertBench) -> None:
    """As an intervention, with what the tags say was done; taking it back is seen too."""
    bench.run(MORNING)
    record = bench.alerts._record
    record.note(
        InterventionType.PARENT, T1, student_id="s1", action_taken="wrote",
        source="parent:1", as_of=MORNING,
    )  # fmt: skip
    bench.alerts.resolve(T2, 1, " all is well ", as_of=MORNING + HOUR)
    noted = next(
        each
        for each in record.of_student("s1")
        if each.intervention_type is InterventionType.RESOLUTION
    )
    assert noted.alert_id == 1
    assert noted.action_taken == "Resolved “Streak” (parent notified): all is well"
    assert (noted.is_resolved, noted.resolution_notes) == (True, "all is well")
    assert bench.alerts.reopen(T1, 1, as_of=MORNING).state == "acknowledged"
    taken_back = record.find(noted.id)
    assert taken_back is not None
    assert not taken_back.is_resolved
    bench.alerts.resolve(T2, 1, "now", action_taken="met her", as_of=MORNING + HOUR)
    newest = [
        each.action_taken
        for each in record.of_student("s1")
        if each.intervention_type is InterventionType.RESOLUTION and each.is_resolved
    ]
    assert newest == ["Resolved “Streak” (met her): now"]


def test_reopening_goes_one_step_back(bench: AlertBench) -> None:
    """A resolution first, then an acknowledgement."""
    bench.run(MORNING)
    bench.alerts.acknowledge(T1, 1, as_of=MORNING)
    bench.alerts.resolve(T1, 1, "x", as_of=MORNING)
    assert bench.alerts.reopen(T1, 1, as_of=MORNING).state == "acknowledged"
    assert bench.alerts.reopen(T1, 1, as_of=MORNING).state == "open"
    with pytest.raises(CommandError, match="Alert 1 is open"):
        bench.alerts.reopen(T1, 1, as_of=MORNING)


@pytest.mark.parametrize("how", ["resolved", "over"])
def test_what_has_ended_is_dealt_with_by_nobody(bench: AlertBench, how: str) -> None:
    """The words say what has become of it, and nothing is noted."""
    bench.run(MORNING)
    if how == "resolved":
        bench.alerts.resolve(T1, 1, "x", as_of=MORNING)
    else:
        bench.school.figures.set("s1", current_streak=3)
        bench.run(MORNING + HOUR)
        with pytest.raises(CommandError, match="is over"):
            bench.alerts.reopen(T1, 1, as_of=MORNING)
    count = bench.store.value("SELECT COUNT(*) FROM interventions")
    with pytest.raises(CommandError, match=how):
        bench.alerts.resolve(T2, 1, "y", as_of=MORNING)
    with pytest.raises(CommandError, match=how):
        bench.alerts.acknowledge(T2, 1, as_of=MORNING)
    assert bench.store.value("SELECT COUNT(*) FROM interventions") == count


@pytest.mark.parametrize("notes", ["", "  ", "x" * 1001])
def test_notes_are_a_few_words(bench: AlertBench, notes: str) -> None:
    """None and a novel are refused, and the alert stays as it is."""
    bench.run(MORNING)
    with pytest.raises(CommandError):
        bench.alerts.resolve(T1, 1, notes, as_of=MORNING)
    assert bench.only().state == "open"


def test_the_most_urgent_alert_comes_first(bench: AlertBench) -> None:
    """Then what nobody has looked at, then what waits longest."""
    for each in ("s2", "s3"):
        bench.school.figures.set(each, current_streak=0)
    bench.run(MORNING)
    bench.school.figures.set("s3", risk_level="critical")
    _hours(bench, MORNING + HOUR, MORNING + 25 * HOUR)
    bench.alerts.acknowledge(T1, 1, as_of=MORNING)
    assert [each.alert_id for each in bench.alerts.of(None)] == [3, 2, 1]
    assert [each.alert_id for each in bench.alerts.of(["s1", "s9"])] == [1]
