"""After sending, over the wire: edits, moves, deletion, reactions."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.server import Sandbox

from .bench import Clock, Queue


def _send(client: zulip.Client, to: int, content: str = "x") -> int:
    answer = client.send_message({"type": "private", "to": [to], "content": content})
    return int(answer["id"])


@pytest.mark.parametrize(
    ("seconds", "result"),
    [pytest.param(620, "success", id="within"), pytest.param(621, "error", id="too late")],
)
def test_an_edit_has_ten_minutes_and_a_little_grace(
    *, sandbox: Sandbox, school: School, bot: zulip.Client, clock: Clock, seconds: int, result: str
) -> None:
    """After 600 + 20 seconds the text stays as it is."""
    message_id = _send(bot, school.teacher.user_id)
    clock.go_on(seconds)
    answer = bot.update_message({"message_id": message_id, "content": "y"})
    assert answer["result"] == result
    assert sandbox.messages()[0].content == ("y" if result == "success" else "x")


def test_an_edit_that_mentions_comes_as_an_update_only(
    bot: zulip.Client, teacher: zulip.Client
) -> None:
    """The bot gets `update_message` with the flag, and no `message` event."""
    queue = Queue(bot, ["message", "update_message"])
    request = {"type": "stream", "to": "class-7b", "topic": "t", "content": "first"}
    message_id = teacher.send_message(request)["id"]
    teacher.update_message({"message_id": message_id, "content": "@**nudgebot** risk"})
    first, second = queue.poll()
    assert (first["type"], first["flags"]) == ("message", [])
    assert (second["type"], second["flags"]) == ("update_message", ["mentioned"])
    assert (second["orig_content"], second["content"]) == ("first", "@**nudgebot** risk")
    assert second["rendering_only"] is False


def test_only_the_sender_edits(school: School, bot: zulip.Client, teacher: zulip.Client) -> None:
    """Another's message, or nothing to change, is refused."""
    message_id = _send(teacher, school.bot.user_id)
    answer = bot.update_message({"message_id": message_id, "content": "y"})
    assert answer["msg"] == "You don't have permission to edit this message"
    assert teacher.update_message({"message_id": message_id})["msg"] == "Nothing to change"


def test_an_edit_may_say_what_it_replaces(connect: Any) -> None:
    """From 379 on a wrong `prev_content_sha256` is refused."""
    with Sandbox(feature_level=379) as sandbox:
        ana = sandbox.add_user("Ana")
        client = connect(sandbox, ana)
        edit: dict[str, Any] = {"message_id": _send(client, ana.user_id), "content": "y"}
        wrong = client.update_message({**edit, "prev_content_sha256": "0" * 64})
        assert wrong["code"] == "EXPECTATION_MISMATCH"
        right = hashlib.sha256(b"x").hexdigest()
        assert client.update_message({**edit, "prev_content_sha256": right})["result"] == "success"


def test_a_moved_topic_takes_its_messages_along_and_leaves_a_notice(
    sandbox: Sandbox, school: School, teacher: zulip.Client, bot: zulip.Client
) -> None:
    """Later messages keep the new name, old ones too where asked; Notification Bot tells it."""
    ids = [
        sandbox.post(school.teacher, f"m{n}", stream=school.class_stream, topic="old").message_id
        for n in range(3)
    ]
    queue = Queue(bot, ["update_message", "message"])
    move = {"message_id": ids[1], "topic": "new", "propagate_mode": "change_later"}
    assert teacher.update_message(move)["result"] == "success"
    update, notice = queue.poll()
    assert (update["orig_subject"], update["subject"]) == ("old", "new")
    assert update["message_ids"] == ids[1:]
    assert notice["message"]["sender_full_name"] == "Notification Bot"
    assert len(sandbox.messages_in(school.class_stream, "old")) == 1
    assert len(sandbox.messages_in(school.class_stream, "new")) == 3


def test_bots_do_not_delete_their_messages_by_default(
    sandbox: Sandbox, school: School, bot: zulip.Client, connect: Any
) -> None:
    """An administrator may; the event names the message and what it was."""
    message_id = _send(bot, school.owner.user_id)
    assert bot.delete_message(message_id)["msg"].startswith("You don't have permission")
    queue = Queue(bot, ["delete_message"])
    assert connect(sandbox, school.owner).delete_message(message_id)["result"] == "success"
    assert sandbox.messages() == ()
    (event,) = queue.poll()
    assert (event["message_id"], event["message_type"]) == (message_id, "private")
    sandbox.settings.delete_own_message_role = 400
    assert bot.delete_message(_send(bot, school.owner.user_id))["result"] == "success"


def test_a_reaction_is_told_once_and_taken_back_once(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """The second time has a code of its own; both ways are events."""
    queue = Queue(bot, ["reaction"])
    message_id = _send(bot, school.students[0].user_id)
    check = {"message_id": message_id, "emoji_name": "check"}
    assert student.add_reaction(check)["result"] == "success"
    assert student.add_reaction(check)["code"] == "REACTION_ALREADY_EXISTS"
    assert student.remove_reaction(check)["result"] == "success"
    assert student.remove_reaction(check)["code"] == "REACTION_DOES_NOT_EXIST"
    events = queue.poll()
    assert [(e["op"], e["user_id"], e["emoji_name"], e["emoji_code"]) for e in events] == [
        ("add", school.students[0].user_id, "check", "2705"),
        ("remove", school.students[0].user_id, "check", "2705"),
    ]
    assert sandbox.messages()[0].reactions == ()


def test_a_reaction_needs_an_emoji_and_a_message(
    school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """Unknown names and others' messages are refused; an alias is the same emoji."""
    message_id = _send(bot, school.students[0].user_id)
    unknown = student.add_reaction({"message_id": message_id, "emoji_name": "nonsense"})
    assert unknown["msg"] == "Emoji 'nonsense' does not exist"
    assert student.add_reaction({"message_id": message_id, "emoji_name": "+1"})
    alias = student.add_reaction({"message_id": message_id, "emoji_name": "thumbs_up"})
    assert alias["code"] == "REACTION_ALREADY_EXISTS"
    other = _send(bot, school.teacher.user_id)
    hidden = student.add_reaction({"message_id": other, "emoji_name": "check"})
    assert hidden["msg"] == "Invalid message(s)"
