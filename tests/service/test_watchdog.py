"""The dead-man's switch: told once when the ticks stand still, and once when they go on."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.sandbox.server import Sandbox
from nudgebot.service import Job, Service
from nudgebot.service.alarm import Alarm
from nudgebot.service.manager import ALIVE, READY, notify
from nudgebot.service.pulse import Pulse
from nudgebot.service.watchdog import Watchdog
from nudgebot.store.soundness import DamagedError

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


class Hours:
    """A clock that is moved by hand, what was said, and how often all was well."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.said: list[str] = []
        self.alive = 0
        self.away = False

    def __call__(self) -> float:
        return self.seconds

    def say(self, text: str) -> None:
        if self.away:
            raise DeliveryError("away", accepted=False, retry_after_seconds=1.0)
        self.said.append(text)

    def count(self) -> None:
        self.alive += 1


def _watched(hours: Hours, minutes: int = 15) -> tuple[Pulse, Watchdog]:
    pulse = Pulse(hours)
    dog = Watchdog(pulse, minutes=minutes, say=hours.say, alive=hours.count, look_seconds=0.01)
    return pulse, dog


def test_one_incident_is_told_once_and_its_end_once() -> None:
    """The first word names the job that hangs; meanwhile the service manager hears nothing."""
    hours = Hours()
    pulse, dog = _watched(hours)
    with pulse.at_work("imports"):
        for hours.seconds in range(0, 3600, 60):
            dog.look()
    assert len(hours.said) == 1
    assert "the job “imports” has not come to an end for 15 minutes" in hours.said[0]
    assert hours.alive == 15
    for hours.seconds in range(3600, 4000, 60):
        pulse.beat()
        dog.look()
    assert len(hours.said) == 2
    assert "works again, after about 59 minutes" in hours.said[1]


def test_rounds_that_end_are_no_incident() -> None:
    """However long the day, as long as something comes to its end now and then."""
    hours = Hours()
    pulse, dog = _watched(hours)
    for hours.seconds in range(0, 24 * 3600, 600):
        pulse.beat()
        dog.look()
    assert hours.said == []


def test_nothing_is_watched_with_zero_minutes() -> None:
    """And the service manager still hears that the process lives."""
    hours = Hours()
    _pulse, dog = _watched(hours, minutes=0)
    hours.seconds = 1e6
    dog.look()
    assert (hours.said, hours.alive) == ([], 1)


def test_what_could_not_be_said_is_said_later_and_once(caplog: pytest.LogCaptureFixture) -> None:
    """With the server away, too, the admins hear of it; of what is over by then in one word."""
    hours = Hours()
    pulse, dog = _watched(hours)
    hours.seconds, hours.away = 1000, True
    dog.look()
    dog.look()
    assert caplog.text.count("stands still") == 1, "the log has it at once, and once"
    assert caplog.text.count("cannot say so yet") == 1
    hours.away = False
    dog.look()
    assert len(hours.said) == 1
    pulse.beat()
    dog.look()
    hours.seconds, hours.away = 3000, True
    dog.look()
    pulse.beat()
    dog.look()
    hours.away = False
    dog.look()
    dog.look()
    assert len(hours.said) == 3
    assert "stood still for about 33 minutes, could not say so" in hours.said[2]


def _fails(pulse: Pulse, name: str, error: Exception) -> None:
    with suppress(type(error)), pulse.at_work(name):
        raise error


