"""The service's threads: jobs run, a failing one does no harm, and the end is clean."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from nudgebot.errors import NudgebotError
from nudgebot.service import Job, Service

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


def _service(
    jobs: list[Job],
    stopping: threading.Event,
    *,
    listen: Callable[[], object] | None = None,
    done: Callable[[str, object], None] = lambda _name, _result: None,
) -> Service:
    return Service(
        jobs,
        listen=listen or stopping.wait,
        clock=lambda: NOW,
        stopping=stopping,
        done=done,
    )


def test_a_failing_job_starves_no_other_one() -> None:
    """Both kinds of failure are survived, and every job gets the same kind of moment."""
    stopping = threading.Event()
    seen: list[tuple[str, object]] = []

    def refuses(_: datetime) -> None:
        raise NudgebotError("not now")

    def breaks(_: datetime) -> None:
        raise ZeroDivisionError

    def ends(as_of: datetime) -> datetime:
        stopping.set()
        return as_of

    jobs = [Job("refuses", 1, refuses), Job("breaks", 1, breaks), Job("ends", 1, ends)]
    _service(jobs, stopping, done=lambda name, result: seen.append((name, result))).run()
    assert seen == [("ends", NOW)]


def test_a_job_runs_again_after_it_failed() -> None:
    """What failed once is done when it is due again."""
    stopping = threading.Event()
    tries = []

    def second_time_lucky(_: datetime) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        stopping.set()

    _service([Job("job", 1, second_time_lucky)], stopping).run()
    assert len(tries) == 2


def test_a_deaf_service_ends_with_what_made_it_deaf() -> None:
    """It must not stay up and look healthy."""
    stopping = threading.Event()

    def locked_out() -> None:
        raise NudgebotError("The key is not accepted any more.")

    with pytest.raises(NudgebotError, match="not accepted"):
        _service([], stopping, listen=locked_out).run()
    assert stopping.is_set()


def test_stopping_ends_both_threads() -> None:
    """The listener has come home when `run` returns."""
    stopping = threading.Event()
    stopping.set()
    before = threading.active_count()
    _service([Job("never", 1, lambda _: pytest.fail("ran"))], stopping).run()
    assert threading.active_count() == before


def test_a_job_that_is_rarely_due_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment without Zulip at the start must not leave everybody a stranger for long."""
    monkeypatch.setattr("nudgebot.service.loop.RETRY_SECONDS", 1)
    stopping = threading.Event()
    tries = []

    def second_time_lucky(_: datetime) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise NudgebotError("not yet")
        stopping.set()

    _service([Job("people", 900, second_time_lucky)], stopping).run()
    assert len(tries) == 2
