"""What comes back to a nudge: read, reacted, answered, one tap; each kind once, and when."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nudgebot.errors import DeliveryError
from nudgebot.nudging.choices import in_words
from nudgebot.nudging.messages import Button, Direct, Outgoing
from nudgebot.school.days import from_at, to_at
from nudgebot.school.links import Links
from nudgebot.store import Store

log = logging.getLogger(__name__)

MOST_ASKED = 50  # messages whose receipts one look asks about
SILENT_ANSWERS = 3  # so many without a word, and the organisation shows no receipts
OFFERED_WITHIN = timedelta(minutes=15)  # later, buttons would stand below nothing
SKEW = timedelta(minutes=2)  # of this machine's clock and the server's
PURPOSE = "taps"
TAPS = ":taps"
_LATELY_DAYS = 14


class Kind(StrEnum):
    """How a student responded."""

    READ = "read"
    REACTED = "reacted"
    ANSWERED = "answered"
    DONE = "done"
    NEED_HELP = "need_help"
    NOT_NOW = "not_now"
    WRONG = "wrong"


Receipts = Callable[[int], frozenset[int] | None]
"""Who has read a message, by its id; None where the organisation does not say."""


@dataclass(frozen=True)
class Response:
    """One kind of response to one nudge."""

    nudge_key: str
    kind: Kind
    at: datetime


class Responses:
    """Keeps the responses."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, nudge_keys: Collection[str], kind: Kind, at: datetime) -> None:
        """Keep the first of its kind; again changes nothing."""
        self._store.executemany(
            "INSERT OR IGNORE INTO responses (nudge_key, kind, at) VALUES (?, ?, ?)",
            [(key, kind.value, to_at(at)) for key in nudge_keys],
        )

    def of_nudge(self, nudge_key: str) -> list[Response]:
        """What came back to a nudge, the first first."""
        rows = self._store.rows(
            "SELECT * FROM responses WHERE nudge_key = ? ORDER BY at, kind", [nudge_key]
        )
        return [Response(row["nudge_key"], Kind(row["kind"]), from_at(row["at"])) for row in rows]

    def nudges_of(self, message_id: int, student_id: str) -> list[str]:
        """The nudges that a message brought a student, also by the message with their buttons."""
        rows = self._store.rows(
            """SELECT p.nudge_key FROM outbox o JOIN nudge_parts p ON p.outbox_key IN
                (o.key, SUBSTR(o.key, 1, LENGTH(o.key) - :cut))
               WHERE o.message_id = :message AND p.channel = 'student' AND p.person_id = :student
                AND (p.outbox_key = o.key OR o.purpose = :purpose)
               ORDER BY p.nudge_key""",
            {
                "message": message_id,
                "student": student_id,
                "cut": len(TAPS),
                "purpose": PURPOSE,
            },
        )
        return [row[0] for row in rows]

    def newest_to(self, student_id: str, at: datetime, *, days: int) -> tuple[list[str], datetime]:
        """The nudges of the newest message that a student had got by then, and when she got it.

        None, and the beginning of time, where she has had none in so many days.
        """
        row = self._store.row(
            """SELECT p.outbox_key, o.settled_at FROM nudge_parts p
               JOIN outbox o ON o.key = p.outbox_key
               WHERE p.person_id = ? AND p.channel = 'student' AND o.state = 'sent'
               AND o.settled_at BETWEEN ? AND ? ORDER BY o.settled_at DESC, o.key LIMIT 1""",
            [student_id, to_at(at - timedelta(days=days)), to_at(at + SKEW)],
        )
        if row is None:
            return [], from_at(0)
        found = self._store.rows(
            """SELECT nudge_key FROM nudge_parts
               WHERE outbox_key = ? AND channel = 'student' ORDER BY nudge_key""",
            [row["outbox_key"]],
        )
        return [each[0] for each in found], from_at(row["settled_at"])


def note_response(
    store: Store,
    student_id: str,
    kind: Kind,
    at: datetime,
    *,
    message_id: int | None = None,
    newer_than: datetime | None = None,
    days: int = _LATELY_DAYS,
) -> list[str]:
    """Note a student's response; returns the keys of the nudges that it was taken to be to.

    They are those of the message that she reacted to, else of the newest that she got within so
    many days; `newer_than` leaves them out where something else came after them.
    """
    responses = Responses(store)
    keys = [] if message_id is None else responses.nudges_of(message_id, student_id)
    if not keys:
        keys, got_at = responses.newest_to(student_id, at, days=days)
        if newer_than is not None and got_at <= newer_than:
            return []
    responses.note(keys, kind, at)
    return keys


