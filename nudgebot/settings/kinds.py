"""The kinds of values that settings have, and how each is read from its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _count(text: str) -> int:
    if int(text) < 0:
        raise ValueError
    return int(text)


def _hour(text: str) -> int:
    if not 0 <= int(text) <= 23:
        raise ValueError
    return int(text)


def _share(text: str) -> float:
    if not 0 <= float(text) <= 1:
        raise ValueError
    return float(text)


def _flag(text: str) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    try:
        return words[text.strip().lower()]
    except KeyError as error:
        raise ValueError from error


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError from error


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.replace(",", " ").split())


def _thresholds(text: str) -> dict[str, float]:
    pairs = dict(part.split("=", 1) for part in text.replace(",", " ").split())
    found = {name: _share(value) for name, value in pairs.items()}
    if set(found) != {"critical", "high", "medium", "low"}:
        raise ValueError
    if not found["critical"] >= found["high"] >= found["medium"] >= found["low"]:
        raise ValueError
    return found


@dataclass(frozen=True)
class Kind:
    """A kind of value: how its text is read, and how a person is told what is expected."""

    wanted: str
    read: Callable[[str], Any]


def _one_of(*words: str) -> Kind:
    def read(text: str) -> str:
        if text.strip().lower() not in words:
            raise ValueError
        return text.strip().lower()

    return Kind(f"one of {', '.join(words)}", read)


TEXT = Kind("text", str)
FORMAT = _one_of("native", "oulad")
PAPER = _one_of("a4", "letter")
LOG_FORMAT = _one_of("text", "json")
LEVEL = _one_of("debug", "info", "warning", "error")
SECURITY = _one_of("starttls", "tls", "none")
CONVERSATION = _one_of("bot", "group")
PATH = Kind("a path", Path)
COUNT = Kind("a whole number, 0 or more", _count)
HOUR = Kind("an hour from 0 to 23", _hour)
SHARE = Kind("a number from 0 to 1", _share)
FLAG = Kind("true or false", _flag)
ZONE = Kind("a time zone such as Europe/Berlin", _zone)
IDS = Kind("Zulip user ids, separated by commas", _ids)
THRESHOLDS = Kind("critical=… high=… medium=… low=…, falling, each from 0 to 1", _thresholds)
