"""The gateway says of every failure whether the server could have taken the message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chat.conftest import Realm
from nudgebot.chat.gateway import Gateway
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Button, Direct, InStream, Outgoing
from nudgebot.sandbox.widgets import shows_buttons


def to_ana(realm: Realm, content: str = "Hello Ana", key: str = "k1") -> Outgoing:
    return Outgoing(key, Direct((realm.school.students[0].user_id,)), content, "test")


def inbox(realm: Realm) -> list[str]:
    return [m.content for m in realm.sandbox.messages_to(realm.school.students[0])]


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def test_a_direct_message_arrives(realm: Realm, gateway: Gateway) -> None:
    """A send returns the id under which the server keeps the message."""
    message_id = gateway.send(to_ana(realm), local_id="k1")
    sent = realm.sandbox.messages_to(realm.school.students[0])
    assert [(m.message_id, m.content) for m in sent] == [(message_id, "Hello Ana")]


@pytest.mark.parametrize("by_name", [True, False])
def test_a_stream_message_arrives(realm: Realm, gateway: Gateway, by_name: bool) -> None:
    """A stream is named by its name or by its id; a topic that is too long is cut."""
    stream = realm.school.class_stream
    place = InStream(stream.name if by_name else stream.stream_id, "t" * 70)
    gateway.send(Outgoing("k", place, "Hello class", "test"), local_id="k")
    (sent,) = realm.sandbox.messages_in(stream)
    assert (sent.content, sent.topic) == ("Hello class", "t" * 59 + "…")


def test_a_renamed_stream_is_still_found(realm: Realm, gateway: Gateway) -> None:
    """Ids outlive names: what was found once is found after a renaming."""
    stream = realm.school.class_stream
    message = Outgoing("k", InStream(stream.name, "t"), "Hello", "test")
    gateway.send(message, local_id="1")
    realm.sandbox.rename_stream(stream, "7b-and-friends")
    gateway.send(message, local_id="2")
    assert len(realm.sandbox.messages_in(stream)) == 2


def test_buttons_are_a_widget_that_the_web_app_shows(realm: Realm, gateway: Gateway) -> None:
    """Each choice has the `type` without which the server takes it and no button appears."""
    button = Button("Send", "Send it now", "confirm a1b2")
    message = Outgoing("k", Direct((realm.school.teacher.user_id,)), "- `confirm a1b2`", "test")
    message = Outgoing(
        "k", message.recipient, message.content, "test", heading="Send it?", buttons=(button,)
    )
    gateway.send(message, local_id="k")
    (sent,) = realm.sandbox.messages_to(realm.school.teacher)
    assert sent.widget is not None
    assert shows_buttons(dict(sent.widget))
    clicked = realm.sandbox.click(realm.school.teacher, sent, "Send")
    assert clicked.content == "confirm a1b2"


Plan = Callable[[Realm], None]


def _away(realm: Realm) -> None:
    realm.sandbox.faults.go_away()


def _dropped(realm: Realm) -> None:
    realm.sandbox.faults.drop_after(path="/messages")


def _dropped_before(realm: Realm) -> None:
    realm.sandbox.faults.drop_before(path="/messages")


def _bad_gateway(realm: Realm) -> None:
    realm.sandbox.faults.answer(status=502, path="/messages")


def _limited(realm: Realm) -> None:
    realm.sandbox.faults.rate_limit(retry_after_seconds=7.5, path="/messages")


def _too_large(realm: Realm) -> None:
    realm.sandbox.faults.answer(status=413, path="/messages")


def _recipient_gone(realm: Realm) -> None:
    realm.sandbox.change_user(realm.school.students[0], is_active=False)


def _bot_gone(realm: Realm) -> None:
    realm.sandbox.change_user(realm.school.bot, is_active=False)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param(_away, (False, 30.0, 0), id="refused before anything was sent"),
        pytest.param(_dropped, (None, None, 1), id="dropped after it was taken"),
        pytest.param(_dropped_before, (None, None, 0), id="dropped before it was taken"),
        pytest.param(_bad_gateway, (None, None, 0), id="a proxy's page"),
        pytest.param(_limited, (False, 7.5, 0), id="asked to slow down"),
        pytest.param(_too_large, (False, None, 0), id="refused by the proxy"),
        pytest.param(_recipient_gone, (False, None, 0), id="refused by Zulip"),
        pytest.param(_bot_gone, (False, 300.0, 0), id="the key is not accepted any more"),
    ],
)
def test_a_failure_says_whether_it_could_have_arrived(
    realm: Realm, gateway: Gateway, plan: Plan, expected: tuple[bool | None, float | None, int]
) -> None:
    """Nobody can tell is a third answer, and one call is one request whatever happens."""
    assert gateway.me.user_id == realm.school.bot.user_id
    before = realm.sandbox.requests["POST /messages"]
    plan(realm)
    with pytest.raises(DeliveryError) as raised:
        gateway.send(to_ana(realm), local_id="k1")
    error = raised.value
    assert (error.accepted, error.retry_after_seconds, len(inbox(realm))) == expected
    assert realm.sandbox.requests["POST /messages"] - before <= 1


def test_a_late_answer_is_one_that_nobody_can_tell(
    realm: Realm, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read timeout comes after the server may have taken the message."""
    gateway.send(to_ana(realm, "first"), local_id="0")
    ask = gateway.client.do_api_query
    monkeypatch.setattr(
        gateway.client,
        "do_api_query",
        lambda *given, **named: ask(*given, **(named | {"timeout": 0.2})),
    )
    realm.sandbox.faults.delay(seconds=0.6, path="/messages")
    with pytest.raises(DeliveryError) as raised:
        gateway.send(to_ana(realm), local_id="k1")
    assert raised.value.accepted is None
    assert realm.sandbox.wait_for(lambda: len(inbox(realm)) == 2)


