"""What a start says: in ten lines, where everything is and what will happen; no secrets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from nudgebot.chat.server_facts import ZulipServer
from nudgebot.nudging.model_settings import why_no_model
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.settings import Settings
from nudgebot.store.backups import backups_of, folder_of


def opening_lines(
    settings: Settings, *, server: ZulipServer, book: RuleBook, rules_on: int, as_of: datetime
) -> list[str]:
    """The ten lines, each of which begins with what it is about."""
    return [
        _database(settings),
        _exports(settings),
        _rules(book, rules_on),
        f"Templates: {len(book.templates.by_id)} from {book.paths[1]}",
        _zulip(server),
        _mail(settings),
        f"Model: {_model(settings)}",
        _hours(settings),
        _people(settings),
        _evaluation(settings, as_of),
    ]


def _database(settings: Settings) -> str:
    path: Path = settings["database"]
    folder = folder_of(path, settings["backup_folder"])
    backups = backups_of(path, folder)
    newest = f"{backups[0].taken_at:%Y-%m-%d %H:%M} UTC" if backups else "none yet"
    # What was written last is still in the log beside the file.
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists()) / 1e6
    return f"Database: {path}, sound, {size:,.1f} MB; newest backup in {folder}: {newest}"


def _exports(settings: Settings) -> str:
    return (
        f"Exports: {settings['inbox']} ({settings['inbox_format']}), looked at every "
        f"{settings['inbox_poll_seconds']} seconds"
    )


def _zulip(server: ZulipServer) -> str:
    return (
        f"Zulip: {_host(server.site)}, version {server.version} (feature level "
        f"{server.feature_level}), as “{server.bot_name}” (user {server.bot_id})"
    )


def _rules(book: RuleBook, rules_on: int) -> str:
    text = f"Rules: {len(book.rules.rules)} from {book.paths[0]}, {rules_on} on"
    return f"{text}; {len(book.problems)} PROBLEMS" if book.problems else text


def _mail(settings: Settings) -> str:
    host = settings["smtp_host"].strip()
    if not host:
        return "E-mail: none (smtp_host is empty)"
    return (
        f"E-mail: {host}:{settings['smtp_port']} ({settings['smtp_security']}), from "
        f"{settings['mail_from']}"
    )


def _model(settings: Settings) -> str:
    why_not = why_no_model(settings)
    return why_not or f"{settings['ai_model']} at {_host(settings['ai_base_url'])}"


def _hours(settings: Settings) -> str:
    weekends = "weekends too" if settings["nudge_weekend_enabled"] else "not at weekends"
    return (
        f"Quiet: {settings['nudge_quiet_hours_start']}–{settings['nudge_quiet_hours_end']} h, "
        f"{weekends}; at most {settings['max_nudges_per_day']} nudges a day; time zone "
        f"{settings['timezone'].key}"
    )


def _people(settings: Settings) -> str:
    named = ", ".join(map(str, settings["admins"]))
    own = "the organisation's own" if settings["realm_admins_are_admins"] else ""
    admins = " and ".join(filter(None, [own, named])) or "NONE"
    return f"Admins: {admins}; staff stream: {settings['staff_stream'] or 'none'}"


def _evaluation(settings: Settings, as_of: datetime) -> str:
    if not settings["enable_nudging_system"]:
        return "Nudging: off (enable_nudging_system); commands and reports work"
    zone = settings["timezone"]
    return (
        f"Nudging: on; every student is evaluated now ({as_of.astimezone(zone):%H:%M}) and every "
        f"{settings['evaluate_minutes']} minutes"
    )


def _host(address: str) -> str:
    """The machine's name only: an address may hold a user, a password or a key."""
    parts = urlsplit(address)
    return parts.netloc.rpartition("@")[2] or "an address that is none"
