"""Requirement A's three measures of many cases at once, before and after the nudge was due.

Days are the student's own: the tracking days before the day on which the nudge was due, and as many
from that day on. Work is told apart by the moment itself: an exam of that morning was before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.insight.clocks import offsets
from nudgebot.insight.computation import Computation
from nudgebot.insight.definitions import STANDING_TABLES
from nudgebot.insight.definitions.statement import sql
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.targets import AIM
from nudgebot.school.days import from_at, from_day, local_day, to_at, zone_named
from nudgebot.store import Store

SECONDS_A_DAY = 86400
FEWEST_DAYS = 7  # that a rate is over, where a student has only just come; as `engagement_rate`
WINDOWS = """
CREATE TEMP TABLE IF NOT EXISTS windows (
    case_id INTEGER PRIMARY KEY, student_id TEXT, target TEXT, zone TEXT,
    starts_at INTEGER, until_at INTEGER,     -- the end of the last day
    before_day INTEGER, start_day INTEGER, last_day INTEGER,
    start_hour INTEGER,                      -- the first whole hour of the wall from starts_at on
    to_day INTEGER                           -- the last day that the data know of
)
"""


@dataclass(frozen=True)
class Span:
    """What one case is looked at for; `start_day` is a day of the student's calendar."""

    case_id: int
    student_id: str
    timezone: str
    target: str
    starts_at: int
    start_day: int
    ends_at: int

    @property
    def days(self) -> int:
        """The tracking days."""
        return max(round((self.ends_at - self.starts_at) / SECONDS_A_DAY), 1)


class Workbench:
    """The windows of some cases, and the questions to them; one at a time on a connection."""

    def __init__(self, store: Store, zone: ZoneInfo, *, known: datetime, as_of: datetime) -> None:
        """`known` is the newest moment that the data know of, `zone` the school's."""
        self._store = store
        self._zone = zone
        self._known = known
        self._as_of = as_of
        self._midnights: dict[tuple[str, int], int] = {}

    def lay_out(self, spans: Iterable[Span], *, with_work: Collection[str]) -> None:
        """Fill the workbench; of the students `with_work` also what counts as work."""
        spans = list(spans)
        computation = Computation(self._store, self._zone, self._as_of)
        if with_work:
            computation.aim(with_work)
            computation.prepare(STANDING_TABLES)
        connection = self._store.connection
        connection.execute(WINDOWS)
        connection.execute("DELETE FROM windows")
        zones = {each.timezone: zone_named(each.timezone, self._zone) for each in spans}
        for zone in zones.values():
            connection.executemany(
                "INSERT OR IGNORE INTO zone_offsets VALUES (?, ?, ?, ?)",
                offsets(zone, self._as_of),
            )
        connection.executemany(
            "INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [self._window(each, zones[each.timezone]) for each in spans],
        )

    def _window(self, span: Span, zone: ZoneInfo) -> tuple[int | str, ...]:
        last_day = span.start_day + span.days - 1
        return (
            span.case_id,
            span.student_id,
            span.target,
            zone.key,
            span.starts_at,
            self._midnight(last_day + 1, zone),
            span.start_day - span.days,
            span.start_day,
            last_day,
            _whole_hour(span.starts_at, zone),
            min(last_day, local_day(self._known, zone)),
        )

    def _midnight(self, day: int, zone: ZoneInfo) -> int:
        if (zone.key, day) not in self._midnights:
            date = from_day(day)
            local = datetime(date.year, date.month, date.day, tzinfo=zone)
            self._midnights[zone.key, day] = to_at(local.astimezone(UTC))
        return self._midnights[zone.key, day]

    def met(self, target: str) -> dict[int, int]:
        """When the cases of a target reached it first, by case."""
        values: dict[str, int | str] = {"target": target, "at": to_at(self._as_of)}
        return dict(self._rows(AIM[target].select, values))

    def before(self) -> dict[int, Measures]:
        """The measures of the days before."""
        return self._measures(_BEFORE, "k.day >= w.before_day AND k.at < w.starts_at")

    def after(self) -> dict[int, Measures]:
        """The measures from the day on which it was due, as far as the data go."""
        return self._measures(_AFTER, "k.at >= w.starts_at AND k.day <= w.to_day")

    def _measures(self, activity: str, of_work: str) -> dict[int, Measures]:
        scores = dict(self._rows(sql(_PERFORMANCE, of_work=of_work)))
        return {
            case_id: Measures(
                activity=round(events / days, 4) if days else None,
                performance=None if case_id not in scores else round(scores[case_id], 4),
                engagement=round(min(active / days, 1.0), 4) if days else None,
            )
            for case_id, events, active, days in self._rows(activity)
        }

    def _rows(self, select: str, values: Mapping[str, int | str] | None = None) -> list[tuple]:  # type: ignore[type-arg]
        cursor = self._store.connection.cursor()
        cursor.row_factory = None
        return cursor.execute(select, values or {}).fetchall()


