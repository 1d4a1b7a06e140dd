"""Files that go with an answer follow its words, appear where these do, and never hold them up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.town import CLASS_STREAM, STAFF_STREAM, TARA, FakeZulip, Town
from nudgebot.chat.answer import Answer, Attachment, File
from nudgebot.chat.command import STAFF, Call, Command, Registry, Scope
from nudgebot.chat.enclosing import file_name
from nudgebot.errors import CommandError, DeliveryError
from nudgebot.nudging.messages import Button, Direct, InStream

PNG = b"\x89PNG picture"


def picture() -> File:
    return File(PNG, "Accuracy of *Ana*, rising")


def broken() -> File:
    raise ValueError("Ana's 17 %")


def impossible() -> File:
    raise CommandError("Nothing is measured.")


def answering(town: Town, make: Callable[[], File] = picture) -> None:
    """Every command answers with a chart of Ana's."""
    chart = Attachment("chart-s1.png", "chart", make)
    answer = Answer(
        "Ana's figures",
        students=frozenset({"s1"}),
        buttons=(Button("Why", "Why", "why s1"),),
        attachments=(chart,),
    )

    def run(_: Call) -> Answer:
        return answer

    command = Command("show", "show", "Shows.", run, STAFF, Scope.STUDENTS)
    object.__setattr__(town.office, "registry", Registry((command,)))


def test_words_first_then_the_picture_then_the_buttons(town: Town) -> None:
    """Nobody waits for a chart to read the figures; its label is text that does nothing."""
    answering(town)
    words, chart, buttons = town.say(TARA, "show")
    assert words.content == "Ana's figures"
    assert chart.content == "[Accuracy of &#42;Ana&#42;, rising](/user_uploads/2/1/chart-s1.png)"
    assert buttons.buttons
    assert town.zulip.uploads == [("chart-s1.png", PNG)]


def test_the_words_are_out_before_anything_is_drawn(town: Town) -> None:
    """Drawing may take a while."""
    seen: list[int] = []

    def look() -> File:
        seen.append(len(town.zulip.sent))
        return picture()

    answering(town, make=look)
    town.say(TARA, "show")
    assert seen == [1]


@pytest.mark.parametrize(
    ("stream", "place"),
    [
        pytest.param(STAFF_STREAM, "stream", id="all readers may see it"),
        pytest.param(CLASS_STREAM, "message", id="a student reads along"),
    ],
)
def test_a_file_appears_where_the_words_do(town: Town, stream: int, place: str) -> None:
    """Whoever may read a message may open what it links: so the link goes where the data may."""
    answering(town)
    here = InStream(stream, "t")
    sent = town.say(TARA, "@**nudgebot** show", here)
    with_link = [message for message in sent if "user_uploads" in message.content]
    assert [m.recipient for m in with_link] == [here if place == "stream" else Direct((TARA,))]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(broken, "could not be made (ref ", id="a surprise"),
        pytest.param(impossible, "There is no chart: Nothing is measured.", id="a reason"),
    ],
)
def test_what_cannot_be_drawn_is_said(town: Town, make: Callable[[], File], says: str) -> None:
    """The words and the buttons come all the same, and no error shows a figure."""
    answering(town, make=make)
    words, chart, buttons = town.say(TARA, "show")
    assert says in chart.content
    assert "17 %" not in chart.content
    assert (words.content, len(buttons.buttons)) == ("Ana's figures", 1)


def test_what_cannot_be_uploaded_is_said(town: Town) -> None:
    """Zulip away, or the file too large for it."""
    town.zulip.refuse_uploads = DeliveryError("Zulip refused.", accepted=False, code="TOO_BIG")
    answering(town)
    texts = [message.content for message in town.say(TARA, "show")]
    assert texts[1] == "The chart could not be uploaded: Zulip refused. Ask again for it."
    assert len(texts) == 3


def test_killed_between_words_and_picture_both_are_there_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is handled only with the last of it, and comes again; the words do not."""

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    answering(town)
    said = town.said(TARA, "show")
    with monkeypatch.context() as dying:
        dying.setattr(FakeZulip, "upload", killed)
        with pytest.raises(KeyboardInterrupt):
            town.reception.message(said)
    assert town.zulip.to(TARA) == ["Ana's figures"]
    for _ in range(2):
        town.reopened().message(said)
    texts = town.zulip.to(TARA)
    assert texts[0] == "Ana's figures"
    assert "user_uploads" in texts[1]
    assert len(texts) == 3
    assert len(town.office.audit.of("s1")) >= 1


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        pytest.param(("report", "s1", "2026-11-19"), "report-s1-2026-11-19.pdf", id="plain"),
        pytest.param(("report", "7ß/../Ü 1"), "report-7-1.pdf", id="an id of any letters"),
        pytest.param(("trend", "日本"), "trend.pdf", id="nothing left of it"),
    ],
)
def test_a_file_name_is_plain(parts: tuple[str, ...], name: str) -> None:
    """Zulip and every file system take it."""
    assert file_name(*parts, kind="pdf") == name
