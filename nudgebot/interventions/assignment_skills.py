"""Finds the skills that a teacher names: by id, by name, or by a part that means one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_draft import MOST_SKILLS, PractisedSkill
from nudgebot.markup import esc
from nudgebot.store import Store

NEAR = 0.7
MOST_NAMED = 5
_BETWEEN = re.compile(r"\s+(?:and|und)\s+|\s*[&+]\s*", re.IGNORECASE)


class UnknownSkillError(CommandError):
    """A skill that is not known: `said` as it was written, and `meant` where one is near.

    `complaint` is the sentence without the question whether that one was meant.
    """

    def __init__(self, complaint: str, *, said: str, meant: PractisedSkill | None = None) -> None:
        question = "" if meant is None else f" Did you mean {esc(meant.name)}?"
        super().__init__(complaint + question)
        self.complaint = complaint
        self.said = said
        self.meant = meant


def skills_named(store: Store, student_id: str, text: str) -> tuple[PractisedSkill, ...]:
    """The skills of a text such as `fractions, division`, each once, as they are named.

    Raises UnknownSkillError for the first that is not known, and CommandError where several could
    be meant or too many are.
    """
    rows = store.rows(
        """SELECT k.skill_id, k.name, EXISTS (SELECT 1 FROM practice p WHERE p.student_id = :student
               AND p.skill_id = k.skill_id AND p.gone_at IS NULL) AS practised
           FROM skills k WHERE k.gone_at IS NULL
           UNION SELECT p.skill_id, p.skill_id, 1 FROM practice p
           WHERE p.student_id = :student AND p.gone_at IS NULL
               AND p.skill_id NOT IN (SELECT skill_id FROM skills) ORDER BY 2, 1""",
        {"student": student_id},
    )
    book = _Book(
        [PractisedSkill(row[0], row[1]) for row in rows],
        frozenset(row[0] for row in rows if row[2]),
    )
    found: dict[str, PractisedSkill] = {}
    for part in filter(None, (each.strip() for each in re.split(r"[,;\n]", text))):
        found |= {skill.skill_id: skill for skill in book.all_of(part)}
    if len(found) > MOST_SKILLS:
        raise CommandError(f"An assignment has at most {MOST_SKILLS} skills; name fewer.")
    return tuple(found.values())


class _Book:
    """The school's skills, and those that the student has practised."""

    def __init__(self, skills: Sequence[PractisedSkill], practised: frozenset[str]) -> None:
        self._skills = skills
        self._practised = practised

    def all_of(self, part: str) -> list[PractisedSkill]:
        """The skill of that name; else those of `division and fractions`."""
        try:
            return [self.one(part)]
        except UnknownSkillError:
            several = [each for each in _BETWEEN.split(part) if each.strip()]
            if len(several) < 2:
                raise
            return [self.one(each.strip()) for each in several]

    def one(self, said: str) -> PractisedSkill:
        """The one skill that is meant."""
        found = self._like(" ".join(said.casefold().split()))
        if len(found) > 1:
            found = [each for each in found if each.skill_id in self._practised] or found
        if len(found) > 1:
            named = [f"{esc(each.name)} ({esc(each.skill_id)})" for each in found[:MOST_NAMED]]
            raise CommandError(
                f"“{esc(said)}” fits several skills: {', '.join(named)}"
                f"{' and more' if len(found) > MOST_NAMED else ''}. Write more of the name, or "
                "the id."
            )
        return found[0] if found else self._unknown(said)

    def _like(self, wanted: str) -> list[PractisedSkill]:
        for fits in (
            lambda skill: skill.skill_id.casefold() == wanted,
            lambda skill: skill.name.casefold() == wanted,
            lambda skill: _has_words(skill.name, wanted.split()),
        ):
            found = [skill for skill in self._skills if fits(skill)]
            if found:
                return found
        return []

    def _unknown(self, said: str) -> PractisedSkill:
        complaint = f"I know no skill “{esc(said)}”."
        by_name = {word: each for each in self._skills for word in each.name.casefold().split()}
        by_name |= {each.name.casefold(): each for each in self._skills}
        near = get_close_matches(said.casefold(), by_name, n=1, cutoff=NEAR)
        if near:
            raise UnknownSkillError(complaint, said=said, meant=by_name[near[0]])
        own = [esc(each.name) for each in self._skills if each.skill_id in self._practised]
        if own:
            some = ", ".join(own[:MOST_NAMED])
            complaint += f" Some that this student has practised: {some}."
        raise UnknownSkillError(complaint, said=said)


def _has_words(name: str, wanted: Sequence[str]) -> bool:
    words = re.split(r"[\s\-/]+", name.casefold())
    return all(any(word.startswith(part) for word in words) for part in wanted)