def test_a_message_is_found_by_its_exact_text(realm: Realm, gateway: Gateway) -> None:
    """What was dropped after it was taken is found; what never arrived is not."""
    realm.sandbox.say(realm.school.bot, "Hello Ana!", realm.school.students[0])
    realm.sandbox.say(realm.school.students[0], "Hello Ana", realm.school.bot)
    message = to_ana(realm, "Hello Ana\n")
    assert gateway.find(message, local_id="k1", since=since(), after_id=0) is None
    realm.sandbox.faults.drop_after(path="/messages")
    with pytest.raises(DeliveryError):
        gateway.send(message, local_id="k1")
    found = gateway.find(message, local_id="k1", since=since(), after_id=0)
    assert found == realm.sandbox.messages_to(realm.school.students[0])[-1].message_id


def test_an_older_message_of_the_same_text_is_another_one(realm: Realm, gateway: Gateway) -> None:
    """Only what is newer than all that was known at the claim can be this message."""
    first = gateway.send(to_ana(realm), local_id="k1")
    now = datetime.now(UTC)
    assert gateway.find(to_ana(realm), local_id="k2", since=now, after_id=first) is None
    second = gateway.send(to_ana(realm), local_id="k2")
    assert gateway.find(to_ana(realm), local_id="k2", since=now, after_id=first) == second


def test_a_clock_that_is_ahead_hides_no_message(realm: Realm, gateway: Gateway) -> None:
    """By this machine's clock the message was sent before it was claimed; it is found."""
    message_id = gateway.send(to_ana(realm), local_id="k1")
    ahead = datetime.now(UTC) + timedelta(hours=3)
    found = gateway.find(to_ana(realm), local_id="k1", since=ahead, after_id=message_id - 1)
    assert found == message_id


def test_a_moved_stream_message_is_found(realm: Realm, gateway: Gateway) -> None:
    """Somebody may have resolved the topic before the bot looks."""
    stream = realm.school.class_stream
    message = Outgoing("k", InStream(stream.name, "reminders"), "Hello", "test")
    message_id = gateway.send(message, local_id="k")
    gateway.client.update_message({"message_id": message_id, "topic": "✔ reminders"})
    assert gateway.find(message, local_id="k", since=since(), after_id=0) == message_id


def test_an_echo_is_found_without_asking(gateway_with: Callable[..., Gateway]) -> None:
    """The listener has seen the message come back, so it did arrive."""
    gateway = gateway_with(echo={"k1": 77}.get)
    message = Outgoing("k1", Direct((1,)), "x", "test")
    assert gateway.find(message, local_id="k1", since=since(), after_id=0) == 77


def test_what_is_too_long_is_refused(realm: Realm, gateway: Gateway) -> None:
    """Zulip would cut it silently; one send is one message, so the sender cuts it."""
    with pytest.raises(DeliveryError, match="10,000") as raised:
        gateway.send(to_ana(realm, "x" * 10_001), local_id="k1")
    assert (raised.value.accepted, raised.value.retry_after_seconds) == (False, None)
    assert inbox(realm) == []
    gateway.send(to_ana(realm, "x" * 10_000), local_id="k2")
    assert inbox(realm) == ["x" * 10_000]


