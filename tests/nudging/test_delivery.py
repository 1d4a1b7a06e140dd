"""From the queue to messages: the door, joining, digests, notices, and crashes on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nudgebot.nudging.compose import Composed, Composer
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.delivery import AWAY
from nudgebot.nudging.evaluation import OFF
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.rule import AppliesTo, Delivery, Rule, Test, Urgency
from nudgebot.nudging.snoozes import Snooze, Snoozes
from nudging.bench import Bench
from nudging.fakes import Killed, failing, killing
from nudging.samples import HOUR, NOW, TODAY, Act, rule

MINUTE = timedelta(minutes=1)


def test_a_nudge_arrives_once(bench: Bench) -> None:
    """What is due goes out, and a second run or a restart sends nothing more."""
    bench.decide()
    assert bench.deliver().states == {"sent": 3}
    assert bench.to(Direct((101,))) == ["Hi S1,\n\nYour streak is 0."]
    bench.decide(NOW + HOUR)
    assert bench.deliver(NOW + HOUR).messages == 0
    assert bench.states() == [("sent", "")]
    (nudge,) = Nudges(bench.school.store).of_student("s1", limit=9)
    assert (nudge.template_id, nudge.tone, nudge.language) == ("streak", "warm", "en")


def test_nothing_goes_out_before_it_is_due(bench: Bench) -> None:
    """A nudge waits in the queue for its moment."""
    bench.decide(NOW - 4 * HOUR)
    assert bench.deliver(NOW - 31 * MINUTE).messages == 0
    assert bench.deliver(NOW - 30 * MINUTE).messages == 3


def test_several_nudges_for_one_student_are_one_message(bench: Bench) -> None:
    """One greeting, the most urgent first."""
    bench.school.rules = [
        rule("a"),
        rule("b", message_template="score", urgency=Urgency.HIGH),
    ]
    bench.decide()
    assert bench.deliver().messages == 3
    (text,) = bench.to(Direct((101,)))
    assert text == "Hi S1,\n\nYour average is 55.\n\nYour streak is 0."


def test_several_alerts_for_one_teacher_are_one_digest(bench: Bench) -> None:
    """Each student once, with all there is about her."""
    bench.school.rules = [
        rule("a", delivery_method=Delivery.MENTOR_ALERT),
        rule(
            "b",
            conditions=Test("average_score", "less_than", 60),
            delivery_method=Delivery.MENTOR_AND_STUDENT,
            urgency=Urgency.HIGH,
        ),
    ]
    bench.decide()
    done = bench.deliver()
    (text,) = bench.to(Direct((11,)))
    for number in (1, 2, 3):
        line = f"- **Student s{number}** (7b): average 55\u00a0%, no streak at the moment `why s"
        assert text.count(line) == text.count(f"Student s{number}") == 1
    assert (done.messages, done.states["sent"]) == (4, 9)


def test_a_long_digest_is_one_message_that_names_everybody(bench: Bench) -> None:
    """No alert is cut off, however many there are: the teacher unfolds those after the first."""
    for number in range(4, 34):
        bench.school.student(f"s{number}", None)
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_ALERT)]
    bench.decide()
    bench.deliver()
    (text,) = bench.to(Direct((11,)))
    assert all(f"**Student s{number}** (7b)" in text for number in range(1, 34))
    assert "```spoiler and 23 more: risk low 23" in text


def test_every_linked_teacher_is_told(bench: Bench) -> None:
    """Who is not linked is recorded, and never replaced by a stream."""
    bench.school.teacher("t2", 12)
    bench.school.teacher("t3", None)
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_ALERT)]
    bench.decide()
    bench.deliver()
    assert len(bench.to(Direct((11,)))) == len(bench.to(Direct((12,)))) == 1
    assert len(bench.messenger.inbox) == 2
    row = bench.school.store.row(
        "SELECT state, reason FROM nudge_parts WHERE person_id = 't3' LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == ("skipped", "No Zulip user is named for this person.")


def test_a_class_gets_one_notice_a_day_that_names_nobody(bench: Bench) -> None:
    """However many students it is about, and also when another run finds more of them."""
    bench.school.rules = [
        rule(message_template="notice", delivery_method=Delivery.GROUP_NOTIFICATION)
    ]
    bench.school.figures.set("s3", current_streak=5)
    bench.decide()
    assert bench.deliver().messages == 1
    bench.school.figures.set("s3", current_streak=0)
    bench.decide(NOW + 20 * MINUTE)
    assert bench.deliver(NOW + 20 * MINUTE).states == {"sent": 1}
    assert bench.to(InStream("7b", "reminders")) == ["7b: an exam comes near."]


def test_a_notice_cools_down_for_the_class(bench: Bench) -> None:
    """A student found days later has been told with the others; after the cooldown comes a new."""
    weekly = rule(
        message_template="notice",
        delivery_method=Delivery.GROUP_NOTIFICATION,
        cooldown_hours=168,
        expires_after_hours=999,
    )
    bench.school.rules = [weekly]
    for student_id in ("s2", "s3"):
        bench.school.figures.set(student_id, current_streak=5)
    for day, student_id in ((0, "s1"), (4, "s2"), (5, "s3"), (7, "s1")):
        bench.school.figures.set(student_id, current_streak=0)
        bench.school.exported(NOW + day * 24 * HOUR)
        bench.decide(NOW + day * 24 * HOUR - MINUTE)
        done = bench.deliver(NOW + day * 24 * HOUR)
        assert done.states == {"sent": 1}, day
        assert done.messages == (1 if day in (0, 7) else 0), day


def test_a_notice_that_would_tell_of_a_student_is_refused(bench: Bench) -> None:
    """A template with a student's figures never reaches a class."""
    bench.school.rules = [
        rule(message_template="score", delivery_method=Delivery.GROUP_NOTIFICATION)
    ]
    bench.decide()
    assert bench.deliver().states == {"refused": 3}
    assert bench.messenger.inbox == []
    assert "not for groups" in bench.states()[0][1]


