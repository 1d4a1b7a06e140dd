"""What comes back to a nudge: to which one, once, and who has read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.responses import (
    Kind,
    Response,
    Responses,
    note_read,
    note_response,
    taps_to_offer,
)
from nudgebot.school.links import Links
from nudging.bench import Bench
from nudging.samples import HOUR, NOW, rule

DAY = 24 * HOUR


@pytest.fixture
def sent(bench: Bench) -> list[str]:
    """Each student got one message of two nudges; the keys of the first student's."""
    bench.school.rules = [rule("streak"), rule("other", message_template="score")]
    bench.decide()
    bench.deliver()
    keys = [
        row[0]
        for row in bench.school.store.rows(
            "SELECT nudge_key FROM nudges WHERE student_id = 's1' ORDER BY 1"
        )
    ]
    assert len(keys) == 2
    return keys


def message_of(bench: Bench, student_id: str = "s1") -> int:
    found = bench.school.store.value(
        """SELECT o.message_id FROM outbox o JOIN nudge_parts p ON p.outbox_key = o.key
           WHERE p.person_id = ?""",
        [student_id],
    )
    return int(found)


def kept(bench: Bench) -> list[tuple[str, str]]:
    rows = bench.school.store.rows("SELECT nudge_key, kind FROM responses ORDER BY 1, 2")
    return [(row[0], row[1]) for row in rows]


def test_a_response_is_to_all_that_the_newest_message_said(bench: Bench, sent: list[str]) -> None:
    """One message may bring several nudges; the response is to each of them."""
    store = bench.school.store
    assert note_response(store, "s1", Kind.ANSWERED, NOW + HOUR) == sent
    assert kept(bench) == [(key, "answered") for key in sent]
    assert Responses(store).of_nudge(sent[0]) == [Response(sent[0], Kind.ANSWERED, NOW + HOUR)]


def test_each_kind_is_kept_once_with_its_first_time(bench: Bench, sent: list[str]) -> None:
    """What is told twice, after a crash or by another tap, changes nothing."""
    store = bench.school.store
    for hours in (1, 2):
        note_response(store, "s1", Kind.DONE, NOW + hours * HOUR)
    assert [each.at for each in Responses(store).of_nudge(sent[0])] == [NOW + HOUR]


@pytest.mark.parametrize(
    ("after", "newer_than", "is_one"),
    [
        pytest.param(13 * DAY, None, True, id="within two weeks"),
        pytest.param(15 * DAY, None, False, id="too late"),
        pytest.param(-HOUR, None, False, id="before it came"),
        pytest.param(-timedelta(seconds=30), None, True, id="clocks differ a little"),
        pytest.param(2 * HOUR, NOW + HOUR, False, id="a teacher wrote since"),
        pytest.param(2 * HOUR, NOW - HOUR, True, id="a teacher wrote before"),
    ],
)
def test_which_words_are_a_response(
    bench: Bench, sent: list[str], after: timedelta, newer_than: datetime | None, is_one: bool
) -> None:
    """Only to what she got lately, and only if nothing else came in between."""
    store, at = bench.school.store, NOW + after
    found = note_response(store, "s1", Kind.ANSWERED, at, newer_than=newer_than)
    assert found == (sent if is_one else [])
    assert note_response(store, "s9", Kind.ANSWERED, at) == []


def test_a_reaction_is_to_its_own_message(bench: Bench, sent: list[str]) -> None:
    """Not to the newest one; and only the student who got it can respond to it."""
    responses = Responses(bench.school.store)
    assert responses.nudges_of(message_of(bench), "s1") == sent
    assert responses.nudges_of(message_of(bench), "s2") == []
    assert responses.nudges_of(4711, "s1") == []


def _readers(*user_ids: int) -> Callable[[int], frozenset[int] | None]:
    return lambda _: frozenset(user_ids)


def test_what_was_read_is_noted_once(bench: Bench, sent: list[str]) -> None:
    """Whoever is among the readers has read it; the others are asked about again."""
    store, asked = bench.school.store, []

    def receipts(message_id: int) -> frozenset[int]:
        asked.append(message_id)
        return frozenset({101})

    links = Links(store)
    assert note_read(store, receipts, links, NOW + HOUR, days=14) == 1
    assert kept(bench) == [(key, "read") for key in sent]
    assert len(asked) == 3
    assert note_read(store, receipts, links, NOW + HOUR, days=14) == 0
    assert len(asked) == 5
    assert note_read(store, _readers(102, 103), links, NOW + 15 * DAY, days=14) == 0


def test_without_receipts_nobody_is_asked_for_ever(bench: Bench, sent: list[str]) -> None:
    """An organisation that shows none is left alone after three; so is a server that is away."""
    store, asked = bench.school.store, []
    assert sent

    def silent(message_id: int) -> None:
        asked.append(message_id)

    def away(message_id: int) -> frozenset[int]:
        asked.append(message_id)
        raise DeliveryError("away", accepted=None)

    assert note_read(store, silent, Links(store), NOW, days=14) == 0
    assert len(asked) == 3
    assert note_read(store, away, Links(store), NOW, days=14) == 0
    assert len(asked) == 4
    assert kept(bench) == []


def test_one_message_with_buttons_below_each_nudges_message(bench: Bench, sent: list[str]) -> None:
    """Once, soon after it, and what is tapped there belongs to the nudges above."""
    store = bench.school.store
    links, outbox = Links(store), Outbox(store, bench.messenger)
    offers = taps_to_offer(store, links, NOW)
    assert [each.recipient for each in offers] == [Direct((101,)), Direct((102,)), Direct((103,))]
    assert [button.reply for button in offers[0].buttons] == [
        "did it", "need help", "not now", "wrong",
    ]  # fmt: skip
    assert all(f"`{button.reply}`" in offers[0].content for button in offers[0].buttons)
    posted = outbox.post(offers[0], NOW)
    assert posted.message_id is not None
    assert len(taps_to_offer(store, links, NOW)) == 2
    assert Responses(store).nudges_of(posted.message_id, "s1") == sent
    assert taps_to_offer(store, links, NOW + HOUR) == []


def test_buttons_speak_the_nudges_language(bench: Bench, sent: list[str]) -> None:
    """German for German; English for all others."""
    store = bench.school.store
    assert sent
    store.execute("UPDATE nudges SET language = 'de'")
    (offer, *_) = taps_to_offer(store, Links(store), NOW)
    assert "nicht jetzt" in offer.content
