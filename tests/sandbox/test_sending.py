"""Sending over the wire: every form of the address, and what becomes of the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.server import Sandbox

from .bench import FORM, newest


@pytest.mark.parametrize("kind", ["private", "direct"])
@pytest.mark.parametrize("form", ["ids", "id", "emails", "email", "comma"])
def test_a_direct_message_takes_every_form_of_address(
    sandbox: Sandbox, school: School, bot: zulip.Client, kind: str, form: str
) -> None:
    """Ids and addresses, alone, listed or with commas, reach the same conversation."""
    ana, ben = school.students[:2]
    forms: dict[str, tuple[Any, int]] = {
        "ids": ([ana.user_id, ben.user_id], 3),
        "id": (ana.user_id, 2),
        "emails": ([ana.email, ben.email], 3),
        "email": (ana.email, 2),
        "comma": (f"{ana.email}, {ben.email}", 3),
    }
    to, people = forms[form]
    answer = bot.send_message({"type": kind, "to": to, "content": "hello"})
    assert answer["result"] == "success"
    (message,) = sandbox.messages()
    assert message.message_id == answer["id"]
    assert len(message.participants) == people
    assert sandbox.messages_to(ana) == (message,)


@pytest.mark.parametrize("form", ["name", "listed name", "id", "listed id"])
def test_a_stream_message_takes_every_form_of_address(
    sandbox: Sandbox, school: School, bot: zulip.Client, form: str
) -> None:
    """A stream is named by name or id, alone or in a list; `subject` is an old name of `topic`."""
    stream = school.class_stream
    forms: dict[str, Any] = {
        "name": stream.name,
        "listed name": [stream.name],
        "id": stream.stream_id,
        "listed id": [stream.stream_id],
    }
    request = {"type": "stream", "to": forms[form], "subject": "maths", "content": "hello"}
    assert bot.send_message(request)["result"] == "success"
    (message,) = sandbox.messages_in(stream, "maths")
    assert message.content == "hello"


REFUSED = [
    pytest.param({"to": [999]}, "Invalid user ID 999", "BAD_REQUEST", id="unknown id"),
    pytest.param({"to": "no@x.org"}, "Invalid email 'no@x.org'", "BAD_REQUEST", id="unknown email"),
    pytest.param({"to": []}, "Message must have recipients", "BAD_REQUEST", id="nobody"),
    pytest.param(
        {"to": [2, "a@b.c"]},
        "Recipient lists may contain emails or user IDs, but not both.",
        "BAD_REQUEST",
        id="both kinds",
    ),
    pytest.param({"content": " \n "}, "Message must not be empty", "BAD_REQUEST", id="empty"),
    pytest.param(
        {"content": "a\x00b"}, "Message must not contain null bytes", "BAD_REQUEST", id="null byte"
    ),
    pytest.param({"type": "channel"}, "Invalid message type", "BAD_REQUEST", id="before 248"),
    pytest.param(
        {"content": None}, "Missing 'content' argument", "REQUEST_VARIABLE_MISSING", id="no text"
    ),
    pytest.param(
        {"type": "stream", "to": "nowhere", "topic": "t"},
        "Stream 'nowhere' does not exist",
        "STREAM_DOES_NOT_EXIST",
        id="no such stream",
    ),
    pytest.param(
        {"type": "stream", "to": "class-7b", "topic": " "},
        "Topic can't be empty!",
        "BAD_REQUEST",
        id="empty topic",
    ),
    pytest.param(
        {"type": "stream", "to": "class-7b", "topic": "a\x07b"},
        "Invalid character in topic, at position 2!",
        "BAD_REQUEST",
        id="bell in topic",
    ),
]


@pytest.mark.parametrize(("change", "msg", "code"), REFUSED)
def test_what_zulip_refuses_is_refused_with_its_code(
    *,
    sandbox: Sandbox,
    school: School,
    bot: zulip.Client,
    change: dict[str, Any],
    msg: str,
    code: str,
) -> None:
    """The answer is Zulip's JSON, and no message is stored for anybody but the bot's owner."""
    request = {"type": "private", "to": [school.teacher.user_id], "content": "hello", **change}
    answer = bot.send_message(request)
    assert (answer["result"], answer["msg"], answer["code"]) == ("error", msg, code)
    assert [m for m in sandbox.messages() if m.sender_id == school.bot.user_id] == []


def test_the_owner_hears_of_a_stream_that_is_not_there(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Zulip's Notification Bot writes to the owner of a bot that posts to a missing stream."""
    bot.send_message({"type": "stream", "to": "nowhere", "topic": "t", "content": "x"})
    (notice,) = sandbox.messages_to(school.owner)
    assert notice.sender_id == sandbox.notification_bot.user_id


