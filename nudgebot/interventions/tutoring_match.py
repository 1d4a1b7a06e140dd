"""Who may help whom: the conditions of a peer tutor one by one, and the fairest order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from nudgebot.insight.mastery import MASTERED_SHARE, NEVER, Track
from nudgebot.insight.skill_data import MasteryState

AT_RISK = frozenset({"high", "critical"})


class Obstacle(Enum):
    """Why somebody is not asked to tutor a student, in the order in which it is looked at.

    The two values say it of one classmate and of several.
    """

    HERSELF = ("is the student", "are the student")
    OTHER_CLASS = ("is in another class", "are in other classes")
    NOT_MASTERED = ("has not mastered it", "have not mastered it")
    UNLINKED = ("cannot be reached in Zulip", "cannot be reached in Zulip")
    OPTED_OUT = ("does not want to be a tutor", "do not want to be tutors")
    OVERLOADED = ("already helps others", "already help others")
    AT_RISK = ("has enough to carry now", "have enough to carry now")
    DECLINED = ("said no to this not long ago", "said no to this not long ago")

    def said_of(self, number: int) -> str:
        """`2 already help others`."""
        return f"{number} {self.value[number != 1]}"


@dataclass(frozen=True)
class Classmate:
    """What matters of somebody who might tutor a student in one skill.

    `load` is how many others she helps or is asked to help now, `helped` how many ever. `declined`
    means that she said no to this very student not long ago. `fragile`: a person looks after her.
    """

    student_id: str
    in_class: bool = True
    standing: Track = NEVER
    linked: bool = True
    opted_out: bool = False
    load: int = 0
    helped: int = 0
    risk_level: str = ""
    fragile: bool = False
    declined: bool = False


@dataclass(frozen=True)
class Weakness:
    """A skill in which a student struggles."""

    skill_id: str
    standing: Track


def obstacle(each: Classmate, *, student_id: str, most_students: int) -> Obstacle | None:
    """The first thing that speaks against asking her, or None."""
    tests = (
        (each.student_id == student_id, Obstacle.HERSELF),
        (not each.in_class, Obstacle.OTHER_CLASS),
        (each.standing.state is not MasteryState.MASTERED, Obstacle.NOT_MASTERED),
        (not each.linked, Obstacle.UNLINKED),
        (each.opted_out, Obstacle.OPTED_OUT),
        (each.load >= most_students, Obstacle.OVERLOADED),
        (each.fragile or each.risk_level in AT_RISK, Obstacle.AT_RISK),
        (each.declined, Obstacle.DECLINED),
    )
    return next((found for holds, found in tests if holds), None)


def ranked(
    classmates: Iterable[Classmate], *, student_id: str, most_students: int
) -> list[Classmate]:
    """Those who may be asked: who helps fewest now first, then who has helped fewest so far.

    Then the one who knows the skill most surely; at last the id, so that the order is always the
    same.
    """
    fit = [
        each
        for each in classmates
        if obstacle(each, student_id=student_id, most_students=most_students) is None
    ]
    return sorted(
        fit, key=lambda each: (each.load, each.helped, -(each.standing.low or 0), each.student_id)
    )


def weaknesses(tracks: Iterable[tuple[str, Track]]) -> list[Weakness]:
    """The skills in which a student struggles, the weakest first.

    First those that need work, then those practised again and again without mastery, then those
    in progress; within each the one with the lowest accuracy of recent answers.
    """
    found = [Weakness(skill_id, each) for skill_id, each in tracks if _is_weak(each)]
    return sorted(found, key=_weakest_first)


def _is_weak(each: Track) -> bool:
    """Who is in progress and gets nearly all right needs only more practice."""
    if each.state is MasteryState.IN_PROGRESS:
        return each.stuck or (each.recent or 0.0) < MASTERED_SHARE
    return each.state is MasteryState.NEEDS_WORK


def _weakest_first(each: Weakness) -> tuple[int, float, str]:
    needs_work = each.standing.state is MasteryState.NEEDS_WORK
    group = 0 if needs_work else 1 if each.standing.stuck else 2
    return group, each.standing.recent or 0.0, each.skill_id


_BEFORE = frozenset({Obstacle.HERSELF, Obstacle.OTHER_CLASS, Obstacle.NOT_MASTERED})


def why_nobody(
    classmates: Sequence[Classmate],
    *,
    student_id: str,
    most_students: int,
    student: str,
    skill: str,
) -> str:
    """One sentence on the condition at which all failed; it names nobody but the student.

    `student` and `skill` are finished Markdown.
    """
    found = Counter(
        obstacle(each, student_id=student_id, most_students=most_students) for each in classmates
    )
    others = len(classmates) - found[Obstacle.HERSELF] - found[Obstacle.OTHER_CLASS]
    if others <= 0:
        return f"I see nobody else in a class with {student}, so there is nobody to ask."
    able = others - found[Obstacle.NOT_MASTERED]
    if able <= 0:
        return (
            f"None of the {others} classmates of {student} has mastered {skill} yet."
            if others > 1
            else f"The only classmate of {student} has not mastered {skill} yet."
        )
    able_but = [each for each in Obstacle if found[each] and each not in _BEFORE]
    reasons = ", ".join(each.said_of(found[each]) for each in able_but)
    who = "1 classmate has" if able == 1 else f"{able} classmates have"
    return f"{who} mastered {skill}, but nobody can be asked now: {reasons}."
