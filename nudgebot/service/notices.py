"""Words to the admins: each said once a day, through the outbox like everything else."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.school.days import local_day

log = logging.getLogger(__name__)


class Notices:
    """Tells every admin; `admins` gives their Zulip user ids as of now, `zone` is the school's."""

    def __init__(
        self, outbox: Outbox, admins: Callable[[], Collection[int]], *, zone: ZoneInfo
    ) -> None:
        self._outbox = outbox
        self._admins = admins
        self._zone = zone
        self._logged: dict[str, str] = {}

    def tell(
        self,
        about: str,
        text: str,
        as_of: datetime,
        *,
        once: str = "",
        only: Collection[int] | None = None,
    ) -> None:
        """Say it: the same text about the same thing is not repeated on one day.

        With `once`, whatever the text and the day, it is not repeated for the same `once`; `only`
        leaves the other admins out. The text must hold no student's data: every admin reads it.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        which = once or f"{local_day(as_of, self._zone)}:{digest}"
        admins = sorted(each for each in self._admins() if only is None or each in only)
        if self._logged.get(about) != which:
            # The text may hold words of files from outside, which a log must not.
            log.warning("notice about=%s admins=%d", about, len(admins))
            self._logged[about] = which
        for user_id in admins:
            key = f"notice:{about}:{which}:{user_id}"
            self._outbox.post(Outgoing(key, Direct((user_id,)), text, purpose="notice"), as_of)
