"""What came back to the nudges that students got: how often, and how soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from nudgebot.nudging.dashboards.scope import SENT, Scope
from nudgebot.store import Store

READ, TARGET, RESPONDED = "read", "target", "responded"
TAPS = ("done", "need_help", "not_now", "wrong")
KINDS = (READ, RESPONDED, "reacted", "answered", *TAPS, TARGET)
_HOUR = 3600


@dataclass(frozen=True)
class ResponseRate:
    """One kind of response; `of` is how many nudges could have had it, the median None for none."""

    kind: str
    count: int
    of: int
    median_hours: float | None

    @property
    def share(self) -> float | None:
        """The share of the nudges; None where there were none."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class ResponseRates:
    """By kind: read, reacted, answered, the four one-tap answers, and `target`, what was asked for.

    `responded` is any of these but read and target. Zulip shows a receipt only of readers who allow
    it, so more may have been read. `target` counts only what was followed to its end.
    """

    nudges: int
    rates: Mapping[str, ResponseRate]

    def of(self, kind: str) -> ResponseRate:
        """The rate of one kind."""
        return self.rates[kind]


def read_response_rates(store: Store, scope: Scope) -> ResponseRates:
    """The responses to what was sent to students then, whenever they came."""
    nudges: int = store.value(
        f"SELECT COUNT(*) FROM nudges n WHERE n.to_student AND {SENT}",  # noqa: S608  # a constant
        scope.parameters,
    )
    waits: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, seconds in _answers(store, scope):
        waits.setdefault(kind, []).append(seconds)
    followed = _targets(store, scope)
    waits[TARGET] = [seconds for seconds in followed if seconds is not None]
    rates = {
        kind: _rate(kind, waits[kind], len(followed) if kind == TARGET else nudges)
        for kind in KINDS
    }
    return ResponseRates(nudges, rates)


def _answers(store: Store, scope: Scope) -> Iterator[tuple[str, int]]:
    """Kind and seconds of each response, and of the first one to each nudge as `responded`."""
    rows = store.rows(
        f"""SELECT r.kind, r.at - n.changed_at, n.nudge_key
            FROM nudges n JOIN responses r ON r.nudge_key = n.nudge_key
            WHERE n.to_student AND {SENT}""",  # noqa: S608  # a constant
        scope.parameters,
    )
    first: dict[str, int] = {}
    for kind, seconds, key in rows:
        yield kind, seconds
        if kind != READ:
            first[key] = min(first.get(key, seconds), seconds)
    yield from ((RESPONDED, seconds) for seconds in first.values())


def _targets(store: Store, scope: Scope) -> list[int | None]:
    """Seconds until each nudge's target was met, None where it was not; only what is closed."""
    rows = store.rows(
        f"""SELECT CASE WHEN c.target_met_at <= c.ends_at THEN c.target_met_at - c.starts_at END
            FROM nudges n JOIN cases c ON c.nudge_key = n.nudge_key
            WHERE n.to_student AND c.state = 'closed' AND {SENT}""",  # noqa: S608  # a constant
        scope.parameters,
    )
    return [row[0] for row in rows]


def _rate(kind: str, waits: list[int], of: int) -> ResponseRate:
    middle = median(waits) / _HOUR if waits else None
    return ResponseRate(kind, len(waits), of, None if middle is None else max(middle, 0.0))
