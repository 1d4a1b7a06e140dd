"""Whatever a model's server does, the student gets a correct message, in time."""

from __future__ import annotations

import json

import pytest

from model.samples import GOOD, STREAK, TODAY, as_template, composer, facts
from model.server import (
    Behaviour,
    breaks_off,
    completion,
    drips_body,
    drips_head,
    endpoint,
    gives,
    hangs,
    hangs_up,
    refused_url,
    says,
)
from nudgebot.nudging.model import Reason
from nudgebot.nudging.model_texts import uses
from nudgebot.store import Store

SHORT = 0.3


def test_a_good_answer_is_sent_with_the_templates_facts(store: Store) -> None:
    """The model's words, around the figure, the call to action and the frame of the template."""
    with endpoint(says(GOOD)) as model:
        made = composer(store, model.url).compose(STREAK, facts())
    assert made.words == "model"
    assert "You once kept going for 7 days in a row" in made.text
    assert "**Start a new streak today:** ten minutes on any topic you like will do." in made.text
    assert made.text.startswith("Hi Ana,\n")
    assert made.text.endswith("This is as of <time:2026-11-19T06:00:00Z>.")
    assert model.paths == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    "behave", [hangs, drips_body, drips_head], ids=["hangs", "drips its body", "drips its head"]
)
def test_who_is_too_slow_is_not_waited_for(store: Store, behave: Behaviour) -> None:
    """The message is made while the server is still at it; then the server is hung up on."""
    with endpoint(behave) as model:
        made = composer(store, model.url, seconds=SHORT).compose(STREAK, facts())
        assert model.arrived.is_set()
        assert made.text == as_template(STREAK, facts())
        assert made.words == Reason.SLOW
        assert model.gone.wait(10), "the client still listens"


def test_a_server_that_is_not_there_costs_nothing(store: Store) -> None:
    """A refused connection is no message lost."""
    made = composer(store, refused_url()).compose(STREAK, facts())
    assert made.text == as_template(STREAK, facts())
    assert made.words == Reason.UNREACHABLE


FAILURES: dict[str, tuple[Behaviour, Reason]] = {
    "500": (gives(b"oh", 500), Reason.FAULT),
    "503 with an endless body": (gives(b"a" * 5_000_000, 503), Reason.FAULT),
    "429": (gives(b"{}", 429, **{"Retry-After": "3600"}), Reason.BUSY),
    "401": (gives(b"{}", 401), Reason.DECLINED),
    "a redirection": (gives(b"", 307, Location="http://127.0.0.1:9/"), Reason.DECLINED),
    "broken JSON": (gives(b'{"choices": [{'), Reason.GARBLED),
    "no JSON": (gives(b"<html>"), Reason.GARBLED),
    "not UTF-8": (gives(b"\xff\xfe\xfa"), Reason.GARBLED),
    "JSON of another kind": (gives(b"[1, 2]"), Reason.GARBLED),
    "nested too deep": (gives(b"[" * 60_000), Reason.GARBLED),
    "no choices": (gives(b'{"choices": []}'), Reason.GARBLED),
    "no message": (gives(b'{"choices": [{"message": null}]}'), Reason.GARBLED),
    "content that is a list": (says([{"type": "text", "text": GOOD}]), Reason.GARBLED),
    "breaks off": (breaks_off, Reason.GARBLED),
    "hangs up": (hangs_up, Reason.UNREACHABLE),
    "too much": (gives(completion("a" * 1_000_000)), Reason.TOO_LARGE),
    "nothing": (says(""), Reason.EMPTY),
    "null": (says(None), Reason.EMPTY),
    "blanks": (says(" \n "), Reason.EMPTY),
    "refuses": (says(GOOD, refusal="I would rather not."), Reason.UNWILLING),
    "filtered": (says(GOOD, "content_filter"), Reason.UNWILLING),
    "cut off": (says(GOOD, "length"), Reason.CUT_OFF),
}


@pytest.mark.parametrize(("behave", "reason"), FAILURES.values(), ids=list(FAILURES))
def test_a_failing_server_leaves_the_template(
    store: Store, behave: Behaviour, reason: Reason
) -> None:
    """The template's message, whole; the reason is counted, and one request was made, not three."""
    with endpoint(behave) as model:
        made = composer(store, model.url).compose(STREAK, facts())
    assert made.text == as_template(STREAK, facts())
    assert made.words == reason
    assert len(model.bodies) == 1
    counted = uses(store, TODAY)
    assert (counted.asked, counted.by_model) == (1, 0)
    assert counted.failed == counted.templates == {reason.value: 1}


def test_what_is_asked_is_what_the_settings_say(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key and the headers go along, and no other program's key does."""
    monkeypatch.setenv("OPENAI_API_KEY", "another-programs")
    with endpoint(says(GOOD)) as model:
        composer(store, model.url).compose(STREAK, facts())
    (asked,) = model.asked
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("m", 0.7, 400)
    assert model.headers[0]["authorization"] == "Bearer k"
    assert "another" not in json.dumps(model.headers)
