"""Adoption: whether teachers use what there is, measured beside the goals of requirement B."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.interventions.adoption_times import Reactions, read_reactions
from nudgebot.interventions.record import InterventionType
from nudgebot.school.days import to_at
from nudgebot.store import Store

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
LOOKS = ("report", "trend", "skill", "compare", "risk", "dashboard", "nudges", "impact")
"""The first words of the commands that show reports and analytics."""
DEEDS = tuple(
    kind.value
    for kind in (
        InterventionType.MESSAGE,
        InterventionType.ASSIGNMENT,
        InterventionType.MEETING,
        InterventionType.PARENT,
        InterventionType.TUTOR,
    )
)
"""Requirement B's quick actions; resolving and snoozing an alert is not helping by itself."""
GOALS: Mapping[str, float] = {
    "viewed_weekly": 0.8,
    "interventions_a_week": 5,
    "response_hours": 24,
    "improved": 0.6,
    "from_templates": 0.7,
    "exported_monthly": 0.5,
    "use_templates": 0.9,
    "faster": 0.4,
}
"""Requirement B, Success Metrics and Platform Metrics."""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """None where there is nobody to count."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Adoption:
    """Requirement B's success metrics, over the teachers who have a class in term today.

    Who is not linked to a Zulip user cannot use anything; she counts all the same. Viewing is of
    the last seven days, exporting of the last thirty, the rest of the period. `before` are the
    reactions of the period of the same length before it. Whether students did better is measured
    elsewhere, against the held out.
    """

    teachers: int
    linked: int
    viewed_weekly: Share
    exported_monthly: Share
    interventions: Mapping[str, int]
    interventions_a_week: float | None
    acting_teachers: Share
    reactions: Reactions
    before: Reactions
    from_templates: Share
    use_templates: Share

    @property
    def faster(self) -> float | None:
        """By which share the median time to the first intervention fell; None: cannot be told."""
        now, then = self.reactions.acted.median_hours, self.before.acted.median_hours
        return None if now is None or not then else 1 - now / then


def read_adoption(
    store: Store,
    begin: datetime,
    end: datetime,
    *,
    teacher_users: Mapping[str, int | None],
) -> Adoption:
    """The metrics up to `end`; `teacher_users` has each teacher's Zulip user, None for none."""
    users = sorted({user for user in teacher_users.values() if user is not None})
    teachers = len(teacher_users)
    deeds = _deeds(store, begin, end, users)
    weeks = (end - begin) / WEEK
    acting, by_kind = {user for user, _ in deeds}, Counter[str]()
    for (_, kind), number in deeds.items():
        by_kind[kind] += number
    templates = _messages(store, begin, end, users)
    return Adoption(
        teachers=teachers,
        linked=len(users),
        viewed_weekly=Share(_viewers(store, end, users), teachers),
        exported_monthly=Share(_exporters(store, end, users), teachers),
        interventions=dict(by_kind.most_common()),
        interventions_a_week=by_kind.total() / weeks / teachers if teachers and weeks else None,
        acting_teachers=Share(len(acting), teachers),
        reactions=read_reactions(store, begin, end, as_of=end),
        before=read_reactions(store, begin - (end - begin), begin, as_of=begin),
        from_templates=Share(
            sum(made for made, _ in templates.values()), sum(all_ for _, all_ in templates.values())
        ),
        use_templates=Share(sum(made > 0 for made, _ in templates.values()), len(templates)),
    )


def _viewers(store: Store, end: datetime, users: Collection[int]) -> int:
    """Who looked at reports or analytics in the last week."""
    named = " OR ".join("action = ? OR action LIKE ?" for _ in LOOKS)
    patterns = [value for word in LOOKS for value in (word, f"{word} %")]
    found: int = store.value(
        f"""SELECT COUNT(DISTINCT actor_user_id) FROM audit
            WHERE at > ? AND at <= ? AND about_id IS NOT NULL
            AND ({named} OR action = 'skills')
            AND actor_user_id IN (SELECT value FROM json_each(?))""",  # noqa: S608  # parameter marks
        [to_at(end - WEEK), to_at(end), *patterns, json.dumps([*users])],
    )
    return found


def _exporters(store: Store, end: datetime, users: Collection[int]) -> int:
    """Who took a report away as PDF or CSV in the last thirty days."""
    found: int = store.value(
        """SELECT COUNT(DISTINCT user_id) FROM exports WHERE at > ? AND at <= ?
           AND user_id IN (SELECT value FROM json_each(?))""",
        [to_at(end - MONTH), to_at(end), json.dumps([*users])],
    )
    return found


def _deeds(
    store: Store, begin: datetime, end: datetime, users: Collection[int]
) -> dict[tuple[int, str], int]:
    rows = store.rows(
        """SELECT user_id, intervention_type, COUNT(*) FROM interventions
           WHERE created_at >= ? AND created_at < ?
           AND intervention_type IN (SELECT value FROM json_each(?))
           AND user_id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2""",
        [to_at(begin), to_at(end), json.dumps(DEEDS), json.dumps([*users])],
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _messages(
    store: Store, begin: datetime, end: datetime, users: Collection[int]
) -> dict[int, tuple[int, int]]:
    """By writer, how many messages that arrived were made from a template, and how many in all."""
    rows = store.rows(
        """SELECT teacher_user_id, SUM(template_id != ''), COUNT(*) FROM teacher_messages
           WHERE sent_at >= ? AND sent_at < ? AND state = 'sent'
           AND teacher_user_id IN (SELECT value FROM json_each(?)) GROUP BY 1""",
        [to_at(begin), to_at(end), json.dumps([*users])],
    )
    return {row[0]: (row[1], row[2]) for row in rows}
