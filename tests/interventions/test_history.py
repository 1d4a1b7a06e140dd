"""The history: everything once, the bot's own nudges too, each with what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from chat.town import NOW, TARA, Town

from nudgebot.interventions.effects import Interest
from nudgebot.interventions.history_entry import NUDGE, Entry
from nudgebot.interventions.means import Actor
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.nudges import Nudge, Nudges, Part, nudge_key
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.school.days import to_at

ACTOR = Actor(TARA, "Tara Teacher", "t1")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


def entries(town: Town) -> tuple[Entry, ...]:
    return town.office.interventions.histories.of_student("s1", NOW).entries


def nudge(town: Town, rule_id: str, state: str) -> None:
    """A nudge of ten days ago to the student and her teacher, whose parts stand so."""
    at = NOW - timedelta(days=10)
    key = nudge_key("s1", rule_id, at, 1)
    queued = Nudge(
        key=key,
        student_id="s1",
        rule_id=rule_id,
        rule_name=f"Rule {rule_id}",
        episode_at=at,
        nth=1,
        type="reminder",
        urgency=Urgency.MEDIUM,
        delivery=Delivery.MENTOR_AND_STUDENT,
        to_student=True,
        decided_at=at,
        due_at=at,
        due_day=1,
        expires_at=at,
        timing="",
        explanation="",
    )
    part = Part(key, Channel.STUDENT, "s1", at)
    nudges = Nudges(town.store)
    nudges.queue([(queued, [part, replace(part, channel=Channel.MENTOR, person_id="t1")])])
    for each in nudges.parts(key):
        nudges.mark(each, state, at)


def test_a_nudge_that_went_out(town: Town) -> None:
    """It has no number and nobody did it; what it was about is followed."""
    nudge(town, "overdue_work_reminder", "sent")
    (entry,) = entries(town)
    assert (entry.kind, entry.what, entry.number, entry.user_id) == (
        NUDGE,
        "Rule overdue_work_reminder",
        None,
        None,
    )
    assert [each.words for each in entry.outcomes] == ["sent to teachers and to the student"]
    assert entry.effect is not None


def test_a_nudge_that_did_not_go_out_is_no_history(town: Town) -> None:
    """`why` tells of those."""
    nudge(town, "overdue_work_reminder", "withdrawn")
    assert entries(town) == ()


def test_what_it_was_about_decides_which_figure_is_followed(town: Town) -> None:
    """The alert that stood then; without one, the kind."""
    record = town.office.interventions.record
    record.note(
        InterventionType.PARENT,
        ACTOR,
        student_id="s1",
        action_taken="Mail",
        source="parent:1",
        as_of=NOW - timedelta(days=20),
    )
    town.store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at, raised_at,
           newest_at, state) VALUES ('s1', 'low_performance_alert', '', 'high', '[]', 1, 1, 1,
           'open')"""
    )
    for number, kind in enumerate([InterventionType.MEETING, InterventionType.SNOOZE]):
        record.note(
            kind,
            ACTOR,
            student_id="s1",
            action_taken="Done",
            source=f"{kind}:{number}",
            as_of=NOW - timedelta(days=10 - number),
        )
    followed = {each.kind: each.effect and each.effect.interest for each in entries(town)}
    assert followed == {
        "parent": Interest.ACTIVITY,
        "meeting": Interest.ACCURACY,
        "snooze": None,
    }


def test_a_message_from_before_the_record_is_there_too(town: Town) -> None:
    """It has no number, so that it is not rated."""
    town.store.execute(
        """INSERT INTO teacher_messages (key, teacher_user_id, student_id, message, sent_at, state)
           VALUES ('message:old:s1', ?, 's1', 'Hello', ?, 'sent')""",
        [TARA, to_at(NOW - timedelta(days=60))],
    )
    (entry,) = entries(town)
    assert (entry.what, entry.number) == ("Message: Hello", None)
    assert [each.words for each in entry.outcomes] == ["no answer so far"]


def test_the_past_knows_nothing_of_later(town: Town) -> None:
    """As of an instant, only what had been done by then."""
    sent = town.office.interventions.messages.send(
        "s1", "Hello", actor=ACTOR, key="message:a:s1", as_of=NOW
    )
    assert sent.arrived
    before = town.office.interventions.histories.of_student("s1", NOW - timedelta(hours=1))
    assert before.entries == ()