def test_one_message_that_cannot_be_made_stops_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stumble over one student's words is shown with her nudge, and the others get theirs."""
    compose = Composer.compose

    def stumble(self: Composer, one: Rule, facts: Facts) -> Composed:
        if facts.student_id == "s1":
            raise ZeroDivisionError
        return compose(self, one, facts)

    monkeypatch.setattr(Composer, "compose", stumble)
    bench.decide()
    assert bench.deliver().states == {"refused": 1, "sent": 2}
    assert bench.states() == [("refused", "The program stumbled over its words.")]


def test_the_staff_s_summary_counts_and_names_nobody(bench: Bench) -> None:
    """One a day: counts by level and rule; what comes later waits for tomorrow's."""
    bench.school.rules = [rule(name="Quiet", delivery_method=Delivery.DASHBOARD_WIDGET)]
    bench.school.figures.set("s2", risk_level="high")
    bench.school.figures.set("s3", current_streak=5)
    bench.decide()
    bench.deliver()
    (text,) = bench.to(InStream("staff", "nudgebot today"))
    assert "| high | 1 |" in text
    assert "| Quiet | 2 |" in text
    assert "Student" not in text
    bench.school.figures.set("s3", current_streak=0)
    bench.decide(NOW + 20 * MINUTE)
    assert bench.deliver(NOW + 20 * MINUTE).messages == 0
    bench.school.exported(NOW + 18 * HOUR)
    assert bench.deliver(NOW + 18 * HOUR).messages == 1
    assert len(bench.messenger.inbox) == 2


