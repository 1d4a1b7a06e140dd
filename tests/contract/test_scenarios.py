"""What people do with the bot, over the wire, against whatever server the realm names."""

from __future__ import annotations

import time
import uuid

import pytest

from contract.conftest import Cast, Realm
from contract.people import Message, words
from contract.pictures import png
from contract.program import PATIENCE_SECONDS, Program
from contract.talk import download
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.incoming import Me
from nudgebot.nudging.messages import Direct, Outgoing

pytestmark = pytest.mark.contract


def fresh_word() -> str:
    """A word that nobody has said before, and that no escaping changes."""
    return f"word{uuid.uuid4().hex[:12]}"


def mention(me: Me) -> str:
    return f"@**{me.full_name}|{me.user_id}**"


def in_topic(me: Me, topic: str, message: Message) -> bool:
    return message["sender_id"] == me.user_id and message.get("subject") == topic


def test_a_mention_is_answered_in_its_topic(
    realm: Realm, cast: Cast, me: Me, program: Program
) -> None:
    """A teacher who mentions the bot in a stream is answered there."""
    assert program.is_running
    topic = fresh_word()
    asked = cast.teacher.post(f"{mention(me)} help", stream=realm.class_stream, topic=topic)
    answer = cast.teacher.hear(
        lambda message: in_topic(me, topic, message), "an answer in the topic", after=asked
    )
    assert "report" in words(answer)


def test_a_direct_message_is_answered(cast: Cast, me: Me, program: Program) -> None:
    """A teacher who asks for a report in a direct message gets it there."""
    assert program.is_running
    asked = cast.teacher.say("report student s1", me.user_id)
    name = cast.students[0].full_name
    answer = cast.teacher.hear_from(me.user_id, name, after=asked)
    assert "activ" in words(answer).lower()


def test_a_students_data_do_not_appear_before_the_class(
    realm: Realm, cast: Cast, me: Me, program: Program
) -> None:
    """Asked for in the class stream, a report goes to the teacher's DM; the stream gets a line."""
    assert program.is_running
    topic = fresh_word()
    question = f"{mention(me)} report student s1"
    asked = cast.teacher.post(question, stream=realm.class_stream, topic=topic)
    name = cast.students[0].full_name
    cast.teacher.hear_from(me.user_id, name, after=asked)
    line = cast.teacher.hear(
        lambda message: in_topic(me, topic, message), "a line in the topic", after=asked
    )
    assert name not in words(line)


def test_a_students_words_reach_the_teacher(cast: Cast, me: Me, program: Program) -> None:
    """What a student simply answers is passed on to her teacher, once."""
    assert program.is_running
    word = fresh_word()
    student = cast.students[0]
    said = student.say(f"I was ill, {word}", me.user_id)
    relayed = cast.teacher.hear_from(me.user_id, word, after=said)
    assert student.full_name in words(relayed)
    assert cast.teacher.copies(me.user_id, word, after=said) == 1


def test_a_nudge_arrives_and_is_followed(
    cast: Cast, me: Me, gateway: Gateway, program: Program
) -> None:
    """The silent student gets her nudge, once; her reaction and her reading of it can be seen."""
    assert program.is_running
    student = cast.silent
    nudge = student.hear_from(me.user_id, cast.word)
    message_id = int(nudge["id"])
    student.ask(f"messages/{message_id}/reactions", emoji_name="check")
    student.ask("messages/flags", messages=[message_id], op="add", flag="read")

    deadline = time.monotonic() + PATIENCE_SECONDS
    while student.user_id not in (gateway.read_receipts(message_id) or ()):
        assert time.monotonic() < deadline, "no read receipt"
    stands = gateway.message(message_id)
    assert stands is not None
    assert [each["user_id"] for each in stands["reactions"]] == [student.user_id]
    assert student.copies(me.user_id, cast.word) == 1
    others = [each for each in cast.students if each is not student]
    assert [each.copies(me.user_id, cast.word) for each in others] == [0, 0, 0, 0]


def test_a_chart_reaches_its_readers_only(cast: Cast, gateway: Gateway, me: Me) -> None:
    """An uploaded picture can be opened by those who got its link, and by nobody else."""
    reader, stranger = cast.students[0], cast.students[3]
    picture = png()
    path = gateway.upload("chart.png", picture)
    label = fresh_word()
    message = Outgoing(
        key=label,
        recipient=Direct((reader.user_id,)),
        content=f"[{label}.png]({path})",
        purpose="contract",
    )
    message_id = gateway.send(message, local_id=label)
    heard = reader.hear_from(me.user_id, label)
    assert int(heard["id"]) == message_id
    assert path in heard["content"]
    assert download(reader, path) == picture
    refused = stranger.client.call_endpoint(url=path.removeprefix("/"), method="GET")
    assert refused["result"] == "error"


def test_what_was_said_while_the_queue_was_lost_is_answered_once(
    realm: Realm, cast: Cast, me: Me, gateway: Gateway, program: Program
) -> None:
    """Stopped, its queue gone, and started again: all that was said meanwhile is answered, once."""
    teacher, student = cast.teacher, cast.students[2]
    before = teacher.say("help risk", me.user_id)
    teacher.hear_from(me.user_id, "risk", after=before)
    assert program.stop() == 0
    (position,) = program.rows("SELECT queue_id FROM chat_cursor")
    gone = gateway.client.call_endpoint(
        url="events", method="DELETE", request={"queue_id": position["queue_id"]}
    )
    assert gone["result"] == "success"

    topic, word = fresh_word(), fresh_word()
    asked = teacher.say("report student s4", me.user_id)
    teacher.post(f"{mention(me)} help", stream=realm.class_stream, topic=topic)
    student.say(f"May I ask something, {word}", me.user_id)
    program.start()
    name = cast.students[3].full_name
    teacher.hear_from(me.user_id, name, after=asked)
    teacher.hear(lambda m: in_topic(me, topic, m), "an answer in the topic", after=asked)
    teacher.hear_from(me.user_id, word, after=asked)

    # What comes twice would have come before the answer to what is asked last.
    last = teacher.say("report student s5", me.user_id)
    teacher.hear_from(me.user_id, cast.students[4].full_name, after=last)
    told = teacher.told_by(me.user_id, after=asked)
    assert len(told) == len(set(told)), "something was said twice"
    assert sum(word in text for text in told) == 1
    stream = teacher.ask(
        "messages",
        "GET",
        narrow=[
            {"operator": "stream", "operand": realm.class_stream},
            {"operator": "topic", "operand": topic},
        ],
        anchor="newest",
        num_before=50,
        num_after=0,
    )
    answers = [m for m in stream["messages"] if m["sender_id"] == me.user_id]
    assert len(answers) == 1
