"""From problem to intervention: how soon after an alert somebody looked, and somebody acted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.school.days import to_at
from nudgebot.store import Store

WITHIN_HOURS = 24
_HOUR = 3600
_SOON = WITHIN_HOURS * _HOUR


@dataclass(frozen=True)
class Spell:
    """Seconds from an alert on, until it happened or, where it did not, for how long it has not."""

    seconds: int
    happened: bool


@dataclass(frozen=True)
class Times:
    """How soon something followed an alert.

    Alerts that nothing has followed yet count as "not until now" (Kaplan and Meier 1958), so that
    what is forgotten does not make the rest look quick. `soon` are those within a day, of `due`
    alerts that are at least a day old or were followed; the hours are None where too many are open.
    """

    alerts: int
    soon: int
    due: int
    median_hours: float | None
    p90_hours: float | None

    @property
    def soon_share(self) -> float | None:
        """The share within a day; None where no alert is old enough to tell."""
        return self.soon / self.due if self.due else None


@dataclass(frozen=True)
class Reactions:
    """Until a teacher looked at or did something about an alert, and until the first intervention.

    An alert whose cause went away by itself stops counting then.
    """

    looked: Times
    acted: Times


# Snoozing puts nothing right; everything else that is noted does something for the student.
_ALERTS = """
SELECT a.raised_at, a.acknowledged_at,
    CASE WHEN a.resolved_by IS NOT NULL THEN a.resolved_at END AS resolved_at,
    CASE WHEN a.state = 'over' THEN a.resolved_at END AS over_at,
    (SELECT MIN(i.created_at) FROM interventions i WHERE i.student_id = a.student_id
        AND i.created_at >= a.raised_at AND i.intervention_type != 'snooze') AS acted_at
FROM alerts a
WHERE a.raised_at >= :begin AND a.raised_at < :end
    AND (:everybody OR a.student_id IN (SELECT value FROM json_each(:ids)))
"""


def read_reactions(
    store: Store,
    begin: datetime,
    end: datetime,
    *,
    as_of: datetime,
    students: Collection[str] | None = None,
) -> Reactions:
    """Of the alerts that were raised in the time, about these students or about anybody."""
    rows = store.rows(
        _ALERTS,
        {
            "begin": to_at(begin),
            "end": to_at(end),
            "everybody": students is None,
            "ids": json.dumps(sorted(students or ())),
        },
    )
    now = to_at(as_of)
    looked, acted = [], []
    for row in rows:
        raised, until = row["raised_at"], min(row["over_at"] or now, now)
        deeds = (row["acted_at"], row["resolved_at"])
        acted.append(_spell(raised, deeds, until))
        looked.append(_spell(raised, (row["acknowledged_at"], *deeds), until))
    return Reactions(times(looked), times(acted))


def _spell(raised: int, moments: Iterable[int | None], until: int) -> Spell:
    happened = [at for at in moments if at is not None and at <= until]
    if happened:
        return Spell(max(min(happened) - raised, 0), happened=True)
    return Spell(max(until - raised, 0), happened=False)


def times(spells: Sequence[Spell]) -> Times:
    """What spells come to."""
    due = [each for each in spells if each.happened or each.seconds >= _SOON]
    return Times(
        alerts=len(spells),
        soon=sum(each.happened and each.seconds <= _SOON for each in due),
        due=len(due),
        median_hours=_hours(until(spells, 0.5)),
        p90_hours=_hours(until(spells, 0.9)),
    )


def until(spells: Iterable[Spell], share: float) -> int | None:
    """Seconds by which that share had happened; None where the estimate never comes so far."""
    ordered = sorted(spells, key=lambda each: (each.seconds, not each.happened))
    waiting = 1.0
    for place, each in enumerate(ordered):
        if each.happened:
            waiting *= 1 - 1 / (len(ordered) - place)
            # Floating point leaves a trace where it should come down to the share exactly.
            if 1 - waiting >= share - 1e-9:
                return each.seconds
    return None


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / _HOUR
