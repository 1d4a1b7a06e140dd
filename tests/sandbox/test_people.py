"""People, streams, keys and limits over the wire."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import zulip

from nudgebot.errors import InputError
from nudgebot.sandbox.limits import RateLimit
from nudgebot.sandbox.realm import School
from nudgebot.sandbox.records import ADMIN
from nudgebot.sandbox.server import Sandbox

from .bench import Clock


def test_server_settings_need_no_key(sandbox: Sandbox) -> None:
    """The feature level is there for everybody."""
    answer = requests.get(f"{sandbox.url}/api/v1/server_settings", timeout=5).json()
    assert (answer["zulip_version"], answer["zulip_feature_level"]) == ("8.0-dev", 218)


def test_a_wrong_key_and_a_closed_account_are_401(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Both are UNAUTHORIZED; only the words differ."""
    sandbox.change_user(school.bot, api_key="another")
    refused = bot.get_profile()
    assert (refused["code"], refused["msg"]) == ("UNAUTHORIZED", "Invalid API key")
    sandbox.change_user(school.bot, api_key=school.bot.api_key, is_active=False)
    closed = bot.get_profile()
    assert (closed["code"], closed["msg"]) == ("UNAUTHORIZED", "Account is deactivated")
    bare = requests.get(f"{sandbox.url}/api/v1/users/me", timeout=5)
    assert (bare.status_code, bare.json()["code"]) == (401, "UNAUTHORIZED")


def test_users_are_listed_with_what_the_caller_may_see(
    sandbox: Sandbox, school: School, bot: zulip.Client, connect: Any
) -> None:
    """A hidden address is null and finds nobody, but an administrator sees it."""
    shy = sandbox.add_user(
        "Shy Sam", email="sam@school.example", email_visible=False, profile={"1": "S-7"}
    )
    members = {one["user_id"]: one for one in bot.get_members()["members"]}
    assert members[shy.user_id]["delivery_email"] is None
    assert members[shy.user_id]["email"] == f"user{shy.user_id}@sandbox.example"
    assert members[school.bot.user_id]["bot_owner_id"] == school.owner.user_id
    assert sandbox.notification_bot.user_id not in members
    by_email = bot.call_endpoint("users/sam@school.example", method="GET")
    assert by_email["msg"] == "No such user"
    sent = bot.send_message({"type": "private", "to": "sam@school.example", "content": "x"})
    assert sent["msg"] == "Invalid email 'sam@school.example'"
    sandbox.change_user(school.bot, role=ADMIN)
    seen = bot.get_user_by_id(shy.user_id, include_custom_profile_fields=True)["user"]
    assert seen["delivery_email"] == "sam@school.example"
    assert seen["profile_data"] == {"1": {"value": "S-7"}}
    assert connect(sandbox, shy).get_profile()["user_id"] == shy.user_id


@pytest.mark.parametrize(
    ("url", "method"),
    [("user_groups", "GET"), ("users/me/presence", "POST"), ("settings", "PATCH")],
)
def test_some_calls_are_for_people_only(bot: zulip.Client, url: str, method: str) -> None:
    """Bots are told so."""
    answer = bot.call_endpoint(url, method=method)
    assert answer["msg"] == "This endpoint does not accept bot requests."


