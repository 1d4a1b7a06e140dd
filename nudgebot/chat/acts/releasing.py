"""Confirmed releases of exports that were held back."""

from __future__ import annotations

from nudgebot.chat.acts.act import Act, Clock, for_admins
from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.office import Office
from nudgebot.chat.previews import RELEASE
from nudgebot.markup import fence


def release(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Take the batch in, and say what came of it."""
    told = office.release(int(confirmed.payload["batch_id"]), clock())
    office.confirmations.finish(confirmed.token)
    return Answer(fence(told))


ACTS = {RELEASE: Act(for_admins(release), begun=lambda _: "Taking it in …")}
