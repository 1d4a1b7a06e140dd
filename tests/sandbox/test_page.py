"""The chat page over HTTP, without a browser: who sees what, and what a form does."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.server import Sandbox

from .bench import FORM

BANNER = "This is nudgebot's sandbox, not Zulip."
JSON = {"Accept": "application/json"}


def _get(sandbox: Sandbox, path: str, **params: Any) -> requests.Response:
    return requests.get(sandbox.url + path, params=params, timeout=5)


def _post(sandbox: Sandbox, user: SandboxUser, what: str, **data: Any) -> requests.Response:
    url = f"{sandbox.url}/as/{user.user_id}/{what}"
    return requests.post(url, data=data, timeout=5, allow_redirects=False)


def _chat(sandbox: Sandbox, user: SandboxUser, key: str) -> str:
    answer = _get(sandbox, f"/as/{user.user_id}", c=key)
    assert answer.status_code == 200
    return answer.text


def test_every_page_says_what_it_is(sandbox: Sandbox, school: School) -> None:
    """The banner is on each page, errors included, and no page may load anything from elsewhere."""
    tara = f"/as/{school.teacher.user_id}"
    for path in (
        "/",
        tara,
        f"{tara}?c=dm:{school.bot.user_id}",
        f"{tara}/new",
        "/nowhere",
        "/as/1",
    ):
        answer = _get(sandbox, path)
        assert BANNER in answer.text, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "http://" not in answer.text
        assert "https://" not in answer.text


def test_one_may_be_any_person_but_no_bot(sandbox: Sandbox, school: School) -> None:
    """The start page lists people by what they are; bots and those who left are not offered."""
    sandbox.change_user(school.students[4], is_active=False)
    start = _get(sandbox, "/").text
    for word in ("Tara Teacher", "Ana Alvarez", "Students", "Admin"):
        assert word in start
    assert "Emil Evers" not in start
    assert _get(sandbox, f"/as/{school.bot.user_id}").status_code == 404
    assert _get(sandbox, f"/as/{school.students[4].user_id}").status_code == 404


def test_a_conversation_is_for_those_who_are_in_it(sandbox: Sandbox, school: School) -> None:
    """A student sees neither the private stream nor another's direct messages."""
    ana, ben = school.students[:2]
    sandbox.say(school.bot, "for Ana only", ana)
    sandbox.post(school.teacher, "staff only", stream=school.staff_stream, topic="t")
    assert "for Ana only" in _chat(sandbox, ana, f"dm:{school.bot.user_id}")
    assert "for Ana only" not in _chat(sandbox, ben, f"dm:{school.bot.user_id}")
    staff = f"stream:{school.staff_stream.stream_id}:t"
    assert "staff only" in _chat(sandbox, school.teacher, staff)
    assert _get(sandbox, f"/as/{ben.user_id}", c=staff).status_code == 404
    assert "class-7b-staff" not in _get(sandbox, f"/as/{ben.user_id}").text


