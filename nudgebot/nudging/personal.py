"""Personal words: a nudge's template said anew by the model, or why it is said as it is.

The model is asked for a few wordings of each locked message, which are kept and serve many
students; which one a student gets is drawn by hash, anew each day.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from nudgebot.nudging.fact_lock import Locked
from nudgebot.nudging.fact_lock_answer import checked
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.model import Ask, ModelError, Reason, Rewriter
from nudgebot.nudging.model_prompt import VERSION
from nudgebot.nudging.model_texts import BY_MODEL, ModelTexts
from nudgebot.nudging.personal_marks import MarkedRenderer
from nudgebot.nudging.rendering import Safe
from nudgebot.nudging.rule import Rule, tests_in
from nudgebot.nudging.templates import Template

log = logging.getLogger(__name__)

WORDINGS = 3
FAILURES_IN_A_ROW = 3
REST = timedelta(minutes=10)
LEAST_SECONDS = 0.05

# Which way a rule looks at a metric; what it is held against is never told.
_DIRECTIONS = {
    "less_than": "low",
    "at_most": "low",
    "greater_than": "high",
    "at_least": "high",
    "is_unknown": "unknown",
    "is_known": "known",
}


@dataclass(frozen=True)
class Reworded:
    """A text, and whose words it is in: `model`, or the reason why they are the template's."""

    text: Safe
    words: str


class Personal(Protocol):
    """Says a rendered template in other words; never raises, the template itself always does."""

    def reword(
        self,
        template: Template,
        context: Mapping[str, Any],
        rendered: Safe,
        *,
        facts: Facts,
        rule: Rule | None,
    ) -> Reworded:
        """The `rendered` template in other words, or as it is, with the reason."""


@dataclass(frozen=True)
class Limits:
    """What the model may cost: seconds a run (of one `as_of`), and requests a day."""

    seconds: float
    requests_a_day: int


class ByModel:
    """Asks a model within the limits, and rests when it keeps failing.

    `names` gives the case-folded words of the names of the school's people: no answer with one of
    them is taken. With `counting` off the messages are not counted, for they are only looked at.
    """

    def __init__(
        self,
        rewriter: Rewriter,
        texts: ModelTexts,
        limits: Limits,
        *,
        names: Callable[[], Collection[str]] = frozenset,
        stopwatch: Callable[[], float] = time.monotonic,
        counting: bool = True,
    ) -> None:
        self._rewriter = rewriter
        self._texts = texts
        self._limits = limits
        self._names = names
        self._stopwatch = stopwatch
        self._counting = counting
        self._marked = MarkedRenderer()
        self._run: datetime | None = None
        self._seconds_left = limits.seconds
        self._failures = 0
        self._rests_until: datetime | None = None

    def reword(
        self,
        template: Template,
        context: Mapping[str, Any],
        rendered: Safe,
        *,
        facts: Facts,
        rule: Rule | None,
    ) -> Reworded:
        """The template in the model's words, or as it is, with the reason."""
        try:
            locked = self._marked.locked(template, context, rendered)
            ask = _ask(template, locked, rule)
            made = Reworded(locked.filled(self._text(ask, locked, facts, rule, template)), BY_MODEL)
        except ModelError as error:
            made = Reworded(rendered, error.reason.value)
        except Exception:  # whatever it was, the student gets her message
            log.exception("rewording stumbled template=%s", template.id)
            made = Reworded(rendered, Reason.STUMBLED.value)
        if self._counting:
            self._texts.worded(made.words, facts.as_of)
        return made

    def _text(
        self, ask: Ask, locked: Locked, facts: Facts, rule: Rule | None, template: Template
    ) -> str:
        """A kept wording, or a new one where the one drawn for the student is not there yet."""
        key = key_of(ask, rule_id=rule.id if rule else "", template_id=template.id,
                     model=self._rewriter.name)  # fmt: skip
        kept = self._texts.of(key, facts.as_of)
        slot = _slot(key, facts)
        if kept.get(slot):
            return kept[slot]
        others = [kept[each] for each in sorted(kept) if kept[each]]
        try:
            if slot in kept:
                raise ModelError(Reason.UNFIT_BEFORE)
            return self._asked(ask, locked, key, slot, facts.as_of)
        except ModelError:
            if others:
                return others[slot % len(others)]
            raise

    def _asked(self, ask: Ask, locked: Locked, key: str, slot: int, as_of: datetime) -> str:
        self._may_ask(as_of)
        try:
            began = self._stopwatch()
            try:
                answer = self._rewriter.rewrite(ask, seconds=self._seconds_left)
            finally:
                self._seconds_left -= self._stopwatch() - began
            text = checked(locked, answer, names=self._names())
        except ModelError as error:
            self._failed(error.reason, as_of)
            if error.reason in _ABOUT_THE_ANSWER:
                self._texts.keep(key, slot, "", as_of)
            raise
        self._failures = 0
        self._texts.keep(key, slot, text, as_of)
        return text

    def _may_ask(self, as_of: datetime) -> None:
        if self._run != as_of:
            self._run, self._seconds_left = as_of, self._limits.seconds
        if self._rests_until is not None and as_of < self._rests_until:
            raise ModelError(Reason.RESTING)
        if self._seconds_left < LEAST_SECONDS:
            raise ModelError(Reason.NO_TIME)
        if not self._texts.asking(as_of, at_most=self._limits.requests_a_day):
            raise ModelError(Reason.NO_BUDGET)

    def _failed(self, reason: Reason, as_of: datetime) -> None:
        self._texts.failed(reason, as_of)
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self._failures, self._rests_until = 0, as_of + REST
            log.warning("the model failed %d times in a row: %s", FAILURES_IN_A_ROW, reason.value)


_ABOUT_THE_ANSWER = frozenset(Reason) - {
    Reason.SLOW,
    Reason.UNREACHABLE,
    Reason.BUSY,
    Reason.DECLINED,
    Reason.FAULT,
    Reason.GARBLED,
    Reason.STUMBLED,
}
"""What makes it useless to ask the same thing again at once."""


def key_of(ask: Ask, *, rule_id: str, template_id: str, model: str) -> str:
    """The key that wordings are kept under: a hash of all that they depend on."""
    parts = [
        VERSION, model, rule_id, template_id, ask.tone, ask.goal, ask.call_to_action, ask.language,
        ask.reasons, ask.text, [[mark.sign, mark.meaning] for mark in ask.marks],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _slot(key: str, facts: Facts) -> int:
    drawn = hashlib.sha256(f"{key}:{facts.student_id}:{facts.today}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % WORDINGS


def _ask(template: Template, locked: Locked, rule: Rule | None) -> Ask:
    return Ask(
        text=locked.text,
        marks=locked.marks,
        tone=template.tone,
        goal=template.goal,
        call_to_action=template.call_to_action,
        language=template.language,
        reasons=reasons_of(rule) if rule else (),
    )


def reasons_of(rule: Rule) -> tuple[str, ...]:
    """Why a rule fires, in codes: its type, and the metrics that it looks at, without values."""
    looked_at = [
        f"{test.metric}: {_DIRECTIONS.get(test.operator, 'as the rule says')}"
        for test in tests_in(rule.conditions)
    ]
    return tuple(dict.fromkeys((rule.type, *looked_at)))
