"""The demo: a sample school, a sandbox, the real service, and a tour through all of it."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from nudgebot.cli.clock import SchoolClock, school_afternoon
from nudgebot.cli.context import right_now
from nudgebot.cli.stage import ZONE, Stage, set_stage
from nudgebot.cli.tour import News, Tour
from nudgebot.errors import NudgebotError
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.server import Sandbox
from nudgebot.wiring import or_shipped, serve


@click.command()
@click.option("--tour-only", is_flag=True, help="End after the tour; exit 0 if every step worked.")
@click.option("--students", default=60, show_default=True, type=click.IntRange(min=30))
@click.option("--port", default=0, help="Of the chat page; 0 takes a free one.")
def demo(*, tour_only: bool, students: int, port: int) -> None:
    """Play a school day on this machine: nothing is sent anywhere else."""
    with playing(students=students, port=port) as (stage, news):
        went_well = Tour(stage, news, click.echo).play()
        if tour_only:
            sys.exit(0 if went_well else 1)
        click.echo(
            f"\nThe chat page is at {stage.sandbox.url} until Ctrl-C: be {stage.teacher.full_name} "
            "(teacher), a student or the admin.\n"
            f"E-mails to parents and others arrive at {stage.sandbox.url}/mail."
        )
        _wait_for_ctrl_c()
        click.echo("\nThe demo is over; nothing of it is kept.")


@contextmanager
def playing(*, students: int = 60, port: int = 0) -> Iterator[tuple[Stage, News]]:
    """The whole demo, running: the stage, and the news of what the service does.

    Raises NudgebotError at the end when the service ended with an error.
    """
    clock = SchoolClock(school_afternoon(right_now(), ZONE))
    with (
        tempfile.TemporaryDirectory(prefix="nudgebot-demo-") as folder,
        Mailbox(clock=clock.seconds) as mailbox,
        Sandbox(port=port, rate_limit=None, clock=clock.seconds, mailbox=mailbox) as sandbox,
    ):
        stage = set_stage(
            Path(folder),
            sandbox,
            clock,
            mailbox=mailbox,
            students=students,
            rules=or_shipped(Path("rules")),
            templates=or_shipped(Path("message_templates")),
        )
        news = News()
        with _running(stage, news):
            yield stage, news


@contextmanager
def _running(stage: Stage, news: News) -> Iterator[None]:
    stopping = threading.Event()
    ended: list[NudgebotError] = []

    def work() -> None:
        try:
            serve(
                stage.settings(),
                stage.zuliprc,
                clock=stage.clock,
                stopping=stopping,
                done=news.hear,
            )
        except NudgebotError as error:
            ended.append(error)

    service = threading.Thread(target=work, name="service")
    service.start()
    try:
        yield
    finally:
        stopping.set()
        service.join()
    if ended:
        raise ended[0]


def _wait_for_ctrl_c() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
