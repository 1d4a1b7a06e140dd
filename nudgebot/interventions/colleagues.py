"""A word to who began something, when a colleague has gone on with it, in one message."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.staff_sight import may_read_of
from nudgebot.markup import esc
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.school.days import to_at
from nudgebot.store import Store

GATHERED_FOR = timedelta(minutes=10)
"""How long news are gathered, so that a colleague's round makes one message."""
MOST_LINES = 10
HEAD = "👥 **A colleague has gone on with what you began**"


def note_for(
    store: Store,
    began: Iterable[int | None],
    actor: Actor,
    *,
    about: str,
    student_id: str,
    words: str,
    as_of: datetime,
) -> None:
    """Keep `words` (Markdown, without the student's name) for those who began it.

    `about` is the thing, as `alert:3`: whoever has not been told yet gets the newest word about it
    alone. Nobody is told of her own doing. Joins the transaction that it is called in.
    """
    told = f"{esc(actor.name) or 'Somebody'} {words}"
    for user_id in sorted({each for each in began if each is not None} - {actor.user_id}):
        store.execute(
            """INSERT INTO colleague_news (user_id, about, student_id, words, noted_at)
               VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (user_id, about) DO UPDATE SET words = excluded.words""",
            [user_id, about, student_id, told, to_at(as_of)],
        )


class ColleagueNews:
    """Tells what was kept, to those who may still read of the student."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def tick(self, as_of: datetime) -> int:
        """Tell whoever's first news have been gathered long enough; returns how many people."""
        due = self._means.store.rows(
            "SELECT user_id FROM colleague_news GROUP BY user_id HAVING MIN(noted_at) <= ?",
            [to_at(as_of - GATHERED_FOR)],
        )
        return sum(self._tell(row["user_id"], as_of) for row in due)

    def _tell(self, user_id: int, as_of: datetime) -> bool:
        """One message, claimed as the rows go; no word where she may not read of any of it."""
        means = self._means
        with means.store.transaction():
            rows = means.store.rows(
                "SELECT * FROM colleague_news WHERE user_id = ? ORDER BY noted_at, id", [user_id]
            )
            means.store.execute("DELETE FROM colleague_news WHERE user_id = ?", [user_id])
            read = [r for r in rows if may_read_of(means, user_id, r["student_id"], as_of)]
            if not read:
                return False
            letter = Outgoing(
                key=f"colleague:{user_id}:{to_at(as_of)}:{read[0]['id']}",
                recipient=Direct((user_id,)),
                content=_content(means, read),
                purpose="notice",
            )
            ids = sorted({row["student_id"] for row in read[:MOST_LINES]})
            means.seen(ids, user_id=user_id, action="colleague news", as_of=as_of)
            claimed = means.outbox.claim(letter, as_of)
        if claimed:
            means.outbox.push(letter, as_of)
        return claimed


def _content(means: Means, rows: Collection[sqlite3.Row]) -> str:
    shown = [*rows][:MOST_LINES]
    lines = [f"- **{_name(means, row['student_id'])}**: {row['words']}" for row in shown]
    if len(rows) > len(shown):
        lines.append(f"- and {len(rows) - len(shown):,} more; `history <student>` shows each.")
    return "\n".join([HEAD, *lines])


def _name(means: Means, student_id: str) -> str:
    student = means.people.student(student_id)
    return esc(student_id) if student is None else esc(student.name or student_id)
