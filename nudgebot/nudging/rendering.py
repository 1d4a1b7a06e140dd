"""Jinja2, sandboxed and strict, with every value made harmless on its way into a message."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_context,
)
from jinja2.runtime import Context

from nudgebot.errors import RuleError
from nudgebot.markup import esc
from nudgebot.nudging.template_bounds import BoundedEnvironment, check_bounds

_AND: Mapping[str, str] = MappingProxyType({"en": " and ", "de": " und "})
_WEEKDAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    }
)
_MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December"),
        "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
               "September", "Oktober", "November", "Dezember"),
    }
)  # fmt: skip
_PERCENT = re.compile(r"(?<=\d) %")  # kept with its number at the end of a line
MOST_CHARACTERS = 400_000
_KEPT_FILTERS = ("first", "last", "length", "lower", "upper", "round", "int", "abs")


class CompositionError(RuleError):
    """A message that cannot be made of what is known; the text says why, and names nobody."""


class Safe(str):
    """Markdown of the bot's own making, which is put in as it is."""

    __slots__ = ()


class UnknownFigureError(CompositionError):
    """A template shows a figure that is not known; the text names the figure."""


def _language(context: Context) -> str:
    return str(context.get("language", "en")).split("-", maxsplit=1)[0]


def whole(value: float | None) -> int | None:
    """The nearest whole number, halves upwards; unknown stays unknown."""
    return None if value is None else math.floor(value + 0.5)


def percent(share: float | None) -> int | None:
    """A share from 0 to 1 as a whole number from 0 to 100."""
    return None if share is None else whole(share * 100)


@pass_context
def counted(context: Context, number: float | None, one: str, many: str) -> Safe | None:
    """`1 video`, `3 videos`: the number with the word that fits it."""
    if number is None:
        return None
    return Safe(f"{_number(context, number)} {esc(one if number == 1 else many)}")


def _number(context: Context, value: float) -> str:
    """At most one decimal, and never a power of ten."""
    text = f"{value:.1f}".removesuffix(".0")
    text = "0" if text == "-0" else text
    return text.replace(".", ",") if _language(context) == "de" else text


@pass_context
def listed(context: Context, words: Iterable[str] | None) -> str | None:
    """`Maths, Art and Music`, in the template's language."""
    if words is None:
        return None
    *front, last = list(words) or [""]
    joint = _AND.get(_language(context), ", ")
    return joint.join(part for part in (", ".join(front), last) if part)


@pass_context
def on_day(context: Context, day: date | None) -> Safe | None:
    """`Thursday, 26 November`, or `2026-11-26` in a language that this has no names for."""
    if day is None:
        return None
    language = _language(context)
    if language not in _WEEKDAYS:
        return Safe(day.isoformat())
    dot = "." if language == "de" else ""
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return Safe(f"{weekday}, {day.day}{dot} {month}")


def _finalized(context: Context, value: Any, disarm: Callable[[str], str]) -> str:
    """What a `{{ … }}` puts in."""
    match value:
        case Safe():
            return value
        case None:
            raise UnknownFigureError("The template shows a figure that is not known.")
        case bool() | int():
            return str(value)
        case float():
            return _number(context, value)
        case date():
            return on_day(context, value) or ""
        case tuple() | list():
            return disarm(listed(context, map(str, value)) or "")
    return disarm(str(value))  # an undefined name raises here


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"whole": whole, "percent": percent, "counted": counted, "listed": listed, "on_day": on_day}
)
"""What templates may put behind a `|`, beside a few of Jinja2's own."""


def environment(disarm: Callable[[str], str] = esc) -> BoundedEnvironment:
    """A fresh environment: no loader, no globals, and only the filters that are documented.

    `disarm` makes outside words harmless where they are read.
    """

    @pass_context
    def finalize(context: Context, value: Any) -> str:
        return _finalized(context, value, disarm)

    made = BoundedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # not HTML: what is outside is disarmed
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {**{name: made.filters[name] for name in _KEPT_FILTERS}, **FILTERS}
    return made


def names_in(source: str) -> frozenset[str]:
    """The names that a template takes from outside; raises TemplateError where it is broken."""
    made = environment()
    _compiled(made, source)  # finds unknown filters, which parsing does not
    return frozenset(meta.find_undeclared_variables(made.parse(source)))


def _compiled(made: BoundedEnvironment, source: str) -> Template:
    """The template, within its bounds; raises TemplateError."""
    try:
        tree: nodes.Template = made.parse(source)
        check_bounds(tree)
        return made.from_string(tree)
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise TemplateSyntaxError("this is nested too deeply", 1) from error


def _bounded(pieces: Iterable[str]) -> str:
    """The text; raises ValueError where it is longer than any message."""
    text, count = [], 0
    for piece in pieces:
        text.append(piece)
        count += len(piece)
        if count > MOST_CHARACTERS:
            raise ValueError
    return "".join(text)


class Renderer:
    """Fills templates in; each is compiled once."""

    def __init__(self, disarm: Callable[[str], str] = esc) -> None:
        self._environment = environment(disarm)
        self._compiled: dict[str, Template] = {}

    def render(self, source: str, context: Mapping[str, Any], *, name: str) -> Safe:
        """The template with its values, each disarmed; `name` is what an error calls it.

        Raises CompositionError where a value that it shows is not known or cannot be used so.
        """
        try:
            if source not in self._compiled:
                self._compiled[source] = _compiled(self._environment, source)
            text = _bounded(self._compiled[source].generate(dict(context)))
        except UnknownFigureError:
            unknown = sorted(each for each in names_in(source) if context.get(each) is None)
            which = ", ".join(unknown) or "what it is about is not there"
            message = f"Template `{name}` needs a figure that is not known: {which}."
            raise UnknownFigureError(message) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            kind = type(error).__name__
            message = f"Template `{name}` cannot be filled with what is known ({kind})."
            raise CompositionError(message) from error
        return self.tidied(text)

    @staticmethod
    def tidied(text: str) -> Safe:
        """A rendered text without blanks around it and at its lines' ends."""
        text = _PERCENT.sub("\u00a0%", text)
        return Safe("\n".join(line.rstrip() for line in text.strip().splitlines()))
