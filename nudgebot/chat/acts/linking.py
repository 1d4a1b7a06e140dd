"""Confirmed links between a person of the school and a Zulip user."""

from __future__ import annotations

from nudgebot.chat.acts.act import Act, Clock, for_admins
from nudgebot.chat.answer import Answer
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.office import Office
from nudgebot.chat.previews import LINK
from nudgebot.markup import esc
from nudgebot.school.links import KINDS


def link(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Link them, and say whether the link holds."""
    payload = confirmed.payload
    kind = next(each for each in KINDS if each == payload["kind"])
    person_id = str(payload["person_id"])
    office.links.link(kind, person_id, int(payload["user_id"]), clock())
    office.confirmations.finish(confirmed.token)
    why = office.links.why_not(kind, person_id)
    return Answer(f"Noted, but it does not hold: {esc(why)}" if why else "✅ Linked.")


ACTS = {LINK: Act(for_admins(link))}
