"""The port to a language model: what it may be asked, and the reasons why it gave nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from nudgebot.errors import NudgebotError


class Reason(StrEnum):
    """Why a template is sent as it is; the values are for people and are kept in the store."""

    # The model gave no answer.
    SLOW = "the model took too long"
    UNREACHABLE = "the model could not be reached"
    BUSY = "the model has too much to do (429)"
    DECLINED = "the model's server declined the request (4xx)"
    FAULT = "the model's server failed (5xx)"
    GARBLED = "the answer could not be read"
    TOO_LARGE = "the answer was too large"
    UNWILLING = "the model refused"
    # It was not asked.
    RESTING = "the model rests after several failures"
    NO_TIME = "there was no more time for the model in this run"
    NO_BUDGET = "the day's requests are used up"
    UNFIT_BEFORE = "the last answers for these words were not fit, and it is too early to ask again"
    NOT_PLAIN = "the template has marks or values that cannot be locked"
    # The answer was not fit to send.
    EMPTY = "the answer was empty"
    CUT_OFF = "the answer was cut off"
    LONG = "the answer was too long"
    PLACEHOLDERS = "the answer did not keep the placeholders"
    NUMBER = "the answer brought a number of its own"
    NAME = "the answer brought a name"
    CLAIM = "the answer said something that the template does not"
    MARKUP = "the answer had a link, a mention or other marks"
    LANGUAGE = "the answer was in another language"
    TONE = "the answer threatened or blamed"
    CHATTER = "the answer spoke about the task"
    # Something in the program itself.
    STUMBLED = "the program stumbled"


class ModelError(NudgebotError):
    """The model gave nothing that can be sent; its text is the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason[0].upper()}{reason[1:]}.")
        self.reason = reason


@dataclass(frozen=True)
class Mark:
    """A placeholder such as `⟦A⟧`, and in words what it stands for; never the value."""

    sign: str
    meaning: str


@dataclass(frozen=True)
class Ask:
    """All that a model is given: a template with marks for values, and what it is meant to do.

    `reasons` are codes such as `days_since_last_activity: high`. No part of it is about a person.
    """

    text: str
    marks: tuple[Mark, ...]
    tone: str
    goal: str
    call_to_action: str
    language: str
    reasons: tuple[str, ...] = ()


class Rewriter(Protocol):
    """Says a template in other words; the texts it gives are not to be trusted."""

    @property
    def name(self) -> str:
        """Which model it is; another one writes other words."""

    def rewrite(self, ask: Ask, *, seconds: float) -> str:
        """The model's words, as they came, within so many seconds in all.

        Raises ModelError with the reason where there are none.
        """
