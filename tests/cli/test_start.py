"""The program's start: a command loads what it needs, and what a student waits for is there."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from nudgebot.cli import main
from nudgebot.cli.app import COMMANDS

HEAVY = ("numpy", "sqlite_utils", "requests", "dateparser", "nudgebot.wiring", "nudgebot.sandbox")


def loaded_by(code: str) -> set[str]:
    """The modules in a new process once the code has run."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(['MODULES', *sys.modules]))"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return set(done.stdout.partition("MODULES\n")[2].split())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_listed_by_its_own_first_sentence(name: str) -> None:
    """The line that lists a command unloaded is what the command says of itself."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=500) == COMMANDS[name].summary


def test_the_help_names_every_command() -> None:
    """Nothing is hidden because it is not loaded, and a wrong name is said to be one."""
    shown = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    wrong = CliRunner().invoke(main, ["evalute"])
    assert wrong.exit_code == 2
    assert "No such command 'evalute'" in wrong.output


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["nosuch"]])
def test_what_needs_no_command_loads_none(words: list[str]) -> None:
    """Help and version come without the database's library, the school's parts or the sandbox."""
    code = f"from nudgebot.cli import main\ntry: main({words!r})\nexcept SystemExit: pass"
    assert not loaded_by(code) & {*HEAVY}


def test_the_service_loads_no_demo_and_nothing_later_that_a_student_waits_for() -> None:
    """`run` leaves the sandbox alone; what reads, decides about and answers a message is there."""
    loaded = loaded_by("import nudgebot.cli.run")
    assert not {"nudgebot.sandbox", "aiosmtpd", "nudgebot.cli.demo", "dateparser"} & loaded
    assert loaded >= {
        "nudgebot.chat.listener",
        "nudgebot.chat.lane",
        "nudgebot.chat.reception",
        "nudgebot.chat.responding",
        "nudgebot.chat.commands.progress",
        "nudgebot.nudging.engine",
        "nudgebot.nudging.crisis",
    }
