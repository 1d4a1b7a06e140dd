"""Profiles: what each student responds to, learned from what came of the messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, TypeVar

from nudgebot.nudging.learning import USUAL_STRENGTH, Belief, Tally, overall, pooled, strength_of

TYPES_STRENGTH = 20.0
OPTION_STRENGTH = 5.0  # in messages that work: what an option's own record is held against
MOST_HOURS = 3  # as many as requirement A's `optimal_delivery_hours`
SELDOM = 0.5  # of the school's share: who responds less than this is written to less often
NO_MESSAGES = Tally()
USUAL_CHANNELS = ("direct_message",)  # requirement A's default

Option = int | str
"""An hour, or a tone."""
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Cell:
    """A student's messages of one kind and what came of them; `free`: its hour was not pressing."""

    student_id: str
    type: str
    hour: int
    tone: str
    channel: str
    free: bool
    tally: Tally


@dataclass(frozen=True)
class Profile:
    """What a student responds to (requirement A, AdaptiveNudgingSystem), the best first.

    `frequency_preference` is `medium`, the usual, or `low`; adaptation never writes more often than
    usual. `own_weight` (0 to 1) is how much of it is the student's own and not the school's.
    """

    student_id: str
    preferred_nudge_types: tuple[str, ...]
    optimal_delivery_hours: tuple[int, ...]
    preferred_tone: str
    frequency_preference: str
    channel_preference: tuple[str, ...]
    responses: Tally
    own_weight: float


class Contrast(NamedTuple):
    """An option held against the same students' other messages (Mantel and Haenszel 1959).

    Each student is a stratum of her own, so that an hour does not look good because diligent
    students have it. `met` over `other` is the ratio of the shares, `weight` in how many messages.
    """

    met: float = 0.0
    other: float = 0.0
    weight: float = 0.0

    def plus(self, one: Tally, rest: Tally) -> Contrast:
        """With one more student, who got `one` with the option and `rest` without."""
        both = one.of + rest.of
        return Contrast(
            self.met + one.met * rest.of / both,
            self.other + rest.met * one.of / both,
            self.weight + one.of * rest.of / both,
        )

    def ratio(self, usual: float) -> float:
        """How much more often it works than the rest; with few messages about `usual`."""
        return (self.met + OPTION_STRENGTH * usual) / (self.other + OPTION_STRENGTH)


@dataclass(frozen=True)
class Schoolwide:
    """What is known of hours, or of tones, over all students: by option, and by type and option."""

    tallies: Mapping[Option, Tally] = field(default_factory=dict)
    contrasts: Mapping[Option, Contrast] = field(default_factory=dict)
    by_type: Mapping[tuple[str, Option], Contrast] = field(default_factory=dict)

    def tally(self, option: Option) -> Tally:
        """All messages with it."""
        return self.tallies.get(option, NO_MESSAGES)

    def weight(self, option: Option) -> float:
        """In how many messages it was compared."""
        return self.contrasts.get(option, Contrast()).weight

    def ratio(self, type_: str, option: Option) -> float:
        """How much more often messages of a type work with it than with others."""
        everywhere = self.contrasts.get(option, Contrast()).ratio(1.0)
        return self.by_type.get((type_, option), Contrast()).ratio(everywhere)


@dataclass(frozen=True)
class Record:
    """A student's own messages."""

    student_id: str
    cells: tuple[Cell, ...] = ()

    @cached_property
    def whole(self) -> Tally:
        """All of them."""
        return sum((each.tally for each in self.cells), NO_MESSAGES)

    @cached_property
    def free(self) -> Tally:
        """Those whose hour was not pressing."""
        tallies = [each.tally for each in self.cells if each.free]
        return Tally(sum(each.met for each in tallies), sum(each.of for each in tallies))

    def of_type(self, type_: str) -> Tally:
        """Those of a type."""
        return sum((each.tally for each in self.cells if each.type == type_), NO_MESSAGES)

    def at(self, dimension: str, option: Option) -> Tally:
        """Those with this `hour` or `tone`."""
        return self._options.get((dimension, option), NO_MESSAGES)

    @cached_property
    def _options(self) -> Mapping[tuple[str, Option], Tally]:
        found: dict[tuple[str, Option], Tally] = {}
        for cell in self.cells:
            if cell.free:
                for key in (("hour", cell.hour), ("tone", cell.tone)):
                    found[key] = found[key] + cell.tally if key in found else cell.tally
        return found


class Weights(NamedTuple):
    """What the school says of a type with an option, whoever gets it; see `Lessons.about`."""

    type_mean: float
    ratio: float
    trust: float


