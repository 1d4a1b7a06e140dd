"""Every setting: its name, default and help, and where each value came from."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nudgebot.errors import SettingError
from nudgebot.spelling import did_you_mean

SECTION = "nudgebot"
PREFIX = "NUDGEBOT_"


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
LEVEL = _one_of("debug", "info", "warning", "error")
PATH = Kind("a path", Path)
COUNT = Kind("a whole number, 0 or more", _count)
HOUR = Kind("an hour from 0 to 23", _hour)
SHARE = Kind("a number from 0 to 1", _share)
FLAG = Kind("true or false", _flag)
ZONE = Kind("a time zone such as Europe/Berlin", _zone)
IDS = Kind("Zulip user ids, separated by commas", _ids)
THRESHOLDS = Kind("critical=… high=… medium=… low=…, falling, each from 0 to 1", _thresholds)


@dataclass(frozen=True)
class Setting:
    """One setting; `default` is the text that a file would hold."""

    name: str
    default: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting("database", "data/nudgebot.db", PATH, "The SQLite file that holds everything."),
    Setting("inbox", "data/inbox", PATH, "The folder that is polled for exports."),
    Setting("inbox_format", "native", FORMAT, "The format of the exports in the inbox."),
    Setting("inbox_poll_seconds", "60", COUNT, "How often the inbox is looked at."),
    Setting(
        "inbox_settle_seconds",
        "10",
        COUNT,
        "How long a file's size and time must stay as they are before it is read.",
    ),
    Setting(
        "timezone", "UTC", ZONE, "The school's time zone, also of times in exports without one."
    ),
    Setting("language", "en", TEXT, "The language of messages to people whose own is not known."),
    Setting(
        "max_drop_share",
        "0.1",
        SHARE,
        "An export that would take away more than this share of the students, of a table's rows or "
        "values, or of which as much cannot be read, waits for an admin's word.",
    ),
    Setting(
        "stale_after_hours",
        "36",
        COUNT,
        "Without news in the exports for so long, weekends and holidays not counted, nudging stops "
        "and the admins are told.",
    ),
    Setting(
        "rules_file_path",
        "rules",
        PATH,
        "The folder (or one file) with the nudging rules.",
        ("nudging_rules_file",),
    ),
    Setting("templates_path", "message_templates", PATH, "The folder with the message templates."),
    Setting(
        "rules_update_frequency_hours",
        "24",
        COUNT,
        "Named by the requirement and without effect: the files are looked at every ten seconds.",
        ("rules_update_frequency",),
    ),
    Setting("evaluate_minutes", "60", COUNT, "How often every student is evaluated."),
    Setting(
        "enable_nudging_system",
        "true",
        FLAG,
        "Off: nothing is decided or sent by itself; reports and commands still work.",
    ),
    Setting("max_nudges_per_day", "3", COUNT, "Most nudges a student gets in a day."),
    Setting("max_nudges_per_week", "10", COUNT, "Most nudges a student gets in a week."),
    Setting("nudge_quiet_hours_start", "22", HOUR, "The hour at which nudges fall silent."),
    Setting("nudge_quiet_hours_end", "8", HOUR, "The hour from which nudges may arrive again."),
    Setting("nudge_weekend_enabled", "false", FLAG, "Whether nudges may arrive at weekends."),
    Setting(
        "academic_risk_thresholds",
        "critical=0.9 high=0.7 medium=0.5 low=0.3",
        THRESHOLDS,
        "The risk scores from which a level begins; below `low` the risk is minimal.",
    ),
    Setting(
        "nudge_effectiveness_tracking_days",
        "14",
        COUNT,
        "For how many days a nudge is followed (no effect yet).",
        ("nudge_tracking_days",),
    ),
    Setting(
        "min_response_rate_threshold",
        "0.3",
        SHARE,
        "Below this share of responses a rule is up for review (no effect yet).",
        ("min_response_rate",),
    ),
    Setting(
        "enable_ai_personalization",
        "true",
        FLAG,
        "Whether a language model may reword templates, where one is configured (no effect yet).",
    ),
    Setting(
        "personalization_confidence_threshold",
        "0.7",
        SHARE,
        "From which confidence on what was learned about a student is used (no effect yet).",
        ("personalization_confidence",),
    ),
    Setting(
        "enable_adaptive_rules",
        "true",
        FLAG,
        "Whether nudging adapts to what students respond to (no effect yet).",
    ),
    Setting("admins", "", IDS, "Zulip user ids of the people who may give admin commands."),
    Setting(
        "realm_admins_are_admins",
        "true",
        FLAG,
        "Whether owners and administrators of the Zulip organisation are admins of nudgebot too.",
    ),
    Setting("staff_stream", "", TEXT, "The staff's stream; the daily summary is posted there."),
    Setting("staff_topic", "nudgebot today", TEXT, "The topic of the daily summary."),
    Setting(
        "class_topic", "reminders", TEXT, "The topic of notices to a whole class in its stream."
    ),
    Setting("confirmation_minutes", "15", COUNT, "How long a preview can be confirmed."),
    Setting(
        "bulk_limit", "50", COUNT, "A bulk message to more students asks for a second confirmation."
    ),
    Setting(
        "crisis_help",
        "Thank you for telling me. You are not alone with this. I am only a program, so please "
        "talk to an adult you trust right now, at home or at school. If you are in danger, call "
        "your local emergency number.",
        TEXT,
        "What a student is told who writes a phrase of `rules/crisis.yaml`: name your school's own "
        "people and numbers.",
    ),
    Setting("sends_per_minute", "120", COUNT, "Most requests that send something in a minute."),
    Setting("school_name", "", TEXT, "The school's name, at the top of each page of a PDF."),
    Setting("paper", "a4", PAPER, "The paper of PDFs asked for in chat, a4 or letter."),
    Setting(
        "fonts_path",
        "data/fonts",
        PATH,
        "A folder with more fonts for charts and PDFs, for scripts that the bundled ones lack.",
    ),
    Setting("log_level", "info", LEVEL, "debug, info, warning or error."),
)

BY_NAME: Mapping[str, Setting] = {
    name: setting for setting in SETTINGS for name in (setting.name, *setting.aliases)
}


@dataclass(frozen=True)
class Settings:
    """The settings in force; `settings["inbox"]` is a value of the setting's kind."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def replaced(self, **values: Any) -> Settings:
        """The same settings with some given anew, by the program itself."""
        unknown = set(values) - set(self.values)
        if unknown:
            raise SettingError(f"{', '.join(sorted(unknown))}: no such setting.")
        sources = dict.fromkeys(values, "the command line")
        return Settings({**self.values, **values}, {**self.sources, **sources})


