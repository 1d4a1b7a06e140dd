"""What one teacher did in a period, and how her students' figures went on afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.interventions.adoption import DEEDS
from nudgebot.interventions.adoption_times import Reactions, read_reactions
from nudgebot.interventions.effects import Verdict
from nudgebot.interventions.history import Histories
from nudgebot.school.days import to_at
from nudgebot.store import Store

MOST_STUDENTS = 60
_WEEK = timedelta(days=7)
_JUDGED = (Verdict.BETTER, Verdict.SAME, Verdict.WORSE)


@dataclass(frozen=True)
class Afterwards:
    """Of one kind of intervention: how many, and how the figure that it was about went on."""

    kind: str
    interventions: int
    better: int
    same: int
    worse: int

    @property
    def judged(self) -> int:
        """How many are old enough, with enough data, to say how it went on."""
        return self.better + self.same + self.worse


@dataclass(frozen=True)
class TeachersImpact:
    """What a teacher did; `open_alerts` and the reactions are about her students of today."""

    interventions: int
    a_week: float
    kinds: tuple[Afterwards, ...]
    reactions: Reactions
    open_alerts: int
    open_students: Mapping[str, int]


def read_teachers_impact(
    store: Store,
    histories: Histories,
    begin: datetime,
    end: datetime,
    *,
    user_id: int,
    students: Collection[str],
    as_of: datetime,
) -> TeachersImpact:
    """The teacher's own doings from `begin` to `end`, for students whom she may see today."""
    rows = store.rows(
        """SELECT id, student_id, intervention_type FROM interventions
           WHERE user_id = ? AND created_at >= ? AND created_at < ?
           AND student_id IN (SELECT value FROM json_each(?))
           AND intervention_type IN (SELECT value FROM json_each(?))
           ORDER BY created_at DESC, id DESC""",
        [user_id, to_at(begin), to_at(end), json.dumps(sorted(students)), json.dumps(DEEDS)],
    )
    ids = {row["id"] for row in rows}
    asked = list(dict.fromkeys(row["student_id"] for row in rows))[:MOST_STUDENTS]
    verdicts: dict[str, Counter[Verdict]] = {}
    for student_id in asked:
        for entry in histories.of_student(student_id, as_of).entries:
            if entry.number in ids and entry.effect is not None:
                verdicts.setdefault(entry.kind, Counter())[entry.effect.verdict] += 1
    counts = Counter(row["intervention_type"] for row in rows)
    alerts = _open(store, students)
    return TeachersImpact(
        interventions=len(rows),
        a_week=len(rows) / max((end - begin) / _WEEK, 1 / 7),
        kinds=tuple(
            Afterwards(kind, number, *(verdicts.get(kind, Counter())[each] for each in _JUDGED))
            for kind, number in counts.most_common()
        ),
        reactions=read_reactions(store, begin, end, as_of=as_of, students=students),
        open_alerts=sum(alerts.values()),
        open_students=alerts,
    )


def _open(store: Store, students: Collection[str]) -> dict[str, int]:
    """Alerts that nobody has looked at, by student."""
    rows = store.rows(
        """SELECT student_id, COUNT(*) FROM alerts WHERE state = 'open'
           AND student_id IN (SELECT value FROM json_each(?)) GROUP BY 1""",
        [json.dumps(sorted(students))],
    )
    return {row[0]: row[1] for row in rows}
