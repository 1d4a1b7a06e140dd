"""The graph of skills that require others: what lies below a skill, and rings that should not be.

Exports may hold cycles ("a requires b, b requires a"); nothing here ever runs round in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MOST_CYCLES = 20


class Prerequisites:
    """Pairs of a skill and one that it requires; skills are ids, order is by id."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._requires: dict[str, list[str]] = {}
        self._leads_to: dict[str, list[str]] = {}
        self._below: dict[str, dict[str, int]] = {}
        for skill, required in sorted(set(pairs)):
            self._requires.setdefault(skill, []).append(required)
            self._leads_to.setdefault(required, []).append(skill)

    def requires(self, skill_id: str) -> tuple[str, ...]:
        """What the skill requires directly."""
        return tuple(self._requires.get(skill_id, ()))

    def leads_to(self, skill_id: str) -> tuple[str, ...]:
        """The skills that require it directly."""
        return tuple(self._leads_to.get(skill_id, ()))

    def below(self, skill_id: str) -> Mapping[str, int]:
        """All that the skill requires, directly or not, with the fewest steps down to each.

        The skill itself is left out, also where it is part of a cycle.
        """
        found = self._below.get(skill_id)
        if found is None:
            found = self._below[skill_id] = self._search(skill_id)
        return found

    def _search(self, skill_id: str) -> dict[str, int]:
        found: dict[str, int] = {}
        edge, steps = [skill_id], 0
        while edge:
            steps += 1
            following: list[str] = []
            for each in edge:
                for required in self._requires.get(each, ()):
                    if required != skill_id and required not in found:
                        found[required] = steps
                        following.append(required)
            edge = following
        return found

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of skills that require each other, or one that requires itself; by id.

        At most 20. What is strongly connected is one group, however many rings it holds.
        """
        rings: list[tuple[str, ...]] = []
        seen: set[str] = set()
        for skill in sorted(self._requires):
            if skill in seen:
                continue
            ring = {each for each in self.below(skill) if skill in self.below(each)}
            if ring or skill in self._requires[skill]:
                ring.add(skill)
                seen |= ring
                rings.append(tuple(sorted(ring)))
        return tuple(rings[:MOST_CYCLES])

    def roots(self, lacking: Iterable[str]) -> tuple[str, ...]:
        """Those of the skills below which nothing else of them lies: the places to begin, by id.

        In a cycle each member lies below the others; then all of them are places to begin.
        """
        group = set(lacking)
        return tuple(
            each
            for each in sorted(group)
            if all(each in self.below(lower) for lower in self.below(each) if lower in group)
        )
