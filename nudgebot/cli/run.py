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
from nudgebot.service import logs
from nudgebot.wiring import serve

log = logging.getLogger(__name__)


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
    logs.start(settings["log_level"], settings["log_format"])
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    if is_open_to_others(zuliprc):
        log.warning("%s can be read by others: chmod 600 %s", zuliprc, zuliprc)
    serve(settings, zuliprc, clock=right_now, stopping=stopping)
    log.info("nudgebot has stopped")


def is_open_to_others(path: Path) -> bool:
    """Whether other accounts of this machine may read a file that holds a key."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)