def note_read(store: Store, receipts: Receipts, links: Links, as_of: datetime, *, days: int) -> int:
    """Ask who has read the newest nudges of the last days; returns how many were found read.

    Who is missing among the readers has not necessarily not read it. Where Zulip does not answer,
    the rest is asked about another time.
    """
    found = silent = 0
    for message_id, outbox_key, student_id in _unread(store, as_of - timedelta(days=days)):
        try:
            readers = receipts(message_id)
        except DeliveryError as error:
            log.info("read receipts could not be asked for: %s", error.code)
            break
        if readers is None:
            silent += 1
            if silent == SILENT_ANSWERS:
                break
        elif links.user_id_of("student", student_id) in readers:
            keys = store.rows(
                "SELECT nudge_key FROM nudge_parts WHERE outbox_key = ? AND channel = 'student'",
                [outbox_key],
            )
            Responses(store).note([row[0] for row in keys], Kind.READ, as_of)
            found += 1
    return found


def _unread(store: Store, since: datetime) -> list[tuple[int, str, str]]:
    """Message, claim and student of the newest nudges that were not seen to be read."""
    rows = store.rows(
        """SELECT DISTINCT o.message_id, o.key, p.person_id, o.settled_at FROM outbox o
           JOIN nudge_parts p ON p.outbox_key = o.key AND p.channel = 'student'
           WHERE o.purpose = 'nudge' AND o.state = 'sent' AND o.settled_at >= ?
           AND o.message_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM responses r WHERE r.nudge_key = p.nudge_key AND r.kind = 'read')
           ORDER BY o.settled_at DESC, o.key LIMIT ?""",
        [to_at(since), MOST_ASKED],
    )
    return [(row["message_id"], row["key"], row["person_id"]) for row in rows]


def taps_to_offer(store: Store, links: Links, as_of: datetime) -> list[Outgoing]:
    """The buttons below nudges that have just arrived, each nudge's message once; not yet claimed.

    They come in a message of their own: the apps that show buttons show nothing else of it.
    """
    rows = store.rows(
        """SELECT o.key, p.person_id, MIN(n.language) AS language FROM outbox o
           JOIN nudge_parts p ON p.outbox_key = o.key AND p.channel = 'student'
           JOIN nudges n ON n.nudge_key = p.nudge_key
           WHERE o.purpose = 'nudge' AND o.state = 'sent' AND o.settled_at >= ?
           AND NOT EXISTS (SELECT 1 FROM outbox t WHERE t.key = o.key || ?)
           GROUP BY o.key, p.person_id ORDER BY o.settled_at, o.key""",
        [to_at(as_of - OFFERED_WITHIN), TAPS],
    )
    offers = []
    for row in rows:
        user_id = links.user_id_of("student", row["person_id"])
        if user_id is not None:
            offers.append(_taps(f"{row['key']}{TAPS}", user_id, row["language"]))
    return offers


def _taps(key: str, user_id: int, language: str) -> Outgoing:
    heading, buttons, reactions = _GERMAN if language.startswith("de") else _ENGLISH
    content = f"{in_words(heading, buttons)}\n{reactions}"
    return Outgoing(key, Direct((user_id,)), content, PURPOSE, heading, tuple(buttons))


_Offer = tuple[str, Sequence[Button], str]
_ENGLISH: _Offer = (
    "One tap is enough:",
    (
        Button("✅ Done", "I have done it", "did it"),
        Button("🙋 Need help", "my teacher is told", "need help"),
        Button("⏰ Not now", "no nudges for two days", "not now"),
        Button("❌ This is wrong", "something in it is wrong", "wrong"),
    ),
    "Or react to the nudge: ✅ 🙋 ⏰ ❌",
)
_GERMAN: _Offer = (
    "Ein Tipp genügt:",
    (
        Button("✅ Erledigt", "Ich habe es gemacht", "erledigt"),
        Button("🙋 Brauche Hilfe", "Meine Lehrkraft erfährt es", "brauche hilfe"),
        Button("⏰ Nicht jetzt", "Zwei Tage keine Nachricht", "nicht jetzt"),
        Button("❌ Stimmt nicht", "Etwas darin ist falsch", "stimmt nicht"),
    ),
    "Oder reagiere auf die Nachricht: ✅ 🙋 ⏰ ❌",
)
