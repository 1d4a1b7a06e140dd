"""`NudgingAnalyticsDashboard` of requirement A: its three reports by their names."""

from __future__ import annotations

from collections.abc import Collection

from nudgebot.nudging.dashboards.overview import Basis, SystemOverview, read_overview
from nudgebot.nudging.dashboards.scope import DateRange, scope_of
from nudgebot.store import Store


class NudgingAnalyticsDashboard:
    """Reads the reports; who may see them is not decided here."""

    def __init__(self, store: Store, basis: Basis) -> None:
        self._store = store
        self._basis = basis

    def get_system_overview(
        self, date_range: DateRange, *, students: Collection[str] | None = None
    ) -> SystemOverview:
        """The overview from a moment up to another, of the whole school or of these students."""
        return read_overview(self._store, scope_of(date_range, students), self._basis)
