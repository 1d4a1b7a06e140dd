"""Event queues over the wire: what arrives at whom, with which flags, and how a queue is lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.server import Sandbox

from .bench import Clock, Queue

MESSAGES = ["message"]


def test_a_direct_message_looks_as_measured(
    school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """The event has Zulip's fields: raw text, empty subject, everybody in display_recipient."""
    queue = Queue(bot, MESSAGES)
    sent = student.send_message({"type": "private", "to": [school.bot.user_id], "content": "hello"})
    (event,) = queue.poll()
    message = event["message"]
    assert (event["type"], event["flags"], event["id"]) == ("message", [], 0)
    assert message["id"] == sent["id"]
    assert message["sender_id"] == school.students[0].user_id
    assert (message["content"], message["content_type"]) == ("hello", "text/x-markdown")
    assert (message["type"], message["subject"]) == ("private", "")
    assert [one["id"] for one in message["display_recipient"]] == sorted(
        [school.bot.user_id, school.students[0].user_id]
    )


def test_html_is_sent_to_queues_that_ask_for_it(
    school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """`apply_markdown` on /register gives HTML, for that queue alone."""
    html, raw = Queue(bot, MESSAGES, apply_markdown=True), Queue(bot, MESSAGES)
    student.send_message({"type": "private", "to": [school.bot.user_id], "content": "**b**"})
    assert html.poll()[0]["message"]["content"] == "<p><strong>b</strong></p>"
    assert raw.poll()[0]["message"]["content"] == "**b**"


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        pytest.param("@**nudgebot** report", ["mentioned"], id="by name"),
        pytest.param("@**nudgebot|3** report", ["mentioned"], id="by name and id"),
        pytest.param("@**|3** report", ["mentioned"], id="by id"),
        pytest.param("@*helpers* report", ["mentioned"], id="by group"),
        pytest.param("@**all** report", ["wildcard_mentioned"], id="wildcard"),
        pytest.param("@_**nudgebot** report", [], id="silent"),
        pytest.param("@**Wrong|3** report", [], id="wrong name"),
        pytest.param("> @**nudgebot** report", [], id="quoted"),
        pytest.param("```quote\n@**nudgebot** report\n```", [], id="quote fence"),
        pytest.param("`@**nudgebot**` report", [], id="in code"),
        pytest.param("```spoiler x\n@**nudgebot**\n```", ["mentioned"], id="in a spoiler"),
        pytest.param("a@**nudgebot**", [], id="inside a word"),
        pytest.param("(@**nudgebot**)", ["mentioned"], id="in brackets"),
        pytest.param("&#64;**nudgebot**", [], id="escaped"),
    ],
)
def test_flags_say_who_is_meant(
    *,
    sandbox: Sandbox,
    school: School,
    bot: zulip.Client,
    teacher: zulip.Client,
    content: str,
    flags: list[str],
) -> None:
    """Only a mention that Zulip counts sets a flag."""
    assert school.bot.user_id == 3
    sandbox.add_group("helpers", [school.bot])
    queue = Queue(bot, MESSAGES)
    request = {"type": "stream", "to": "class-7b", "topic": "t", "content": content}
    assert teacher.send_message(request)["result"] == "success"
    (event,) = queue.poll()
    assert event["flags"] == flags
    assert event["message"]["stream_id"] == school.class_stream.stream_id
    assert event["message"]["display_recipient"] == "class-7b"