def test_a_deactivated_user_gets_nothing(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """A message to somebody who left is refused, with the address in the words."""
    gone = sandbox.change_user(school.students[0], is_active=False)
    answer = bot.send_message({"type": "private", "to": [gone.user_id], "content": "x"})
    assert answer["msg"] == f"'{gone.email}' is no longer using Zulip."
    assert sandbox.messages() == ()


def test_long_texts_and_topics_are_cut_in_silence(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """10 000 code points of text and 60 of topic stay, the endings included, without an error."""
    request = {"type": "stream", "to": "class-7b", "topic": "t" * 61, "content": "ü" * 10_001}
    assert bot.send_message(request)["result"] == "success"
    (message,) = sandbox.messages_in(school.class_stream)
    assert len(message.content) == 10_000
    assert message.content.endswith("ü\n[message truncated]")
    assert message.topic == "t" * 57 + "..."
    bot.send_message({**request, "topic": "t" * 60, "content": "ü" * 10_000 + "  \n"})
    exact = sandbox.messages_in(school.class_stream)[-1]
    assert (exact.content, exact.topic) == ("ü" * 10_000, "t" * 60)


@pytest.mark.parametrize("form", ["dict", "text"])
def test_buttons_are_taken_as_an_object_or_as_text(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client, form: str
) -> None:
    """`widget_content` is checked and comes back as a submessage; such a message is not edited."""
    widget = {"widget_type": "zform", "extra_data": FORM}
    sent = bot.send_message(
        {
            "type": "private",
            "to": [school.students[0].user_id],
            "content": "Send? Type yes 1.",
            "widget_content": widget if form == "dict" else json.dumps(widget),
        }
    )
    (seen,) = newest(student)
    assert json.loads(seen["submessages"][0]["content"]) == widget
    assert [c["reply"] for c in sandbox.messages()[0].choices] == ["yes 1"]
    edit = bot.update_message({"message_id": sent["id"], "content": "no"})
    assert edit["msg"] == "Widgets cannot be edited."


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        pytest.param({}, "zform is missing type field", id="no type"),
        pytest.param({"type": "rows"}, "unknown zform type: rows", id="other type"),
        pytest.param(
            {"type": "choices", "choices": []}, "heading key is missing from extra_data", id="head"
        ),
        pytest.param(
            {"type": "choices", "heading": "h"}, "choices key is missing from extra_data", id="none"
        ),
        pytest.param(
            {"type": "choices", "heading": "h", "choices": [{"short_name": "a", "reply": "b"}]},
            'long_name key is missing from extra_data["choices"][0]',
            id="no long name",
        ),
    ],
)
def test_a_bad_widget_is_refused_in_zulips_words(
    sandbox: Sandbox, school: School, bot: zulip.Client, extra: dict[str, Any], problem: str
) -> None:
    """The whole message is refused, not the widget alone."""
    widget = {"widget_type": "zform", "extra_data": extra}
    to = [school.teacher.user_id]
    answer = bot.send_message(
        {"type": "private", "to": to, "content": "x", "widget_content": widget}
    )
    assert answer["msg"] == f"Widgets: {problem}"
    assert sandbox.messages() == ()


def test_a_bot_may_post_where_its_owner_may(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """A private stream takes the bot of a subscriber, and nobody else from outside."""
    board = sandbox.add_stream("board", [school.owner], private=True)
    closed = sandbox.add_stream("closed", [school.teacher], private=True)
    request = {"type": "stream", "to": board.stream_id, "topic": "t", "content": "x"}
    assert bot.send_message(request)["result"] == "success"
    assert student.send_message(request)["msg"] == "Not authorized to send to stream 'board'"
    refused = bot.send_message({**request, "to": closed.stream_id})
    assert refused["msg"] == "Not authorized to send to stream 'closed'"


def test_wildcards_are_free_in_small_streams_only(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Above fifteen subscribers a wildcard needs a role that the bot does not have."""
    request = {"type": "stream", "to": "class-7b", "topic": "t", "content": "@**all** hi"}
    assert bot.send_message(request)["result"] == "success"
    sandbox.subscribe(school.class_stream, *(sandbox.add_user(f"Guest {n}") for n in range(16)))
    assert bot.send_message(request)["code"] == "STREAM_WILDCARD_MENTION_NOT_ALLOWED"


def test_without_direct_messages_only_bots_still_talk(
    sandbox: Sandbox,
    school: School,
    bot: zulip.Client,
    student: zulip.Client,
) -> None:
    """Bot to group and student to bot go through; a student to bot and teacher does not."""
    sandbox.settings.direct_messages_disabled = True
    group = [school.students[0].user_id, school.teacher.user_id]
    to_bot = {"type": "private", "to": [school.bot.user_id], "content": "x"}
    assert bot.send_message({**to_bot, "to": group})["result"] == "success"
    assert student.send_message(to_bot)["result"] == "success"
    refused = student.send_message({**to_bot, "to": [school.bot.user_id, school.teacher.user_id]})
    assert refused["msg"] == "Direct messages are disabled in this organization."


def test_unknown_parameters_are_named_in_the_answer(school: School, bot: zulip.Client) -> None:
    """An option that took no effect shows up in `ignored_parameters_unsupported`."""
    request = {"type": "private", "to": [school.teacher.user_id], "content": "x"}
    answer = bot.send_message({**request, "read_by_sender": True, "colour": "red"})
    assert answer["ignored_parameters_unsupported"] == ["colour", "read_by_sender"]
    assert "ignored_parameters_unsupported" not in bot.send_message(request)


def test_a_newer_server_speaks_of_channels(connect: Callable[..., zulip.Client]) -> None:
    """From feature level 334 on, `channel` is a type and an empty topic is one."""
    with Sandbox(feature_level=400) as sandbox:
        ana = sandbox.add_user("Ana")
        stream = sandbox.add_stream("general", [ana])
        client = connect(sandbox, ana)
        assert client.feature_level == 400
        request = {"type": "channel", "to": stream.stream_id, "topic": "", "content": "x"}
        assert client.send_message(request)["result"] == "success"
        narrow = [{"operator": "channel", "operand": "general"}]
        assert len(newest(client, narrow=narrow)) == 1
