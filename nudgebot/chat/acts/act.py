"""An act: what a confirmed preview does, and how the preview takes other words before that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Role
from nudgebot.chat.confirmations import Confirmation

if TYPE_CHECKING:
    from nudgebot.chat.command import Call
    from nudgebot.chat.office import Office

Clock = Callable[[], datetime]
Do = Callable[["Office", Confirmation, Clock], Answer]
ADMIN_NO_MORE = "That is something only an administrator does, so nothing was done."


@dataclass(frozen=True)
class Act:
    """One kind of preview.

    `do` carries it out, and calls `confirmations.finish` at its end; it may be called again after a
    crash, so nothing of it may happen twice. Where `begun` gives words for a confirmation, it may
    take long: these are said at once, and it is done as an errand. `change` previews it anew with
    other words, or with more of them (its third argument is `adding`); None: it takes none.
    """

    do: Do
    begun: Callable[[Confirmation], str] = lambda _: ""
    change: Callable[[Call, Confirmation, str, bool], Answer] | None = None


def for_admins(do: Do, *, is_begun: Callable[[Confirmation], bool] = lambda _: False) -> Do:
    """What is done only if whoever confirmed it is an admin at that very moment.

    What `is_begun`, as before a crash, is carried to its end for anybody.
    """

    def checked(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
        asker = office.access.asker(confirmed.asker_id, clock())
        if Role.ADMIN in asker.roles or is_begun(confirmed):
            return do(office, confirmed, clock)
        office.confirmations.finish(confirmed.token)
        return Answer(ADMIN_NO_MORE)

    return checked
