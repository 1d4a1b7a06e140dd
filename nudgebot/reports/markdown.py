"""All reports as chat messages, under one roof."""

from nudgebot.reports.messages.beside import comparison_message
from nudgebot.reports.messages.classes import class_message
from nudgebot.reports.messages.dashboards import board_message
from nudgebot.reports.messages.parts import Parts
from nudgebot.reports.messages.skills import skill_message, skills_message
from nudgebot.reports.messages.student import student_message
from nudgebot.reports.messages.trends import trend_message

__all__ = [
    "Parts",
    "board_message",
    "class_message",
    "comparison_message",
    "skill_message",
    "skills_message",
    "student_message",
    "trend_message",
]
