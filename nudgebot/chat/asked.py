"""What a report is asked about: who, for which period, and in which form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nudgebot.chat.command import Call
from nudgebot.chat.finder import calendar
from nudgebot.chat.periods import period_of, split_period
from nudgebot.insight.report_data import DateRange

DEFAULT_DAYS = 28
FORMS = ("pdf", "csv")


@dataclass(frozen=True)
class Asked:
    """The words behind a command, taken apart.

    `period` is the words of the period, empty where none is given; `form` is pdf, csv or empty.
    """

    words: tuple[str, ...]
    period: str
    form: str

    @property
    def who(self) -> str:
        """The words that name somebody or something."""
        return " ".join(self.words)

    def again(self, command: str, *words: str) -> str:
        """The command with a place for whoever is meant, and the same period and form."""
        behind = (literal(each) for each in (*words, self.period, self.form) if each)
        return " ".join((command, "{}", *behind))

    def of(self, subject: str, *words: str) -> str:
        """A command about the same period: `of("report student s1", "pdf")`."""
        return " ".join(part for part in (subject, self.period, *words) if part)


def asked(call: Call, *, forms: Collection[str] = FORMS) -> Asked:
    """Take a command's words apart: a form at the very end, a period before it."""
    words = call.words
    form = words[-1].lower() if words and words[-1].lower() in forms else ""
    if form:
        words = words[:-1]
    rest, period = split_period(words, calendar(call))
    if not form and rest and rest[-1].lower() in forms:  # `pdf this term` says it, too
        form = rest.pop().lower()
        return Asked(tuple(rest), " ".join(words[len(rest) + 1 :]) if period else "", form)
    return Asked(tuple(rest), " ".join(words[len(rest) :]) if period else "", form)


def range_of(call: Call, said: Asked, class_ids: Collection[str] | None = None) -> DateRange:
    """The days that are meant, four weeks where none are named; `this term` is these classes'."""
    today = call.office.today(call.as_of)
    period = period_of(said.period, calendar(call, class_ids)) if said.period else None
    if period is None:
        return DateRange(today - timedelta(days=DEFAULT_DAYS - 1), today, "the last 4 weeks")
    title = "" if ".." in said.period else said.period  # dates are told anyway
    return DateRange(period.first, period.last, title)


def literal(text: str) -> str:
    """The text as a part of a command that still gets its `{}` filled."""
    return text.replace("{", "{{").replace("}", "}}")


def without_joints(words: Sequence[str]) -> list[str]:
    """The words without what only joins two names: `7A and 7B`, `7A with 7B`."""
    return [word for word in words if word.lower() not in {"and", "with", "vs", "to", "&"}]