def test_after_a_429_nobody_sends_before_the_server_said(
    realm: Realm, gateway_with: Callable[..., Gateway]
) -> None:
    """The next send waits out what the server asked for, whoever makes it."""
    clock = [0.0]
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        clock[0] += seconds
        return False

    gateway = gateway_with(clock=lambda: clock[0], wait=wait)
    realm.sandbox.faults.rate_limit(retry_after_seconds=7.5, path="/messages")
    with pytest.raises(DeliveryError):
        gateway.send(to_ana(realm), local_id="k1")
    gateway.send(to_ana(realm), local_id="k1")
    assert waited == [7.5]
    assert inbox(realm) == ["Hello Ana"]


def test_an_end_that_is_asked_for_ends_the_waiting(
    realm: Realm, gateway_with: Callable[..., Gateway]
) -> None:
    """A send that waits for its turn gives up at once, and surely did not arrive."""
    gateway = gateway_with(sends_per_minute=1, wait=lambda _: True)
    gateway.send(to_ana(realm), local_id="k1")
    with pytest.raises(DeliveryError) as raised:
        gateway.send(to_ana(realm), local_id="k2")
    assert (raised.value.accepted, raised.value.code) == (False, "STOPPING")


def test_a_reaction_can_be_added_twice(realm: Realm, gateway: Gateway) -> None:
    """That it is there already is what was wanted."""
    message_id = gateway.send(to_ana(realm), local_id="k1")
    gateway.react(message_id, "check")
    gateway.react(message_id, "check")
    (message,) = realm.sandbox.messages_to(realm.school.students[0])
    assert [r.emoji_name for r in message.reactions] == ["check"]


def test_an_upload_that_failed_once_is_whole_the_next_time(realm: Realm, gateway: Gateway) -> None:
    """Each try sends a fresh buffer, under its plain name."""
    realm.sandbox.faults.answer(status=502, path="/user_uploads")
    with pytest.raises(DeliveryError):
        gateway.upload("chart.png", b"x" * 5000)
    path = gateway.upload("chart.png", b"x" * 5000)
    assert path.endswith("/chart.png")
    assert [len(each.data) for each in realm.sandbox.realm.uploads.values()] == [5000]
    with pytest.raises(ValueError, match="ASCII"):
        gateway.upload("größe.png", b"x")


def test_readers_are_told_where_the_organisation_says(realm: Realm, gateway: Gateway) -> None:
    """Nobody having read it and nobody saying so are two different answers."""
    message_id = gateway.send(to_ana(realm), local_id="k1")
    assert gateway.read_receipts(message_id) == frozenset()
    ana = realm.school.students[0]
    realm.sandbox.read(ana, *realm.sandbox.messages_to(ana))
    assert gateway.read_receipts(message_id) == frozenset({ana.user_id})
    realm.sandbox.settings.enable_read_receipts = False
    assert gateway.read_receipts(message_id) is None


def test_users_have_their_real_address_or_none(realm: Realm, gateway: Gateway) -> None:
    """The address that Zulip makes up for a hidden one is nobody's."""
    hidden = realm.sandbox.add_user("Hid Den", email_visible=False)
    users = {user.user_id: user for user in gateway.users()}
    assert users[hidden.user_id].email == ""
    assert users[realm.school.teacher.user_id].email == realm.school.teacher.delivery_email
    assert users[realm.school.bot.user_id].is_bot
    assert users[realm.school.owner.user_id].role == 100


def test_who_is_in_a_stream_is_asked_each_time(realm: Realm, gateway: Gateway) -> None:
    """Somebody who joined a moment ago is among the readers; bots are not."""
    school = realm.school
    staff = {school.owner.user_id, school.teacher.user_id}
    assert gateway.humans_in(school.staff_stream.name) == staff
    newcomer = realm.sandbox.add_user("New Comer")
    realm.sandbox.subscribe(school.staff_stream, newcomer)
    assert gateway.humans_in(school.staff_stream.stream_id) == staff | {newcomer.user_id}
    assert school.bot.user_id in gateway.subscribers(school.staff_stream.name)


def test_a_stream_that_nobody_knows_is_refused(gateway: Gateway) -> None:
    """The sentence says what to do, and nothing was asked of the owner."""
    message = Outgoing("k", InStream("no such stream", "t"), "x", "test")
    with pytest.raises(DeliveryError, match="no stream of that name") as raised:
        gateway.send(message, local_id="k")
    assert (raised.value.accepted, raised.value.retry_after_seconds) == (False, None)


def test_a_message_can_be_read_again(realm: Realm, gateway: Gateway) -> None:
    """Raw Markdown, or nothing where it is gone."""
    message_id = gateway.send(to_ana(realm, "**bold**"), local_id="k1")
    found = gateway.message(message_id)
    assert found is not None
    assert found["content"] == "**bold**"
    assert gateway.message(10**9) is None
