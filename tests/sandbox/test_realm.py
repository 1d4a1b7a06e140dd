"""The realm directory, and what the Python side lets people do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zulip

from nudgebot.errors import InputError
from nudgebot.sandbox.realm import School, write_realm
from nudgebot.sandbox.server import Sandbox

from .bench import FORM

FILES = ["bot", "owner", "teacher", *(f"student{n}" for n in range(1, 6))]


def test_a_realm_directory_lets_everybody_in(
    sandbox: Sandbox, school: School, tmp_path: Path
) -> None:
    """Each zuliprc is for its own user, closed to others, and realm.json names the streams."""
    directory = tmp_path / "realm"
    write_realm(sandbox, school, directory)
    assert sorted(p.name for p in directory.iterdir()) == sorted(
        [*(f"{name}.zuliprc" for name in FILES), "realm.json"]
    )
    seen = []
    for name in FILES:
        path = directory / f"{name}.zuliprc"
        assert path.stat().st_mode & 0o077 == 0
        client = zulip.Client(config_file=str(path))
        seen.append(client.get_profile()["full_name"])
        assert client.session is not None
        client.session.close()
    assert seen == [
        *("nudgebot", "Olive Owner", "Tara Teacher"),
        *(one.full_name for one in school.students),
    ]
    streams = json.loads((directory / "realm.json").read_text(encoding="utf-8"))
    assert streams == {"staff_stream": "class-7b-staff", "class_stream": "class-7b"}


def test_a_click_is_an_ordinary_message(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Bare in a direct message, with a mention in a stream, and as often as one likes."""
    widget = {"widget_type": "zform", "extra_data": FORM}
    form = {"content": "x", "widget_content": widget}
    bot.send_message({"type": "private", "to": [school.teacher.user_id], **form})
    bot.send_message({"type": "stream", "to": "class-7b-staff", "topic": "t", **form})
    direct, posted = sandbox.messages()
    assert sandbox.click(school.teacher, direct, "Yes").content == "yes 1"
    assert sandbox.click(school.teacher, posted, 0).content == "@**nudgebot** yes 1"
    assert sandbox.click(school.owner, posted, "Yes").sender_id == school.owner.user_id
    with pytest.raises(InputError, match="shows no such button"):
        sandbox.click(school.teacher, direct, "No")


def test_a_stopped_sandbox_starts_again_as_it_was(sandbox: Sandbox, school: School) -> None:
    """Port, people and messages are the same; a client goes on with its key."""
    url = sandbox.url
    message = sandbox.say(school.teacher, "x", school.bot)
    sandbox.stop()
    sandbox.start()
    assert (sandbox.url, sandbox.messages()) == (url, (message,))
    bot = school.bot
    client = zulip.Client(email=bot.email, api_key=bot.api_key, site=url)
    assert client.register(["message"])["result"] == "success"
    assert client.session is not None
    client.session.close()


def test_waiting_ends_with_the_change_or_with_the_time(sandbox: Sandbox, school: School) -> None:
    """`wait_for` answers the predicate's last value."""
    assert not sandbox.wait_for(sandbox.messages, timeout_seconds=0.01)
    sandbox.say(school.teacher, "x", school.bot)
    (message,) = sandbox.wait_for(lambda: sandbox.messages_to(school.bot))
    assert sandbox.flags(school.bot, message) == frozenset()
    assert sandbox.flags(school.students[0], message) is None