@dataclass(frozen=True)
class Lessons:
    """What a school's messages teach; each level borrows from the one above it.

    School, then the type of message, then the student, by `pooled`.
    """

    school: Tally = NO_MESSAGES
    types: Mapping[str, Tally] = field(default_factory=dict)
    strength: float = USUAL_STRENGTH
    hours: Schoolwide = field(default_factory=Schoolwide)
    tones: Schoolwide = field(default_factory=Schoolwide)
    channels: Mapping[str, Tally] = field(default_factory=dict)

    @cached_property
    def mean(self) -> float:
        """The share of the school's messages that work."""
        return overall(self.school)

    @cached_property
    def _type_means(self) -> Mapping[str, float]:
        return {
            type_: pooled(tally, mean=self.mean, strength=TYPES_STRENGTH).mean
            for type_, tally in self.types.items()
        }

    def type_mean(self, type_: str) -> float:
        """The share of a type's messages that work."""
        return self._type_means.get(type_, self.mean)

    def of(self, record: Record, type_: str) -> Belief:
        """What is believed of a student's messages of a type."""
        mean = self.type_mean(type_)
        return pooled(record.of_type(type_), mean=mean, strength=self.strength)

    def about(self, record: Record, type_: str, dimension: str, option: Option) -> Belief:
        """What is believed of a student's messages of a type with this `hour` or `tone`.

        The school's record of the option lifts or lowers what is expected of the student by her
        other messages; the fewer messages that record holds, the less it is trusted.
        """
        weights = self._weights.get((type_, dimension, option))
        if weights is None:
            weights = self._weigh(type_, dimension, option)
        own = record.at(dimension, option)
        usual = pooled(record.free - own, mean=weights.type_mean, strength=self.strength).mean
        mean = min(max(usual * weights.ratio, 0.01), 0.99)
        return pooled(own, mean=mean, strength=weights.trust)

    def _weigh(self, type_: str, dimension: str, option: Option) -> Weights:
        known = self.hours if dimension == "hour" else self.tones
        trust = 1 / (1 / self.strength + 1 / (known.weight(option) + 1))
        weights = Weights(self.type_mean(type_), known.ratio(type_, option), trust)
        self._weights[type_, dimension, option] = weights
        return weights

    @cached_property
    def _weights(self) -> dict[tuple[str, str, Option], Weights]:
        """Worked out once for all students."""
        return {}

    def seldom(self, record: Record) -> float:
        """How probable it is that a student responds less than half as often as the school."""
        own = pooled(record.whole, mean=self.mean, strength=self.strength)
        return own.below(SELDOM * self.mean)


def learn(cells: Iterable[Cell]) -> Lessons:
    """What messages teach; those of one student come together, in whatever order."""
    found = list(cells)
    students = {key: Record(key, tuple(own)) for key, own in groupby(found, _student)}
    types = _by(found, "type")
    base = Lessons(
        school=sum((each.tally for each in found), NO_MESSAGES),
        types=types,
        strength=strength_of(each.whole for each in students.values()),
        channels=_by(found, "channel"),
    )
    return replace(
        base,
        hours=_schoolwide(students.values(), "hour"),
        tones=_schoolwide(students.values(), "tone"),
    )


def _schoolwide(records: Iterable[Record], dimension: str) -> Schoolwide:
    tallies: dict[Option, Tally] = {}
    contrasts: dict[Option, Contrast] = {}
    by_type: dict[tuple[str, Option], Contrast] = {}
    for record in records:
        own: dict[Option, Tally] = {}
        of_type: dict[str, dict[Option, Tally]] = {}
        for cell in record.cells:
            if cell.free:
                _add(own, getattr(cell, dimension), cell.tally)
                _add(of_type.setdefault(cell.type, {}), getattr(cell, dimension), cell.tally)
        for option, tally in own.items():
            _add(tallies, option, tally)
            contrasts[option] = contrasts.get(option, Contrast()).plus(tally, record.free - tally)
        for type_, options in of_type.items():
            whole = sum(options.values(), NO_MESSAGES)
            for option, tally in options.items():
                key = (type_, option)
                by_type[key] = by_type.get(key, Contrast()).plus(tally, whole - tally)
    return Schoolwide(tallies, contrasts, by_type)


def profile(
    lessons: Lessons,
    record: Record,
    *,
    types: Iterable[str] = (),
    hours: Iterable[int] = (),
    tones: Iterable[str] = (),
    confidence: float = 0.7,
) -> Profile:
    """A student's profile over what there is to choose from, and what she got before.

    `confidence` is from which probability on she counts as one who seldom responds.
    """
    known_types = {*types, *lessons.types}
    ranked = sorted(known_types, key=lambda each: (-lessons.of(record, each).mean, each))
    main = max(known_types, key=lambda each: (record.of_type(each).of, each), default="")
    low = record.whole.of > 0 and lessons.seldom(record) >= confidence

    def best(dimension: str, options: Iterable[Option]) -> list[Option]:
        beliefs = {each: lessons.about(record, main, dimension, each).mean for each in options}
        return sorted(beliefs, key=lambda each: (-beliefs[each], str(each)))

    own_hours = {*hours, *(each.hour for each in record.cells if each.free)}
    own_tones = {*tones, *(each.tone for each in record.cells if each.free and each.tone)}
    return Profile(
        student_id=record.student_id,
        preferred_nudge_types=tuple(ranked),
        optimal_delivery_hours=tuple(int(each) for each in best("hour", own_hours)[:MOST_HOURS]),
        preferred_tone=str(next(iter(best("tone", own_tones)), "")),
        frequency_preference="low" if low else "medium",
        channel_preference=_channels(lessons, record),
        responses=record.whole,
        own_weight=record.whole.of / (record.whole.of + lessons.strength),
    )


def _channels(lessons: Lessons, record: Record) -> tuple[str, ...]:
    """The channels by which the student responds most, as far as any were tried."""
    own = _by(record.cells, "channel")

    def mean(channel: str) -> float:
        tally = lessons.channels[channel]
        everybody = pooled(tally, mean=lessons.mean, strength=TYPES_STRENGTH).mean
        mine = own.get(channel, NO_MESSAGES)
        return pooled(mine, mean=everybody, strength=lessons.strength).mean

    return tuple(sorted(lessons.channels, key=lambda each: (-mean(each), each))) or USUAL_CHANNELS


def _student(cell: Cell) -> str:
    return cell.student_id


def _add(found: dict[_Key, Tally], key: _Key, tally: Tally) -> None:
    found[key] = found.get(key, NO_MESSAGES) + tally


def _by(cells: Iterable[Cell], dimension: str) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for cell in cells:
        _add(found, str(getattr(cell, dimension)), cell.tally)
    return found
