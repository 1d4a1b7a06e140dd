"""What happens when a preview is confirmed, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import USED, Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.office import Office
from nudgebot.chat.previews import LINK, RELEASE, SEND
from nudgebot.chat.sending import letters_in, send_all
from nudgebot.errors import CommandError
from nudgebot.markup import esc, fence
from nudgebot.school.links import KINDS

Clock = Callable[[], datetime]


def carry_out(office: Office, confirmed: Confirmation, as_of: datetime) -> Answer:
    """Begin it: what is short is done at once, what may take long becomes an errand."""
    if confirmed.kind == LINK:
        return _link(office, confirmed, as_of)
    if confirmed.kind == SEND and len(letters_in(confirmed.payload)) == 1:
        return send_all(office, confirmed, lambda: as_of)
    if confirmed.kind not in _ERRANDS:
        raise CommandError(USED)
    amount = len(letters_in(confirmed.payload))
    begun = f"Sending {count(amount, 'message')} …" if amount else "Taking it in …"
    return Answer(begun, errand=lambda clock: finish(office, confirmed, clock))


def finish(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Do all that is left of it; also after a crash, since nothing of it happens twice."""
    return _ERRANDS[confirmed.kind](office, confirmed, clock)


def _link(office: Office, confirmed: Confirmation, as_of: datetime) -> Answer:
    payload = confirmed.payload
    kind = next(each for each in KINDS if each == payload["kind"])
    person_id = str(payload["person_id"])
    office.links.link(kind, person_id, int(payload["user_id"]), as_of)
    office.confirmations.finish(confirmed.token)
    why = office.links.why_not(kind, person_id)
    return Answer(f"Noted, but it does not hold: {esc(why)}" if why else "✅ Linked.")


def _release(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    told = office.release(int(confirmed.payload["batch_id"]), clock())
    office.confirmations.finish(confirmed.token)
    return Answer(fence(told))


def _link_again(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    return _link(office, confirmed, clock())


_ERRANDS: dict[str, Callable[[Office, Confirmation, Clock], Answer]] = {
    SEND: send_all,
    RELEASE: _release,
    LINK: _link_again,
}
