"""Reading over the wire: anchors, narrows, flags and read receipts."""

from __future__ import annotations

from typing import Any

import pytest
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.server import Sandbox

from .bench import newest


def _texts(answer: dict[str, Any]) -> list[str]:
    assert answer["result"] == "success", answer
    return [message["content"] for message in answer["messages"]]


@pytest.fixture
def five(sandbox: Sandbox, school: School) -> list[int]:
    """Five direct messages to the bot; their ids."""
    return [sandbox.say(school.teacher, f"m{n}", school.bot).message_id for n in range(5)]


@pytest.mark.parametrize(
    ("anchor", "before", "after", "include", "texts", "oldest", "newest_"),
    [
        pytest.param("newest", 2, 0, True, ["m3", "m4"], False, True, id="newest"),
        pytest.param("oldest", 0, 2, True, ["m0", "m1"], True, False, id="oldest"),
        pytest.param(2, 1, 1, True, ["m1", "m2", "m3"], False, False, id="around"),
        pytest.param(2, 0, 9, False, ["m3", "m4"], False, True, id="catching up"),
        pytest.param(4, 0, 9, False, [], False, True, id="nothing new"),
        pytest.param(4, 0, 0, True, ["m4"], False, False, id="one"),
        pytest.param("first_unread", 0, 1, True, ["m0", "m1"], False, False, id="unread"),
    ],
)
def test_a_page_lies_around_its_anchor(
    *,
    bot: zulip.Client,
    five: list[int],
    anchor: str | int,
    before: int,
    after: int,
    include: bool,
    texts: list[str],
    oldest: bool,
    newest_: bool,
) -> None:
    """The anchor is extra to the numbers, and the answer says which edges were reached."""
    request = {
        "anchor": five[anchor] if isinstance(anchor, int) else anchor,
        "num_before": before,
        "num_after": after,
        "include_anchor": include,
        "apply_markdown": False,
    }
    answer = bot.get_messages(request)
    assert _texts(answer) == texts
    assert (answer["found_oldest"], answer["found_newest"]) == (oldest, newest_)


def test_paging_reaches_every_message_once(bot: zulip.Client, five: list[int]) -> None:
    """Going on from the last id until `found_newest` misses nothing and repeats nothing."""
    seen: list[int] = []
    done = False
    while not done:
        page = bot.get_messages(
            {
                "anchor": seen[-1] if seen else 0,
                "include_anchor": False,
                "num_before": 0,
                "num_after": 2,
            }
        )
        seen += [message["id"] for message in page["messages"]]
        done = page["found_newest"]
    assert seen == five


def _narrowed(sandbox: Sandbox, school: School) -> None:
    bot, teacher, (ana, ben, *_) = school.bot, school.teacher, school.students
    sandbox.say(teacher, "to bot", bot)
    sandbox.say(ana, "from ana", bot)
    sandbox.say(ana, "group", bot, ben)
    sandbox.post(teacher, "maths one", stream=school.class_stream, topic="Maths")
    sandbox.post(ana, "@**nudgebot** bio", stream=school.class_stream, topic="bio")
    sandbox.post(teacher, "staff", stream=school.staff_stream, topic="maths")


NARROWS = [
    pytest.param([["is", "dm"]], ["to bot", "from ana", "group"], id="dm"),
    pytest.param([["is", "private"]], ["to bot", "from ana", "group"], id="private"),
    pytest.param([["is", "mentioned"]], ["@**nudgebot** bio"], id="mentioned"),
    pytest.param([["dm", [5]]], ["from ana"], id="dm by id"),
    pytest.param([["dm", 5]], ["from ana"], id="dm by one id"),
    pytest.param([["pm-with", "user5@sandbox.example"]], ["from ana"], id="dm by address"),
    pytest.param([["dm", [5, 6]]], ["group"], id="group dm"),
    pytest.param([["dm-including", 5]], ["from ana", "group"], id="dm including"),
    pytest.param([["group-pm-with", [6]]], ["group"], id="group with"),
    pytest.param([["sender", 4]], ["to bot", "maths one", "staff"], id="sender"),
    pytest.param([["stream", "class-7b"]], ["maths one", "@**nudgebot** bio"], id="stream"),
    pytest.param([["stream", 1], ["topic", "MATHS"]], ["staff"], id="stream id and topic"),
    pytest.param([["search", "one maths"]], ["maths one"], id="search"),
    pytest.param([["-is", "dm"], ["-stream", 1]], ["maths one", "@**nudgebot** bio"], id="not"),
]


@pytest.mark.parametrize(("narrow", "texts"), NARROWS)
def test_a_narrow_picks_messages(
    sandbox: Sandbox,
    school: School,
    bot: zulip.Client,
    narrow: list[list[Any]],
    texts: list[str],
) -> None:
    """Every term holds; pairs and objects say the same."""
    _narrowed(sandbox, school)
    assert [m["content"] for m in newest(bot, 50, narrow=narrow)] == texts
    objects = [
        {"operator": op.lstrip("-"), "operand": what, "negated": op.startswith("-")}
        for op, what in narrow
    ]
    assert [m["content"] for m in newest(bot, 50, narrow=objects)] == texts


