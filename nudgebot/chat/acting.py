"""What happens when a preview is confirmed, by its kind."""

from __future__ import annotations

from datetime import datetime

from nudgebot.chat.acts import ACTS
from nudgebot.chat.acts.act import Clock
from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import USED, Confirmation
from nudgebot.chat.office import Office
from nudgebot.errors import CommandError


def carry_out(office: Office, confirmed: Confirmation, as_of: datetime) -> Answer:
    """Begin it: what is short is done at once, what may take long becomes an errand."""
    act = ACTS.get(confirmed.kind)
    if act is None:
        raise CommandError(USED)
    begun = act.begun(confirmed)
    if not begun:
        return act.do(office, confirmed, lambda: as_of)
    return Answer(begun, errand=lambda clock: finish(office, confirmed, clock))


def finish(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Do all that is left of it; also after a crash, since nothing of it happens twice."""
    return ACTS[confirmed.kind].do(office, confirmed, clock)
