"""Every setting: its name, default and help, and where each value came from."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nudgebot.errors import SettingError
from nudgebot.settings.table import BY_NAME, SETTINGS, Setting
from nudgebot.spelling import did_you_mean

SECTION = "nudgebot"
PREFIX = "NUDGEBOT_"

__all__ = ["BY_NAME", "PREFIX", "SECTION", "SETTINGS", "Setting", "Settings", "read_settings"]


@dataclass(frozen=True, repr=False)
class Settings:
    """The settings in force; `settings["inbox"]` is a value of the setting's kind."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self.shown(name)}" for name in sorted(self.values))
        return f"Settings({shown})"

    def shown(self, name: str) -> str:
        """A setting's value as it may be shown: of what may hold a key only whether it is set."""
        value, setting = self.values[name], BY_NAME.get(name)
        if setting is not None and (setting.secret or setting.sensitive):
            return "***" if value else "''"
        return repr(value)

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
            shown = "the value" if setting.secret or setting.sensitive else repr(text)
            problems.append(f"{setting.name}: {shown} is not {setting.kind.wanted} ({source}).")
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
        elif setting.secret:
            problems.append(
                f"{path}: [{SECTION}] {name}: a secret; remove it here and set the environment "
                f"variable {PREFIX}{name.upper()}."
            )
        elif setting.name in texts:
            problems.append(f"{path}: [{SECTION}] {setting.name} is given under two names.")
        else:
            texts[setting.name] = (text, f"{path} [{SECTION}]")
    return texts


def _meant(name: str) -> str:
    return did_you_mean(name, BY_NAME, likeness=0.75) or "."
