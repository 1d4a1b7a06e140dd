"""What became of a message: sent, read where Zulip tells, answered; and who may read what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, BEN, OTTO, TARA, Town
from nudgebot.chat.commands.correspondence import STATES, WAITS
from nudgebot.errors import DeliveryError
from nudgebot.interventions.read_receipts import MOST_ASKED, mark_read
from nudgebot.nudging.messages import Outgoing


def write(town: Town, text: str = "Is everything okay?", *, sender: int = TARA) -> None:
    town.say(sender, f"message s1 {text}")
    town.say(sender, "confirm")


def also_taught_by_otto(town: Town) -> None:
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )


def read_by(town: Town, *user_ids: int) -> int:
    return mark_read(
        town.office.letters, town.office.links, lambda _: frozenset(user_ids), town.clock
    )


def test_a_message_is_told_with_what_became_of_it(town: Town) -> None:
    """By whom, when, in which words, whether it was read, and the answer below it."""
    assert "Nobody has written to Ana Alvarez (s1) through me" in town.answer(TARA, "messages s1")
    write(town)
    assert "**You** (own words): ✅ sent\n  “Is everything okay?”" in town.answer(
        TARA, "messages s1"
    )
    town.clock += timedelta(minutes=20)
    assert read_by(town, BEN) == 0
    assert read_by(town, TARA, ANA) == 1
    assert read_by(town, ANA) == 0
    town.say(ANA, "Yes, I was sick")
    told = town.answer(TARA, "messages s1")
    assert "✅ sent, seen to be read <time:2026-11-19T14:50:00Z>" in told
    assert "↩ <time:2026-11-19T14:50:00Z> answered: “Yes, I was sick”" in told
    (kept,) = town.office.letters.messages_to("s1")
    assert kept.read_at == town.clock


def test_a_template_is_told_by_its_title(town: Town) -> None:
    """And what was changed in it counts as own words."""
    town.figures.rows["s1"] = {"days_since_last_activity": 9, "days_since_last_practice": 9}
    town.say(TARA, "message s1 inactive_check_in")
    town.say(TARA, "add See you soon")
    town.say(TARA, "confirm")
    assert "(Inactive &#45; Check In)" in town.answer(TARA, "messages s1")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (DeliveryError("No.", accepted=False), STATES["refused"]),
        (DeliveryError("Away.", accepted=False, retry_after_seconds=9.0), WAITS),
    ],
    ids=["refused", "waits"],
)
def test_what_did_not_arrive_is_said(town: Town, error: DeliveryError, says: str) -> None:
    """A message that waits or was refused is no message that was sent."""
    town.zulip.refuse = lambda m: error if m.purpose == "teacher_message" else None
    write(town)
    assert f"(own words): {says}" in town.answer(TARA, "messages s1")
    assert read_by(town, ANA) == 0


def test_an_answer_is_read_by_those_who_got_it(town: Town) -> None:
    """What teachers wrote all of hers see; an answer's words stay with its readers and admins."""
    also_taught_by_otto(town)
    write(town)
    town.say(ANA, "It is private")
    for_otto = town.answer(OTTO, "messages s1")
    assert "**Tara Teacher** (own words): ✅ sent\n  “Is everything okay?”" in for_otto
    assert "answered somebody else" in for_otto
    assert "private" not in for_otto
    assert "“It is private”" in town.answer(ADMIN, "messages s1")
    assert "no student of yours" in town.answer(OTTO, "messages s2x")


def test_words_to_nobody_in_particular_are_in_the_history_too(town: Town) -> None:
    """All teachers got them."""
    town.say(ANA, "Exercise 4 is *wrong*")
    assert "answered: “Exercise 4 is &#42;wrong&#42;”" in town.answer(TARA, "messages s1")


def test_an_organisation_that_tells_nothing_is_not_asked_for_ever(town: Town) -> None:
    """Nor one that does not answer; and never more than so many at a time, the newest."""
    for number in range(5):
        write(town, f"Message number {number}")
        town.clock += timedelta(minutes=1)
    asked: list[int] = []

    def silent(message_id: int) -> Collection[int] | None:
        asked.append(message_id)
        return None

    office = town.office
    assert mark_read(office.letters, office.links, silent, town.clock) == 0
    assert len(asked) == 3
    assert asked == sorted(asked, reverse=True)

    def away(message_id: int) -> Collection[int] | None:
        asked.append(message_id)
        raise DeliveryError("Zulip is away.", accepted=None)

    assert mark_read(office.letters, office.links, away, town.clock) == 0
    assert len(asked) == 4
    assert len(office.letters.unread(town.clock - timedelta(days=1), limit=2)) == 2
    assert mark_read(office.letters, office.links, silent, town.clock + timedelta(days=15)) == 0
    assert len(asked) == 4
    assert MOST_ASKED == 50


def test_what_was_sent_is_in_the_record_once(town: Town) -> None:
    """With the teacher of the LMS; what was refused is not."""
    write(town)
    (noted,) = town.office.interventions.record.of_student("s1")
    assert (noted.teacher_id, noted.user_id, noted.intervention_type) == ("t1", TARA, "message")
    assert noted.source == town.office.letters.messages_to("s1")[0].key

    def refuse(message: Outgoing) -> DeliveryError | None:
        refused = message.purpose == "teacher_message"
        return DeliveryError("No.", accepted=False) if refused else None

    town.zulip.refuse = refuse
    write(town, "Another one that is refused")
    assert len(town.office.interventions.record.of_student("s1")) == 1