def test_a_job_that_fails_again_and_again_is_told_once_and_its_end_once() -> None:
    """Rounds come to their end, so nothing stands still; the work is not done all the same."""
    hours = Hours()
    pulse, dog = _watched(hours)
    for hours.seconds in range(0, 3600, 60):
        _fails(pulse, "imports", sqlite3.OperationalError("database or disk is full"))
        with pulse.at_work("delivery"):
            pass
        dog.look()
    assert len(hours.said) == 1
    assert "failed for 15 minutes: “imports”" in hours.said[0]
    assert hours.alive == 60, "to be started again would not help"
    with pulse.at_work("imports"):
        pass
    dog.look()
    assert len(hours.said) == 2
    assert "All of nudgebot's work is done again" in hours.said[1]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(
            DeliveryError("away", accepted=False, retry_after_seconds=1.0), id="Zulip is away"
        ),
        pytest.param(DeliveryError("late", accepted=None), id="Zulip does not answer in time"),
    ],
)
def test_a_server_that_is_away_is_no_failing_job(error: DeliveryError) -> None:
    """What is due waits, and to say so to Zulip would help nobody."""
    hours = Hours()
    pulse, dog = _watched(hours)
    for hours.seconds in range(0, 3600, 60):
        _fails(pulse, "people", error)
        dog.look()
    assert hours.said == []


def test_one_failure_between_good_runs_is_no_incident() -> None:
    """Only failures that follow each other count."""
    hours = Hours()
    pulse, dog = _watched(hours)
    for hours.seconds in range(0, 3600, 120):
        _fails(pulse, "imports", ValueError())
        with pulse.at_work("imports"):
            pass
        dog.look()
    assert hours.said == []


def test_the_thread_tells_while_the_ticks_hang() -> None:
    """Nothing of the hanging thread is needed for it."""
    told, hours = threading.Event(), Hours()
    pulse = Pulse(hours)
    hours.seconds = 1000.0
    with Watchdog(pulse, minutes=1, say=lambda _: told.set(), look_seconds=0.01):
        assert told.wait(10)


def test_every_admin_is_told_once(tmp_path: Path) -> None:
    """A server that is away is tried again; a message that may have arrived is not repeated."""
    with Sandbox(rate_limit=None) as sandbox:
        admins = [sandbox.add_user(name, role=200) for name in ("Office", "Deputy")]
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=admins[0])
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), "utf-8")
        gateway = Gateway(partial(connect, zuliprc), sends_per_minute=100_000)
        alarm = Alarm(gateway, lambda: [each.user_id for each in admins])
        sandbox.faults.go_away()
        with pytest.raises(NudgebotError):
            alarm.say("It hangs.")
        sandbox.faults.come_back()
        sandbox.faults.drop_after(1, method="POST", path="/messages")
        alarm.say("It hangs.")
        assert [len(sandbox.messages_to(each)) for each in admins] == [1, 1]
        alarm.say("It hangs.")  # another day
        assert [len(sandbox.messages_to(each)) for each in admins] == [2, 2]
        gateway.close()


def test_systemd_hears_what_is_said_to_it(tmp_path: Path) -> None:
    """A datagram on the socket that it names; nothing where it names none or is gone."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(5)
        assert notify(READY, {"NOTIFY_SOCKET": str(path)})
        assert listening.recv(64) == b"READY=1"
    assert not notify(ALIVE, {})
    assert not notify(ALIVE, {"NOTIFY_SOCKET": str(path)})


def test_without_admins_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """Nor is the server asked for anything."""

    def fails() -> NoReturn:
        raise AssertionError

    gateway = Gateway(fails, sends_per_minute=60)
    Alarm(gateway, tuple).say("It hangs.")
    assert "no admin who could be told" in caplog.text


def _served(run: Callable[[datetime], object]) -> tuple[Service, Pulse]:
    stopping, pulse = threading.Event(), Pulse()
    service = Service(
        [Job("breaks", 1, run)],
        listen=stopping.wait,
        clock=lambda: NOW,
        stopping=stopping,
        pulse=pulse,
    )
    return service, pulse


def test_a_damaged_database_ends_the_service() -> None:
    """Every further write could make it worse; the sentence says how to restore."""

    def breaks(_: datetime) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    service, pulse = _served(breaks)
    with pytest.raises(DamagedError, match="nudgebot restore"):
        service.run()
    assert pulse.felt().at_work == ""
