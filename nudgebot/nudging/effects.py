"""Effects: nudged against held out, by rule, type, tone, hour or channel, with what may be said.

Arms were drawn at random just before a nudge would have been queued, and both are followed alike;
all of the nudged count, also those whose nudge was withdrawn at the door (intention to treat).
Cases that are still followed, and exempt ones, are left out.

**How often chance may win.** One call compares many groups on five measures. Intervals are the
plain 95 % ones, each for itself. Verdicts go by the false discovery rate (Benjamini and Hochberg
1995) at 0.05 in two families: the targets of all groups, by which rules are judged, and the other
measures of all groups. So of everything that is said to help or to harm, about one in twenty is
chance. A figure that people look at every day finds its lucky day; `Outcome.steady` asks the same
of a p that is valid at every look, and nothing is proposed to be switched off without it.

**Tone, hour and channel** are not drawn by lot, but a held-out case carries what was planned for
it: within a line, nudged and held out differ by the nudge alone. Lines are not comparable with one
another (`note`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nudgebot.nudging import effects_words as words
from nudgebot.nudging.before_after_values import LEAST_CASES, Placebo
from nudgebot.nudging.case_sheet import CaseSheet, sheet_of
from nudgebot.nudging.cases import Case
from nudgebot.nudging.effects_values import Effect, Grouping, Outcome, Verdict
from nudgebot.nudging.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from nudgebot.nudging.statistics_arms import Labels

Group = Callable[[Case], str]
GroupsOf = Callable[[CaseSheet], Sequence[str]]

FALSE_DISCOVERIES = 0.05
_HOURS = (("before 8", 8), ("8 to 12", 12), ("12 to 16", 16), ("16 to 20", 20))
_GROUPS: dict[Grouping, GroupsOf] = {
    Grouping.ALL: lambda sheet: ["all nudges"] * len(sheet),
    Grouping.RULE: lambda sheet: sheet.rule_id,
    Grouping.TYPE: lambda sheet: sheet.type,
    Grouping.TONE: lambda sheet: sheet.tone,
    Grouping.HOUR: lambda sheet: [hour_band(hour) for hour in sheet.hour],
    Grouping.CHANNEL: lambda sheet: sheet.channel,
}


def hour_band(hour: int) -> str:
    """The part of the student's day in which a nudge was due."""
    return next((name for name, end in _HOURS if hour < end), "after 20")


def note(by: Grouping) -> str:
    """How the lines of a grouping may be read; empty where nothing needs saying."""
    return words.note(by.value)


def effects(
    cases: Iterable[Case], *, by: Grouping | Group, minimum: int = LEAST_CASES
) -> tuple[Effect, ...]:
    """The effect in each group, in order of the groups' names; `minimum` is per arm.

    `by` may be any function that names a case's group. Groups without a closed case of either arm
    do not appear.
    """
    if isinstance(by, Grouping):
        return Effects(sheet_of(cases), minimum=minimum).by(by)
    cases = list(cases)
    # The groups take the place of the types, which nothing else here looks at.
    sheet = replace(sheet_of(cases), type=[by(case) for case in cases])
    return Effects(sheet, minimum=minimum).by(Grouping.TYPE, name="group")


class Effects:
    """The effects of the same cases by whatever they are put together; worked out when asked."""

    def __init__(self, sheet: CaseSheet, *, minimum: int = LEAST_CASES) -> None:
        from nudgebot.nudging import effects_sample  # noqa: PLC0415  # brings numpy

        self._sheet = sheet.drawn
        self._columns = effects_sample.Columns(self._sheet)
        self._minimum = minimum

    def by(self, grouping: Grouping, *, name: str = "") -> tuple[Effect, ...]:
        """The effect in each group, in order of the groups' names; see `effects`."""
        from nudgebot.nudging import effects_sample  # noqa: PLC0415  # brings numpy

        groups = effects_sample.rows_of(_GROUPS[grouping](self._sheet))
        return _judged(
            [self._effect(name or grouping.value, group, rows) for group, rows in groups.items()]
        )

    def _effect(self, by: str, group: str, rows: Labels) -> Effect:
        from nudgebot.nudging import effects_outcomes  # noqa: PLC0415  # brings numpy

        found = effects_outcomes.Compared(self._columns, rows, minimum=self._minimum)
        outcomes = found.outcomes()
        told = outcomes[0].measured
        both = self._columns.before_after(rows)
        targets = list(dict.fromkeys(self._sheet.target))
        aims = set(self._columns.target[rows].tolist())
        return Effect(
            by=by,
            group=group,
            targets=tuple(sorted(targets[each] for each in aims)),
            days=round(float(self._columns.tracking_days[rows].max())),
            outcomes=outcomes,
            before_after=both,
            placebo=Placebo(both.held_out, self._minimum),
            nudged_median_days=found.median_days(nudged=True) if told else None,
            held_out_median_days=found.median_days(nudged=False) if told else None,
        )


def ranked(found: Iterable[Effect]) -> list[Effect]:
    """Those with figures, the one with the largest difference in its target first."""
    told = [each for each in found if each.target.measured]
    return sorted(told, key=lambda each: each.target.difference or 0.0, reverse=True)


def _judged(found: Sequence[Effect]) -> tuple[Effect, ...]:
    """The same with verdicts, now that it is known how much was compared."""
    targets = _family([each.target for each in found])
    others = _family([outcome for each in found for outcome in each.outcomes[1:]])
    return tuple(
        replace(each, outcomes=(next(targets), *(next(others) for _ in each.outcomes[1:])))
        for each in found
    )


def _family(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """One family of comparisons, judged together; those without figures do not count."""
    told = [each for each in outcomes if each.measured]
    rates = benjamini_hochberg([each.p or 0.0 for each in told])
    always = benjamini_hochberg([each.always_valid_p or 0.0 for each in told])
    judged = {
        id(each): _verdict(each, rate, steady=steady <= FALSE_DISCOVERIES, comparisons=len(told))
        for each, rate, steady in zip(told, rates, always, strict=True)
    }
    return (judged.get(id(each), each) for each in outcomes)


def _verdict(outcome: Outcome, rate: float, *, steady: bool, comparisons: int) -> Outcome:
    believed = rate <= FALSE_DISCOVERIES and not outcome.caution
    side = Verdict.HELPS if (outcome.difference or 0.0) > 0 else Verdict.HARMS
    return replace(
        outcome,
        q=rate,
        steady=steady and believed,
        comparisons=comparisons,
        verdict=side if believed else Verdict.UNCLEAR,
    )
