"""Confirmed e-mails to guardians: each sent at most once, and what became of each of them."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.office import Office
from nudgebot.chat.parent_previews import PARENT, mails_in, matter_of, preview_mails
from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.parents_book import SENT, Notification
from nudgebot.interventions.parents_drafts import Draft, called
from nudgebot.interventions.parents_news import fate_of
from nudgebot.markup import esc

GONE = "That student is not among yours any more, so no e-mail was sent."


def send_mails(office: Office, confirmation: Confirmation, clock: Clock) -> Answer:
    """Send what was previewed to those who may still be mailed, and say what became of each."""
    payload = confirmation.payload
    student_id = str(payload["student_id"])
    asker = office.access.asker(confirmation.asker_id, clock())
    parents = office.interventions.parents
    source = _source(confirmation)
    if not parents.book.of_source(source):
        if not asker.is_staff or not asker.may_see(student_id):
            office.confirmations.finish(confirmation.token)
            return Answer(GONE)
        mails, dropped = _still_right(office, student_id, mails_in(payload))
        if not mails:
            office.confirmations.finish(confirmation.token)
            return Answer(_dropped(dropped), students=frozenset({student_id}))
        parents.take(
            Actor(asker.user_id, asker.name, asker.teacher_id),
            student_id,
            str(payload["concern"]),
            str(payload["words"]),
            mails=mails,
            source=source,
            as_of=clock(),
            again=payload["again"],
        )
    sent = parents.send(source, clock())
    with office.store.transaction():
        parents.tell(sent)
        office.confirmations.finish(confirmation.token)
    kept = {each.guardian_id for each in sent}
    dropped = [each for each in mails_in(payload) if each.guardian_id not in kept]
    return Answer(_summary(sent, dropped), students=frozenset({student_id}))


def _source(confirmation: Confirmation) -> str:
    """Tokens come again after a while, but not with the same end of their life."""
    return f"{confirmation.token}:{confirmation.expires_at}"


def _still_right(
    office: Office, student_id: str, mails: Sequence[Draft]
) -> tuple[list[Draft], list[Draft]]:
    """The mails whose guardian may be mailed under that address today, and the others."""
    today = {
        (each.guardian_id, each.address)
        for each in office.interventions.parents.guardians(student_id)
        if not each.why_not
    }
    right = [each for each in mails if (each.guardian_id, each.address) in today]
    return right, [each for each in mails if each not in right]


def _dropped(mails: Sequence[Draft]) -> str:
    names = ", ".join(esc(called(each.guardian_name)) for each in mails)
    return (
        f"⚠️ Nothing was sent to {names}: a newer export has another address there, or says that "
        "no mail may go there. Ask for a fresh preview."
    )


def _summary(sent: Sequence[Notification], dropped: Sequence[Draft]) -> str:
    lines = [
        f"- **{each.id}** to {esc(called(each.guardian_name))}: {fate_of(each)}" for each in sent
    ]
    if all(each.state == SENT for each in sent):
        head = f"✅ {count(len(sent), 'e-mail')} sent."
    else:
        head = "⚠️ Not every e-mail is sent." if len(sent) > 1 else "⚠️ The e-mail is not sent."
    parts = [head, "\n".join(lines)]
    if dropped:
        parts.append(_dropped(dropped))
    if any(each.state == SENT for each in sent):
        first = next(each.id for each in sent if each.state == SENT)
        parts.append(
            f"When the family answers, note it here: `parent answered {first} <what they said>`."
        )
    return "\n\n".join(parts)


def reworded(call: Call, settled: Confirmation, text: str, adding: bool) -> Answer:
    """The preview again, with other words of the teacher's in the mails, or with more of them."""
    student = call.office.people.student(str(settled.payload["student_id"]))
    if student is None or not call.asker.may_see(student.student_id):
        raise CommandError(GONE)
    older = str(settled.payload["words"])
    words = f"{older}\n\n{text}" if adding and older else text
    return preview_mails(call, matter_of({**settled.payload, "words": words}, student))


def _begun(confirmed: Confirmation) -> str:
    amount = len(mails_in(confirmed.payload))
    return f"Sending {count(amount, 'e-mail')} …" if amount > 1 else "Sending the e-mail …"


ACTS = {PARENT: Act(send_mails, begun=_begun, change=reworded)}
