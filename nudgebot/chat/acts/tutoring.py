"""What confirming does about tutoring: asks both, or ends what goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.office import Office
from nudgebot.chat.tutoring_text import first_name_of, in_short, name_of
from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.tutoring_book import TutoringRecord
from nudgebot.interventions.tutoring_search import CannotAskError
from nudgebot.markup import esc

TUTOR, END = "tutor", "end_tutoring"
NOT_YOURS = "One of the two is not a student of yours any more, so nothing was done."

Deed = Callable[[Office, Confirmation, Asker, datetime], Answer]


def _guarded(deed: Deed) -> Callable[[Office, Confirmation, Clock], Answer]:
    """The deed, and the end of the confirmation: also where it cannot be done any more."""

    def do(office: Office, confirmation: Confirmation, clock: Clock) -> Answer:
        as_of = clock()
        asker = office.access.asker(confirmation.asker_id, as_of)
        try:
            answer = deed(office, confirmation, asker, as_of)
        except CannotAskError as cannot:
            answer = Answer(cannot.why, students=cannot.student_ids)
        except CommandError:
            office.confirmations.finish(confirmation.token)
            raise
        office.confirmations.finish(confirmation.token)
        return answer

    return do


def _ask(office: Office, confirmation: Confirmation, asker: Asker, as_of: datetime) -> Answer:
    student_id, tutor_id = confirmation.payload["student_id"], confirmation.payload["tutor_id"]
    _check(asker, student_id, tutor_id)
    record = office.interventions.tutoring.ask(
        _actor(asker),
        student_id,
        tutor_id=tutor_id,
        skill_id=confirmation.payload["skill_id"],
        as_of=as_of,
        source=f"{TUTOR}:{confirmation.token}:{confirmation.expires_at}",
    )
    return Answer(_asked(office, record), students=frozenset({student_id, tutor_id}))


def _asked(office: Office, record: TutoringRecord) -> str:
    """What became of the two questions, and what happens next."""
    student, tutor = name_of(office, record.student_id), name_of(office, record.tutor_id)
    done = (
        f"✅ I have asked {student} and {tutor} about {esc(record.skill_name)} (tutoring "
        f"{record.id}). They have five days to answer, and I tell you what they say. "
        f"`tutoring {record.student_id}` shows how it stands."
    )
    lines = [done]
    for who, student_id in (("student", record.student_id), ("tutor", record.tutor_id)):
        posted = office.outbox.find(f"{record.source}:question:{who}")
        name = first_name_of(office, student_id)
        if posted is None or posted.state == "refused":
            lines.append(
                f"⚠️ The question to {name} did not arrive, so there will be no answer. "
                f"`end tutoring {record.id}` takes it back."
            )
        elif posted.state != "sent":
            lines.append(f"⚠️ The question to {name} waits for Zulip; it is tried again by itself.")
    return "\n".join(lines)


def _end(office: Office, confirmation: Confirmation, asker: Asker, as_of: datetime) -> Answer:
    tutoring = office.interventions.tutoring
    record = tutoring.find(confirmation.payload["tutoring_id"])
    if record is None:
        raise CommandError(NOT_YOURS)
    _check(asker, record.student_id, record.tutor_id)
    record = tutoring.end(_actor(asker), record.id, as_of)
    return Answer(
        f"✅ Ended; both are told.\n{in_short(office, record, as_of)}",
        students=frozenset({record.student_id, record.tutor_id}),
    )


def _check(asker: Asker, *student_ids: str) -> None:
    if not asker.is_staff or not all(asker.may_see(each) for each in student_ids):
        raise CommandError(NOT_YOURS)


def _actor(asker: Asker) -> Actor:
    return Actor(asker.user_id, asker.name, asker.teacher_id)


ACTS: dict[str, Act] = {TUTOR: Act(_guarded(_ask)), END: Act(_guarded(_end))}
