"""A student's nudges as her teachers read them."""

from __future__ import annotations

import pytest

from nudgebot.markup import global_time
from nudgebot.nudging.rule import All, Delivery, Test, Urgency
from nudgebot.nudging.story_words import why_told, why_told_to_student, with_moments
from nudging.bench import Bench
from nudging.fakes import failing
from nudging.samples import HOUR, NOW, rule

LOW = Test("average_score", "less_than", 60)


def _why(bench: Bench, *, raw: bool = False) -> list[str]:
    names = {each.id: each.name for each in bench.school.rules}
    return why_told(bench.school.store, "s1", rule_names=names, raw=raw).splitlines()


def _at(hours: float = 0) -> str:
    return global_time(NOW + hours * HOUR)


def test_it_says_to_whom_a_nudge_went(bench: Bench) -> None:
    """The student, each teacher by name, and who could not be reached."""
    bench.school.teacher("t2", None)
    bench.school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    bench.decide()
    bench.deliver()
    title, sent, because = _why(bench)
    assert title == "**Nudges**, the newest first:"
    assert sent == (
        f"- {_at()} **Streak**: sent to the student and Teacher t1; not sent to Teacher t2: "
        "No Zulip user is named for this person."
    )
    assert because == "  because: no streak at the moment"


def test_what_went_to_a_person_first_did_not_go_to_the_student(bench: Bench) -> None:
    """A routed nudge is told as it went, not as its rule would have had it."""
    bench.school.figures.set("s1", risk_level="critical")
    bench.decide()
    bench.deliver()
    assert _why(bench)[1] == f"- {_at()} **Streak**: sent to Teacher t1"


def test_a_class_and_the_staff_are_named(bench: Bench) -> None:
    """Where a nudge is about many, it says where it can be read."""
    bench.school.rules = [
        rule("a", message_template="notice", delivery_method=Delivery.GROUP_NOTIFICATION),
        rule("b", conditions=LOW, delivery_method=Delivery.DASHBOARD_WIDGET),
    ]
    bench.decide()
    bench.deliver()
    text = "\n".join(_why(bench))
    assert "**A**: sent to class 7b\n" in text
    assert "**B**: sent with the staff's summary\n  because: average 55\u00a0%" in text


def test_what_waits_says_until_when(bench: Bench) -> None:
    """And nothing is told twice: that one is queued already is no news beside it."""
    bench.decide(NOW - 3 * HOUR)
    bench.decide(NOW - 2 * HOUR)
    assert _why(bench)[1:] == [
        f"- {_at(-3)} **Streak**: waits to go to the student, due {_at(-0.5)}",
        "  because: no streak at the moment",
    ]


def test_after_it_was_sent_it_says_when_again(bench: Bench) -> None:
    """A cooldown belongs to the nudge that it follows."""
    bench.decide()
    bench.deliver()
    bench.decide(NOW + HOUR)
    assert _why(bench)[1:] == [
        f"- {_at()} **Streak**: sent to the student",
        "  because: no streak at the moment",
        f"  Cooling down until {_at(24)}.",
    ]


def test_what_was_withdrawn_says_what_changed(bench: Bench) -> None:
    """In words, not in the judge's."""
    bench.decide(NOW - HOUR)
    bench.school.figures.set("s1", current_streak=2)
    bench.deliver()
    assert _why(bench)[1] == (
        f"- {_at(-1)} **Streak**: not sent to the student, withdrawn: "
        "it no longer holds (a streak of 2 days)"
    )


def test_it_is_in_the_order_of_time(bench: Bench) -> None:
    """Sent and not sent in one list, the newest first."""
    bench.school.rules = [rule("a", urgency=Urgency.HIGH), rule("b", conditions=LOW)]
    bench.decide(NOW - HOUR)
    bench.deliver(NOW - HOUR)
    bench.school.rules = bench.school.rules[1:]
    bench.school.store.execute("UPDATE students SET active = 0")
    bench.decide()
    lines = [line for line in _why(bench) if line.startswith("- ")]
    assert lines == [
        f"- {_at()} **B**: not sent: The student is not active.",
        f"- {_at(-1)} **A**: sent to the student",
        f"- {_at(-1)} **B**: waits to go to the student, due {_at(-0.5)}",
    ]


def test_what_nobody_can_tell_is_said_so(bench: Bench) -> None:
    """A message in doubt is neither sent nor not sent."""
    bench.messenger.after = failing(None)
    bench.decide()
    bench.deliver()
    assert _why(bench)[1] == (
        f"- {_at()} **Streak**: sent to the student; nobody can tell whether it arrived"
    )


def test_the_judge_s_words_are_folded_up_for_those_who_write_rules(bench: Bench) -> None:
    """As they were kept, in a block that nothing in them can end."""
    bench.decide()
    assert _why(bench)[-1] == "  because: no streak at the moment"
    assert _why(bench, raw=True)[-5:] == [
        "````spoiler as the rules saw it",
        "```text",
        "streak: ✓ current_streak 0 = 0",
        "```",
        "````",
    ]


def test_names_from_outside_do_nothing(bench: Bench) -> None:
    """A teacher's name that is Markdown stays text."""
    bench.school.store.execute("UPDATE teachers SET name = '@**all** {x}'")
    bench.school.rules = [rule(name="*b*", delivery_method=Delivery.MENTOR_ALERT)]
    bench.decide()
    bench.deliver()
    text = "\n".join(_why(bench))
    assert "@**all**" not in text
    assert "***b***" not in text


def test_a_student_without_nudges_has_none(bench: Bench) -> None:
    """Nothing is a sentence, too."""
    assert _why(bench) == ["No nudge so far."]


def test_a_student_reads_what_she_got_and_why(bench: Bench) -> None:
    """Her own part of it only, the newest first, without anything that ranks or rates her."""
    bench.school.figures.set("s1", risk_level="high")
    bench.school.rules = [
        rule("a", conditions=All((LOW, Test("risk_level", "in", ("high", "critical")))),
             delivery_method=Delivery.MENTOR_AND_STUDENT),
        rule("b", delivery_method=Delivery.MENTOR_ALERT),
        rule("c", conditions=Test("risk_level", "equals", "high")),
    ]  # fmt: skip
    store = bench.school.store
    assert why_told_to_student(store, "s1") == []
    bench.decide(NOW - HOUR)
    assert why_told_to_student(store, "s1") == []
    bench.deliver()
    assert why_told_to_student(store, "s1") == [
        f"- {_at()} **A**, because: average 55\u00a0%",
        f"- {_at()} **C**, because: its rule held for you",
    ]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        pytest.param("Cooling down until 2026-11-20 13:30 UTC.",
                     "Cooling down until <time:2026-11-20T13:30:00Z>.", id="in the middle"),
        pytest.param("2026-11-20 13:30 UTC", "<time:2026-11-20T13:30:00Z>", id="alone"),
        pytest.param("A teacher snoozed it until 2026-11-20 13:30 UTC: *why*",
                     "A teacher snoozed it until <time:2026-11-20T13:30:00Z>&#58; &#42;why&#42;",
                     id="before outside words"),
        pytest.param("nothing", "nothing", id="none"),
        pytest.param("", "", id="empty"),
        pytest.param("2026-99-99 13:30 UTC", "2026-99-99 13&#58;30 UTC", id="no time"),
    ],
)  # fmt: skip
def test_kept_times_are_shown_in_the_reader_s_zone(kept: str, shown: str) -> None:
    """No reader has to know what UTC is."""
    assert with_moments(kept) == shown
