"""The staff's daily summary: posted once on every day of school, whether or not a rule asks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from nudgebot.nudging.dashboards.overview import ended_sheet
from nudgebot.nudging.dashboards.response_rates import READ, RESPONDED, read_response_rates
from nudgebot.nudging.dashboards.scope import Scope
from nudgebot.nudging.effects import Effects
from nudgebot.nudging.effects_values import Grouping
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
EFFECT_LOOK_BACK = timedelta(days=90)


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
        outcome=outcome(
            store, as_of, tracking_days=policy.tracking_days, minimum=policy.effect_minimum_cases
        ),
    )
    place = InStream(policy.staff_stream, policy.staff_topic)
    return Outgoing(summary_key(as_of, policy), place, content, purpose=PURPOSE)


def outcome(store: Store, as_of: datetime, *, tracking_days: int, minimum: int) -> str:
    """What came back in the last week, and what nudges bring about, by the last three months."""
    rates = read_response_rates(store, Scope(as_of - timedelta(days=7), as_of))
    if not rates.nudges:
        return ""
    read, responded = rates.of(READ).count, rates.of(RESPONDED).count
    nudges = f"{rates.nudges:,} nudge{'' if rates.nudges == 1 else 's'}"
    scope = Scope(as_of - EFFECT_LOOK_BACK, as_of)
    cases = ended_sheet(store, scope, tracking_days=tracking_days)
    found = Effects(cases, minimum=minimum).by(Grouping.ALL)
    told = "Effect: too early to say."
    if found and found[0].target.measured:
        told = f"Effect: {found[0].verdict}. {found[0].target.text()}"
    return (
        f"In the last 7 days {nudges} to students: at least {read:,} read, "
        f"{responded:,} responded to. {told}"
    )


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
