"""Words to the admins: each said once, through the outbox like everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime

from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox


class Notices:
    """Tells every admin; `admins` gives their Zulip user ids as of now."""

    def __init__(self, outbox: Outbox, admins: Callable[[], Collection[int]]) -> None:
        self._outbox = outbox
        self._admins = admins

    def tell(self, about: str, text: str, as_of: datetime) -> None:
        """Say it once: the same `about` with the same text is not repeated.

        The text must hold no student's data: `about` and text are known to every admin.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        for user_id in sorted(self._admins()):
            key = f"notice:{about}:{digest}:{user_id}"
            self._outbox.post(Outgoing(key, Direct((user_id,)), text, purpose="notice"), as_of)
