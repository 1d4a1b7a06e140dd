"""Reads figures for an answer, and says as of when they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nudgebot.chat.office import Office
from nudgebot.insight.analytics import Analytics
from nudgebot.insight.risk import RiskAssessment, assess
from nudgebot.insight.risk_formula import read_formula
from nudgebot.insight.table import Value
from nudgebot.markup import global_time
from nudgebot.nudging.freshness import staleness
from nudgebot.school.batches import newest_fact


def figures_of(office: Office, student_id: str) -> Mapping[str, Value] | None:
    """A student's figures; None where there are none yet."""
    table = office.figures.table([student_id])
    return table.row(0) if len(table) else None


def assessment_of(office: Office, row: Mapping[str, Value], as_of: datetime) -> RiskAssessment:
    """The whole risk assessment behind the figures."""
    thresholds = office.settings["academic_risk_thresholds"]
    formula = read_formula(office.settings["risk_weights"])
    return assess(row, thresholds=thresholds, today=office.today(as_of), formula=formula)


def analytics(office: Office, as_of: datetime) -> Analytics:
    """The reports of the school as of an instant."""
    return Analytics(
        office.store,
        zone=office.zone,
        thresholds=office.settings["academic_risk_thresholds"],
        formula=read_formula(office.settings["risk_weights"]),
        as_of=as_of,
    )


def stale_note(office: Office, as_of: datetime) -> str:
    """The line below a report whose data are old, else empty."""
    hours = office.settings["stale_after_hours"]
    stale = staleness(office.store, stale_after_hours=hours, zone=office.zone, as_of=as_of)
    return f"\n\n⚠️ {stale}" if stale else ""


def data_as_of(office: Office, as_of: datetime) -> datetime:
    """The newest thing that the data know of; now where there are none."""
    return newest_fact(office.store) or as_of


def data_note(office: Office, as_of: datetime) -> str:
    """The line at the end of an answer: how old the data are."""
    known = newest_fact(office.store)
    if known is None:
        return "*No export has been read yet.*"
    hours = office.settings["stale_after_hours"]
    stale = staleness(office.store, stale_after_hours=hours, zone=office.zone, as_of=as_of)
    warning = " ⚠️ That is old: no fresh export has come." if stale else ""
    return f"*Data as of {global_time(known)}.*{warning}"
