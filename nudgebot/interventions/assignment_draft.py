"""A draft of a targeted assignment: what is suggested, what is asked for, and what is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from nudgebot.errors import CommandError
from nudgebot.school.days import from_at, to_at
from nudgebot.spelling import did_you_mean

# Requirement B, Targeted Assignment Creation.
WEAK_BELOW_PERCENT = 70
MOST_SUGGESTED_SKILLS = 3
SUGGESTED_QUESTIONS = 15
SUGGESTED_SCHOOL_DAYS = 3
EASY_BELOW_PERCENT, MEDIUM_BELOW_PERCENT = 60, 75
LEVELS = ("easy", "medium", "hard")

MOST_SKILLS = 6
MOST_QUESTIONS = 100
LONGEST_TITLE = 120


@dataclass(frozen=True)
class PractisedSkill:
    """A skill of the assignment; accuracy in percent, None where too little is known."""

    skill_id: str
    name: str
    accuracy_percent: float | None = None


@dataclass(frozen=True)
class Wishes:
    """What somebody asks for, in words where words need the school to be understood."""

    skills: str = ""
    questions: int | None = None
    difficulty: str = ""
    due: str = ""
    title: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Wishes()


@dataclass(frozen=True)
class Draft:
    """An assignment that nobody has confirmed yet.

    `title` is empty while it follows the skills. `accuracy_percent` is the student's, None where
    it is not known. `why_level` says in words where the difficulty comes from.
    """

    student_id: str
    skills: tuple[PractisedSkill, ...]
    question_count: int
    difficulty: str
    due_at: datetime
    why_level: str = ""
    own_title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The teacher's title, else one made of the skills."""
        return self.own_title or title_of([skill.name for skill in self.skills])

    @property
    def description(self) -> str:
        """Requirement B's `description`, in words a student may read."""
        return f"{self.question_count} questions to practise {listed(self.skills)}"


def level_of(
    skills: Sequence[PractisedSkill], overall_percent: Callable[[], float | None]
) -> tuple[str, str]:
    """The difficulty for the accuracy in the skills; where none is known, for that in all."""
    known = [each.accuracy_percent for each in skills if each.accuracy_percent is not None]
    if not known:
        return level_for(overall_percent())
    which = "this skill" if len(skills) == 1 else "these skills"
    return level_for(sum(known) / len(known), where=f" in {which}")


def level_for(accuracy_percent: float | None, *, where: str = "") -> tuple[str, str]:
    """The difficulty for a student's accuracy, and why in words."""
    if accuracy_percent is None:
        return "medium", "accuracy is not known yet"
    why = f"accuracy{where} is {_whole(accuracy_percent)} %"
    if accuracy_percent < EASY_BELOW_PERCENT:
        return "easy", why
    return ("medium" if accuracy_percent < MEDIUM_BELOW_PERCENT else "hard"), why


def _whole(percent: float) -> int:
    """Rounded down, so that what is under a bound never reads as on it."""
    return int(percent)


def title_of(names: Sequence[str]) -> str:
    """`Division & Fractions Practice`; no longer than a title may be."""
    head = " & ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    ending = " Practice"
    if len(head) > LONGEST_TITLE - len(ending):
        head = head[: LONGEST_TITLE - len(ending) - 1].rstrip(" ,&") + "…"
    return head + ending


def listed(skills: Sequence[PractisedSkill]) -> str:
    """`Division, Decimals and Fractions`."""
    names = [skill.name for skill in skills]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def checked_questions(number: int) -> int:
    """The number of questions; raises CommandError where nobody could mean it."""
    if not 1 <= number <= MOST_QUESTIONS:
        raise CommandError(
            f"An assignment has from 1 to {MOST_QUESTIONS} questions: `questions 15`."
        )
    return number


def checked_level(word: str) -> str:
    """The difficulty; raises CommandError for any other word."""
    level = word.lower()
    if level not in LEVELS:
        near = did_you_mean(level, LEVELS)
        raise CommandError(
            f"The difficulty is easy, medium or hard{near or ': `difficulty easy`.'}"
        )
    return level


def checked_title(text: str) -> str:
    """The title in one line; raises CommandError where it is too long for a list."""
    title = " ".join(text.split())
    if len(title) > LONGEST_TITLE:
        raise CommandError(f"A title has at most {LONGEST_TITLE} characters.")
    return title


def to_payload(draft: Draft) -> dict[str, Any]:
    """The draft as JSON can hold it."""
    return asdict(draft) | {"due_at": to_at(draft.due_at)}


def from_payload(payload: Mapping[str, Any]) -> Draft:
    """The draft that `to_payload` was given."""
    skills = tuple(PractisedSkill(**each) for each in payload["skills"])
    fields = dict(payload) | {"skills": skills, "notes": tuple(payload["notes"])}
    return Draft(**(fields | {"due_at": from_at(payload["due_at"])}))
