"""Zulip's check of `widget_content`: what the server accepts; the web app wants more than that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nudgebot.sandbox.answers import Json, Refusal

CHOICE_KEYS = ("short_name", "long_name", "reply")


def _refused(problem: str) -> Refusal:
    return Refusal(f"Widgets: {problem}")


def checked(raw: str) -> Json:
    """The widget that the text describes; raises Refusal with Zulip's words."""
    try:
        widget = json.loads(raw)
    except ValueError as error:
        raise _refused("API programmer sent invalid JSON content") from error
    if not isinstance(widget, dict):
        raise _refused("widget_content is not a dict")
    for key in ("widget_type", "extra_data"):
        if key not in widget:
            raise _refused(f"{key} is not in widget_content")
    extra = widget["extra_data"]
    if not isinstance(extra, dict):
        raise _refused("extra_data is not a dict")
    if widget["widget_type"] != "zform":
        raise _refused(f"unknown widget type: {widget['widget_type']}")
    _check_choices(extra)
    return widget


def _check_choices(extra: Json) -> None:
    if "type" not in extra:
        raise _refused("zform is missing type field")
    if extra["type"] != "choices":
        raise _refused(f"unknown zform type: {extra['type']}")
    _check_strings(extra, ("heading",), "extra_data")
    if "choices" not in extra:
        raise _refused("choices key is missing from extra_data")
    if not isinstance(extra["choices"], list):
        raise _refused('extra_data["choices"] is not a list')
    for number, choice in enumerate(extra["choices"]):
        _check_strings(choice, CHOICE_KEYS, f'extra_data["choices"][{number}]')


def _check_strings(value: Any, keys: tuple[str, ...], place: str) -> None:
    if not isinstance(value, dict):
        raise _refused(f"{place} is not a dict")
    for key in keys:
        if key not in value:
            raise _refused(f"{key} key is missing from {place}")
        if not isinstance(value[key], str):
            raise _refused(f'{place}["{key}"] is not a string')


def shows_buttons(widget: Mapping[str, Any]) -> bool:
    """Whether the web app would draw the choices: it wants a `type` in each of them."""
    choices = widget.get("extra_data", {}).get("choices", [])
    return all(isinstance(choice.get("type"), str) for choice in choices)
