"""The command that runs nudgebot."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path

import click

from nudgebot.cli.context import Given, right_now
from nudgebot.settings import Settings
from nudgebot.wiring import serve


@click.command()
@click.pass_obj
def run(given: Given) -> None:
    """Run the bot until Ctrl-C or SIGTERM."""
    zuliprc = given.config or Path("zuliprc")
    settings = given.settings()
    # The ticks' library counts in the machine's local time; in UTC no hour comes twice.
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    start_log(settings)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    if os.name == "posix" and zuliprc.exists() and zuliprc.stat().st_mode & 0o077:
        click.echo(f"{zuliprc} can be read by others: chmod 600 {zuliprc}", err=True)
    click.echo(
        f"nudgebot runs with {zuliprc}: exports from {settings['inbox']}, rules from "
        f"{settings['rules_file_path']}, everything in {settings['database']}."
    )
    serve(settings, zuliprc, clock=right_now, stopping=stopping)
    click.echo("nudgebot has stopped.")


def start_log(settings: Settings) -> None:
    """Log to the standard error stream: ids and counts, never names, marks or texts."""
    logging.basicConfig(
        level=settings["log_level"].upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # These log addresses and whole requests, with headers that may hold keys.
    for library in ("urllib3", "requests", "schedule", "openai", "httpx", "httpx2", "httpcore2"):
        logging.getLogger(library).setLevel(logging.WARNING)
