"""Staff's questions wait in a lane of their own: what students say never waits for a report."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from nudgebot.chat.confirmations import place_text, read_place
from nudgebot.chat.cursor import Memory
from nudgebot.chat.desk import Desk
from nudgebot.chat.freetext import is_urgent
from nudgebot.chat.incoming import Incoming, Me, Reacted
from nudgebot.chat.listener import TRIES, Hearing
from nudgebot.chat.office import Office
from nudgebot.school.days import from_at, to_at
from nudgebot.store import is_of_the_file

log = logging.getLogger(__name__)


class Lane:
    """Hands on what the listener hears: students' words at once, staff's in a thread of their own.

    What staff say is kept in the database until it is answered, so the listener may go on and a
    crash loses none of it. It is answered one by one, in the order in which it was said, and so
    whatever one person says is answered in its order. `later` does a job in that thread;
    `stopping` tells whether the program is to end.
    """

    def __init__(
        self,
        office: Office,
        hearing: Hearing,
        me: Me,
        *,
        clock: Callable[[], datetime],
        later: Callable[[Callable[[], None]], None],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._office = office
        self._store = office.store
        self._hearing = hearing
        self._desk = Desk(office, me)
        self._memory = Memory(office.store)
        self._clock = clock
        self._later = later
        self._stopping = stopping

    def resume(self) -> None:
        """Take up what a crash left behind; once, before anything is heard."""
        self._later(self._work)

    def comes_first(self, incoming: Incoming) -> bool:
        """Whether somebody may be in need; such words wait behind nobody's."""
        return is_urgent(self._office, incoming.content)

    def message(self, incoming: Incoming) -> None:
        """Somebody wrote where the bot can read it."""
        as_of = self._clock()
        is_staff = self._office.access.asker(incoming.sender_id, as_of).is_staff
        if is_staff and self._desk.hear(incoming, as_of) is not None:
            self._keep(incoming.source, incoming.sender_id, _letter(incoming))
        else:
            self._hearing.message(incoming)

    def reaction(self, reacted: Reacted) -> None:
        """Somebody added an emoji; one of staff's may stand below an answer just given."""
        if self._office.access.asker(reacted.user_id, self._clock()).is_staff:
            letter = json.dumps({"to": reacted.message_id, "emoji": reacted.emoji_code})
            self._keep(reacted.source, reacted.user_id, letter)
        else:
            self._hearing.reaction(reacted)

    def settled(self, *, after_gap: bool) -> None:
        """All that is known of has been told."""
        self._hearing.settled(after_gap=after_gap)

    def _keep(self, source: str, asker_id: int, letter: str) -> None:
        if self._memory.is_handled(source):
            return
        self._store.execute(
            "INSERT OR IGNORE INTO chat_lane (source, asker_id, letter) VALUES (?, ?, ?)",
            [source, asker_id, letter],
        )
        self._later(self._work)

    def _work(self) -> None:
        """Answer all that waits; the database failing leaves the rest for another try."""
        worked = False
        while not self._stopping() and (row := self._oldest()) is not None:
            self._answer(row)
            self._store.execute("DELETE FROM chat_lane WHERE number = ?", [row["number"]])
            worked = True
        if worked:
            self._hearing.settled(after_gap=False)

    def _oldest(self) -> sqlite3.Row | None:
        return self._store.row("SELECT * FROM chat_lane ORDER BY number LIMIT 1")

    def _answer(self, row: sqlite3.Row) -> None:
        """Have it heard; what keeps failing is passed over, as the listener does it."""
        for tried in range(1, TRIES + 1):
            try:
                self._hear(row)
            except Exception as error:
                if is_of_the_file(error):
                    raise
                log.exception("answering failed, try %d of %d: %s", tried, TRIES, row["source"])
            else:
                return

    def _hear(self, row: sqlite3.Row) -> None:
        said = json.loads(row["letter"])
        if "emoji" in said:
            self._hearing.reaction(Reacted(said["to"], row["asker_id"], said["emoji"]))
            return
        self._hearing.message(
            Incoming(
                message_id=said["message_id"],
                sender_id=row["asker_id"],
                sender_name=said["name"],
                content=said["content"],
                sent_at=from_at(said["sent_at"]),
                place=read_place(said["place"]),
                origin=said["origin"],
            )
        )


def _letter(incoming: Incoming) -> str:
    return json.dumps(
        {
            "message_id": incoming.message_id,
            "name": incoming.sender_name,
            "content": incoming.content,
            "sent_at": to_at(incoming.sent_at),
            "place": place_text(incoming.place),
            "origin": incoming.origin,
        }
    )
