"""The skills that the school has, by name, subject and what each builds on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nudgebot.insight.computation import Computation
from nudgebot.insight.prerequisites import Prerequisites

SKILLS = """
SELECT skill_id, name, subject FROM skills WHERE gone_at IS NULL OR gone_at > :at ORDER BY skill_id
"""
PAIRS = """
SELECT skill_id, requires_skill_id FROM skill_prerequisites
WHERE gone_at IS NULL OR gone_at > :at ORDER BY skill_id, requires_skill_id
"""
STATEMENTS: Mapping[str, str] = MappingProxyType({"skills": SKILLS, "skill pairs": PAIRS})


@dataclass(frozen=True)
class Skill:
    """One skill of the export; practice may name others, whose name is then their id."""

    skill_id: str
    name: str
    subject: str


class SkillBook:
    """All skills and the graph of their prerequisites."""

    def __init__(self, skills: Iterable[Skill], graph: Prerequisites) -> None:
        self._skills = {each.skill_id: each for each in skills}
        self._subjects = frozenset(each.subject for each in self._skills.values())
        self.graph = graph

    def __contains__(self, skill_id: object) -> bool:
        return skill_id in self._skills

    def skill(self, skill_id: str) -> Skill:
        """The skill of that id; one that the export does not describe is called by its id."""
        return self._skills.get(skill_id) or Skill(skill_id, skill_id, "")

    def name(self, skill_id: str) -> str:
        """The skill's name."""
        return self.skill(skill_id).name

    def names(self, skill_ids: Iterable[str]) -> tuple[str, ...]:
        """The names, in the same order."""
        return tuple(self.name(each) for each in skill_ids)

    def matching(self, subject: str) -> str:
        """The subject where skills go by it, else empty: then nothing can be told apart by it."""
        return subject if subject in self._subjects else ""

    def taught(self, subject: str, practised: Iterable[str]) -> list[str]:
        """The skills of a class in teaching order.

        Those of its subject, tried or not; all that its students practised where skills do not
        go by the class's subject.
        """
        if self.matching(subject):
            return self.ordered(
                each.skill_id for each in self._skills.values() if each.subject == subject
            )
        return self.ordered(set(practised))

    def ordered(self, skill_ids: Iterable[str]) -> list[str]:
        """By subject, what is built on first, then by name."""
        return sorted(
            skill_ids,
            key=lambda each: (
                self.skill(each).subject,
                len(self.graph.below(each)),
                self.name(each),
                each,
            ),
        )

    def cycles(self, skill_id: str | None = None) -> tuple[tuple[str, ...], ...]:
        """Rings of prerequisites, by name; only those that hold the skill where one is given."""
        return tuple(
            self.names(ring) for ring in self.graph.cycles() if skill_id is None or skill_id in ring
        )


def skill_book(computation: Computation) -> SkillBook:
    """Read the skills as they were known at the computation's instant."""
    return SkillBook(
        (Skill(*row) for row in computation.rows(SKILLS)), Prerequisites(computation.rows(PAIRS))
    )
