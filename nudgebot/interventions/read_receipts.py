"""Whether students have read what teachers wrote, as far as Zulip tells."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from nudgebot.errors import DeliveryError
from nudgebot.interventions.letters import Letters
from nudgebot.school.links import Links

log = logging.getLogger(__name__)

Receipts = Callable[[int], Collection[int] | None]
"""Who has read a message of Zulip; None where the organisation does not say."""

ASKED_ABOUT = timedelta(days=14)
MOST_ASKED = 50
SILENT_ANSWERS = 3  # after so many the organisation tells nothing, and is not asked on


def mark_read(letters: Letters, links: Links, receipts: Receipts, as_of: datetime) -> int:
    """Ask about the newest unread messages of two weeks, and note which are read; returns how many.

    Who is missing among the readers has not necessarily not read it: people may keep that back.
    Where Zulip does not answer, the rest is asked about another time.
    """
    found = silent = 0
    for message in letters.unread(as_of - ASKED_ABOUT, limit=MOST_ASKED):
        try:
            readers = receipts(message.message_id)
        except DeliveryError as error:
            log.info("read receipts could not be asked for: %s", error.code)
            break
        if readers is None:
            silent += 1
            if silent == SILENT_ANSWERS:
                break
        elif links.user_id_of("student", message.student_id) in readers:
            letters.mark_read(message.key, as_of)
            found += 1
    return found
