"""What is taught: subjects, skills with what they build on, and the content for each skill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nudgebot.sandbox.sample.layout import Row

SUBJECTS = ("Mathematics", "English", "Science")
SUBJECT_IDS = ("math", "english", "science")

# Subject number, id, name, ids of the skills that it builds on; what is built on comes first.
_SKILLS = (
    (0, "m-addition", "Addition and Subtraction", ""),
    (0, "m-multiplication", "Multiplication", "m-addition"),
    (0, "m-division", "Division", "m-multiplication"),
    (0, "m-fractions", "Fractions", "m-division"),
    (0, "m-decimals", "Decimals", "m-division"),
    (0, "m-percentages", "Percentages", "m-fractions m-decimals"),
    (0, "m-ratios", "Ratios and Proportions", "m-fractions"),
    (0, "m-equations", "Linear Equations", "m-division m-ratios"),
    (1, "e-spelling", "Spelling", ""),
    (1, "e-vocabulary", "Vocabulary", ""),
    (1, "e-sentences", "Sentence Structure", "e-vocabulary"),
    (1, "e-reading", "Reading Comprehension", "e-vocabulary"),
    (1, "e-paragraphs", "Paragraphs", "e-sentences e-spelling"),
    (1, "e-summaries", "Summaries", "e-reading e-paragraphs"),
    (1, "e-essays", "Essays", "e-summaries"),
    (2, "s-measurement", "Measurement", ""),
    (2, "s-matter", "States of Matter", "s-measurement"),
    (2, "s-cells", "Cells", ""),
    (2, "s-energy", "Energy", "s-matter"),
    (2, "s-forces", "Forces and Motion", "s-measurement"),
    (2, "s-ecosystems", "Ecosystems", "s-cells s-energy"),
    (2, "s-electricity", "Electricity", "s-energy s-forces"),
)
_VIDEOS = ("explained", "worked examples", "common mistakes")


@dataclass(frozen=True)
class Skill:
    """One skill; `videos` and `reading` are pairs of a content id and its minutes."""

    skill_id: str
    name: str
    subject: int
    requires: tuple[str, ...]
    videos: tuple[tuple[str, int], ...]
    reading: tuple[str, int]


@dataclass(frozen=True)
class Course:
    """All skills; `ladders[subject]` are the numbers of a subject's skills in teaching order."""

    skills: tuple[Skill, ...]
    ladders: tuple[tuple[int, ...], ...]


def build_course() -> Course:
    """The course that every class of the sample takes."""
    skills = tuple(_skill(number, *each) for number, each in enumerate(_SKILLS))
    ladders = tuple(
        tuple(number for number, skill in enumerate(skills) if skill.subject == subject)
        for subject in range(len(SUBJECTS))
    )
    return Course(skills, ladders)


def _skill(number: int, subject: int, skill_id: str, name: str, requires: str) -> Skill:
    videos = tuple(
        (f"v-{skill_id}-{part}", 4 + (number * 5 + part * 3) % 9)
        for part in range(1, len(_VIDEOS) + 1)
    )
    reading = (f"r-{skill_id}", 5 + number % 8)
    return Skill(skill_id, name, subject, tuple(requires.split()), videos, reading)


def course_rows(course: Course) -> Iterator[tuple[str, Row]]:
    """Rows of skills, prerequisites and content, each with the name of its file."""
    for skill in course.skills:
        subject = SUBJECTS[skill.subject]
        yield "skills.csv", (skill.skill_id, skill.name, subject)
        for required in skill.requires:
            yield "skill_prerequisites.csv", (skill.skill_id, required)
        for (content_id, minutes), part in zip(skill.videos, _VIDEOS, strict=True):
            yield "content.csv", (content_id, "video", f"{skill.name}: {part}", subject, minutes)
        content_id, minutes = skill.reading
        yield "content.csv", (content_id, "reading", f"{skill.name}: read", subject, minutes)
    for subject_id, subject in zip(SUBJECT_IDS, SUBJECTS, strict=True):
        yield "content.csv", (f"f-{subject_id}", "forum", f"{subject} forum", subject, "")