@pytest.mark.parametrize(
    ("act", "state", "says"),
    [
        pytest.param(
            lambda s: s.figures.set("s1", current_streak=1),
            "withdrawn",
            "no longer holds: ✗ current_streak 1 = 0",
            id="no longer holds",
        ),
        pytest.param(
            lambda s: s.figures.set("s1", current_streak=None),
            "withdrawn",
            "? current_streak unknown",
            id="no longer known",
        ),
        pytest.param(
            lambda s: s.figures.rows.pop("s1"), "withdrawn", "no figures", id="no figures"
        ),
        pytest.param(
            lambda s: s.figures.set("s1", risk_level="critical"),
            "withdrawn",
            "a person comes first",
            id="risk is critical by now",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE batches SET data_as_of_at = 0"),
            "withdrawn",
            "stale",
            id="stale by now",
        ),
        pytest.param(
            lambda s: s.store.execute("UPDATE students SET gone_at = 1"),
            "withdrawn",
            "newest export",
            id="gone by now",
        ),
        pytest.param(lambda s: s.users(11), "withdrawn", "not linked", id="unlinked by now"),
        pytest.param(
            lambda s: Consents(s.store).stop("s1", NOW), "withdrawn", "no nudges", id="stopped"
        ),
        pytest.param(
            lambda s: Consents(s.store).hold("s1", "A person first.", NOW),
            "withdrawn",
            "A person first.",
            id="held",
        ),
        pytest.param(
            lambda s: Snoozes(s.store).snooze(Snooze("s1", "", NOW + HOUR, 1, ""), NOW),
            "withdrawn",
            "snoozed",
            id="snoozed by now",
        ),
        pytest.param(
            lambda s: s.store.execute(
                "INSERT INTO calendar (begin_day, end_day, kind) VALUES (?, ?, 'holiday')",
                [TODAY, TODAY],
            ),
            "withdrawn",
            "holiday",
            id="a holiday by now",
        ),
        pytest.param(lambda s: s.rules.clear(), "withdrawn", "gone", id="rule is gone"),
        pytest.param(
            lambda s: s.rules.__setitem__(0, rule(applies_to=AppliesTo(classes=("8a",)))),
            "withdrawn",
            "no longer in a class",
            id="rule is about others now",
        ),
        pytest.param(
            lambda s: s.rules.__setitem__(0, rule(message_template="needs_more")),
            "refused",
            "xp",
            id="words need what is not known",
        ),
    ],
)
def test_the_door_looks_again(bench: Bench, act: Act, state: str, says: str) -> None:
    """What changed since the decision keeps the nudge back, visibly and with the reason."""
    bench.decide(NOW - HOUR)
    bench.school.figures.set("s1", xp=None)
    act(bench.school)
    bench.deliver()
    assert bench.to(Direct((101,))) == []
    ((found, reason),) = bench.states()
    assert found == state
    assert says in reason


@pytest.mark.parametrize(
    ("act", "says"),
    [
        pytest.param(lambda wishes, who: wishes.stop(who, NOW), "asked for no nudges", id="stop"),
        pytest.param(
            lambda wishes, who: wishes.hold(who, "A person looks first.", NOW),
            "A person",
            id="held",
        ),
    ],
)
def test_a_wish_said_while_others_are_written_to_counts(
    bench: Bench, act: Callable[[Consents, str], None], says: str
) -> None:
    """Consent is read again right before each message is claimed."""
    bench.decide()

    def meanwhile(_: Outgoing) -> None:
        for student_id in ("s1", "s2", "s3"):
            act(Consents(bench.school.store), student_id)

    bench.messenger.before = meanwhile
    assert bench.deliver().states == {"sent": 1, "withdrawn": 2}
    assert len(bench.messenger.inbox) == 1
    told = [bench.states(f"s{number}")[0] for number in (1, 2, 3)]
    assert sorted(state for state, _ in told) == ["sent", "withdrawn", "withdrawn"]
    assert all(says in reason for state, reason in told if state == "withdrawn")


def test_what_was_withdrawn_does_not_cool_down(bench: Bench) -> None:
    """A nudge that was never sent does not keep the next one back."""
    bench.decide(NOW - HOUR)
    bench.school.figures.set("s1", current_streak=1)
    bench.deliver()
    bench.school.figures.set("s1", current_streak=0)
    bench.decide(NOW + MINUTE)
    bench.deliver(NOW + MINUTE)
    assert len(bench.to(Direct((101,)))) == 1


def test_late_nudges_wait_for_open_hours_and_expire(bench: Bench) -> None:
    """After a long standstill nothing arrives at night, and what is too old is not sent at all."""
    bench.decide(NOW)
    late = NOW.replace(hour=23)
    assert bench.deliver(late).states == {"waiting": 3}
    assert bench.messenger.inbox == []
    morning = (NOW + 24 * HOUR).replace(hour=8, minute=0)
    assert bench.school.store.value("SELECT due_day FROM nudges LIMIT 1") == TODAY + 1
    bench.school.exported(morning + 96 * HOUR)
    assert bench.deliver(morning + 96 * HOUR).states == {"expired": 3}
    assert bench.states()[0][0] == "expired"


