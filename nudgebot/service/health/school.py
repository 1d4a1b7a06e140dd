"""The school's data and what is under way: links, freshness, held imports, the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from nudgebot.nudging.freshness import staleness
from nudgebot.school.days import from_at, to_at
from nudgebot.school.links import KINDS, Links
from nudgebot.service.health.finding import Finding, State
from nudgebot.settings import Settings
from nudgebot.store import Store

LATELY = timedelta(days=7)
MOST_REASONS = 3
LONG_WAIT = timedelta(hours=1)


def data_findings(store: Store, settings: Settings, as_of: datetime) -> Iterator[Finding]:
    """Whether the data are fresh, and whether an import waits for somebody."""
    stale = staleness(
        store,
        stale_after_hours=settings["stale_after_hours"],
        zone=settings["timezone"],
        as_of=as_of,
    )
    if stale:
        advice = f"See that the LMS puts its exports into {settings['inbox']}."
        yield Finding("data", State.WARN, f"{stale} Nobody is nudged.", advice)
    else:
        yield Finding("data", State.OK, "fresh.")
    for row in store.rows("SELECT batch_id FROM batches WHERE state = 'held' ORDER BY batch_id"):
        sentence = f"import {row['batch_id']} is held back, because much is missing from it."
        advice = f"In Zulip: `status` says why; `release {row['batch_id']}` takes it in."
        yield Finding("import", State.WARN, sentence, advice)


def people_findings(store: Store) -> Iterator[Finding]:
    """How many people are linked with a Zulip user; counts only."""
    links = Links(store)
    for kind in KINDS:
        table = links.table(kind)
        linked, unlinked = len(table.user_ids), len(table.reasons)
        sentence = f"{linked:,} {kind}s are linked, {unlinked:,} are not."
        if unlinked:
            advice = "In Zulip: `people` lists them and why; `link` mends it."
            yield Finding(f"{kind}s", State.WARN, sentence, advice)
        else:
            yield Finding(f"{kind}s", State.OK, sentence)


def outbox_findings(store: Store, as_of: datetime) -> Iterator[Finding]:
    """Messages that wait, of which nobody can tell, or that were refused lately."""
    rows = store.rows(
        """SELECT state, count(*) AS number, min(claimed_at) AS oldest FROM outbox
           WHERE state IN ('claimed', 'released', 'unsettled') GROUP BY state"""
    )
    count = Counter({row["state"]: row["number"] for row in rows})
    unclear = count["unsettled"] + count["claimed"]
    sentence = f"{count['released']:,} messages wait for another try, {unclear:,} are unclear."
    oldest = next((row["oldest"] for row in rows if row["state"] == "released"), None)
    waited = timedelta() if oldest is None else as_of - from_at(oldest)
    if unclear:
        advice = "nudgebot looks for them in Zulip before it sends again; `status` has more."
        yield Finding("outbox", State.WARN, sentence, advice)
    elif waited > LONG_WAIT:
        hours = f"{waited / timedelta(hours=1):,.0f}"
        advice = "See whether nudgebot runs and Zulip answers; its log has the reasons."
        yield Finding(
            "outbox", State.WARN, f"{sentence} The oldest has waited {hours} hours.", advice
        )
    else:
        yield Finding("outbox", State.OK, sentence)
    refused = store.rows(
        """SELECT reason, count(*) AS number FROM outbox
           WHERE state = 'refused' AND settled_at >= ?
           GROUP BY reason ORDER BY number DESC LIMIT ?""",
        [to_at(as_of - LATELY), MOST_REASONS],
    )
    for row in refused:
        sentence = f"{row['number']:,} were refused in the last 7 days: {row['reason']}"
        yield Finding("refused", State.WARN, sentence, "In Zulip: `status` lists the reasons.")
