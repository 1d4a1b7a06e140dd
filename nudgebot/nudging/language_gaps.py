"""Languages that students are to be spoken to in, and for which a school's files have no words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nudgebot.nudging.check import Findings
from nudgebot.nudging.templates import BY_HAND, Template
from nudgebot.nudging.variables import PARTS

MOST_NAMED = 3


@dataclass(frozen=True)
class LanguageGap:
    """A language and how many students it has; whether phrases are lacking, and which templates.

    `templates` are ids of nudges, and of what these are put together with, out of `of`. Words that
    teachers send by hand are not counted: they see them before.
    """

    language: str
    students: int
    lacks_phrases: bool
    templates: tuple[str, ...]
    of: int

    def __str__(self) -> str:
        many = f"{self.students:,} student{'s' * (self.students != 1)}"
        parts = []
        if self.lacks_phrases:
            parts.append("no crisis phrases, so that urgent words in it are heard by nobody")
        if self.templates:
            names = ", ".join(self.templates[:MOST_NAMED])
            more = ", …" if len(self.templates) > MOST_NAMED else ""
            parts.append(
                f"{len(self.templates)} of {self.of} message templates are not in it and go out "
                f"in their base language ({names}{more})"
            )
        return f"{self.language} ({many}): {'; '.join(parts)}"


def language_gaps(found: Findings, spoken: Mapping[str, int]) -> list[LanguageGap]:
    """The languages with something lacking, those of most students first.

    `spoken` counts the students by language, as `de`; a language with none is the school's own.
    """
    said = dict(_said_to_students(found))
    gaps = []
    for language, students in spoken.items():
        lacking = tuple(sorted(key for key, variants in said.items() if language not in variants))
        unheard = language not in {
            each.split("-")[0].lower() for each in found.rules.crisis.languages
        }
        if lacking or unheard:
            gaps.append(LanguageGap(language, students, unheard, lacking, len(said)))
    return sorted(gaps, key=lambda gap: (-gap.students, gap.language))


def _said_to_students(found: Findings) -> Iterator[tuple[str, frozenset[str]]]:
    """The templates that rules send to students, and their parts, with their languages."""
    rules = [each for each in found.rules.rules if each.delivery_method.reaches_student]
    wanted = {rule.message_template for rule in rules} | PARTS.keys()
    for key, variants in found.templates.by_id.items():
        if key in wanted and variants[0].category not in BY_HAND:
            yield key, frozenset(_base(each) for each in variants)


def _base(template: Template) -> str:
    return template.language.split("-")[0].lower()