def test_a_late_nudge_counts_for_the_day_on_which_it_arrives(bench: Bench) -> None:
    """After a standstill the caps hold: yesterday's three are today's, and today has no more."""
    bench.school.rules = [rule(f"r{number}", cooldown_hours=99) for number in range(3)]
    bench.decide()
    friday = NOW + 18 * HOUR
    bench.school.exported(friday)
    assert bench.deliver(friday).states == {"sent": 9}
    bench.school.rules += [rule(f"q{number}") for number in range(3)]
    bench.decide(friday + HOUR)
    assert bench.deliver(friday + 9 * HOUR).states == {}
    days = {each.due_day for each in Nudges(bench.school.store).of_student("s1", limit=9)}
    assert days == {TODAY + 1}


def test_what_is_over_the_cap_at_the_door_waits_for_another_day(bench: Bench) -> None:
    """The most urgent first, the rest at the same time on the next open day; critical passes."""
    bench.school.rules = [rule(f"r{number}", expires_after_hours=200) for number in range(3)]
    bench.decide()
    friday = NOW + 24 * HOUR
    bench.school.exported(friday)
    bench.school.rules += [rule("u", urgency=Urgency.HIGH), rule("v", urgency=Urgency.CRITICAL)]
    bench.decide(friday)
    assert bench.deliver(friday).states == {"sent": 9, "waiting": 6}
    waiting = [
        (each.rule_id, each.due_day)
        for each in Nudges(bench.school.store).of_student("s1", limit=9)
        if each.state == "queued"
    ]
    assert waiting == [("r1", TODAY + 4), ("r2", TODAY + 4)]
    monday = NOW + 96 * HOUR
    bench.school.exported(monday)
    assert bench.deliver(monday - MINUTE).states == {}
    assert bench.deliver(monday).states == {"sent": 6}


def test_a_full_week_is_full_at_the_door_too(bench: Bench) -> None:
    """What is over the week's cap waits for Monday, and tells nothing twice meanwhile."""
    bench.school.with_policy(max_per_week=1, weekend_allowed=True)
    bench.school.rules = [rule("a", expires_after_hours=200)]
    bench.decide()
    bench.school.with_policy(max_per_week=9)
    bench.school.rules.append(rule("b", expires_after_hours=200))
    bench.decide()
    bench.school.with_policy(max_per_week=1)
    assert bench.deliver().states == {"sent": 3, "waiting": 3}
    days = {each.due_day for each in Nudges(bench.school.store).of_student("s1", limit=9)}
    assert days == {TODAY, TODAY + 4}


def test_critical_nudges_go_at_night(bench: Bench) -> None:
    """What is critical keeps no quiet hours."""
    bench.school.rules = [rule(urgency=Urgency.CRITICAL)]
    bench.decide(NOW + 12 * HOUR)
    assert bench.deliver(NOW + 12 * HOUR).messages == 3


def test_switched_off_nothing_is_sent(bench: Bench) -> None:
    """`enable_nudging_system` off: what is queued stays there."""
    bench.decide()
    bench.school.with_policy(enabled=False)
    assert bench.deliver().note == OFF
    assert bench.messenger.inbox == []
    assert bench.states() == [("queued", "")]


def test_switched_off_what_is_open_is_settled_all_the_same(bench: Bench) -> None:
    """Replies are tried again, and nudges that were under way get their outcome."""
    bench.decide()
    bench.messenger.after = failing(None, times=1)
    assert bench.deliver().states == {"sent": 2, "posted": 1}
    bench.messenger.before = failing(False, retry_after_seconds=5, times=1)
    reply = Outgoing("reply:1", Direct((9,)), "Your report", "reply")
    assert Outbox(bench.school.store, bench.messenger).post(reply, NOW).state == "released"
    bench.school.with_policy(enabled=False)
    assert bench.deliver(NOW + MINUTE).states == {"sent": 1}
    assert bench.to(Direct((9,))) == ["Your report"]
    assert bench.states() == [("sent", "")]


