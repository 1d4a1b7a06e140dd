"""Words to the admins: each said once a day, through the outbox like everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.school.days import local_day


class Notices:
    """Tells every admin; `admins` gives their Zulip user ids as of now, `zone` is the school's."""

    def __init__(
        self, outbox: Outbox, admins: Callable[[], Collection[int]], *, zone: ZoneInfo
    ) -> None:
        self._outbox = outbox
        self._admins = admins
        self._zone = zone

    def tell(self, about: str, text: str, as_of: datetime) -> None:
        """Say it: the same text about the same thing is not repeated on one day.

        The text must hold no student's data: every admin reads it.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        day = local_day(as_of, self._zone)
        for user_id in sorted(self._admins()):
            key = f"notice:{about}:{day}:{digest}:{user_id}"
            self._outbox.post(Outgoing(key, Direct((user_id,)), text, purpose="notice"), as_of)