def read_settings(
    zuliprc: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The defaults, over them the file's section `[nudgebot]`, over it `NUDGEBOT_*` variables.

    Relative paths count from the working directory. Raises SettingError that names the place of
    every value that is unknown or not of its kind, one a line.
    """
    variables = os.environ if environment is None else environment
    problems: list[str] = []
    texts: dict[str, tuple[str, str]] = {}
    if zuliprc is not None:
        texts |= _from_file(zuliprc, problems)
    for key, text in variables.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name in BY_NAME:
            texts[BY_NAME[name].name] = (text, f"environment variable {key}")
        elif key.startswith(PREFIX) and _meant(name) != ".":
            problems.append(f"environment variable {key}: no such setting{_meant(name)}")
    values, sources = {}, {}
    for setting in SETTINGS:
        text, source = texts.get(setting.name, (setting.default, "default"))
        sources[setting.name] = source
        try:
            values[setting.name] = setting.kind.read(text)
        except (ValueError, TypeError):
            problems.append(f"{setting.name}: {text!r} is not {setting.kind.wanted} ({source}).")
    if problems:
        raise SettingError("\n".join(problems))
    return Settings(values, sources)


def _from_file(path: Path, problems: list[str]) -> dict[str, tuple[str, str]]:
    """The texts of the section with their source; raises SettingError where it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=str(path))
    except OSError as error:
        raise SettingError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except configparser.DuplicateOptionError as error:
        raise SettingError(
            f"{path}: line {error.lineno}: {error.option} is given twice in [{error.section}]."
        ) from error
    except configparser.DuplicateSectionError as error:
        raise SettingError(
            f"{path}: line {error.lineno}: the section [{error.section}] begins twice."
        ) from error
    except (configparser.Error, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(0,)])[0][0]
        raise SettingError(
            f"{path}: line {line} is not `[section]` or `name = value`; see zuliprc.example."
        ) from error
    texts: dict[str, tuple[str, str]] = {}
    for name, text in parser.items(SECTION) if parser.has_section(SECTION) else ():
        setting = BY_NAME.get(name)
        if setting is None:
            problems.append(f"{path}: [{SECTION}] {name}: no such setting{_meant(name)}")
        elif setting.name in texts:
            problems.append(f"{path}: [{SECTION}] {setting.name} is given under two names.")
        else:
            texts[setting.name] = (text, f"{path} [{SECTION}]")
    return texts


def _meant(name: str) -> str:
    return did_you_mean(name, BY_NAME, likeness=0.75) or "."
