"""Following cases, nudged and held out alike: measures, whether the target was reached, the end.

A case is measured only as far as the data go: what they do not know of yet waits for them, for a
week after its end at the most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import snapshot
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.measures import Span, Workbench
from nudgebot.nudging.targets import AIM
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import to_at
from nudgebot.store import Store

GIVE_UP = timedelta(days=7)
CHUNK_STUDENTS = 1000
CHUNK_CASES = 10_000


@dataclass(frozen=True)
class Followed:
    """How many cases got their first measures, reached their target, and came to their end."""

    measured: int = 0
    met: int = 0
    closed: int = 0

    def __add__(self, other: Followed) -> Followed:
        """Both together."""
        return Followed(
            self.measured + other.measured, self.met + other.met, self.closed + other.closed
        )


@dataclass(frozen=True)
class _Look:
    """A case, and what it is looked at for."""

    span: Span
    before: bool
    target: bool
    end: bool

    @property
    def by_work(self) -> bool:
        aim = AIM.get(self.span.target)
        return self.before or self.end or (self.target and aim is not None and aim.by_work)


@dataclass
class _Found:
    met: dict[int, int] = field(default_factory=dict)
    before: Mapping[int, Measures] = field(default_factory=dict)
    after: Mapping[int, Measures] = field(default_factory=dict)


class Following:
    """Brings all cases up to what the data know; `zone` is the school's."""

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone

    def follow(self, as_of: datetime) -> Followed:
        """Look at every case that may have moved on; again is as good as once."""
        known = newest_fact(self._store)
        if known is None:
            return Followed()
        seen = self._newest_batches()
        looks = self._looks(known, as_of, news=seen != self._seen())
        done = Followed()
        for portion in _portions(looks):
            done += self._look_at(portion, known, as_of)
        self._keep_seen(seen)
        return done

    def _looks(self, known: datetime, as_of: datetime, *, news: bool) -> list[_Look]:
        """Targets are looked at only when there is news: nothing else can have reached one."""
        rows = self._store.rows(
            """SELECT c.case_id, c.student_id, COALESCE(s.timezone, '') AS timezone, c.target,
                c.starts_at, c.start_day, c.ends_at, NOT c.before_measured AS before,
                c.target_met_at IS NULL AS unmet,
                c.ends_at <= :known OR c.ends_at <= :late AS ended
               FROM cases c LEFT JOIN students s ON s.student_id = c.student_id
               WHERE c.state = 'followed' AND (c.starts_at <= :known OR c.ends_at <= :late)
                AND (:news OR NOT c.before_measured OR c.ends_at <= :known OR c.ends_at <= :late)
               ORDER BY c.student_id""",
            {"known": to_at(known), "late": to_at(as_of - GIVE_UP), "news": news},
        )
        return [
            _Look(
                Span(*row[:7]),
                before=bool(row["before"]),
                target=bool(row["unmet"]),
                end=bool(row["ended"]),
            )
            for row in rows
            if row["before"] or row["unmet"] or row["ended"]
        ]

    def _look_at(self, looks: Sequence[_Look], known: datetime, as_of: datetime) -> Followed:
        found = _Found()
        with snapshot(self._store):
            bench = Workbench(self._store, self._zone, known=known, as_of=as_of)
            by_work = {each.span.student_id for each in looks if each.by_work}
            bench.lay_out([each.span for each in looks], with_work=by_work)
            for target in sorted({each.span.target for each in looks if each.target} & AIM.keys()):
                found.met |= bench.met(target)
            if any(each.before for each in looks):
                found.before = bench.before()
            if any(each.end for each in looks):
                found.after = bench.after()
        return self._keep(looks, found)

    def _keep(self, looks: Sequence[_Look], found: _Found) -> Followed:
        met = [
            (found.met[each.span.case_id], each.span.case_id)
            for each in looks
            if each.target and each.span.case_id in found.met
        ]
        before = [_row(found.before, each) for each in looks if each.before]
        after = [_row(found.after, each) for each in looks if each.end]
        with self._store.transaction() as connection:
            connection.executemany(
                """UPDATE cases SET target_met_at = ?
                   WHERE case_id = ? AND target_met_at IS NULL AND state = 'followed'""",
                met,
            )
            connection.executemany(
                """UPDATE cases SET activity_before = ?, performance_before = ?,
                   engagement_before = ?, before_measured = 1
                   WHERE case_id = ? AND state = 'followed'""",
                before,
            )
            connection.executemany(
                """UPDATE cases SET activity_after = ?, performance_after = ?,
                   engagement_after = ?, state = 'closed'
                   WHERE case_id = ? AND state = 'followed'""",
                after,
            )
        return Followed(len(before), len(met), len(after))

    def _newest_batches(self) -> str:
        row = self._store.row(
            "SELECT COUNT(*), MAX(batch_id), MAX(data_as_of_at) FROM batches WHERE state = 'taken'"
        )
        return "" if row is None else " ".join(map(str, row))

    def _seen(self) -> str | None:
        seen: str | None = self._store.value("SELECT seen FROM following_state")
        return seen

    def _keep_seen(self, seen: str) -> None:
        if seen == self._seen():
            return
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM following_state")
            connection.execute("INSERT INTO following_state VALUES (?)", [seen])


def _row(measures: Mapping[int, Measures], look: _Look) -> tuple[float | int | None, ...]:
    found = measures.get(look.span.case_id, Measures())
    return found.activity, found.performance, found.engagement, look.span.case_id


def _portions(looks: Sequence[_Look]) -> Iterator[list[_Look]]:
    """Cases of at most so many students at once, a student's together."""
    portion: list[_Look] = []
    students: set[str] = set()
    for each in looks:
        student_id = each.span.student_id
        full = len(students) >= CHUNK_STUDENTS or len(portion) >= CHUNK_CASES
        if full and student_id not in students:
            yield portion
            portion, students = [], set()
        portion.append(each)
        students.add(student_id)
    if portion:
        yield portion
