"""What one student does day by day: logins, videos, reading, the forum, practice, achievements.

Practice stands in practice.csv alone, so that its minutes are not counted twice; every active day
has a login in activities.csv.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nudgebot.sandbox.sample.chance import pick, stream
from nudgebot.sandbox.sample.course import SUBJECT_IDS, SUBJECTS, Course
from nudgebot.sandbox.sample.layout import Row
from nudgebot.sandbox.sample.people import Student
from nudgebot.sandbox.sample.timeline import Timeline

_LATEST_SECOND = 20 * 3600 + 1800
_XP_PER_CORRECT = 10
_MASTERED = 0.85
_GUESSING, _HALFWAY = 0.58, 9.0
_LEARNT_BEFORE, _ENOUGH, _CLASS_MOVES_ON = 60, 36, 64
_XP_GOAL, _RUN_GOAL = 1000, 7


@dataclass
class _Progress:
    """How far she is in the skills, her runs of days and her experience points."""

    place: list[int]
    answered: list[int]
    caps: list[float]
    xp: int = 0
    run: int = 0
    longest: int = 0
    earned: dict[str, str] = field(default_factory=dict)


class Diary:
    """Writes one student's days, oldest first; a longer timeline only adds to the end."""

    def __init__(self, seed: int, student: Student, *, timeline: Timeline, course: Course) -> None:
        self.activities: list[Row] = []
        self.practice: list[Row] = []
        self._student = student
        self._id = student.student_id
        self._timeline = timeline
        self._course = course
        self._clock = timeline.clock(student.zone)
        self._draw = stream(seed, student.number, "diary")
        self._progress = _Progress(
            place=[1] * len(SUBJECTS),
            answered=[
                _LEARNT_BEFORE if number == course.ladders[skill.subject][0] else 0
                for number, skill in enumerate(course.skills)
            ],
            caps=list(student.caps),
        )

    def write(self, active: list[bool]) -> None:
        """Fill `activities` and `practice` with what is known by the cutoff."""
        for day in range(self._clock.cut[0] + 1):
            if active[day]:
                self._day(day)
            else:
                self._progress.run = 0

    def _day(self, day: int) -> None:
        draw, state = self._draw, self._progress
        second = self._first_second(day)
        if not self._clock.knows(day, second):
            return
        state.run += 1
        state.longest = max(state.longest, state.run)
        self._log(day, second, "login", "", "", "", "")
        if state.run >= _RUN_GOAL:
            self._earn("run", day, second)
        subjects = self._open_subjects(day)
        videos = self._student.kind.likes_videos
        for _ in range(1 + int(draw() * 3)):
            second += 60 + int(draw() * 300)
            subject = pick(draw, subjects)
            choice = draw()
            if choice < videos:
                second += self._video(day, second, subject)
            elif choice < videos + 0.15:
                second += self._reading(day, second, subject)
            elif choice < videos + 0.2:
                forum = f"f-{SUBJECT_IDS[subject]}"
                self._log(day, second, "forum", forum, SUBJECTS[subject], 3, "")
                second += 180
            else:
                second += self._practise(day, second, subject)

    def _first_second(self, day: int) -> int:
        """A believable time: around her own hour, on free days spread over the day."""
        draw = self._draw
        if self._timeline.is_weekend(day):
            hour = 9.5 + draw() * 10
        else:
            hour = self._student.hour + (draw() + draw() - 1.0) * 1.6
        return max(6 * 3600 + 1800, min(_LATEST_SECOND, int(hour * 3600)))

    def _open_subjects(self, day: int) -> tuple[int, ...]:
        kind = self._student.kind
        if kind.pause is not None:
            offset = day - self._timeline.anchor
            if kind.pause[0] <= offset <= kind.pause[1]:
                return tuple(
                    each for each in self._student.subjects if each not in kind.paused_subjects
                )
        return self._student.subjects

    def _stamp(self, day: int, second: int) -> str:
        minute, rest = divmod(second, 60)
        hour, minute = divmod(minute, 60)
        date = self._timeline.dates[day]
        return f"{date}T{hour:02}:{minute:02}:{rest:02}{self._clock.suffixes[day]}"

    def _log(self, day: int, second: int, *rest: object) -> None:
        """Add a row of activities.csv; `rest` is its columns from the kind on."""
        if self._clock.knows(day, second):
            key = f"{self._id}-{len(self.activities) + 1}"
            self.activities.append((key, self._id, self._stamp(day, second), *rest))

    def _skill(self, subject: int) -> int:
        """The skill she is at, now and then an earlier one."""
        ladder, place = self._course.ladders[subject], self._progress.place[subject]
        if self._draw() < 0.2:
            place = int(self._draw() * (place + 1))
        return ladder[place]

    def _video(self, day: int, second: int, subject: int) -> int:
        draw = self._draw
        content_id, minutes = pick(draw, self._course.skills[self._skill(subject)].videos)
        done = draw() < self._student.kind.finishes_videos
        progress = 1.0 if done else round(0.08 + draw() * 0.5, 2)
        watched = max(1, round(minutes * progress))
        self._log(day, second, "video", content_id, SUBJECTS[subject], watched, progress)
        return watched * 60

    def _reading(self, day: int, second: int, subject: int) -> int:
        content_id, minutes = self._course.skills[self._skill(subject)].reading
        progress = 1.0 if self._draw() < 0.8 else 0.5
        self._log(day, second, "reading", content_id, SUBJECTS[subject], minutes, progress)
        return minutes * 60

    def _practise(self, day: int, second: int, subject: int) -> int:
        draw, state = self._draw, self._progress
        skill = self._skill(subject)
        questions = 6 + int(draw() * 10)
        cap, seen = state.caps[skill], state.answered[skill]
        grown = seen / (seen + _HALFWAY / self._student.kind.pace)
        chance = cap - (cap - _GUESSING) * (1 - grown) if cap > _GUESSING else cap
        chance += (draw() - 0.5) * 0.12
        correct = sum([draw() < chance for _ in range(questions)])
        minutes = max(2, round(questions * (0.7 + draw() * 0.8)))
        if self._clock.knows(day, second):
            key = f"p{self._id}-{len(self.practice) + 1}"
            skill_id, xp = self._course.skills[skill].skill_id, correct * _XP_PER_CORRECT
            at = self._stamp(day, second)
            self.practice.append((key, self._id, skill_id, at, questions, correct, minutes, xp))
            state.xp += xp
            if state.xp >= _XP_GOAL:
                self._earn("xp", day, second)
        state.answered[skill] = seen + questions
        self._move_on(subject, skill, chance)
        return minutes * 60

    def _move_on(self, subject: int, skill: int, chance: float) -> None:
        """On to the next skill when this one sits, or when the class has long moved on."""
        state, ladder = self._progress, self._course.ladders[subject]
        place = state.place[subject]
        if ladder[place] != skill or place + 1 == len(ladder):
            return
        answered = state.answered[skill]
        if answered >= _ENOUGH and chance >= _MASTERED:
            state.place[subject] += 1
        elif answered >= _CLASS_MOVES_ON:
            state.place[subject] += 1
            following = ladder[place + 1]
            state.caps[following] = min(state.caps[following], state.caps[skill] - 0.04)

    def _earn(self, name: str, day: int, second: int) -> None:
        if name not in self._progress.earned and self._clock.knows(day, second):
            self._progress.earned[name] = self._stamp(day, second)

    def achievements(self) -> list[Row]:
        """What she has earned or is on the way to; nothing for who never began."""
        state = self._progress
        goals = (
            ("run", "Seven days in a row", state.longest / _RUN_GOAL),
            ("xp", "1,000 XP", state.xp / _XP_GOAL),
        )
        return [
            (
                f"{self._id}-{name}",
                self._id,
                title,
                round(min(1.0, share), 2),
                state.earned.get(name, ""),
            )
            for name, title, share in goals
            if share
        ]
