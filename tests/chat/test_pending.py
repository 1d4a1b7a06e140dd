"""What follows a line of a reply follows it also when the line itself had to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ANA, NOW, STAFF_STREAM, TARA, Town
from nudgebot.chat.incoming import Reacted
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.nudging.outbox import Outbox

STAFF = InStream(STAFF_STREAM, "t")


def away(_: Outgoing) -> DeliveryError | None:
    return DeliveryError("Zulip is away.", accepted=False, retry_after_seconds=5)


def no_streams(message: Outgoing) -> DeliveryError | None:
    """A private stream may mention the bot without letting it in."""
    if isinstance(message.recipient, InStream):
        return DeliveryError("No.", accepted=False, code="BAD_REQUEST")
    return None


def later(town: Town, minutes: int = 2) -> None:
    """Zulip is back after so long."""
    town.clock += timedelta(minutes=minutes)
    Outbox(town.store, town.zulip).run(town.clock)
    town.reception.catch_up(town.clock)


def left(town: Town) -> int:
    return int(town.store.value("SELECT COUNT(*) FROM pending_lines"))


def test_a_late_preview_gets_its_reactions(town: Town) -> None:
    """And they count: the asker confirms with one."""
    town.zulip.refuse = away
    town.say(TARA, "message s1 hello there")
    assert (town.zulip.reactions, left(town)) == ([], 1)
    town.zulip.refuse = lambda _: None
    later(town)
    assert [name for _, name in town.zulip.reactions] == ["check", "cross_mark"]
    town.reception.reaction(Reacted(town.zulip.reactions[0][0], TARA, "2705"))
    assert len(town.zulip.to(ANA)) == 1
    later(town)
    assert (len(town.zulip.reactions), left(town)) == (2, 0)


def test_a_preview_that_expired_meanwhile_gets_none(town: Town) -> None:
    """Nothing is offered that would only be refused."""
    town.zulip.refuse = away
    town.say(TARA, "message s1 hello there")
    town.zulip.refuse = lambda _: None
    later(town, minutes=60)
    assert (town.zulip.reactions, left(town)) == ([], 0)


def test_a_late_refusal_in_a_stream_is_said_directly(town: Town) -> None:
    """The asker gets it as a DM, once, however often one looks."""
    town.zulip.refuse = away
    town.say(TARA, "@**nudgebot** help", STAFF)
    town.zulip.refuse = no_streams
    for _ in range(3):
        later(town)
    assert len(town.zulip.to(TARA)) == 1
    assert left(town) == 0


def test_a_preview_refused_in_a_stream_is_offered_where_it_is_said(town: Town) -> None:
    """Also when the DM has to wait itself."""

    def refuse(message: Outgoing) -> DeliveryError | None:
        return no_streams(message) or away(message)

    town.zulip.refuse = refuse
    town.say(TARA, "@**nudgebot** message s1 hello there", STAFF)
    town.zulip.refuse = lambda _: None
    later(town)
    offered = {message_id for message_id, _ in town.zulip.reactions}
    places = [message.recipient for number, message in town.zulip.sent if number in offered]
    assert places == [Direct((TARA,))]
    assert left(town) == 0


def test_a_crash_before_the_reactions_leaves_them_to_be_done(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preview arrived and the process died; after the restart it is offered."""
    with monkeypatch.context() as patch:
        patch.setattr(town.zulip, "react", _die)
        with pytest.raises(KeyboardInterrupt):
            town.say(TARA, "message s1 hello there")
    town.reopened().catch_up(NOW)
    assert [name for _, name in town.zulip.reactions] == ["check", "cross_mark"]
    assert left(town) == 0


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_ordinary_lines_leave_nothing_behind(town: Town) -> None:
    """What was said at once is followed up at once."""
    town.say(TARA, "@**nudgebot** message s1 hello there", STAFF)
    town.say(TARA, "help")
    assert left(town) == 0