def test_a_run_is_bounded_and_takes_the_most_urgent_first(bench: Bench) -> None:
    """The rest is left for the next run."""
    bench.school.rules = [rule("a")]
    bench.decide()
    bench.school.rules = [rule("a"), rule("z", urgency=Urgency.HIGH)]
    bench.school.figures.set("s1", current_streak=1)
    bench.school.figures.set("s2", current_streak=1)
    bench.decide()
    first = bench.deliver(most_recipients=1)
    assert (first.messages, first.left) == (1, 2)
    assert [each.message.recipient for each in bench.messenger.inbox] == [Direct((103,))]


def test_a_part_that_was_not_accepted_passes_the_door_again(bench: Bench) -> None:
    """A message that surely did not arrive is decided anew, not just repeated."""
    bench.school.rules = [rule(), rule("b", message_template="score")]
    bench.decide()
    bench.messenger.before = failing(False, retry_after_seconds=20, times=3)
    assert bench.deliver().states == {"waiting": 6}
    bench.school.figures.set("s1", current_streak=1)
    later = bench.deliver(NOW + 2 * MINUTE)
    assert later.states == {"withdrawn": 2, "sent": 4}
    assert bench.to(Direct((102,))) == ["Hi S2,\n\nYour average is 55.\n\nYour streak is 0."]
    assert bench.school.store.value("SELECT COUNT(*) FROM outbox WHERE state != 'sent'") == 0


def test_an_outage_refuses_no_nudge(bench: Bench) -> None:
    """A server away for ten hours delays a nudge; nothing else becomes of it."""
    bench.school.rules = [rule(urgency=Urgency.CRITICAL)]
    bench.decide()
    bench.messenger.before = failing(False, retry_after_seconds=30)
    for minutes in range(0, 600, 5):
        bench.deliver(NOW + minutes * MINUTE)
    bench.messenger.before = lambda _: None
    assert bench.deliver(NOW + 11 * HOUR).states == {"sent": 3}
    assert bench.states() == [("sent", "")]


def test_an_outage_keeps_nobody_waiting(bench: Bench) -> None:
    """A few failures in a row end a run, and nothing is left of it for another run at once."""
    for number in range(4, 40):
        bench.school.student(f"s{number}", 100 + number)
    bench.school.users(11, *range(101, 140))
    bench.decide()
    bench.messenger.before = failing(None)
    done = bench.deliver()
    assert (done.messages, done.left, done.note) == (5, 0, AWAY)
    bench.messenger.on_find = failing(None)
    bench.deliver(NOW + MINUTE)
    assert (bench.messenger.sends, bench.messenger.finds) == (10, 5)
    bench.messenger.before = bench.messenger.on_find = lambda _: None
    for minutes in range(3, 20):
        bench.deliver(NOW + minutes * MINUTE)
    assert len(bench.messenger.inbox) == 39


def test_an_outage_that_outlasts_a_nudge_lets_it_expire(bench: Bench) -> None:
    """What the server did not take in time is too late, and nothing cools down because of it."""
    bench.school.rules = [rule(urgency=Urgency.CRITICAL, expires_after_hours=3, cooldown_hours=99)]
    bench.decide()
    bench.messenger.before = failing(False, retry_after_seconds=30)
    for minutes in range(0, 200, 5):
        bench.deliver(NOW + minutes * MINUTE)
    assert bench.states()[0][0] == "expired"
    bench.messenger.before = lambda _: None
    bench.decide(NOW + 4 * HOUR)
    assert bench.deliver(NOW + 4 * HOUR).states == {"sent": 3}


def test_a_refused_nudge_says_why_and_cools_nothing_down(bench: Bench) -> None:
    """A refusal is final for this nudge; once its cause is mended, the next one goes out."""
    bench.decide()
    bench.messenger.before = failing(False)
    assert bench.deliver().states == {"refused": 3}
    assert bench.states() == [("refused", "Zulip did not take it.")]
    bench.decide(NOW + HOUR)
    assert bench.states() == [("queued", "")]
    bench.deliver(NOW + 24 * HOUR)
    assert bench.states() == [("refused", "Zulip did not take it.")]
    bench.messenger.before = lambda _: None
    bench.decide(NOW + 24 * HOUR)
    bench.deliver(NOW + 24 * HOUR)
    assert bench.states() == [("sent", "")]


