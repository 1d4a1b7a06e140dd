"""Looks for a peer tutor among the classmates, and checks one whom a teacher names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nudgebot.errors import CommandError
from nudgebot.insight.mastery import Track
from nudgebot.insight.skill_data import MasteryState
from nudgebot.interventions.means import Means
from nudgebot.interventions.tutoring_book import Book
from nudgebot.interventions.tutoring_match import (
    AT_RISK,
    Classmate,
    ranked,
    weaknesses,
    why_nobody,
)
from nudgebot.interventions.tutoring_standings import Standings, standings
from nudgebot.markup import esc
from nudgebot.school.days import local_day
from nudgebot.school.people import Student

NOT_LONG_AGO = timedelta(days=30)
NOT_KNOWN = "I know no student by that id."
NOT_THESE = "These two cannot be asked now; `tutor <student>` looks for who can be."


class CannotAskError(CommandError):
    """Why two students cannot be asked: `why`, finished Markdown about `student_ids`.

    The error's own text tells nothing of them; who may see both may read `why`.
    """

    def __init__(self, why: str, *student_ids: str) -> None:
        super().__init__(NOT_THESE)
        self.why = why
        self.student_ids = frozenset(student_ids)


@dataclass(frozen=True)
class Match:
    """A student, a skill, and who may help; `notes` are for the teacher, as finished Markdown."""

    student_id: str
    tutor_id: str
    skill_id: str
    skill_name: str
    student_standing: Track
    tutor_standing: Track
    load: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """What was found: grouped by skill, the weakest first, the fairest tutor first.

    Where there is nothing, `why_not` says why in a sentence without other students' names.
    """

    matches: tuple[Match, ...]
    why_not: str = ""


@dataclass(frozen=True)
class _Scene:
    """A student with the classmates whom one may look at, and how all of them stand."""

    student: Student
    classmates: Sequence[Classmate]  # without their standings
    standings: Standings
    as_of: datetime


class Matchmaker:
    """Reads what the conditions of `tutoring_match` need."""

    def __init__(self, means: Means, book: Book) -> None:
        self._means = means
        self._book = book

    @property
    def _most_students(self) -> int:
        most: int = self._means.settings["tutor_most_students"]
        return most

    def search(
        self,
        student_id: str,
        as_of: datetime,
        *,
        class_ids: Collection[str] | None = None,
        skill_id: str | None = None,
    ) -> Search:
        """Who may be asked to help the student, in that skill or in any that she struggles with.

        Only classmates in the classes `class_ids` are looked at (None: in all of hers).
        """
        scene = self._scene(student_id, as_of, class_ids)
        name = esc(scene.student.first_name)
        unlinked = self._means.links.why_not("student", student_id)
        if unlinked:
            return Search((), f"{name} cannot be reached: {unlinked} An administrator can link.")
        if skill_id is not None:
            running = self._running(scene, skill_id)
            skill_ids = [] if running else [skill_id]
            why_not = running
        else:
            skill_ids, why_not = self._weak(scene)
        matches = tuple(match for each in skill_ids for match in self._in_skill(scene, each))
        if matches or not skill_ids:
            return Search(matches, "" if matches else why_not)
        return Search((), self._why_nobody(scene, skill_ids))

    def named(
        self,
        student_id: str,
        tutor_id: str,
        skill_id: str | None,
        as_of: datetime,
        *,
        class_ids: Collection[str] | None = None,
    ) -> Match:
        """The match that a teacher names; without a skill, the weakest that the tutor has mastered.

        Raises CannotAskError where it cannot be; what only speaks against it is in the notes, for
        the teacher knows better.
        """
        scene = self._scene(student_id, as_of, class_ids, only=tutor_id)
        tutor = self._person(tutor_id)
        self._refuse(scene, tutor)
        wanted = skill_id or self._best_for(scene, tutor)
        running = self._running(scene, wanted)
        if running:
            raise CannotAskError(running, student_id, tutor_id)
        (classmate,) = (e for e in _standing(scene, wanted) if e.student_id == tutor_id)
        self._refuse_asking(scene, tutor, classmate)
        match = self._match(scene, wanted, classmate)
        return replace(match, notes=(*match.notes, *_doubts(tutor, match, classmate)))

    def _refuse(self, scene: _Scene, tutor: Student) -> None:
        name, both = esc(scene.student.first_name), (scene.student.student_id, tutor.student_id)
        if tutor.student_id == scene.student.student_id:
            raise CannotAskError(
                f"{name} cannot be {name}'s own tutor. Name a classmate, or nobody, and I look for "
                f"one: `tutor {scene.student.student_id}`.",
                *both,
            )
        if tutor.student_id not in {each.student_id for each in scene.classmates}:
            raise CannotAskError(
                f"{esc(tutor.first_name)} is in no class of yours with {name} now; a tutor is "
                "somebody of the same class.",
                *both,
            )
        for each in (scene.student, tutor):
            unlinked = self._means.links.why_not("student", each.student_id)
            if unlinked:
                raise CannotAskError(
                    f"{esc(each.first_name)} cannot be reached: {unlinked} An administrator can "
                    "link.",
                    *both,
                )

    def _refuse_asking(self, scene: _Scene, tutor: Student, classmate: Classmate) -> None:
        name = esc(tutor.first_name)
        both = (scene.student.student_id, tutor.student_id)
        another = f"`tutor {scene.student.student_id}` looks for somebody else."
        if classmate.opted_out:
            raise CannotAskError(f"{name} does not want to be asked as a tutor. {another}", *both)
        if classmate.load >= self._most_students:
            others = "1 other" if classmate.load == 1 else f"{classmate.load} others"
            raise CannotAskError(
                f"{name} helps {others} already, or is asked to; more would be too much. {another}",
                *both,
            )

    def _scene(
        self,
        student_id: str,
        as_of: datetime,
        class_ids: Collection[str] | None,
        *,
        only: str | None = None,
    ) -> _Scene:
        """With all classmates, or with one of them: courses may have thousands."""
        student, day = self._person(student_id), local_day(as_of, self._means.zone)
        classes = [
            each.class_id
            for each in self._means.people.classes_of(student_id, role="student", day=day)
            if class_ids is None or each.class_id in class_ids
        ]
        people = self._means.people.students_in(classes, day=day) if classes else []
        among = {each.student_id for each in people} - {student_id}
        ids = sorted(among if only is None else among & {only})
        found = standings(self._means.store, self._means.zone, [student_id, *ids], as_of)
        return _Scene(student, self._classmates(student_id, ids, as_of), found, as_of)

    def _person(self, student_id: str) -> Student:
        found = self._means.people.student(student_id)
        if found is None or not found.active:
            raise CommandError(NOT_KNOWN)
        return found

    def _running(self, scene: _Scene, skill_id: str) -> str:
        """The sentence that she is helped in the skill already; else empty."""
        found = self._book.open_in(scene.student.student_id, skill_id)
        if found is None:
            return ""
        return (
            f"{esc(scene.student.first_name)} has a tutor in {esc(found.skill_name)} already, or "
            f"is asked about one (tutoring {found.id}). `end tutoring {found.id}` ends that first."
        )

    def _weak(self, scene: _Scene) -> tuple[list[str], str]:
        """The skills to look for help in, the weakest first; else why there are none."""
        who, name = scene.student.student_id, esc(scene.student.first_name)
        tracks = scene.standings.tracks.get(who, {})
        weak = [each.skill_id for each in weaknesses(tracks.items())]
        name_it = f"Name a skill yourself: `tutor {who} in <skill>`."
        if not weak:
            why = f"I see no skill in which {name} struggles."
            return [], f"{why if tracks else f'{name} has not practised yet.'} {name_it}"
        unwanted = self._book.unwanted(who, scene.as_of - NOT_LONG_AGO)
        free = [each for each in weak if self._book.open_in(who, each) is None]
        wanted = [each for each in free if each not in unwanted]
        if free and not wanted:
            return [], f"{name} said no to help from a classmate not long ago. {name_it}"
        return wanted, self._running(scene, weak[0])

    def _best_for(self, scene: _Scene, tutor: Student) -> str:
        """The weakest skill that the tutor has mastered; else the weakest."""
        skill_ids, _ = self._weak(scene)
        mastered = [
            each
            for each in skill_ids
            if scene.standings.of(tutor.student_id, each).state is MasteryState.MASTERED
        ]
        if not skill_ids:
            raise CommandError(
                f"In which skill? `tutor {scene.student.student_id} with {tutor.student_id} in "
                "<skill>`."
            )
        return [*mastered, *skill_ids][0]

    def _in_skill(self, scene: _Scene, skill_id: str) -> list[Match]:
        found = ranked(
            _standing(scene, skill_id),
            student_id=scene.student.student_id,
            most_students=self._most_students,
        )
        return [self._match(scene, skill_id, each) for each in found]

    def _classmates(self, student_id: str, ids: Sequence[str], as_of: datetime) -> list[Classmate]:
        loads, helped = self._book.loads(ids), self._book.helped(ids)
        out = self._book.opted_out(ids)
        declined = self._book.declined_by(student_id, as_of - NOT_LONG_AGO)
        linked = self._means.links.table("student").user_ids
        consents = self._means.consents.table(ids)
        levels = {key: row["risk_level"] for key, row in self._means.figures.table(ids).rows()}
        return [
            Classmate(
                student_id=key,
                linked=key in linked,
                opted_out=key in out,
                load=loads[key],
                helped=helped[key],
                risk_level=str(levels.get(key) or ""),
                fragile=key in consents and bool(consents[key].held),
                declined=key in declined,
            )
            for key in ids
        ]

    def _match(self, scene: _Scene, skill_id: str, classmate: Classmate) -> Match:
        student_id, skill = scene.student.student_id, scene.standings.book.name(skill_id)
        standing = scene.standings.of(student_id, skill_id)
        name, notes = esc(scene.student.first_name), []
        if standing.state is MasteryState.MASTERED:
            notes.append(f"By the figures, {name} has mastered {esc(skill)}.")
        if skill_id in self._book.unwanted(student_id, scene.as_of - NOT_LONG_AGO):
            notes.append(f"{name} said no to help with {esc(skill)}, or stopped it, not long ago.")
        return Match(
            student_id=student_id,
            tutor_id=classmate.student_id,
            skill_id=skill_id,
            skill_name=skill,
            student_standing=standing,
            tutor_standing=classmate.standing,
            load=classmate.load,
            notes=tuple(notes),
        )

    def _why_nobody(self, scene: _Scene, skill_ids: Sequence[str]) -> str:
        first, who = skill_ids[0], scene.student.student_id
        said = why_nobody(
            _standing(scene, first),
            student_id=who,
            most_students=self._most_students,
            student=esc(scene.student.first_name),
            skill=esc(scene.standings.book.name(first)),
        )
        if len(skill_ids) > 1:
            more = len(skill_ids) - 1
            others = "the other weak skill" if more == 1 else f"the {more} other weak skills"
            said += f" For {others} I found nobody, either."
        if not scene.classmates:
            return said
        return f"{said} You may name a classmate yourself: `tutor {who} with <name>`."


def _standing(scene: _Scene, skill_id: str) -> list[Classmate]:
    """The classmates with how they stand in a skill."""
    return [
        replace(each, standing=scene.standings.of(each.student_id, skill_id))
        for each in scene.classmates
    ]


def _doubts(tutor: Student, match: Match, named: Classmate) -> list[str]:
    """What speaks against a tutor whom a teacher has named."""
    name, said = esc(tutor.first_name), []
    if named.standing.state is not MasteryState.MASTERED:
        said.append(f"By the figures, {name} has not mastered {esc(match.skill_name)}.")
    if named.fragile or named.risk_level in AT_RISK:
        said.append(f"{name} needs attention, too: `why {match.tutor_id}` says why.")
    if named.declined:
        said.append(f"{name} said no to this, or stopped it, not long ago.")
    return said
