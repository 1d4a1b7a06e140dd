"""A teacher's message that had to wait: its teacher learns what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, BEN, NOW, OTTO, TARA, Town
from nudgebot.chat.belated import HEAD
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Outgoing
from nudgebot.nudging.outbox import Outbox


def away(message: Outgoing) -> DeliveryError | None:
    """The server takes nothing from a teacher."""
    if message.purpose != "teacher_message":
        return None
    return DeliveryError("Zulip is away.", accepted=False, retry_after_seconds=30)


def deactivated(message: Outgoing) -> DeliveryError | None:
    if message.purpose != "teacher_message":
        return None
    return DeliveryError("Zulip refused the request (BAD_REQUEST).", accepted=False)


def write(town: Town) -> None:
    town.say(TARA, "message s1 Shall we meet?")
    town.say(TARA, f"confirm {town.token()}")


def pass_hours(town: Town, hours: int) -> list[str]:
    """What Tara is told meanwhile."""
    told = len(town.zulip.to(TARA))
    outbox = Outbox(town.store, town.zulip)
    for _ in range(hours * 6):
        town.clock += timedelta(minutes=10)
        outbox.run(town.clock)
        town.reception.catch_up(town.clock)
    return town.zulip.to(TARA)[told:]


def state(town: Town) -> str:
    return str(town.store.value("SELECT state FROM teacher_messages"))


def test_an_outage_loses_no_message_and_its_end_is_told(town: Town) -> None:
    """After half a day the message arrives, and the teacher learns it, once."""
    town.zulip.refuse = away
    write(town)
    assert "waiting or unclear" in town.zulip.to(TARA)[-1]
    assert pass_hours(town, 12) == []
    town.zulip.refuse = lambda _: None
    (told,) = pass_hours(town, 1)
    assert told.startswith(f"{HEAD}\n- Ana Alvarez (<time:")
    assert told.endswith("it had to wait and has arrived now.")
    assert len(town.zulip.to(ANA)) == 1
    assert state(town) == "sent"
    readings = town.office.audit.of("s1")
    assert (readings[0].actor_user_id, readings[0].at) > (TARA, NOW)


def test_a_refusal_after_an_outage_is_told(town: Town) -> None:
    """The teacher and the admins' `status` say that it did not arrive, and why."""
    town.zulip.refuse = away
    write(town)
    pass_hours(town, 1)
    town.zulip.refuse = deactivated
    (told,) = pass_hours(town, 1)
    assert "it did not arrive. Zulip refused the request" in told
    assert state(town) == "refused"
    status = town.answer(ADMIN, "status")
    assert "1 message of the last 7 days did not arrive:" in status
    assert "1: Zulip refused the request" in status
    town.clock += timedelta(days=8)
    assert "did not arrive" not in town.answer(ADMIN, "status")


def test_what_nobody_can_tell_is_said_in_the_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that cannot be looked for is the teacher's to look for."""

    def unreadable(*_: object, **__: object) -> int | None:
        raise DeliveryError("The conversation cannot be read.", accepted=False)

    town.zulip.refuse = lambda m: (
        DeliveryError("No answer.", accepted=None) if m.purpose == "teacher_message" else None
    )
    monkeypatch.setattr(town.zulip, "find", unreadable)
    write(town)
    (told,) = pass_hours(town, 60)
    assert "nobody can tell whether it arrived" in told
    assert state(town) == "unclear"
    assert pass_hours(town, 1) == []


def test_several_fates_are_one_message_a_teacher(town: Town) -> None:
    """A group that waited is told of together."""
    for student_id in ("s1", "s2"):
        town.figures.rows[student_id] = {"days_since_last_activity": 9, "current_streak": 0}
    town.zulip.refuse = away
    town.say(TARA, "message inactive")
    town.say(TARA, f"confirm {town.token()}")
    town.zulip.refuse = lambda _: None
    (told,) = pass_hours(town, 1)
    assert told.count("has arrived now") == 2
    assert [len(town.zulip.to(each)) for each in (ANA, BEN)] == [1, 1]


def test_who_teaches_her_no_longer_is_told_no_name(town: Town) -> None:
    """What became of it is the writer's to know; who the student is, no longer."""
    town.zulip.refuse = away
    write(town)
    town.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")
    town.zulip.refuse = lambda _: None
    (told,) = pass_hours(town, 1)
    assert "Ana" not in told
    assert "A student (" in told
    assert town.zulip.to(OTTO) == []
