"""The nudges that students got, each with what came back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.nudging.dashboards.response_rates import READ
from nudgebot.nudging.dashboards.scope import SENT, Scope
from nudgebot.school.days import from_at, zone_named
from nudgebot.store import Store

MOST = 200


@dataclass(frozen=True)
class Received:
    """A nudge to a student; `hour` is her local one, `reached` None while it is not known.

    A later nudge of an episode goes by the episode's case as long as that is followed; `followed`
    is false where it is not. `open` says that its follow-up time is not over, so that what it
    brings is not known yet. `responses` has the hours until each kind of response.
    """

    key: str
    student_id: str
    at: datetime
    rule_id: str
    rule_name: str
    type: str
    tone: str
    hour: int
    responses: Mapping[str, float]
    reached: bool | None
    followed: bool = True
    open: bool = False

    @property
    def responded(self) -> bool:
        """Whether anything came back but that it was read."""
        return bool(self.responses.keys() - {READ})

    @property
    def did_nothing(self) -> bool:
        """Whether it had neither a response nor what it asked for."""
        return not self.responded and not self.reached


def read_received(
    store: Store, scope: Scope, *, zone: ZoneInfo, most: int = MOST
) -> list[Received]:
    """The newest nudges to the students themselves, the newest first; `zone` is the school's."""
    rows = store.rows(
        f"""SELECT n.nudge_key, n.student_id, n.changed_at, n.rule_id, n.rule_name, n.type,
            n.tone, n.due_at, COALESCE(s.timezone, '') AS timezone, c.state,
            COALESCE(c.target_met_at <= c.ends_at, 0) AS reached
            FROM nudges n LEFT JOIN students s ON s.student_id = n.student_id
            LEFT JOIN cases c ON c.student_id = n.student_id AND c.rule_id = n.rule_id
                AND c.episode_at = n.episode_at AND (c.nudge_key = n.nudge_key
                    OR n.due_at < c.ends_at AND COALESCE(c.target_met_at >= n.due_at, 1))
            WHERE n.to_student AND {SENT}
            ORDER BY n.changed_at DESC, n.nudge_key LIMIT :most""",  # noqa: S608  # a constant
        {**scope.parameters, "most": most},
    )
    responses: dict[str, dict[str, float]] = {}
    for key, kind, seconds in store.rows(
        f"""SELECT r.nudge_key, r.kind, r.at - n.changed_at
            FROM nudges n JOIN responses r ON r.nudge_key = n.nudge_key
            WHERE n.to_student AND {SENT}""",  # noqa: S608  # a constant
        scope.parameters,
    ):
        responses.setdefault(key, {})[kind] = max(seconds, 0) / 3600
    return [
        Received(
            key=row["nudge_key"],
            student_id=row["student_id"],
            at=from_at(row["changed_at"]),
            rule_id=row["rule_id"],
            rule_name=row["rule_name"],
            type=row["type"],
            tone=row["tone"],
            hour=from_at(row["due_at"]).astimezone(zone_named(row["timezone"], zone)).hour,
            responses=responses.get(row["nudge_key"], {}),
            reached=True if row["reached"] else False if row["state"] == "closed" else None,
            followed=row["state"] is not None,
            open=row["state"] not in (None, "closed"),
        )
        for row in rows
    ]


def unanswered(newest_first: Sequence[Received]) -> int:
    """How many of the newest nudges in a row did nothing."""
    return next(
        (place for place, each in enumerate(newest_first) if not each.did_nothing),
        len(newest_first),
    )