def test_streams_are_seen_by_those_who_may(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """Private streams exist for their subscribers only, by list, name, id and members."""
    board = sandbox.add_stream("board", [school.owner], private=True)
    assert [s["name"] for s in bot.get_streams()["streams"]] == ["class-7b-staff", "class-7b"]
    assert [s["name"] for s in student.get_streams()["streams"]] == ["class-7b"]
    assert bot.get_stream_id("class-7b")["stream_id"] == school.class_stream.stream_id
    assert bot.get_stream_id("board")["msg"] == "Invalid stream name 'board'"
    url = f"streams/{school.class_stream.stream_id}/members"
    members = bot.call_endpoint(url, method="GET")["subscribers"]
    assert set(members) == set(school.class_stream.subscribers)
    refused = bot.add_subscriptions([{"name": "board"}])
    assert refused["msg"] == "Unable to access stream (board)."
    assert board.stream_id not in [s["stream_id"] for s in bot.get_subscriptions()["subscriptions"]]


def test_subscribing_makes_streams(sandbox: Sandbox, school: School, bot: zulip.Client) -> None:
    """A stream that is not there is made; the second time it is known."""
    first = bot.add_subscriptions([{"name": "news"}], principals=[school.teacher.user_id])
    assert first["subscribed"] == {school.teacher.email: ["news"]}
    second = bot.add_subscriptions([{"name": "news"}], principals=[school.teacher.user_id])
    assert second["already_subscribed"] == {school.teacher.email: ["news"]}
    (news,) = [s for s in sandbox.streams() if s.name == "news"]
    assert news.subscribers == {school.teacher.user_id}


def test_a_renamed_stream_is_not_found_by_its_old_name(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """The id goes on working."""
    sandbox.rename_stream(school.class_stream, "class-8b")
    request = {"type": "stream", "to": "class-7b", "topic": "t", "content": "x"}
    assert bot.send_message(request)["code"] == "STREAM_DOES_NOT_EXIST"
    by_id = {**request, "to": school.class_stream.stream_id}
    assert bot.send_message(by_id)["result"] == "success"


def test_topics_are_listed_newest_first(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Each with its newest message."""
    for topic in ("a", "b", "a"):
        newest = sandbox.post(school.teacher, "x", stream=school.class_stream, topic=topic)
    answer = bot.get_stream_topics(school.class_stream.stream_id)
    assert [one["name"] for one in answer["topics"]] == ["a", "b"]
    assert answer["topics"][0]["max_id"] == newest.message_id


def test_typing_is_noted(sandbox: Sandbox, school: School, bot: zulip.Client) -> None:
    """A start and a stop, to people; a stranger is refused."""
    for op in ("start", "stop"):
        bot.set_typing_status({"op": op, "to": [school.teacher.user_id]})
    assert [notice["op"] for notice in sandbox.typing()] == ["start", "stop"]
    refused = bot.set_typing_status({"op": "start", "to": [999]})
    assert refused["msg"] == "Invalid user ID 999"


def test_bot_storage_keeps_values(bot: zulip.Client) -> None:
    """Put, get, and a key that is not there."""
    bot.update_storage({"storage": {"cursor": "7"}})
    assert bot.get_storage({"keys": ["cursor"]})["storage"] == {"cursor": "7"}
    assert bot.get_storage({"keys": ["other"]})["msg"] == "Key does not exist."


def test_the_two_hundred_and_first_request_is_refused(clock: Clock, connect: Any) -> None:
    """Per user, sliding, with a bucket of its own for events, and gone after the window."""
    with Sandbox(clock=clock) as sandbox:
        ana, ben = sandbox.add_user("Ana"), sandbox.add_user("Ben")
        client = connect(sandbox, ana)
        queue = client.register([])["queue_id"]
        clock.go_on(8.5)
        for _ in range(199):
            assert client.get_profile()["result"] == "success"
        refused = client.get_profile()
        assert refused == {
            "result": "error",
            "msg": "API usage exceeded rate limit",
            "code": "RATE_LIMIT_HIT",
            "retry-after": 51.5,
        }
        auth = (ana.email, ana.api_key)
        raw = requests.get(f"{sandbox.url}/api/v1/users/me", auth=auth, timeout=5)
        assert raw.status_code == 429
        assert (raw.headers["Retry-After"], raw.headers["X-RateLimit-Remaining"]) == ("51.5", "0")
        poll = client.get_events(queue_id=queue, last_event_id=-1, dont_block=True)
        assert poll["result"] == "success"
        assert connect(sandbox, ben).get_profile()["result"] == "success"
        clock.go_on(51.5)
        assert client.get_profile()["result"] == "success"


def test_a_limit_can_be_named(connect: Any) -> None:
    """Any number and window."""
    with Sandbox(rate_limit=RateLimit(2, 3600)) as sandbox:
        client = connect(sandbox, sandbox.add_user("Ana"))
        answers = [client.get_profile()["result"] for _ in range(3)]
        assert answers == ["success", "success", "error"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "nothing", 404), ("DELETE", "messages", 405)]
)
def test_unknown_calls_are_json_too(
    sandbox: Sandbox, school: School, method: str, path: str, status: int
) -> None:
    """404 and 405 come with Zulip's shape."""
    auth = (school.bot.email, school.bot.api_key)
    answer = requests.request(method, f"{sandbox.url}/api/v1/{path}", auth=auth, timeout=5)
    assert (answer.status_code, answer.json()["result"]) == (status, "error")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="own"),
        pytest.param({"Host": "evil.example"}, 403, id="rebound name"),
        pytest.param({"Host": "127.0.0.1.evil.example:80"}, 403, id="look-alike"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="other site"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="other site, no origin"),
    ],
)
def test_only_this_machine_is_served(
    sandbox: Sandbox, school: School, headers: dict[str, str], status: int
) -> None:
    """A foreign Host or Origin is refused before anything is done."""
    answer = requests.post(
        f"{sandbox.url}/api/v1/messages",
        auth=(school.bot.email, school.bot.api_key),
        data={"type": "private", "to": str(school.teacher.user_id), "content": "x"},
        headers=headers,
        timeout=5,
    )
    assert answer.status_code == status
    assert len(sandbox.messages()) == (status == 200)


def test_a_taken_port_is_said(sandbox: Sandbox) -> None:
    """The sentence says what to do."""
    port = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(InputError, match=f"cannot listen on port {port}; name another port"):
        Sandbox(port=port).start()
