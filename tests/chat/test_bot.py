"""The bot as zulip_bots runs it: from the test library's stub to `zulip-run-bot` itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from zulip_bots.test_lib import BotTestCase, DefaultTests, StubBotHandler

from chat.conftest import Realm
from nudgebot import bot
from nudgebot.chat.commands import registry

RUNNER = Path(sys.executable).with_name("zulip-run-bot")


class TestByTheLibrary(BotTestCase, DefaultTests):
    """What zulip_bots expects of every bot."""

    bot_name = "nudgebot"

    def _get_handlers(self) -> tuple[Any, StubBotHandler]:
        made, handler = bot.handler_class(), StubBotHandler()
        made.initialize(handler)
        return made, handler

    def test_bot_usage(self) -> None:
        usage = bot.handler_class().usage()
        assert all(command.usage in usage for command in registry().commands)


class Configured(StubBotHandler):
    """The stub, with the file of `-b` and an end that can be looked at."""

    def __init__(self, bot_config_file: str) -> None:
        super().__init__()
        self.bot_config_file = bot_config_file
        self.last_words = ""

    def quit(self, message: str = "") -> None:
        self.last_words = message


def test_the_registry_of_zulip_bots_finds_it() -> None:
    """Under its name, with the version and the handler that the runner reads."""
    (found,) = entry_points(group="zulip_bots.registry", name="nudgebot")
    module = found.load()
    assert module.handler_class.META["name"] == "nudgebot"
    assert module.__version__


def test_settings_that_cannot_be_read_end_it_with_a_sentence(tmp_path: Path) -> None:
    """The runner's own way to end is used, without a traceback."""
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text("[nudgebot]\ndatabsae = x\n", encoding="utf-8")
    handler = Configured(str(zuliprc))
    bot.handler_class().initialize(handler)
    assert "did you mean `database`" in handler.last_words


@pytest.fixture
def runner(realm: Realm, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with realm.zuliprc.open("a", encoding="utf-8") as file:
        admin = realm.school.owner.user_id
        file.write(f"\n[nudgebot]\ndatabase = {tmp_path / 'bot.db'}\nadmins = {admin}\n")
    command: list[str | Path] = [RUNNER, "-r", "nudgebot", "-c", realm.zuliprc, "-b", realm.zuliprc]
    environment = {key: value for key, value in os.environ.items() if "ZULIP" not in key}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, env=environment) as made,
    ):
        yield made
        made.kill()


@pytest.mark.usefixtures("runner")
def test_zulip_run_bot_answers_commands(realm: Realm, tmp_path: Path) -> None:
    """In a direct message and in a stream, over a gateway of its own, arguments unharmed."""
    sandbox, school = realm.sandbox, realm.school
    begun = sandbox.wait_for(lambda: sandbox.polling(school.bot), 30)
    assert begun, (tmp_path / "log").read_text()
    sandbox.say(school.owner, "status", school.bot)
    assert sandbox.wait_for(lambda: bool(sandbox.messages_to(school.owner)), 10)
    assert "**nudgebot**" in sandbox.messages_to(school.owner)[0].content
    sandbox.post(
        school.owner,
        "@**nudgebot** help nosuch",
        stream=school.staff_stream,
        topic="t",
    )
    assert sandbox.wait_for(lambda: len(sandbox.messages_in(school.staff_stream)) == 2, 10)
    assert "no command nosuch" in sandbox.messages_in(school.staff_stream)[-1].content
