"""All commands of the chat, in the order in which help and README list them."""

from __future__ import annotations

from nudgebot.chat.command import Registry
from nudgebot.chat.commands import (
    admin,
    auditing,
    compare,
    confirm,
    helping,
    linking,
    message,
    report,
    risk,
    skills,
    students,
    trend,
)


def registry() -> Registry:
    """The table of all commands."""
    return Registry(
        (
            *helping.COMMANDS,
            *report.COMMANDS,
            *trend.COMMANDS,
            *skills.COMMANDS,
            *compare.COMMANDS,
            *risk.COMMANDS,
            *message.COMMANDS,
            *confirm.COMMANDS,
            *students.COMMANDS,
            *linking.COMMANDS,
            *admin.COMMANDS,
            *auditing.COMMANDS,
        )
    )
