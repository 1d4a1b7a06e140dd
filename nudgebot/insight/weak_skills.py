"""Which skills students are weakest in, for plans that begin there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.definitions.statement import sql
from nudgebot.store import Store

LEAST_QUESTIONS = 5
SURE_PERCENT = 90
DAYS = 28

_SKILLS = """
SELECT s.student_id, p.skill_id, COALESCE(k.name, p.skill_id) AS name,
    COALESCE(k.subject, '') AS subject, 100.0 * SUM(p.correct) / SUM(p.questions) AS accuracy,
    SUM(p.questions) AS questions
FROM scope s CROSS JOIN practice p LEFT JOIN skills k ON k.skill_id = p.skill_id
WHERE p.student_id = s.student_id AND p.day > s.day - $days AND p.day <= s.day
    AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
GROUP BY s.student_id, p.skill_id, k.name, k.subject
HAVING SUM(p.questions) >= $least
ORDER BY s.student_id, accuracy, p.skill_id
"""


@dataclass(frozen=True)
class SkillAccuracy:
    """A skill practised in the period; `questions` is how many answers the accuracy rests on."""

    skill_id: str
    name: str
    subject: str
    accuracy_percent: float
    questions: int


def weak_skills(
    store: Store, student_ids: Collection[str], as_of: datetime, *, zone: ZoneInfo
) -> dict[str, tuple[SkillAccuracy, ...]]:
    """The skills of each student below 90 % in the last 28 days, the weakest first.

    A skill counts from 5 answers on; a student without one is left out.
    """
    found: dict[str, tuple[SkillAccuracy, ...]] = {}
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        for portion in chunks(set(student_ids)):
            computation.aim(portion)
            statement = sql(_SKILLS, days=str(DAYS), least=str(LEAST_QUESTIONS))
            for student_id, skill_id, name, subject, accuracy, questions in computation.rows(
                statement
            ):
                if accuracy < SURE_PERCENT:
                    skill = SkillAccuracy(skill_id, name, subject, accuracy, questions)
                    found[student_id] = (*found.get(student_id, ()), skill)
    return found