@pytest.mark.parametrize(
    ("narrow", "words"),
    [
        ([["mood", "good"]], "unknown operator mood"),
        ([["channel", "class-7b"]], "unknown operator channel"),
        ([["stream", "nowhere"]], "unknown stream 'nowhere'"),
        ([["sender", 99]], "unknown user in 99"),
    ],
)
@pytest.mark.usefixtures("school")
def test_a_bad_narrow_is_refused(bot: zulip.Client, narrow: list[list[Any]], words: str) -> None:
    """The code is BAD_NARROW."""
    answer = bot.get_messages(
        {"anchor": "newest", "num_before": 1, "num_after": 0, "narrow": narrow}
    )
    assert (answer["code"], answer["msg"]) == ("BAD_NARROW", f"Invalid narrow operator: {words}")


def test_reading_is_for_those_who_may(
    sandbox: Sandbox, school: School, student: zulip.Client
) -> None:
    """Others' messages do not exist; a public stream's history does, on asking for the stream."""
    secret = sandbox.say(school.teacher, "secret", school.bot)
    staff = sandbox.post(school.teacher, "staff", stream=school.staff_stream, topic="t")
    for message in (secret, staff):
        answer = student.call_endpoint(f"messages/{message.message_id}", method="GET")
        assert (answer["code"], answer["msg"]) == ("BAD_REQUEST", "Invalid message(s)")
    board = sandbox.add_stream("board", [school.teacher])
    sandbox.post(school.teacher, "open", stream=board, topic="t")
    assert newest(student, 50) == []
    (seen,) = newest(student, 50, narrow=[["stream", "board"]])
    assert (seen["content"], seen["flags"]) == ("open", ["read", "historical"])


def test_one_message_comes_raw_and_as_html(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """GET /messages gives HTML unless it is told otherwise; GET /messages/{id} gives both."""
    message = sandbox.say(school.teacher, "**b**", school.bot)
    one = bot.get_raw_message(message.message_id)
    assert one["raw_content"] == "**b**"
    html = bot.get_messages({"anchor": "newest", "num_before": 1, "num_after": 0})
    assert _texts(html) == ["<p><strong>b</strong></p>"]


@pytest.mark.parametrize(
    ("request_", "msg"),
    [
        ({"num_before": 1, "num_after": 0}, "Missing 'anchor' argument"),
        ({"anchor": 1, "num_after": 0}, "Missing 'num_before' argument"),
        ({"anchor": "soon", "num_before": 1, "num_after": 0}, "Invalid anchor"),
        (
            {"anchor": 1, "num_before": 5000, "num_after": 1},
            "Too many messages requested (maximum 5000).",
        ),
    ],
)
def test_a_page_needs_its_parameters(bot: zulip.Client, request_: Any, msg: str) -> None:
    """What is missing or beyond the limit is said."""
    assert bot.get_messages(request_)["msg"] == msg


def test_messages_by_id_need_a_newer_server(
    sandbox: Sandbox, bot: zulip.Client, five: list[int]
) -> None:
    """`message_ids` works from 300 on; before, it is ignored and the anchor is missed."""
    assert bot.get_messages({"message_ids": five[:2]})["msg"] == "Missing 'anchor' argument"
    sandbox.settings.feature_level = 300
    answer = bot.get_messages({"message_ids": [*five[:2], 99_999], "apply_markdown": False})
    assert _texts(answer) == ["m0", "m1"]


def test_the_read_flag_is_a_second_cursor(bot: zulip.Client, five: list[int]) -> None:
    """What is marked as read leaves `is:unread`, one by one or by a narrow."""
    unread = [["is", "unread"], ["is", "dm"]]
    done = bot.update_message_flags({"messages": five[:3], "op": "add", "flag": "read"})
    assert done["messages"] == five[:3]
    assert [m["id"] for m in newest(bot, 50, narrow=unread)] == five[3:]
    answer = bot.call_endpoint(
        "messages/flags/narrow",
        request={
            "anchor": "oldest",
            "num_before": 0,
            "num_after": 50,
            "narrow": [["is", "dm"]],
            "op": "add",
            "flag": "read",
        },
    )
    assert (answer["processed_count"], answer["found_newest"]) == (5, True)
    assert newest(bot, 50, narrow=unread) == []
    refused = bot.update_message_flags({"messages": [99_999], "op": "add", "flag": "read"})
    assert refused["msg"] == "Invalid message(s)"


def test_read_receipts_show_who_lets_it_be_seen(
    sandbox: Sandbox, school: School, bot: zulip.Client, student: zulip.Client
) -> None:
    """Readers are listed, the sender and who opted out never; the realm may forbid all."""
    ana, ben = school.students[:2]
    sent = bot.send_message({"type": "private", "to": [ana.user_id, ben.user_id], "content": "x"})

    def receipts() -> dict[str, Any]:
        return bot.call_endpoint(f"messages/{sent['id']}/read_receipts", method="GET")

    assert receipts()["user_ids"] == []
    student.update_message_flags({"messages": [sent["id"]], "op": "add", "flag": "read"})
    bot.update_message_flags({"messages": [sent["id"]], "op": "add", "flag": "read"})
    assert receipts()["user_ids"] == [ana.user_id]
    sandbox.read(ben, *sandbox.messages_to(ben))
    assert receipts()["user_ids"] == [ana.user_id, ben.user_id]
    opted_out = student.call_endpoint(
        "settings", method="PATCH", request={"send_read_receipts": False}
    )
    assert opted_out["result"] == "success"
    assert receipts()["user_ids"] == [ben.user_id]
    sandbox.settings.enable_read_receipts = False
    assert receipts()["msg"] == "Read receipts are disabled in this organization."