def _whole_hour(starts_at: int, zone: ZoneInfo) -> int:
    """24 where the next whole hour is on the next day."""
    local = from_at(starts_at).astimezone(zone)
    return local.hour + (local - local.replace(minute=0, second=0) > timedelta())


# Practice may be in the activity log too: of each day the greater count is taken.
_ACTIVITY = """
WITH seen AS (
    SELECT w.case_id, a.day, CASE WHEN a.kind = 'practice' THEN 0 ELSE a.events END AS events,
        CASE WHEN a.kind = 'practice' THEN a.events ELSE 0 END AS logged, 0 AS practised
    FROM windows w CROSS JOIN activity_days a
    WHERE a.student_id = w.student_id AND a.day >= $first AND a.day <= $last
    UNION ALL
    SELECT w.case_id, p.day, 0 AS events, 0 AS logged, 1 AS practised
    FROM windows w CROSS JOIN practice p
    WHERE p.student_id = w.student_id AND p.day >= $first AND p.day <= $last AND p.gone_at IS NULL
),
days AS (
    SELECT case_id, day, SUM(events) + CASE WHEN SUM(logged) > SUM(practised) THEN SUM(logged)
        ELSE SUM(practised) END AS events
    FROM seen GROUP BY case_id, day
),
sums AS (
    SELECT case_id, SUM(events) AS events, COUNT(*) AS active FROM days GROUP BY case_id
),
firsts AS (
    SELECT student_id,
        (SELECT MIN(a.day) FROM activity_days a WHERE a.student_id = s.student_id) AS active_day,
        (SELECT MIN(p.day) FROM practice p
            WHERE p.student_id = s.student_id AND p.gone_at IS NULL) AS practice_day
    FROM (SELECT DISTINCT student_id FROM windows) AS s
),
known AS (
    SELECT w.case_id, w.start_day - CASE
        WHEN f.active_day IS NULL OR f.practice_day < f.active_day THEN f.practice_day
        ELSE f.active_day END AS observed, w.start_day - w.before_day AS wanted,
        w.to_day - w.start_day + 1 AS later
    FROM windows w JOIN firsts f ON f.student_id = w.student_id
)
SELECT k.case_id, COALESCE(s.events, 0), COALESCE(s.active, 0), $days AS days
FROM known k LEFT JOIN sums s ON s.case_id = k.case_id
"""
# Whom nothing is known of before is not measured afterwards either: what is known of her then
# would depend on whether she came.
_BEFORE = sql(
    _ACTIVITY,
    first="w.before_day",
    last="w.start_day - 1",
    days=f"""CASE WHEN k.observed IS NULL OR k.observed <= 0 THEN 0
    WHEN k.observed >= k.wanted THEN k.wanted
    WHEN k.observed < {FEWEST_DAYS} AND k.wanted > {FEWEST_DAYS} THEN {FEWEST_DAYS}
    WHEN k.observed < {FEWEST_DAYS} THEN k.wanted ELSE k.observed END""",
)
_AFTER = sql(
    _ACTIVITY,
    first="w.start_day",
    last="w.to_day",
    days="""CASE WHEN k.observed IS NULL OR k.observed <= 0 OR k.later <= 0 THEN 0
    ELSE k.later END""",
)
_PERFORMANCE = """
SELECT w.case_id, AVG(k.percent)
FROM windows w CROSS JOIN work k
WHERE k.student_id = w.student_id AND $of_work
GROUP BY w.case_id
"""
