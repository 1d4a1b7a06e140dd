"""Buttons under a message: Zulip's `zform` widget, which only web and desktop show."""

from __future__ import annotations

from typing import Any

from nudgebot.nudging.messages import Outgoing


def widget_of(message: Outgoing) -> dict[str, Any]:
    """The message's buttons as `widget_content`.

    The apps that show it show it instead of the text, so heading and help stand for themselves.
    """
    return {
        "widget_type": "zform",
        "extra_data": {
            "type": "choices",
            "heading": message.heading or "What next?",
            "choices": [
                {
                    # The server does not ask for `type`; without it the web app shows no buttons.
                    "type": "multiple_choice",
                    "short_name": button.label,
                    "long_name": button.help,
                    "reply": button.reply,
                }
                for button in message.buttons
            ],
        },
    }