def test_looking_at_a_conversation_reads_it(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """The list counts what is unread; the open conversation's receipts show the reader."""
    ana = school.students[0]
    sent = bot.send_message({"type": "private", "to": [ana.user_id], "content": "hello"})
    assert 'title="1 unread"' in _get(sandbox, f"/as/{ana.user_id}").text
    _chat(sandbox, ana, f"dm:{school.bot.user_id}")
    assert "unread" not in _get(sandbox, f"/as/{ana.user_id}").text
    receipts = bot.call_endpoint(f"messages/{sent['id']}/read_receipts", method="GET")
    assert receipts["user_ids"] == [ana.user_id]


def test_a_form_speaks_for_its_person(sandbox: Sandbox, school: School) -> None:
    """Without the script a form posts and leads back; the message is the chosen person's."""
    ana = school.students[0]
    key = f"dm:{school.bot.user_id}"
    answer = _post(sandbox, ana, "send", c=key, content="I was ill")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/as/{ana.user_id}?c={key}")
    (message,) = sandbox.messages_to(school.bot)
    assert (message.sender_id, message.content) == (ana.user_id, "I was ill")
    topic = f"stream:{school.class_stream.stream_id}:Über: uns & so"
    _post(sandbox, ana, "send", c=topic, content="hi")
    assert len(sandbox.messages_in(school.class_stream, "Über: uns & so")) == 1
    empty = _post(sandbox, ana, "send", c=key, content="  ")
    assert empty.status_code == 400
    assert "Message must not be empty" in empty.text


def test_buttons_replace_the_text_and_post_their_reply(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """In a stream the click mentions the bot; the text is there for those who want to see it."""
    widget = {"widget_type": "zform", "extra_data": FORM}
    form = {"content": "or type *yes 1*", "widget_content": widget}
    bot.send_message({"type": "private", "to": [school.teacher.user_id], **form})
    bot.send_message({"type": "stream", "to": "class-7b-staff", "topic": "t", **form})
    direct, posted = sandbox.messages()
    html = _chat(sandbox, school.teacher, f"dm:{school.bot.user_id}")
    assert ">Yes</button>" in html
    assert html.index(">Yes</button>") < html.index("or type <em>yes 1</em>")
    for message in (direct, posted):
        click = {"message_id": message.message_id, "place": 0}
        assert _post(sandbox, school.teacher, "click", **click).status_code == 303
    said = [m.content for m in sandbox.messages() if m.sender_id == school.teacher.user_id]
    assert said == ["yes 1", "@**nudgebot** yes 1"]
    other = _post(sandbox, school.students[0], "click", message_id=direct.message_id, place=0)
    assert other.status_code == 400
    assert len(sandbox.messages()) == 4


def test_a_choice_without_a_type_shows_no_button(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """The server takes such a widget, and the web app shows the text only."""
    choice = {"short_name": "Yes", "long_name": "Send", "reply": "yes 1"}
    extra = {"type": "choices", "heading": "Send?", "choices": [choice]}
    bot.send_message(
        {
            "type": "private",
            "to": [school.teacher.user_id],
            "content": "plain words",
            "widget_content": {"widget_type": "zform", "extra_data": extra},
        }
    )
    html = _chat(sandbox, school.teacher, f"dm:{school.bot.user_id}")
    assert "plain words" in html
    assert ">Yes</button>" not in html


def test_a_reaction_is_switched_on_and_off(sandbox: Sandbox, school: School) -> None:
    """The second click takes it back."""
    message = sandbox.say(school.bot, "hello", school.teacher)
    click = {"message_id": message.message_id, "emoji_name": "check", "emoji_code": "2705"}
    for there in (1, 0):
        _post(sandbox, school.teacher, "react", **click)
        assert len(sandbox.messages()[0].reactions) == there


def test_outside_text_is_never_html(sandbox: Sandbox) -> None:
    """Names, topics, headings and texts are shown as they are."""
    evil = "<script>alert(1)</script>"
    ana, bot = sandbox.add_user(f"Ana {evil}"), sandbox.add_user("bot", is_bot=True)
    stream = sandbox.add_stream(f"s {evil}", [ana, bot])
    sandbox.say(bot, evil, ana)
    sandbox.post(bot, evil, stream=stream, topic=f"t {evil}")
    pages = [
        _get(sandbox, "/").text,
        _get(sandbox, f"/as/{ana.user_id}/new").text,
        _chat(sandbox, ana, f"dm:{bot.user_id}"),
        _chat(sandbox, ana, f"stream:{stream.stream_id}:t {evil}"),
    ]
    for html in pages:
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_a_picture_is_shown_to_those_who_may_see_it(
    sandbox: Sandbox, school: School, bot: zulip.Client, tmp_path: Any
) -> None:
    """The page's own address of an upload belongs to one reader."""
    path = tmp_path / "chart.png"
    path.write_bytes(b"not really")
    with path.open("rb") as file:
        uri = bot.upload_file(file)["uri"]
    ana, ben = school.students[:2]
    bot.send_message({"type": "private", "to": [ana.user_id], "content": f"[c]({uri})"})
    assert f'src="/as/{ana.user_id}{uri}"' in _chat(sandbox, ana, f"dm:{school.bot.user_id}")
    assert _get(sandbox, f"/as/{ana.user_id}{uri}").content == b"not really"
    assert _get(sandbox, f"/as/{ben.user_id}{uri}").status_code == 403


def test_updates_come_when_something_happens(sandbox: Sandbox, school: School) -> None:
    """The script's request waits, and reads the conversation only while it is visible."""
    ana = school.students[0]
    got: list[dict[str, Any]] = []
    params = {"version": str(sandbox.realm.version), "c": f"dm:{school.bot.user_id}"}
    url = f"{sandbox.url}/as/{ana.user_id}/updates"

    def ask() -> None:
        got.append(requests.get(url, params=params, headers=JSON, timeout=5).json())

    thread = threading.Thread(target=ask)
    thread.start()
    message = sandbox.say(school.bot, "**news**", ana)
    thread.join(5)
    (state,) = got
    assert [one["id"] for one in state["messages"]] == [message.message_id]
    assert "<strong>news</strong>" in state["messages"][0]["html"]
    assert state["unread"] == 1
    assert sandbox.flags(ana, message) == frozenset()
    params["visible"] = "1"
    ask()
    assert sandbox.flags(ana, message) == frozenset({"read"})


def test_a_new_conversation_is_opened_by_people_or_topic(sandbox: Sandbox, school: School) -> None:
    """One person or several, or a topic; nobody is refused."""
    ana = school.students[0]
    root = f"{sandbox.url}/as/{ana.user_id}"

    def opened(**params: Any) -> requests.Response:
        return requests.get(f"{root}/open", params=params, timeout=5, allow_redirects=False)

    two = opened(**{f"with-{school.bot.user_id}": "1", f"with-{school.teacher.user_id}": "1"})
    assert two.headers["Location"] == f"/as/{ana.user_id}?c=dm:3,4"
    topic = opened(stream=school.class_stream.stream_id, topic="Maths & more")
    assert topic.headers["Location"] == f"/as/{ana.user_id}?c=stream:2:Maths%20%26%20more"
    assert opened().status_code == 400
    assert opened(stream=school.staff_stream.stream_id, topic="x").status_code == 404


@pytest.mark.parametrize("what", ["send", "click", "react"])
def test_other_sites_cannot_post(sandbox: Sandbox, school: School, what: str) -> None:
    """A foreign origin is refused before the form is looked at."""
    url = f"{sandbox.url}/as/{school.teacher.user_id}/{what}"
    data = {"c": f"dm:{school.bot.user_id}", "content": "x"}
    answer = requests.post(url, data=data, headers={"Origin": "http://evil.example"}, timeout=5)
    assert answer.status_code == 403
    assert sandbox.messages() == ()