def test_a_bot_hears_its_name_in_a_stream_that_it_is_not_in(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """A mention reaches the bot from a private stream; the rest does not, nor does it a person."""
    private = sandbox.add_stream("secret", [school.teacher], private=True)
    queue, students = Queue(bot, MESSAGES), Queue(student, MESSAGES)
    sandbox.post(school.teacher, "to nobody", stream=private, topic="t")
    sandbox.post(school.teacher, "@**nudgebot** and @**Ana Alvarez**", stream=private, topic="t")
    (event,) = queue.poll()
    assert event["flags"] == ["mentioned"]
    assert students.poll() == []
    members = bot.call_endpoint(f"streams/{private.stream_id}/members", method="GET")
    assert members["msg"] == "Invalid stream ID"


def test_the_sender_gets_an_echo_with_its_own_key(school: School, bot: zulip.Client) -> None:
    """`local_message_id` is in the queue that the sender named and in no other."""
    first, second = Queue(bot, MESSAGES), Queue(bot, MESSAGES)
    request = {"type": "private", "to": [school.teacher.user_id], "content": "x"}
    sent = bot.send_message({**request, "queue_id": first.id, "local_id": "nudge-7"})
    (echo,), (other,) = first.poll(), second.poll()
    assert echo["local_message_id"] == "nudge-7"
    assert echo["message"]["id"] == other["message"]["id"] == sent["id"]
    assert (echo["flags"], "local_message_id" in other) == ([], False)


def test_events_stay_until_they_are_acknowledged(school: School, bot: zulip.Client) -> None:
    """The same id gives the same events again; going back behind a pruned one is refused."""
    queue = Queue(bot, MESSAGES)
    for text in "abc":
        bot.send_message({"type": "private", "to": [school.bot.user_id], "content": text})
    assert len(queue.poll()) == 3
    queue.last = -1
    assert len(queue.poll()) == 3
    bot.get_events(queue_id=queue.id, last_event_id=1, dont_block=True)
    again = bot.get_events(queue_id=queue.id, last_event_id=0, dont_block=True)
    assert again["msg"] == "An event newer than 0 has already been pruned!"
    assert again["code"] == "BAD_REQUEST"
    ahead = bot.get_events(queue_id=queue.id, last_event_id=99, dont_block=True)
    assert ahead["msg"] == "Event 99 was not in this queue"


def test_only_the_asked_event_types_arrive(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """A queue for reactions sees no messages."""
    queue = Queue(bot, ["reaction"])
    message = sandbox.say(school.teacher, "hello", school.bot)
    sandbox.react(school.teacher, message, "tada")
    (event,) = queue.poll()
    assert (event["type"], event["op"], event["emoji_code"]) == ("reaction", "add", "1f389")
    assert (event["user_id"], event["message_id"]) == (school.teacher.user_id, message.message_id)


def test_a_poll_waits_for_the_event(sandbox: Sandbox, school: School, bot: zulip.Client) -> None:
    """Long polling answers when something happens, not before."""
    queue = Queue(bot, MESSAGES)
    got: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: got.extend(queue.poll(dont_block=False)))
    thread.start()
    assert sandbox.wait_for(lambda: sandbox.polling(school.bot))
    assert got == []
    sandbox.say(school.teacher, "now", school.bot)
    thread.join(5)
    assert [event["message"]["content"] for event in got] == ["now"]


def test_a_heartbeat_ends_a_poll_in_which_nothing_happens(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """It comes whatever the event types are, and takes an id of its own."""
    sandbox.settings.heartbeat_seconds = 0.01
    queue = Queue(bot, MESSAGES)
    (event,) = queue.poll(dont_block=False)
    assert event == {"type": "heartbeat", "id": 0}
    sandbox.say(school.teacher, "x", school.bot)
    assert [one["id"] for one in queue.poll()] == [1]


def test_a_lost_queue_is_said_in_zulips_words(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """A killed event server wakes the poller with BAD_EVENT_QUEUE_ID and forgets all events."""
    queue = Queue(bot, MESSAGES)
    answers: list[dict[str, Any]] = []
    poll = {"queue_id": queue.id, "last_event_id": -1}
    thread = threading.Thread(target=lambda: answers.append(bot.get_events(**poll)))
    thread.start()
    assert sandbox.wait_for(lambda: sandbox.polling(school.bot))
    assert sandbox.faults.lose_queues() == 1
    thread.join(5)
    assert answers == [
        {
            "result": "error",
            "msg": f"Bad event queue ID: {queue.id}",
            "queue_id": queue.id,
            "code": "BAD_EVENT_QUEUE_ID",
        }
    ]


@pytest.mark.parametrize(
    ("options", "seconds", "alive"),
    [
        pytest.param({}, 600, True, id="ten minutes"),
        pytest.param({}, 601, False, id="longer"),
        pytest.param({"queue_lifespan_secs": 86_400}, 86_400, True, id="a day by wish"),
        pytest.param({"queue_lifespan_secs": 10**8}, 604_801, False, id="seven days at most"),
        pytest.param({"idle_queue_timeout": 86_400}, 601, False, id="unknown before 481"),
    ],
)
def test_an_idle_queue_ends_after_its_life(
    clock: Clock, bot: zulip.Client, options: Any, seconds: int, alive: bool
) -> None:
    """Ten minutes without a poll, or what /register was asked for."""
    answer = bot.register(["message"], **options)
    clock.go_on(seconds)
    poll = {"queue_id": answer["queue_id"], "last_event_id": -1, "dont_block": True}
    expected = "success" if alive else "error"
    assert bot.get_events(**poll)["result"] == expected


def test_a_new_server_says_how_long_a_queue_lives(connect: Any) -> None:
    """From 481 on there is `idle_queue_timeout`, and its answer."""
    with Sandbox(feature_level=481) as sandbox:
        client = connect(sandbox, sandbox.add_user("Ana"))
        assert client.register([], idle_queue_timeout="mobile")["idle_queue_timeout_secs"] == 43_200
        assert client.register([])["idle_queue_timeout_secs"] == 600


def test_register_fetches_what_it_is_asked_for(school: School, bot: zulip.Client) -> None:
    """`fetch_event_types` decides; without it `event_types` does; without both comes everything."""
    small = bot.register(["message"], fetch_event_types=["realm", "realm_user_groups"])
    assert (small["max_message_length"], small["max_topic_length"]) == (10_000, 60)
    assert small["event_queue_longpoll_timeout_seconds"] == 90
    assert "realm_users" not in small
    groups = {g["name"]: g["members"] for g in small["realm_user_groups"]}
    assert groups["role:owners"] == [school.owner.user_id]
    assert "max_message_length" not in bot.register(["message"])
    full = bot.register()
    assert {u["user_id"] for u in full["realm_users"]} >= {school.bot.user_id}
    assert [s["name"] for s in full["subscriptions"]] == ["class-7b-staff", "class-7b"]


def test_a_queue_is_its_owners_alone(bot: zulip.Client, teacher: zulip.Client) -> None:
    """Another user's queue is refused, and a closed one is gone."""
    queue = Queue(bot, MESSAGES)
    poll = {"queue_id": queue.id, "last_event_id": -1, "dont_block": True}
    assert teacher.get_events(**poll)["code"] == "BAD_REQUEST"
    assert bot.deregister(queue.id)["result"] == "success"
    assert bot.get_events(**poll)["code"] == "BAD_EVENT_QUEUE_ID"


def test_people_and_subscriptions_are_told(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """New people, changes of people, and comings and goings in streams are events."""
    queue = Queue(bot, ["realm_user", "subscription"])
    new = sandbox.add_user("Fay Fox")
    sandbox.change_user(new, is_active=False)
    board = sandbox.add_stream("board", [school.owner])
    sandbox.subscribe(board, school.bot)
    sandbox.subscribe(board, school.teacher)
    sandbox.unsubscribe(board, school.bot)
    seen = [(event["type"], event["op"]) for event in queue.poll()]
    assert seen == [
        ("realm_user", "add"),
        ("realm_user", "update"),
        ("subscription", "add"),
        ("subscription", "peer_add"),
        ("subscription", "remove"),
    ]


def test_call_on_each_event_of_the_real_client_works(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """The client's own loop registers, polls and hands over the events."""

    class EnoughError(Exception):
        pass

    got: list[str] = []

    def take(event: dict[str, Any]) -> None:
        got.append(event["message"]["content"])
        if len(got) == 2:
            raise EnoughError

    def loop() -> None:
        with pytest.raises(EnoughError):
            bot.call_on_each_event(take, ["message"])

    thread = threading.Thread(target=loop)
    thread.start()
    assert sandbox.wait_for(lambda: sandbox.polling(school.bot))
    sandbox.say(school.teacher, "one", school.bot)
    sandbox.say(school.teacher, "two", school.bot)
    thread.join(5)
    assert got == ["one", "two"]


def test_stopping_ends_the_polls(connect: Any) -> None:
    """A sandbox that stops leaves no poller waiting."""
    sandbox = Sandbox().start()
    ana: SandboxUser = sandbox.add_user("Ana")
    queue = Queue(connect(sandbox, ana), MESSAGES)

    def poll() -> None:
        try:
            queue.poll(dont_block=False)
        except requests.exceptions.ConnectionError:
            return

    thread = threading.Thread(target=poll)
    thread.start()
    assert sandbox.wait_for(lambda: sandbox.polling(ana))
    sandbox.stop()
    thread.join(5)
    assert not thread.is_alive()
