"""Awkward students, for whom every template must find words before it is used for real ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from nudgebot.insight.metric import Metric, Unit
from nudgebot.insight.table import Value
from nudgebot.markup import global_time
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.parent_letter import ParentFacts
from nudgebot.nudging.rendering import Safe
from nudgebot.nudging.study_plan import WeakSkill

HOSTILE = "@**all** [x](http://evil.example) *b* `c` /poll ~~~ | # > ![i](u) $$x$$ <time:1>"
LEAKS = ("@**all", "evil.example)", "$$x$$")
"""What must not be readable in a message that has `HOSTILE` in it."""

_WHEN = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
_LONG = "Comparing and ordering fractions with unlike denominators " * 60


@dataclass(frozen=True)
class Sample:
    """One awkward student; `may_lack` says that a template may do without a message for her."""

    label: str
    facts: Facts
    may_lack: bool = False


def samples(metrics: Mapping[str, Metric]) -> Iterator[Sample]:
    """None, one and many of everything, hostile and long texts, and nothing known at all."""
    yield Sample("all figures are 0", _facts(metrics, 0, "Ana"), may_lack=True)
    yield Sample("all figures are 1", _facts(metrics, 1, "Ana"))
    yield Sample("the figures are large", _facts(metrics, 99.96, "Ana Sofía"))
    yield Sample("names hold Markdown", _facts(metrics, 3, HOSTILE))
    yield Sample("names are long", _facts(metrics, 3, _LONG))
    yield Sample("nothing is known", unknown_facts(), may_lack=True)


def unknown_facts(known: Mapping[str, Value] = MappingProxyType({})) -> Facts:
    """A student of whom only this is known."""
    return Facts(student_id="s1", first_name="Ana", figures=known, as_of=_WHEN, data_as_of=_WHEN)


def figures(metrics: Mapping[str, Metric], size: float, word: str) -> dict[str, Value]:
    """A value for every metric: this number as its unit takes it, this word where it is free."""
    return {name: _value(metric, size, word) for name, metric in metrics.items()}


def part_contexts() -> Mapping[str, dict[str, Any]]:
    """Awkward values for the parts that messages are put together with."""
    day = date(2026, 11, 20)
    said = {"body": Safe("Body"), "data_as_of": Safe(global_time(_WHEN))}
    work = ("practise", "overview", "review")
    plan = [{"day": day, "work": each, "skill": HOSTILE, "questions": 10} for each in work]
    return {
        "frame": {**said, "first_name": HOSTILE, "teacher": None},
        "study_plan": {"plan": plan, "exam_title": None, "exam_day": day},
        "resources": {"resources": [{"subject": HOSTILE, "text": Safe("A book")}]},
    }


def parent_samples(metrics: Mapping[str, Metric]) -> Iterator[tuple[str, ParentFacts]]:
    """E-mails about awkward students to awkward guardians; a template must have words for each."""
    day = date(2026, 11, 19)
    for size in (0, 1, 99.96):
        known = figures(metrics, size, "Art")
        yield (
            f"all figures are {size}",
            ParentFacts("Ana", known, "Jo", "T", "S", "W", "a@b.example", day, day, "Art"),
        )
    yield "nothing is known", ParentFacts("Ana", dict.fromkeys(metrics))


def _facts(metrics: Mapping[str, Metric], size: float, word: str) -> Facts:
    known = figures(metrics, size, word)
    return Facts(
        student_id="s1", first_name=word, full_name=word, class_name=word, teacher=word,
        figures=known, as_of=_WHEN, data_as_of=_WHEN,
        subjects=(word,) * max(1, min(int(size), 3)), skills=(WeakSkill(word), WeakSkill(word)),
    )  # fmt: skip


def _value(metric: Metric, size: float, word: str) -> Value:
    match metric.unit:
        case Unit.WORD:
            return metric.words[-1] if metric.words else word
        case Unit.WORDS:
            return metric.words[:1] or (word,) * int(min(size, 3))
        case Unit.SHARE:
            return min(size / 100, 1.0)
        case Unit.PERCENT:
            return float(size)
        case _:
            return int(size)
