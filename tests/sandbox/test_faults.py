"""Every fault, seen through the real client: what was processed, and what the client can tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.server import Sandbox

from .bench import Queue

Send = Callable[[], dict[str, Any]]


@pytest.fixture
def send(school: School, bot: zulip.Client) -> Send:
    """Sends one direct message to the teacher."""
    request = {"type": "private", "to": [school.teacher.user_id], "content": "x"}
    return lambda: bot.send_message(request)


def test_a_drop_before_processing_loses_the_message(sandbox: Sandbox, send: Send) -> None:
    """The client sees a broken connection, and nothing was sent; the next try works."""
    sandbox.faults.drop_before(1, path="/messages")
    with pytest.raises(requests.exceptions.ConnectionError):
        send()
    assert sandbox.messages() == ()
    assert send()["result"] == "success"
    assert sandbox.faults.counts == {"drop_before": 1}


def test_a_drop_after_processing_keeps_the_message(sandbox: Sandbox, send: Send) -> None:
    """The client sees the same broken connection, but the message is there."""
    sandbox.faults.drop_after(1, path="/messages")
    with pytest.raises(requests.exceptions.ConnectionError):
        send()
    assert len(sandbox.messages()) == 1
    assert sandbox.faults.counts == {"drop_after": 1}


@pytest.mark.parametrize("processed", [False, True])
def test_a_proxys_page_tells_nothing(sandbox: Sandbox, send: Send, processed: bool) -> None:
    """The client answers `http-error` whether or not the server has done the work."""
    sandbox.faults.answer(status=502, processed=processed, path="/messages")
    assert send() == {
        "result": "http-error",
        "msg": "Unexpected error from the server",
        "status_code": 502,
    }
    assert len(sandbox.messages()) == processed


def test_the_clients_own_retry_doubles_a_message(sandbox: Sandbox, school: School) -> None:
    """The trap that `retry_on_errors=False` avoids: a 502 after processing is posted again."""
    sandbox.faults.answer(status=502, processed=True, path="/messages")
    bot = school.bot
    client = zulip.Client(email=bot.email, api_key=bot.api_key, site=sandbox.url)
    answer = client.send_message(
        {"type": "private", "to": [school.teacher.user_id], "content": "x"}
    )
    assert client.session is not None
    client.session.close()
    assert answer["result"] == "success"
    assert len(sandbox.messages()) == 2


def test_a_rate_limit_on_demand(sandbox: Sandbox, send: Send) -> None:
    """So many times, with the wait that was asked for, and nothing is processed."""
    sandbox.faults.rate_limit(2, retry_after_seconds=0.25, path="/messages")
    answers = [send(), send(), send()]
    assert [one.get("code") for one in answers] == ["RATE_LIMIT_HIT", "RATE_LIMIT_HIT", None]
    assert answers[0]["retry-after"] == 0.25
    assert len(sandbox.messages()) == 1


def test_a_delay_lets_the_client_time_out_after_the_work(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """The message is there although the client gave up; a stop cuts the delay short."""
    sandbox.faults.delay(1, seconds=60, path="/messages")
    data = {"type": "private", "to": [school.teacher.user_id], "content": "x"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        bot.call_endpoint("messages", request=data, timeout=0.1)
    assert len(sandbox.messages()) == 1
    before = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - before < 5


def test_a_short_delay_only_takes_time(sandbox: Sandbox, send: Send) -> None:
    """Before or after the work, the answer is the usual one."""
    sandbox.faults.delay(1, seconds=0.01, processed=False, path="/messages")
    assert send()["result"] == "success"
    assert sandbox.faults.counts == {"delay": 1}


@pytest.mark.parametrize(
    ("scope", "hit"),
    [
        pytest.param({"path": "/messages"}, True, id="path"),
        pytest.param({"path": "/mess*"}, True, id="pattern"),
        pytest.param({"path": "/messages/*"}, False, id="below"),
        pytest.param({"method": "POST"}, True, id="method"),
        pytest.param({"method": "GET", "path": "/messages"}, False, id="other method"),
        pytest.param({}, True, id="anything"),
    ],
)
def test_a_fault_keeps_to_its_scope(
    sandbox: Sandbox, send: Send, scope: dict[str, str], hit: bool
) -> None:
    """Only requests of that method and path meet it."""
    sandbox.faults.rate_limit(1, **scope)  # type: ignore[arg-type]  # method and path are text
    assert (send().get("code") == "RATE_LIMIT_HIT") is hit
    assert sandbox.faults.waiting == (0 if hit else 1)


def test_a_fault_may_be_for_one_user(
    sandbox: Sandbox, school: School, bot: zulip.Client, teacher: zulip.Client
) -> None:
    """Others do not meet it, and `clear` takes it away."""
    sandbox.faults.rate_limit(2, user=school.teacher)
    assert bot.get_profile()["result"] == "success"
    assert teacher.get_profile()["code"] == "RATE_LIMIT_HIT"
    sandbox.faults.clear()
    assert teacher.get_profile()["result"] == "success"


def _torture(send: Send) -> list[str]:
    outcomes = []
    for _ in range(60):
        try:
            outcomes.append(send()["result"])
        except requests.exceptions.ConnectionError:
            outcomes.append("broken")
    return outcomes


def test_chance_comes_from_a_seed(sandbox: Sandbox, send: Send) -> None:
    """The same seed gives the same run; what was processed is there, the rest is not."""

    def plan() -> None:
        sandbox.faults.probability(
            drop_before=0.2, drop_after=0.2, bad_gateway=0.1, seed=7, path="/messages"
        )

    plan()
    first = _torture(send)
    sent = len(sandbox.messages())
    counts = sandbox.faults.counts
    assert set(first) == {"success", "broken", "http-error"}
    assert sent == 60 - counts["drop_before"]
    sandbox.faults.clear()
    plan()
    assert _torture(send) == first


def test_a_server_that_went_away_comes_back_as_it_was(
    sandbox: Sandbox, school: School, bot: zulip.Client, send: Send
) -> None:
    """Connections are cut and refused; afterwards port, messages and queues are there again."""
    queue = Queue(bot, ["message"])
    broken: list[bool] = []

    def poll() -> None:
        try:
            queue.poll(dont_block=False)
        except requests.exceptions.ConnectionError:
            broken.append(True)

    thread = threading.Thread(target=poll)
    thread.start()
    assert sandbox.wait_for(lambda: sandbox.polling(school.bot))
    sandbox.faults.go_away()
    thread.join(5)
    assert broken == [True]
    with pytest.raises(requests.exceptions.ConnectionError):
        send()
    sandbox.say(school.teacher, "meanwhile", school.bot)
    sandbox.faults.come_back()
    assert send()["result"] == "success"
    assert [event["message"]["content"] for event in queue.poll()] == ["meanwhile", "x"]


def test_requests_are_counted(sandbox: Sandbox, send: Send) -> None:
    """Each call by method and path, those that met a fault too."""
    sandbox.faults.drop_before(1, path="/messages")
    with pytest.raises(requests.exceptions.ConnectionError):
        send()
    send()
    assert sandbox.requests["POST /messages"] == 2


def test_five_hundred_messages_are_quick(sandbox: Sandbox, send: Send) -> None:
    """A bench that is slow would hide what it measures; five seconds are ten times the usual."""
    start = time.monotonic()
    for _ in range(500):
        send()
    assert time.monotonic() - start < 5
    assert len(sandbox.messages()) == 500
