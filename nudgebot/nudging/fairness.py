"""Fairness: whether risk levels and nudges treat groups of students alike (admins only).

For each group: the share at high or critical risk, the share nudged, how often the risk level was
right, and the effect of nudges. Small groups are not shown, nor so that others give them away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nudgebot.nudging.cases import Case
from nudgebot.nudging.effects import effects
from nudgebot.nudging.effects_values import Effect, Grouping
from nudgebot.nudging.statistics import Share, benjamini_hochberg, newcombe_p

LEAST = 10  # students a group, below which it is not shown
FLAGGED = ("critical", "high")
_FALSE = 0.05
BADLY_BELOW = 60.0  # percent, as requirement A's rules have it


class Went(StrEnum):
    """How it went on with a student after a day."""

    BADLY = "badly"
    WELL = "well"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """What is known of all students; `groups` has by attribute each student's groups.

    `levels` and `levels_then` are risk levels now and at the start of what `went` is about.
    """

    groups: Mapping[str, Mapping[str, Collection[str]]]
    students: frozenset[str]
    levels: Mapping[str, str]
    nudged: frozenset[str]
    levels_then: Mapping[str, str]
    went: Mapping[str, Went]
    cases: Sequence[Case]


@dataclass(frozen=True)
class Precision:
    """Of those flagged then of whom it is known how it went on, how many went on badly.

    `usual` is the same share of all in the group who were known, flagged or not. Shares of fewer
    than ten are None.
    """

    flagged: int
    right: float | None
    usual: float | None


@dataclass(frozen=True)
class GroupFigures:
    """One group; shares are fractions of its students, None where nothing is measured."""

    group: str
    students: int
    flagged: float | None
    nudged: float
    precision: Precision
    effect: Effect | None


@dataclass(frozen=True)
class Comparison:
    """The groups of an attribute that may be shown, by name, and how many may not."""

    attribute: str
    groups: tuple[GroupFigures, ...]
    hidden: int


def compare(evidence: Evidence, *, minimum: int) -> tuple[Comparison, ...]:
    """A comparison for each attribute in which there are two groups at least."""
    found = (_compared(name, evidence, minimum) for name in evidence.groups)
    return tuple(each for each in found if len(each.groups) + each.hidden > 1)


def _compared(attribute: str, evidence: Evidence, minimum: int) -> Comparison:
    members = _members(evidence.groups[attribute], evidence.students)
    shown = showable({group: len(ids) for group, ids in members.items()})
    by_group = _effects(evidence, attribute, shown, minimum)
    return Comparison(
        attribute=attribute,
        groups=tuple(
            _figures(group, members[group], evidence, by_group.get(group))
            for group in sorted(shown)
        ),
        hidden=len(members) - len(shown),
    )


def _members(
    groups_of: Mapping[str, Collection[str]], students: Collection[str]
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for student in students:
        for group in groups_of.get(student, ()):
            found.setdefault(group, set()).add(student)
    return {group: frozenset(ids) for group, ids in found.items()}


def showable(sizes: Mapping[str, int]) -> frozenset[str]:
    """The groups that may be shown.

    Where some may not, the next smallest go too, until those that are hidden are two at least and
    ten students together: else the whole less what is shown would be the hidden group.
    """
    ordered = sorted(sizes, key=lambda group: (sizes[group], group))
    hidden = [group for group in ordered if sizes[group] < LEAST]
    if not hidden:
        return frozenset(ordered)
    for group in ordered[len(hidden) :]:
        if len(hidden) > 1 and sum(sizes[each] for each in hidden) >= LEAST:
            break
        hidden.append(group)
    return frozenset(ordered) - frozenset(hidden)


def _effects(
    evidence: Evidence, attribute: str, shown: Collection[str], minimum: int
) -> dict[str, Effect]:
    """The effect in each group, judged together; a student of two groups counts in both."""
    groups_of = evidence.groups[attribute]
    cases = [
        replace(case, type=group)
        for case in evidence.cases
        for group in groups_of.get(case.student_id, ())
        if group in shown
    ]
    return {each.group: each for each in effects(cases, by=Grouping.TYPE, minimum=minimum)}


def _figures(
    group: str, ids: frozenset[str], evidence: Evidence, effect: Effect | None
) -> GroupFigures:
    rated = [evidence.levels[each] for each in ids if evidence.levels.get(each, "unknown")
             != "unknown"]  # fmt: skip
    return GroupFigures(
        group=group,
        students=len(ids),
        flagged=_share(each in FLAGGED for each in rated),
        nudged=len(ids & evidence.nudged) / len(ids),
        precision=_precision(ids, evidence),
        effect=effect,
    )


def _precision(ids: Collection[str], evidence: Evidence) -> Precision:
    known = [each for each in ids if evidence.went.get(each, Went.UNKNOWN) is not Went.UNKNOWN]
    flagged = [each for each in known if evidence.levels_then.get(each) in FLAGGED]

    def badly(students: Sequence[str]) -> float | None:
        return _share(evidence.went[each] is Went.BADLY for each in students)

    return Precision(len(flagged) if len(flagged) >= LEAST else 0, badly(flagged), badly(known))


def _share(found: Iterable[bool]) -> float | None:
    """Of at least ten; of fewer it would tell of single students."""
    kept = list(found)
    return sum(kept) / len(kept) if len(kept) >= LEAST else None


@dataclass(frozen=True)
class Standout:
    """A group that differs from the other groups that are shown by more than chance."""

    what: str  # flagged, nudged or right
    group: str
    share: float
    elsewhere: float


def standouts(found: Comparison) -> tuple[Standout, ...]:
    """The groups that stand out, the furthest from the others first.

    Each is held against the rest (Newcombe 1998), all of an attribute together at a false discovery
    rate of 0.05 (Benjamini and Hochberg 1995): among many groups some are always far out.
    """
    held = [each for what in ("flagged", "nudged", "right") for each in _held(found.groups, what)]
    found_at = benjamini_hochberg([p for _, p in held])
    clear = [each for (each, _), q in zip(held, found_at, strict=True) if q <= _FALSE]
    return tuple(sorted(clear, key=lambda each: -abs(each.share - each.elsewhere)))


def _held(groups: Sequence[GroupFigures], what: str) -> list[tuple[Standout, float]]:
    """Each group's share and that of the rest, and how easily chance brings that."""
    shares = [(each.group, own) for each in groups if (own := _of(each, what)) is not None]
    cases = sum(share.cases for _, share in shares)
    total = sum(share.value * share.cases for _, share in shares)
    found = []
    for group, share in shares:
        rest = cases - share.cases
        if rest >= LEAST:
            other = Share((total - share.value * share.cases) / rest, rest)
            one = Standout(what, group, share.value, other.value)
            found.append((one, newcombe_p(share, other)))
    return found


def _of(each: GroupFigures, what: str) -> Share | None:
    value, cases = {
        "flagged": (each.flagged, each.students),
        "nudged": (each.nudged, each.students),
        "right": (each.precision.right, each.precision.flagged),
    }[what]
    return None if value is None else Share(value, cases)
