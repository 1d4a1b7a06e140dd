"""The engine: evaluate and deliver, from one set of collaborators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.delivery import Delivered, Deliverer
from nudgebot.nudging.evaluation import Evaluation, Evaluator
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.ports import Event, Grounds
from nudgebot.nudging.wording import Composing


class Engine:
    """Decides and delivers; one thread of one process at a time may use it."""

    def __init__(self, grounds: Grounds, *, composer: Composing, outbox: Outbox) -> None:
        self._evaluator = Evaluator(grounds)
        self._deliverer = Deliverer(grounds, composer=composer, outbox=outbox)

    def evaluate(
        self,
        as_of: datetime,
        *,
        student_ids: Collection[str] | None = None,
        events: Sequence[Event] = (),
        table: FigureTable | None = None,
        dry_run: bool = False,
    ) -> Evaluation:
        """Decide about some students or all; see `Evaluator.evaluate`."""
        return self._evaluator.evaluate(
            as_of, student_ids=student_ids, events=events, table=table, dry_run=dry_run
        )

    def deliver(self, as_of: datetime, *, most_recipients: int = 60) -> Delivered:
        """Send what is due; see `Deliverer.deliver`."""
        return self._deliverer.deliver(as_of, most_recipients=most_recipients)
