"""What the model wrote, kept for many students; and what was asked of it, counted by the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.nudging.model import Reason
from nudgebot.school.days import local_day, to_at
from nudgebot.store import Store

KEPT_FOR = timedelta(days=30)
UNFIT_FOR = timedelta(hours=1)
BY_MODEL = "model"


@dataclass(frozen=True)
class Uses:
    """A day's counts: requests, those that failed by reason, and students' messages.

    `templates` are the messages that went out in the template's own words although a model is
    configured, by the reason. A message that is made anew for another try counts again.
    """

    asked: int = 0
    by_model: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    templates: Mapping[str, int] = field(default_factory=dict)


def uses(store: Store, day: int) -> Uses:
    """What the model was used for on a day of the school's calendar."""
    counts: dict[str, dict[str, int]] = {"asked": {}, "failed": {}, "message": {}}
    for row in store.rows(
        "SELECT kind, reason, times FROM model_uses WHERE day = ? ORDER BY times DESC, reason",
        [day],
    ):
        counts[row["kind"]][row["reason"]] = row["times"]
    by_model = counts["message"].pop(BY_MODEL, 0)
    return Uses(sum(counts["asked"].values()), by_model, counts["failed"], counts["message"])


class ModelTexts:
    """The kept wordings by key and slot; none of them holds anything about a student."""

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone

    def of(self, key: str, as_of: datetime) -> dict[int, str]:
        """The wordings of a key by slot; an empty one says that what came for it was not fit."""
        rows = self._store.rows(
            "SELECT slot, text FROM model_texts WHERE key = ? AND expires_at > ?",
            [key, to_at(as_of)],
        )
        return {row["slot"]: row["text"] for row in rows}

    def keep(self, key: str, slot: int, text: str, as_of: datetime) -> None:
        """Keep a wording, or that there was none (empty); what has expired goes."""
        until = as_of + (KEPT_FOR if text else UNFIT_FOR)
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM model_texts WHERE expires_at <= ?", [to_at(as_of)])
            connection.execute(
                "INSERT OR REPLACE INTO model_texts VALUES (?, ?, ?, ?, ?)",
                [key, slot, text, to_at(as_of), to_at(until)],
            )

    def asking(self, as_of: datetime, *, at_most: int) -> bool:
        """Count a request before it is made; False where the day has no room for it."""
        with self._store.transaction():
            if uses(self._store, self._day(as_of)).asked >= at_most:
                return False
            self._count("asked", "", as_of)
            return True

    def failed(self, reason: Reason, as_of: datetime) -> None:
        """Count a request that brought nothing fit to send."""
        self._count("failed", reason.value, as_of)

    def worded(self, words: str, as_of: datetime) -> None:
        """Count a student's message by whose words it is in: `model`, or why the template's."""
        self._count("message", words, as_of)

    def _count(self, kind: str, reason: str, as_of: datetime) -> None:
        self._store.execute(
            """INSERT INTO model_uses VALUES (?, ?, ?, 1)
               ON CONFLICT (day, kind, reason) DO UPDATE SET times = times + 1""",
            [self._day(as_of), kind, reason],
        )

    def _day(self, as_of: datetime) -> int:
        return local_day(as_of, self._zone)