def test_what_may_have_arrived_cools_down(bench: Bench) -> None:
    """A nudge that nobody can tell about is not said again, and is shown as unclear."""
    bench.school.rules = [rule(expires_after_hours=9999)]
    bench.decide()
    bench.messenger.before = failing(None)
    bench.messenger.on_find = failing(False)
    for hours in range(200):
        bench.school.exported(NOW + hours * HOUR)
        bench.deliver(NOW + hours * HOUR)
    assert bench.messenger.sends == 3
    ((state, reason),) = bench.states()
    assert (state, reason[:11]) == ("unclear", "Nobody can ")
    (nudge,) = Nudges(bench.school.store).of_student("s1", limit=9)
    past = Nudges(bench.school.store).past(["s1"], since_day=0)
    assert past.last["s1", "streak"].due_at == nudge.due_at


Crash = Callable[[Bench, pytest.MonkeyPatch], None]


def _before_claim(_: Bench, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Outbox, "claim", lambda *_, **__: killing(Outgoing("", Direct(()), "", "")))


def _after_claim(bench: Bench, _: pytest.MonkeyPatch) -> None:
    bench.messenger.before = killing


def _after_send(bench: Bench, _: pytest.MonkeyPatch) -> None:
    bench.messenger.after = killing


def _after_settle(_: Bench, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Nudges, "mark", lambda *_, **__: killing(Outgoing("", Direct(()), "", "")))


@pytest.mark.parametrize("crash", [_before_claim, _after_claim, _after_send, _after_settle])
def test_a_crash_anywhere_never_doubles_a_nudge(
    bench: Bench, crash: Crash, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any step: each message at most once, what was not sent is seen, and comes later."""
    bench.school.rules = [rule(), rule("b", message_template="score")]
    bench.decide()
    with monkeypatch.context() as patch:
        crash(bench, patch)
        with pytest.raises(Killed):
            bench.deliver()
    bench.messenger.before = bench.messenger.after = lambda _: None
    sent = len(bench.messenger.inbox)
    assert sent <= 1
    store = bench.school.store
    open_parts = "SELECT COUNT(*) FROM nudge_parts WHERE state IN ('waiting', 'posted')"
    assert store.value(open_parts) == 6
    # A third rule holds by now, so that the next message could not be the same as the first.
    bench.school.rules.append(rule("c"))
    for minutes in (1, 2, 3, 5, 8, 30):
        bench.decide(NOW + minutes * MINUTE)
        bench.deliver(NOW + minutes * MINUTE)
    for number in (101, 102, 103):
        texts = "".join(bench.to(Direct((number,))))
        assert texts.count("Your average is 55.") == 1
    assert store.value(open_parts) == 0
    assert {state for state, _ in bench.states()} == {"sent"}


def test_a_nudge_in_doubt_is_settled_by_looking(bench: Bench) -> None:
    """A send that timed out after it arrived is found, and counts as sent."""
    bench.decide()
    bench.messenger.after = failing(None, times=1)
    assert bench.deliver().states == {"sent": 2, "posted": 1}
    assert bench.deliver(NOW + MINUTE).states == {"sent": 1}
    assert len(bench.messenger.inbox) == 3


def test_names_from_outside_do_nothing_in_a_message(bench: Bench) -> None:
    """A name that is Markdown stays text, for the student and for the teacher."""
    bench.school.store.execute(
        "UPDATE students SET name = '@**all** [x](http://x)', given_name = '@**all**'"
    )
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    bench.decide()
    bench.deliver()
    assert len(bench.messenger.inbox) == 4
    assert not any("@**all**" in text or "](http" in text for text in bench.messenger.texts)


def test_times_are_those_of_the_student_s_zone(bench: Bench) -> None:
    """A student in Berlin is written to by the clock on her wall."""
    bench.school.store.execute("UPDATE students SET timezone = 'Europe/Berlin'")
    bench.decide(datetime(2026, 11, 19, 8, 0, tzinfo=UTC))
    (nudge,) = Nudges(bench.school.store).of_student("s1", limit=9)
    assert nudge.due_at == datetime(2026, 11, 19, 13, 0, tzinfo=UTC)
