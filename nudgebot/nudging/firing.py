"""Firing: which rules hold for which students, as candidates with the figures that say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nudgebot.errors import RuleError
from nudgebot.insight.table import FigureTable
from nudgebot.nudging.candidate import Candidate, route
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.judge import explain_rule, fires
from nudgebot.nudging.ports import Event
from nudgebot.nudging.roll import members
from nudgebot.nudging.rule import Rule, tests_in
from nudgebot.store import Store


@dataclass
class Fired:
    """The rules that were judged, for whom, and for whom they hold.

    `scopes` names by rule id the students that a rule with `on` was judged for; a rule without
    it was judged for all of the table.
    """

    table: FigureTable
    candidates: list[Candidate] = field(default_factory=list)
    everywhere: list[str] = field(default_factory=list)
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each student."""
        return {student_id: row for row, student_id in enumerate(self.table.student_ids)}

    @property
    def pairs(self) -> Iterator[Pair]:
        """Student and rule of each candidate."""
        return ((each.student_id, each.rule.id) for each in self.candidates)

    def why(self, candidate: Candidate) -> str:
        """The judge's explanation of a candidate."""
        row = self.rows[candidate.student_id]
        figures = {name: self.table.columns[name][row] for name in metrics_of(candidate.rule)}
        return explain_rule(candidate.rule, figures).text


def metrics_of(rule: Rule) -> set[str]:
    """The metrics that a rule looks at."""
    conditions = [rule.conditions] if rule.unless is None else [rule.conditions, rule.unless]
    return {test.metric for condition in conditions for test in tests_in(condition)}


def fire(
    store: Store,
    rules: Iterable[Rule],
    table: FigureTable,
    *,
    events: Collection[Event] = (),
    day: int,
) -> Fired:
    """Judge the rules: those without `on` for all of the table, the others where it happened.

    A rule that cannot be judged is named in `problems` and keeps no other one back.
    """
    fired = Fired(table)
    for rule in rules:
        try:
            rows = _rows(rule, fired, events)
        except RuleError as error:
            fired.problems.append(f"{rule.id}: {error}")
            continue
        if rows and (rule.applies_to.classes or rule.applies_to.subjects):
            about = members(store, rule.applies_to, day=day)
            rows = [row for row in rows if table.student_ids[row] in about]
        risks = table.columns.get("risk_level")
        fired.candidates += [
            route(table.student_ids[row], rule, risk_level=risks[row] if risks else None)
            for row in rows
        ]
    return fired


def _rows(rule: Rule, fired: Fired, events: Collection[Event]) -> list[int]:
    if not rule.on:
        rows = fires(rule, fired.table)
        fired.everywhere.append(rule.id)
        return rows
    kinds = {kind.value for kind in rule.on}
    concerned = {each.student_id for each in events if each.kind in kinds} & fired.rows.keys()
    scope = sorted(fired.rows[student_id] for student_id in concerned)
    rows = [scope[row] for row in fires(rule, fired.table.only(scope))] if scope else []
    fired.scopes[rule.id] = frozenset(concerned)
    return rows
