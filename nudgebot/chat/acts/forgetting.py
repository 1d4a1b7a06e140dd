"""Confirmed erasures of students."""

from __future__ import annotations

from nudgebot.chat.acts.act import Act, Clock, for_admins
from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.office import Office
from nudgebot.markup import esc
from nudgebot.rights.erasure import forget, tidy
from nudgebot.rights.letters_left import FORGET
from nudgebot.rights.subject import Subject
from nudgebot.rights.words import after_forgetting, left_to_do


def erase(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Forget the student; after a crash in the middle, what is left of it."""
    as_of, keep_days = clock(), office.settings["backup_keep_days"]
    student_id = confirmed.payload.get("student_id")
    if student_id is None:  # her rows went with the transaction, and her id with them
        tidy(office.store)
        said = ["Done.", *left_to_do(keep_days, database=office.store.path)]
    else:

        def in_audit(subject: Subject) -> None:
            office.audit.forget(
                subject.student_id,
                own_user_id=subject.user_id,
                actor_user_id=confirmed.asker_id,
                as_of=as_of,
            )

        done = forget(
            office.store,
            str(student_id),
            as_of,
            in_audit=in_audit,
            lms_outbox=office.settings["lms_outbox"],
        )
        said = after_forgetting(done, backup_keep_days=keep_days, database=office.store.path)
    office.remembered.forget()
    office.confirmations.finish(confirmed.token)
    paragraphs = ["\n".join(f"- {esc(line)}" for line in each.splitlines()) for each in said]
    return Answer("\n".join(paragraphs))


def _is_begun(confirmed: Confirmation) -> bool:
    return confirmed.payload.get("student_id") is None  # her id went with her rows


ACTS = {
    FORGET: Act(for_admins(erase, is_begun=_is_begun), begun=lambda _: "Forgetting …"),
}
