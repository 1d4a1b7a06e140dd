"""Parent notifications: e-mails to guardians who may be contacted, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from nudgebot.errors import CommandError
from nudgebot.interventions.colleagues import note_for
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.parents_book import (
    QUEUED,
    REFUSED,
    SENT,
    UNSETTLED,
    Notification,
    ParentBook,
    state_of,
)
from nudgebot.interventions.parents_concerns import in_words
from nudgebot.interventions.parents_drafts import (
    Draft,
    Guardian,
    called,
    doubt_of,
    drafts,
    guardians_of,
    reachable,
)
from nudgebot.interventions.parents_news import news_of
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.nudging.messages import Direct, Mail, Outgoing
from nudgebot.nudging.posted import Posted
from nudgebot.school.people import Student

PURPOSE = "parent"
# Whoever began to send it has most likely been killed; until then it is left to it.
FORSAKEN = timedelta(minutes=5)
NO_STUDENT = "There is no such student in the newest export. Nothing was sent."


class Parents:
    """Keeps parent notifications; each mail goes out at most once."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record
        self.book = ParentBook(means.store)

    def guardians(self, student_id: str) -> list[Guardian]:
        """All guardians of a student, each with why she may not be mailed, or an empty text."""
        return guardians_of(self._means, student_id)

    def reachable(self, student_id: str) -> list[Guardian]:
        """Those whom a mail may go to; raises CommandError where there is none, or no server."""
        return reachable(self._means, student_id)

    def draft(
        self,
        actor: Actor,
        student: Student,
        concern: str,
        words: str,
        *,
        as_of: datetime,
        guardian_ids: Collection[str] = (),
    ) -> list[Draft]:
        """The finished mails, one a guardian; raises CommandError where there can be none."""
        return drafts(
            self._means,
            student,
            concern,
            words,
            actor=actor,
            as_of=as_of,
            guardian_ids=guardian_ids,
        )

    def doubt(self, actor: Actor, student_id: str, concern: str, *, as_of: datetime) -> str:
        """What the figures say against such a mail, in a sentence; empty where nothing does."""
        return doubt_of(self._means, actor, student_id, concern, as_of)

    def notify(
        self,
        actor: Actor,
        student_id: str,
        concern_type: str,
        message: str,
        *,
        as_of: datetime,
        source: str,
        guardian_ids: Collection[str] = (),
    ) -> list[Notification]:
        """Mail the guardians about a concern, with the teacher's words (requirement B).

        To all who may be mailed, or to those of these ids; once per `source`, however often it is
        called. Raises CommandError where nothing can be sent.
        """
        if not self.book.of_source(source):
            student = self._means.people.student(student_id)
            if student is None:
                raise CommandError(NO_STUDENT)
            made = self.draft(
                actor, student, concern_type, message, as_of=as_of, guardian_ids=guardian_ids
            )
            self.take(
                actor, student_id, concern_type, message, mails=made, source=source, as_of=as_of
            )
        sent = self.send(source, as_of)
        self.tell(sent)
        return sent

    def take(
        self,
        actor: Actor,
        student_id: str,
        concern_type: str,
        message: str,
        *,
        mails: Sequence[Draft],
        source: str,
        as_of: datetime,
        again: int | None = None,
    ) -> None:
        """Note finished mails, all or none, so that `send` or a later tick sends them.

        `again` is the notification that they are a fresh copy of.
        """
        with self._means.store.transaction():
            ids = self.book.add(
                actor, student_id, concern_type, message, drafts=mails, source=source, as_of=as_of
            )
            names = " and ".join(dict.fromkeys(called(each.guardian_name) for each in mails))
            self._record.note(
                InterventionType.PARENT,
                actor,
                student_id=student_id,
                action_taken=f"E-mail to {names} about {in_words(concern_type)}",
                source=f"parent:{ids[0]}",
                as_of=as_of,
            )
            if again is not None:
                self.book.replaced(again, ids[0])

    def send(self, source: str, as_of: datetime) -> list[Notification]:
        """Send what was taken of a source and has not been tried; how each of it stands.

        One after the other, each claimed just before it goes: whoever is killed in between leaves
        one mail in doubt, and not all of them.
        """
        for each in self.book.of_source(source):
            if each.state == QUEUED:
                self._post(each, as_of)
        return self.book.of_source(source)

    def _post(self, each: Notification, as_of: datetime) -> None:
        self._settle(each, self._means.outbox.post(_mail(each), as_of), as_of)

    def _settle(self, each: Notification, posted: Posted, as_of: datetime) -> None:
        """Where none of its mails goes out, the intervention has come to its end."""
        with self._means.store.transaction():
            self.book.settle(each.id, posted, as_of)
            mails = self.book.of_source(each.source)
            if all(mail.state == REFUSED for mail in mails):
                self._record.resolve(f"parent:{mails[0].id}", f"Not sent: {posted.reason}", as_of)

    def tell(self, notifications: Sequence[Notification]) -> None:
        """The teacher has just been told how these stand."""
        for each in notifications:
            self.book.told(each.id, each.state)

    def answered(self, actor: Actor, notification_id: int, note: str, as_of: datetime) -> None:
        """A guardian answered: this is what it comes to."""
        found = self.book.find(notification_id)
        if found is None:
            raise CommandError("There is no e-mail of that number.")
        with self._means.store.transaction():
            self.book.answered(notification_id, note, as_of)
            first = self.book.of_source(found.source)[0]
            self._record.resolve(f"parent:{first.id}", f"Answered: {note}", as_of)
            note_for(
                self._means.store,
                [found.user_id],
                actor,
                about=f"parent:{found.id}",
                student_id=found.student_id,
                words=f"has noted what the family answered to your e-mail {found.id}. "
                f"`parent list {found.student_id}` shows it.",
                as_of=as_of,
            )

    def tick(self, as_of: datetime) -> int:
        """Follow the open mails, and tell the teachers what became of them; how many changed."""
        changed = 0
        for each in self.book.open():
            forsaken = each.created_at <= as_of - FORSAKEN
            posted = self._means.outbox.find(each.key)
            if posted is None:
                if forsaken:
                    self._post(each, as_of)
                    changed += 1
                continue
            if state_of(posted) != each.state:
                self._settle(each, posted, as_of)
                changed += 1
            self._tell_later(each.id, forsaken=forsaken, as_of=as_of)
        return changed

    def _tell_later(self, notification_id: int, *, forsaken: bool, as_of: datetime) -> None:
        """A word to the teacher where she knows of an older state, or was never told."""
        each = self.book.find(notification_id)
        if each is None or each.told == each.state or not (each.told or forsaken):
            return
        if each.state not in (SENT, REFUSED, UNSETTLED):
            return
        told = Outgoing(
            key=f"{each.key}:news:{each.state}",
            recipient=Direct((each.user_id,)),
            content=news_of(self._means, each, as_of),
            purpose="notice",
        )
        with self._means.store.transaction():
            self.book.told(each.id, each.state)
            self._means.seen(
                [each.student_id], user_id=each.user_id, action="mail news", as_of=as_of
            )
            claimed = self._means.outbox.claim(told, as_of)
        if claimed:
            self._means.outbox.push(told, as_of)


def _mail(each: Notification) -> Outgoing:
    return Outgoing(
        key=each.key,
        recipient=Mail(each.address, each.guardian_name),
        content=each.content,
        purpose=PURPOSE,
        heading=each.subject,
    )
