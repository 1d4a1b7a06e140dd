"""Few requests for many students, within the limits of run and day, and nobody's data in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.samples import (
    GOOD,
    NOW,
    SCORES,
    STREAK,
    TODAY,
    VIDEOS,
    Words,
    as_template,
    by_model,
    composer,
    facts,
)
from model.server import Endpoint, endpoint, says
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.model import Ask, ModelError, Reason
from nudgebot.nudging.model_texts import uses
from nudgebot.nudging.personal import WORDINGS
from nudgebot.nudging.rule import Rule, Test
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.nudging.templates import read_templates
from nudgebot.store import Store


class Model:
    """A model that answers by a function of how often it was asked, and takes its time."""

    name = "fake"

    def __init__(self, answer: Callable[[int], str | Reason] = lambda _: GOOD) -> None:
        self._answer = answer
        self.asks: list[Ask] = []
        self.given: list[float] = []
        self.takes = 0.0
        self.clock = 0.0

    def rewrite(self, ask: Ask, *, seconds: float) -> str:
        self.asks.append(ask)
        self.given.append(seconds)
        self.clock += self.takes
        answer = self._answer(len(self.asks))
        if isinstance(answer, Reason):
            raise ModelError(answer)
        return answer

    def composer(self, store: Store, words: Words | None = None, **limits: int) -> Composer:
        personal = by_model(store, self, stopwatch=lambda: self.clock, **limits)
        return Composer(words or Words(), personal)


def _another(nth: int) -> str:
    return GOOD.replace("Streaks", f"Well, {'really ' * nth}streaks")


def test_a_class_of_500_asks_a_few_times(store: Store) -> None:
    """Each wording is asked for once, kept over a restart, and serves about as many students."""
    model = Model(_another)
    restarted = [model.composer(store) for _ in range(5)]
    texts = Counter(
        restarted[number // 100].compose(STREAK, facts(f"s{number}")).text for number in range(500)
    )
    assert len(model.asks) == len(texts) == WORDINGS
    assert min(texts.values()) > 100
    counted = uses(store, TODAY)
    assert (counted.asked, counted.by_model, counted.templates) == (WORDINGS, 500, {})


def test_on_another_day_the_same_nudge_has_other_words_for_some(store: Store) -> None:
    """Who gets the same nudge again does not always read the same."""
    model = Model(_another)
    writer = model.composer(store)
    read = {
        writer.compose(STREAK, facts(as_of=NOW + timedelta(days=days))).body for days in range(20)
    }
    assert len(read) == WORDINGS


def test_kept_words_end_after_30_days_and_with_the_template(store: Store, tmp_path: Path) -> None:
    """A changed template, rule or tone is asked for anew, and so is what is 30 days old."""
    model = Model()
    writer = model.composer(store)
    writer.compose(STREAK, facts())
    for number in range(20):
        writer.compose(STREAK, facts(f"s{number}", as_of=NOW + timedelta(days=29)))
    assert len(model.asks) == WORDINGS
    writer.compose(STREAK, facts(as_of=NOW + timedelta(days=60)))
    assert len(model.asks) == WORDINGS + 1
    assert store.value("SELECT COUNT(*) FROM model_texts") == 1, "what has expired is gone"
    for source in Path(__file__).parents[2].joinpath("message_templates").glob("*.md"):
        text = source.read_text(encoding="utf-8").replace("happens to everyone", "is common")
        (tmp_path / source.name).write_text(text, encoding="utf-8")
    changed = model.composer(store, Words(read_templates(tmp_path)))
    changed.compose(STREAK, facts(as_of=NOW + timedelta(days=60)))
    assert "is common" in model.asks[-1].text


def test_the_days_budget_is_kept_over_restarts(store: Store) -> None:
    """Beyond it templates are sent, counted with the reason; the next day has its own."""
    model = Model(lambda _: Reason.GARBLED)
    for number in range(6):
        made = model.composer(store, requests_a_day=4).compose(STREAK, facts(f"s{number}"))
        assert made.text == as_template(STREAK, facts(f"s{number}"))
    assert len(model.asks) == 4
    assert uses(store, TODAY).templates == {Reason.GARBLED: 4, Reason.NO_BUDGET: 2}
    model.composer(store, requests_a_day=4).compose(STREAK, facts(as_of=NOW + timedelta(days=1)))
    assert len(model.asks) == 5


def test_after_three_failures_in_a_row_the_model_rests(store: Store) -> None:
    """For ten minutes it is not asked; then it is, and one success is enough to go on."""
    model = Model(lambda nth: GOOD if nth == 4 else Reason.FAULT)
    writer = model.composer(store)
    for number in range(10):
        writer.compose(STREAK, facts(f"s{number}"))
    assert len(model.asks) == 3
    writer.compose(STREAK, facts(as_of=NOW + timedelta(minutes=9)))
    assert len(model.asks) == 3
    made = writer.compose(STREAK, facts(as_of=NOW + timedelta(minutes=10)))
    assert (len(model.asks), made.words) == (4, "model")


def test_a_run_waits_no_longer_for_the_model_than_the_setting_says(store: Store) -> None:
    """All requests of a run share its seconds; the next run has its own."""
    model = Model()
    model.takes = 2.0
    writer = model.composer(store, seconds=5)
    rules = [replace(STREAK, id=f"r{number}") for number in range(6)]
    said = [writer.compose(rule, facts()).words for rule in rules]
    assert model.given == [5.0, 3.0, 1.0]
    assert said == ["model"] * 3 + [Reason.NO_TIME] * 3
    assert writer.compose(rules[3], facts(as_of=NOW + timedelta(minutes=1))).words == "model"


def test_words_that_were_not_fit_are_not_asked_for_again_at_once(store: Store) -> None:
    """An hour has to pass; what other wordings there are serve until then."""
    model = Model(lambda nth: "No marks." if nth == 1 else GOOD)
    writer = model.composer(store)
    first = writer.compose(STREAK, facts())
    again = writer.compose(STREAK, facts())
    assert (first.words, again.words) == (Reason.PLACEHOLDERS, Reason.UNFIT_BEFORE)
    assert len(model.asks) == 1
    for number in range(20):
        writer.compose(STREAK, facts(f"s{number}"))
    assert writer.compose(STREAK, facts()).words == "model", "another wording serves"
    assert len(model.asks) == WORDINGS


def test_an_error_in_the_program_costs_no_message(store: Store) -> None:
    """Whatever breaks, the template is sent."""

    def broken(_: int) -> str:
        raise RuntimeError

    made = Model(broken).composer(store).compose(STREAK, facts())
    assert (made.text, made.words) == (as_template(STREAK, facts()), Reason.STUMBLED)


def test_reasons_are_codes_without_values(store: Store) -> None:
    """The model hears which way a rule looks at a metric, never what it is held against."""
    model = Model()
    model.composer(store).compose(
        replace(SCORES, conditions=Test("average_score", "less_than", 61.25)), facts()
    )
    assert model.asks[0].reasons == ("encouragement", "average_score: low")


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=4, max_size=12).map(
    lambda name: f"Qx{name}zQ"
)
NUMBERS = st.integers(100_000, 999_999)
SOMEBODY = facts(figures={"average_score": 77.0, "highest_streak": 9})


@settings(max_examples=15, deadline=None)
@given(name=NAMES, other=NAMES, number=NUMBERS, share=st.floats(0.01, 1.0))
def test_no_students_data_leave_the_house(
    name: str, other: str, number: int, share: float, wire: Wire
) -> None:
    """What goes over the wire is the same to the byte whoever it is about, and holds none of it."""
    figures = {
        "highest_streak": number, "videos_started": number, "average_score": float(number),
        "video_completion_rate": share, "weakest_subject": other,
    }  # fmt: skip
    about = facts(
        f"id{number}", first_name=name, full_name=f"{name} {other}", class_name=other,
        teacher=other, subjects=(other,), figures=figures,
    )  # fmt: skip
    for which in (STREAK, VIDEOS, SCORES):
        body = wire.body(which, about)
        assert body == wire.body(which, SOMEBODY)
        text = json.dumps(json.loads(body), ensure_ascii=False)
        assert "⟦A⟧" in text
        for secret in (name, other, str(number), "Ana"):
            assert secret not in text


class Wire:
    """An endpoint that every message is asked for anew."""

    def __init__(self, store: Store, model: Endpoint) -> None:
        self._model = model
        self._composer = composer(store, model.url, requests_a_day=10**6, seconds=600)
        self._nth = 0

    def body(self, which: Rule, about: Facts) -> bytes:
        """What is asked for a message; a rule's id is part of no request, only of what is kept."""
        self._nth += 1
        made = self._composer.compose(replace(which, id=f"rule{self._nth}"), about)
        assert made.words == "model"
        return self._model.bodies[-1]


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Such an endpoint, with a store of its own."""
    store = Store(tmp_path_factory.mktemp("wire") / "school.db", [NUDGING])
    with endpoint(_keeps_marks) as model:
        yield Wire(store, model)
    store.close()


def _keeps_marks(made: Endpoint, handler: BaseHTTPRequestHandler) -> None:
    """Answer with the message that was to be reworded."""
    asked = made.asked[-1]["messages"][1]["content"]
    says(asked.partition("Message:\n")[2])(made, handler)
