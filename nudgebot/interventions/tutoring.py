"""Peer tutoring: who is asked to help whom in which skill, and how it goes.

Both are asked at once, each by a message of her own, and neither learns who the other is before
both have said yes: a no then hurts nobody. Students are told no figures, of themselves or others.
A tutoring is asked, then active, declined or expired (five days without both answers), and ended
by a teacher, by either of the two, or when they are in no common class any more. It is a teacher's
question, not a nudge: who stopped nudges is asked, too; `tutoring off` is the way out of these.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.interventions.tutoring_book import Book, Session, Status, TutoringRecord
from nudgebot.interventions.tutoring_news import TO_TEACHERS, News
from nudgebot.interventions.tutoring_search import Match, Matchmaker, Search
from nudgebot.interventions.tutoring_standings import Improvement, improvement
from nudgebot.interventions.tutoring_words import DAYS_TO_ANSWER
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.school.days import local_day

ANSWER_WITHIN = timedelta(days=DAYS_TO_ANSWER)
LONGEST_SESSION_MINUTES = 300
FIRST_HOUR, LAST_HOUR = 7, 20  # when somebody may be told that something is over
LONGEST_NOTE = 1000
NOT_YOURS = "There is no such question for you; `my tutoring` shows what there is."
OVER = "That is over: nothing comes of it any more. Your teacher can ask again."


@dataclass(frozen=True)
class Noted:
    """A session; not new where somebody else of the three had noted it already."""

    session: Session
    is_new: bool


class Tutoring:
    """Asks, hears the answers, notes the sessions, and ends what is over."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record
        self._book = Book(means.store)
        self._matchmaker = Matchmaker(means, self._book)
        self._news = News(means)

    def search(
        self,
        student_id: str,
        as_of: datetime,
        *,
        class_ids: Collection[str] | None = None,
        skill_id: str | None = None,
    ) -> Search:
        """Who may help the student, or why nobody may; see `Matchmaker.search`."""
        return self._matchmaker.search(student_id, as_of, class_ids=class_ids, skill_id=skill_id)

    def propose(
        self,
        student_id: str,
        as_of: datetime,
        class_ids: Collection[str] | None = None,
        skill_id: str | None = None,
    ) -> list[Match]:
        """Who may help the student, the best first, among the classmates in these classes."""
        return list(self.search(student_id, as_of, class_ids=class_ids, skill_id=skill_id).matches)

    def named(
        self,
        student_id: str,
        tutor_id: str,
        skill_id: str | None,
        as_of: datetime,
        *,
        class_ids: Collection[str] | None = None,
    ) -> Match:
        """The match that a teacher names, with notes; raises CannotAskError where it cannot be."""
        return self._matchmaker.named(student_id, tutor_id, skill_id, as_of, class_ids=class_ids)

    def preview(self, match: Match, actor: Actor) -> tuple[str, str]:
        """What the student and the tutor will read, before their choices."""
        return self._news.wording(match.student_id, match.tutor_id, match.skill_name, actor)

    def ask(
        self,
        actor: Actor,
        student_id: str,
        *,
        tutor_id: str,
        skill_id: str | None,
        as_of: datetime,
        source: str,
    ) -> TutoringRecord:
        """Ask both; once per `source`. Without a skill, in the best one for these two.

        Raises CannotAskError where it cannot be (any more), as `named` does.
        """
        with self._means.store.transaction():
            found = self._book.by_source(source)
            if found is None:
                match = self.named(student_id, tutor_id, skill_id, as_of)
                found = self._open(actor, match, as_of, source)
            messages = self._news.questions(found, actor)
            claimed = self._claimed(found, messages, as_of)
        self._push(claimed, as_of)
        return found

    def _open(self, actor: Actor, match: Match, as_of: datetime, source: str) -> TutoringRecord:
        found = self._book.open(
            actor,
            student_id=match.student_id,
            tutor_id=match.tutor_id,
            skill=(match.skill_id, match.skill_name),
            source=source,
            as_of=as_of,
        )
        self._record.note(
            InterventionType.TUTOR,
            actor,
            student_id=found.student_id,
            action_taken=f"Peer tutor asked for {found.skill_name} (tutoring {found.id}).",
            source=found.source,
            as_of=as_of,
        )
        return found

    def waiting_for(self, student_id: str) -> list[TutoringRecord]:
        """The questions that this student has not answered yet, oldest first."""
        return [
            each
            for each in self._of(student_id)
            if each.status is Status.ASKED and not each.said_by(student_id)
        ]

    def active_of(self, student_id: str) -> list[TutoringRecord]:
        """The tutorings that go on in which she is helped or helps, oldest first."""
        return [each for each in self._of(student_id) if each.status is Status.ACTIVE]

    def _of(self, student_id: str) -> list[TutoringRecord]:
        return self._book.of_student(student_id)[::-1]

    def answer(
        self, student_id: str, tutoring_id: int, says_yes: bool, as_of: datetime
    ) -> TutoringRecord:
        """What one of the two says; a no to what goes on ends it.

        The same word again changes nothing. Raises CommandError where she is not asked, or where
        it is over.
        """
        word = "yes" if says_yes else "no"
        with self._means.store.transaction():
            found = self._book.find(tutoring_id)
            if found is None or student_id not in (found.student_id, found.tutor_id):
                raise CommandError(NOT_YOURS)
            if found.said_by(student_id) == word:
                return found
            if not found.is_open:
                raise CommandError(OVER)
            was = found.status
            found = self._book.say(found, student_id, word)
            found, messages = (
                self._said_yes(found, as_of)
                if says_yes
                else self._said_no(found, was, student_id, as_of)
            )
            claimed = self._claimed(found, messages, as_of)
        self._push(claimed, as_of)
        return found

    def _said_yes(
        self, found: TutoringRecord, as_of: datetime
    ) -> tuple[TutoringRecord, Sequence[Outgoing]]:
        if (found.student_said, found.tutor_said) != ("yes", "yes"):
            return found, ()
        seen = self._improvement(found, as_of, as_of)
        found = self._book.begin(
            found,
            accuracy_percent=seen.before.percent,
            answers=seen.before.number,
            state=seen.state_then.value,
            as_of=as_of,
        )
        return found, self._news.agreed(found, as_of)

    def _said_no(
        self, found: TutoringRecord, was: Status, by: str, as_of: datetime
    ) -> tuple[TutoringRecord, Sequence[Outgoing]]:
        who = "student" if by == found.student_id else "tutor"
        if was is Status.ASKED:
            outcome = f"It did not come about: the {who} said no."
            found = self._close(found, Status.DECLINED, outcome, as_of)
            return found, self._news.declined(found, by, as_of)
        came_of = self._came_of(found, as_of)
        found = self._close(found, Status.ENDED, f"The {who} wanted to stop. {came_of}", as_of)
        return found, self._news.stopped(found, by, came_of, as_of)

    def opt_out(self, student_id: str, as_of: datetime) -> list[TutoringRecord]:
        """She is never asked to tutor again; what she is asked now is declined, and returned.

        What she does already goes on.
        """
        self._book.opt_out(student_id, as_of)
        asked = [each for each in self.waiting_for(student_id) if each.tutor_id == student_id]
        return [self.answer(student_id, each.id, False, as_of) for each in asked]

    def opt_in(self, student_id: str) -> None:
        """She may be asked again."""
        self._book.opt_in(student_id)

    def is_opted_out(self, student_id: str) -> bool:
        """Whether she does not want to be asked to tutor."""
        return bool(self._book.opted_out([student_id]))

    def note_session(
        self,
        tutoring_id: int,
        minutes: int,
        *,
        user_id: int,
        as_of: datetime,
        source: str,
        note: str = "",
        again: bool = False,
    ) -> Noted:
        """Note that they met; once per `source`.

        Where somebody else has noted as long a session today it is taken to be the same one,
        unless it is said `again`. Raises CommandError for what cannot be.
        """
        if not 1 <= minutes <= LONGEST_SESSION_MINUTES:
            raise CommandError(f"A session has from 1 to {LONGEST_SESSION_MINUTES} minutes.")
        if len(note) > LONGEST_NOTE:
            raise CommandError(f"A note has at most {LONGEST_NOTE} characters.")
        day = local_day(as_of, self._means.zone)
        with self._means.store.transaction():
            record = self._book.get(tutoring_id)
            known = self._book.session_of(source)
            if known is not None:
                return Noted(known, is_new=True)
            if record.status is Status.ASKED:
                raise CommandError("That tutoring has not begun: both have to say yes first.")
            if record.status is not Status.ACTIVE:
                raise CommandError("That tutoring is over; there is nothing more to note.")
            same = [
                each
                for each in self._book.sessions(tutoring_id)
                if each.noted_day == day and each.minutes == minutes and each.user_id != user_id
            ]
            if same and not again:
                return Noted(self._book.add_note(same[-1], note), is_new=False)
            session = self._book.add_session(
                record,
                user_id=user_id,
                minutes=minutes,
                note=note,
                source=source,
                day=day,
                as_of=as_of,
            )
        return Noted(session, is_new=True)

    def end(self, actor: Actor, tutoring_id: int, as_of: datetime) -> TutoringRecord:
        """End what goes on, or take the question back; both are told. Ended twice is ended once."""
        with self._means.store.transaction():
            found = self._book.get(tutoring_id)
            if not found.is_open:
                return found
            if found.status is Status.ACTIVE:
                outcome = self._came_of(found, as_of)
            else:
                outcome = "The question was taken back."
            found = self._close(found, Status.ENDED, outcome, as_of)
            messages = self._news.ended(found, actor, as_of)
            claimed = self._claimed(found, messages, as_of)
        self._push(claimed, as_of)
        return found

    def find(self, tutoring_id: int) -> TutoringRecord | None:
        """The tutoring of that number."""
        return self._book.find(tutoring_id)

    def of_student(self, student_id: str) -> list[TutoringRecord]:
        """All tutorings in which she is helped or helps, the newest first."""
        return self._book.of_student(student_id)

    def all_open(self) -> list[TutoringRecord]:
        """All that are asked about or go on, oldest first."""
        return self._book.all_open()

    def sessions(self, tutoring_id: int) -> list[Session]:
        """When they met, oldest first."""
        return self._book.sessions(tutoring_id)

    def improvement(self, record: TutoringRecord, as_of: datetime) -> Improvement | None:
        """The student in the skill before it began and since; None where it never began."""
        if record.started_at is None:
            return None
        return self._improvement(record, record.started_at, record.ended_at or as_of)

    def _improvement(self, record: TutoringRecord, began: datetime, until: datetime) -> Improvement:
        return improvement(
            self._means.store,
            self._means.zone,
            student_id=record.student_id,
            skill_id=record.skill_id,
            began=began,
            until=until,
        )

    def _came_of(self, record: TutoringRecord, as_of: datetime) -> str:
        """What came of one that went on, in a line without names."""
        held = self._book.sessions(record.id)
        times, minutes = len(held), sum(each.minutes for each in held)
        met = f"{times} session{'s' * (times != 1)}, {minutes} minutes." if held else "No session."
        seen = self.improvement(record, as_of)
        if seen is None or seen.is_too_early or seen.since.percent is None:
            return f"{met} Too few answers since to tell whether it helped."
        before = seen.before.percent
        was = "not known" if before is None else f"{before:.0f} %"
        now = f"{seen.since.percent:.0f} %"
        return f"{met} Right in the skill: {was} before, {now} since."

    def _close(
        self, record: TutoringRecord, status: Status, outcome: str, as_of: datetime
    ) -> TutoringRecord:
        self._record.resolve(record.source, outcome, as_of)
        return self._book.close(record, status, outcome, as_of)

    def tick(self, as_of: datetime) -> int:
        """End what was not answered in time, and what the school has parted; never by night.

        A term ends at midnight and exports come in the small hours, while students sleep.
        """
        if not FIRST_HOUR <= as_of.astimezone(self._means.zone).hour < LAST_HOUR:
            return 0
        done = 0
        for each in self._book.unanswered(as_of - ANSWER_WITHIN):
            done += self._expire(each, as_of)
        for each in self._book.parted(local_day(as_of, self._means.zone)):
            done += self._part(each, as_of)
        return done

    def _expire(self, record: TutoringRecord, as_of: datetime) -> bool:
        with self._means.store.transaction():
            found = self._book.get(record.id)
            if found.status is not Status.ASKED:
                return False  # somebody has answered at this very moment
            outcome = "It did not come about: not both answered."
            found = self._close(found, Status.EXPIRED, outcome, as_of)
            messages = self._news.expired(found, as_of)
            claimed = self._claimed(found, messages, as_of)
        self._push(claimed, as_of)
        return True

    def _part(self, record: TutoringRecord, as_of: datetime) -> bool:
        with self._means.store.transaction():
            found = self._book.get(record.id)
            if not found.is_open:
                return False
            came_of = self._came_of(found, as_of) if found.status is Status.ACTIVE else ""
            outcome = f"They are in no class together any more. {came_of}".rstrip()
            found = self._close(found, Status.ENDED, outcome, as_of)
            messages = self._news.parted(found, came_of, as_of)
            claimed = self._claimed(found, messages, as_of)
        self._push(claimed, as_of)
        return True

    def _claimed(
        self, about: TutoringRecord, messages: Sequence[Outgoing], as_of: datetime
    ) -> list[Outgoing]:
        """Those that were not claimed before, as by what a crash cut short."""
        ids = (about.student_id, about.tutor_id)
        claimed = [each for each in messages if self._means.outbox.claim(each, as_of)]
        for each in claimed:
            if each.purpose == TO_TEACHERS and isinstance(each.recipient, Direct):
                (user_id,) = each.recipient.user_ids
                self._means.seen(ids, user_id=user_id, action="tutoring news", as_of=as_of)
        return claimed

    def _push(self, claimed: Sequence[Outgoing], as_of: datetime) -> None:
        for each in claimed:
            self._means.outbox.push(each, as_of)
