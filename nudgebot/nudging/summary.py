"""The staff's daily summary: posted once on every day of school, whether or not a rule asks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from nudgebot.nudging.messages import InStream, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.ports import NewestFigures
from nudgebot.nudging.timing import Hours
from nudgebot.nudging.widget import dashboard
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import local_day, to_at
from nudgebot.store import Store

PURPOSE = "summary"
DAY_SECONDS = 86_400


def summary_key(as_of: datetime, policy: Policy) -> str:
    """The key of the day's summary: one a day of the school's calendar."""
    return f"dashboard:{local_day(as_of, policy.zone)}"


def summary(store: Store, figures: NewestFigures, policy: Policy, as_of: datetime) -> Outgoing:
    """The day's summary: counts by risk level and rule, and nobody's name."""
    risks = figures.table().columns.get("risk_level", ())
    rows = store.rows(
        """SELECT rule_name, COUNT(DISTINCT student_id) FROM nudges
           WHERE decided_at > ? GROUP BY rule_id""",
        [to_at(as_of) - DAY_SECONDS],
    )
    content = dashboard(
        Counter(str(level or "unknown") for level in risks),
        {row[0]: row[1] for row in rows},
        data_as_of=newest_fact(store) or as_of,
    )
    place = InStream(policy.staff_stream, policy.staff_topic)
    return Outgoing(summary_key(as_of, policy), place, content, purpose=PURPOSE)


def post_summary(
    store: Store, figures: NewestFigures, policy: Policy, outbox: Outbox, as_of: datetime
) -> bool:
    """Post it where it is due: in open hours, on no holiday, once a day; whether it was."""
    hours = Hours(policy.zone, policy.quiet, policy.weekend_allowed)
    if not policy.staff_stream or not policy.enabled or not hours.open(as_of):
        return False
    if newest_fact(store) is None or outbox.find(summary_key(as_of, policy)) is not None:
        return False
    day = local_day(as_of, policy.zone)
    holiday = store.value(
        """SELECT 1 FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
           AND begin_day <= :day AND end_day >= :day""",
        {"day": day},
    )
    if holiday is not None:
        return False
    posted = outbox.post(summary(store, figures, policy, as_of), as_of)
    return posted.state == "sent"
