"""All commands of the chat, in the order in which help and README list them."""

from __future__ import annotations

from nudgebot.chat.command import Registry
from nudgebot.chat.commands import (
    admin,
    adoption,
    alerts,
    assign,
    auditing,
    compare,
    confirm,
    dashboard,
    fairness,
    forget,
    helping,
    history,
    impact,
    linking,
    meeting,
    message,
    nudges,
    parent,
    report,
    risk,
    skills,
    students,
    taps,
    templates,
    trend,
    tutor,
)


def registry() -> Registry:
    """The table of all commands."""
    others = (
        *report.COMMANDS,
        *trend.COMMANDS,
        *skills.COMMANDS,
        *compare.COMMANDS,
        *risk.COMMANDS,
        *alerts.COMMANDS,
        *message.COMMANDS,
        *templates.COMMANDS,
        *assign.COMMANDS,
        *meeting.COMMANDS,
        *parent.COMMANDS,
        *tutor.COMMANDS,
        *history.COMMANDS,
        *dashboard.COMMANDS,
        *nudges.COMMANDS,
        *impact.COMMANDS,
        *adoption.COMMANDS,
        *fairness.COMMANDS,
        *confirm.COMMANDS,
        *students.COMMANDS,
        *taps.COMMANDS,
        *linking.COMMANDS,
        *admin.COMMANDS,
        *auditing.COMMANDS,
        *forget.COMMANDS,
    )
    return Registry((*helping.commands(others), *others))
