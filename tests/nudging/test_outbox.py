"""The outbox: at most one copy whatever happens, and what was not sent is seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nudgebot.errors import DeliveryError
from nudgebot.nudging.carriage import AWAY, UNSEARCHABLE
from nudgebot.nudging.letter import from_letter, to_letter
from nudgebot.nudging.messages import Button, Direct, InStream, Mail, Outgoing
from nudgebot.nudging.outbox import MAX_LOOKS, Outbox
from nudgebot.store import Store
from nudging.fakes import FakeMessenger, Killed, failing, killing

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HELLO = Outgoing("answer:1", Direct((7,)), "Hello", "answer")


def test_a_key_is_sent_once(store: Store) -> None:
    """Posting a key again tells how it stands and sends nothing."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    first, second = outbox.post(HELLO, NOW), outbox.post(HELLO, NOW + MINUTE)
    assert first == second
    assert (first.state, first.message_id) == ("sent", 100)
    assert messenger.texts == ["Hello"]


def test_a_refusal_is_final_and_keeps_its_reason(store: Store) -> None:
    """What the server refuses for good is never tried again."""
    messenger = FakeMessenger(before=failing(False))
    outbox = Outbox(store, messenger)
    assert outbox.post(HELLO, NOW).state == "refused"
    assert outbox.run(NOW + 60 * MINUTE) == []
    assert outbox.post(HELLO, NOW + 60 * MINUTE).reason == "Zulip did not take it."
    assert messenger.sends == 1


def test_what_was_surely_not_accepted_is_tried_again_later(store: Store) -> None:
    """A released message waits at least as long as the server asked, then goes out once."""
    messenger = FakeMessenger(before=failing(False, retry_after_seconds=50, times=1))
    outbox = Outbox(store, messenger)
    assert outbox.post(HELLO, NOW).state == "released"
    assert outbox.run(NOW + timedelta(seconds=49)) == []
    assert [each.state for each in outbox.run(NOW + timedelta(seconds=50))] == ["sent"]
    assert messenger.texts == ["Hello"]
    assert outbox.unsettled() == []


def test_an_outage_refuses_nothing_however_long_it_is(store: Store) -> None:
    """A server away for three days: the message is tried every ten minutes and arrives at last."""
    messenger = FakeMessenger(before=failing(False, retry_after_seconds=30))
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    for minutes in range(10, 3 * 24 * 60, 10):
        outbox.run(NOW + minutes * MINUTE)
    assert [each.state for each in outbox.unsettled()] == ["released"]
    messenger.before = lambda _: None
    assert [each.state for each in outbox.run(NOW + timedelta(days=3))] == ["sent"]
    assert messenger.texts == ["Hello"]


def test_an_outage_ends_no_search(store: Store) -> None:
    """What may have arrived is looked for until the server answers again, and then settled."""
    messenger = FakeMessenger(after=failing(None), on_find=failing(None))
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    for minutes in range(10, 3 * 24 * 60, 10):
        outbox.run(NOW + minutes * MINUTE)
    messenger.on_find = lambda _: None
    assert [each.state for each in outbox.run(NOW + timedelta(days=3))] == ["sent"]
    assert messenger.texts == ["Hello"]


def test_a_message_that_never_gets_through_is_given_up(store: Store) -> None:
    """Looked for and not there, again and again for a day while the server answers: refused."""
    messenger = FakeMessenger(before=failing(None))
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    for minutes in range(5, 24 * 60, 5):
        outbox.run(NOW + minutes * MINUTE)
    assert [each.key for each in outbox.unsettled()] == ["answer:1"]
    for hours in range(24, 200):
        outbox.run(NOW + hours * 60 * MINUTE)
    found = outbox.find("answer:1")
    assert found is not None
    assert (found.state, found.reason[:9]) == ("refused", "Given up:")
    assert messenger.sends <= MAX_LOOKS


def test_in_doubt_a_message_that_arrived_is_found(store: Store) -> None:
    """A send that ended in doubt after the server took it is settled by looking."""
    messenger = FakeMessenger(after=failing(None))
    outbox = Outbox(store, messenger)
    assert outbox.post(HELLO, NOW).state == "unsettled"
    assert [(each.state, each.message_id) for each in outbox.run(NOW + MINUTE)] == [("sent", 100)]
    assert messenger.texts == ["Hello"]


def test_in_doubt_a_message_that_is_not_there_is_sent_only_after_the_grace(store: Store) -> None:
    """The server gets time to take it; only then it counts as not sent, and goes out once."""
    messenger = FakeMessenger(before=failing(None, times=1))
    outbox = Outbox(store, messenger, grace_seconds=120)
    outbox.post(HELLO, NOW)
    assert [each.state for each in outbox.run(NOW + MINUTE)] == ["unsettled"]
    assert messenger.texts == []
    assert [each.state for each in outbox.run(NOW + 2 * MINUTE)] == ["sent"]
    assert messenger.texts == ["Hello"]


def test_a_stumble_of_the_program_is_doubt_too(store: Store) -> None:
    """An error nobody expected after the server took it does not lead to a second copy."""

    def stumble(_: Outgoing) -> None:
        raise RuntimeError("unexpected")

    messenger = FakeMessenger(after=stumble)
    outbox = Outbox(store, messenger)
    assert outbox.post(HELLO, NOW).state == "unsettled"
    outbox.run(NOW + 5 * MINUTE)
    assert messenger.texts == ["Hello"]


def test_while_the_conversation_cannot_be_read_nothing_is_sent(store: Store) -> None:
    """Looking is tried again, later and later, and in the end left to a person; never a send."""
    messenger = FakeMessenger(before=failing(None), on_find=failing(False))
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    for hour in range(1, MAX_LOOKS + 20):
        outbox.run(NOW + timedelta(hours=hour))
    assert messenger.sends == 1
    assert messenger.finds == MAX_LOOKS
    assert [each.reason for each in outbox.unsettled()] == [
        "Zulip did not take it. Look for it by hand."
    ]


def test_an_equal_message_from_before_the_claim_is_another_one(store: Store) -> None:
    """What was known when a message was claimed is none of it; the search is bounded by ids."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    messenger.before = failing(None, times=1)
    outbox.post(Outgoing("answer:2", Direct((7,)), "Hello", "answer"), NOW)
    assert [each.state for each in outbox.run(NOW + 5 * MINUTE)] == ["sent"]
    assert messenger.texts == ["Hello", "Hello"]


def test_a_clock_that_is_ahead_doubles_nothing(store: Store) -> None:
    """A message that arrived in doubt is found, though the server thinks it is still earlier."""
    messenger = FakeMessenger(clock=lambda: NOW - 10 * MINUTE, after=failing(None, times=1))
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    assert [each.state for each in outbox.run(NOW + 5 * MINUTE)] == ["sent"]
    assert messenger.texts == ["Hello"]


def test_an_equal_message_of_another_key_is_not_taken_for_this_one(store: Store) -> None:
    """Two equal answers are two messages: the doubtful one is left to a person, not settled."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    second = Outgoing("answer:2", Direct((7,)), "Hello", "answer")
    assert outbox.claim(second, NOW)
    outbox.post(HELLO, NOW)
    messenger.before = failing(None)
    outbox.push(second, NOW)
    outbox.run(NOW + 5 * MINUTE)
    assert [(each.key, each.state) for each in outbox.unsettled()] == [("answer:2", "unsettled")]
    assert messenger.sends == 2


@pytest.mark.parametrize("crash_at", ["after claim", "after send", "after settle", "nowhere"])
def test_a_crash_anywhere_never_doubles_a_message(store: Store, crash_at: str) -> None:
    """Killed at any step and started again: one copy in the end, and until then it is seen."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    if crash_at == "after claim":
        messenger.before = killing
    elif crash_at == "after send":
        messenger.after = killing
    try:
        outbox.post(HELLO, NOW)
        if crash_at == "after settle":
            raise Killed
    except Killed:
        pass
    messenger.before = messenger.after = lambda _: None
    restarted = Outbox(store, messenger)
    waiting = [each.key for each in restarted.unsettled()]
    assert waiting == (["answer:1"] if crash_at in ("after claim", "after send") else [])
    restarted.run(NOW + MINUTE)
    assert len(messenger.texts) <= 1
    restarted.run(NOW + 2 * MINUTE)
    restarted.post(HELLO, NOW + 3 * MINUTE)
    assert messenger.texts == ["Hello"]
    assert restarted.unsettled() == []


def test_a_message_being_sent_is_left_alone(store: Store) -> None:
    """While one thread sends, another one's run neither looks for the message nor sends it."""
    inside, go_on = threading.Event(), threading.Event()

    def wait(_: Outgoing) -> None:
        inside.set()
        assert go_on.wait(10)

    messenger = FakeMessenger(before=wait)
    outbox = Outbox(store, messenger)
    sender = threading.Thread(target=outbox.post, args=(HELLO, NOW))
    sender.start()
    assert inside.wait(10)
    assert outbox.run(NOW + 60 * MINUTE) == []
    assert outbox.post(HELLO, NOW + 60 * MINUTE).state == "claimed"
    go_on.set()
    sender.join(10)
    assert messenger.finds == 0
    assert messenger.texts == ["Hello"]


def test_a_claim_that_was_taken_over_is_not_pushed(store: Store) -> None:
    """Who claims several and is slow with the first finds the second sent, and leaves it so."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    second = Outgoing("answer:2", Direct((7,)), "Second", "answer")
    for message in (HELLO, second):
        assert outbox.claim(message, NOW)

    def be_slow(message: Outgoing) -> None:
        if message == HELLO:
            ticking = threading.Thread(target=outbox.run, args=(NOW + 3 * MINUTE,))
            ticking.start()
            ticking.join(10)

    messenger.before = be_slow
    assert [outbox.push(each, NOW).state for each in (HELLO, second)] == ["sent", "sent"]
    assert sorted(messenger.texts) == ["Hello", "Second"]


def test_the_grace_counts_from_the_end_of_the_try(store: Store) -> None:
    """A batch has one `as_of`, yet its last message may be tried minutes later."""
    clock = [NOW]

    def fail_late(message: Outgoing) -> None:
        clock[0] += 3 * MINUTE
        failing(None)(message)

    messenger = FakeMessenger(before=fail_late)
    outbox = Outbox(store, messenger, clock=lambda: clock[0], grace_seconds=120)
    assert outbox.post(HELLO, NOW).state == "unsettled"
    messenger.before = lambda _: None
    clock[0] += MINUTE
    assert [each.state for each in outbox.run(clock[0])] == ["unsettled"]
    clock[0] += MINUTE
    assert [each.state for each in outbox.run(clock[0])] == ["sent"]


def test_released_messages_of_an_owner_wait_for_their_owner(store: Store) -> None:
    """The outbox does not send again what its owner wants to decide anew."""
    messenger = FakeMessenger(before=failing(False, retry_after_seconds=1, times=1))
    outbox = Outbox(store, messenger)
    assert outbox.claim(HELLO, NOW, owner_retries=True)
    assert outbox.push(HELLO, NOW).state == "released"
    assert outbox.run(NOW + 60 * MINUTE) == []
    assert outbox.take_back(HELLO.key)
    assert outbox.find(HELLO.key) is None
    assert not outbox.take_back(HELLO.key)


def test_pruning_keeps_the_claim(store: Store) -> None:
    """Old texts go, the word that the key was used stays."""
    messenger = FakeMessenger()
    outbox = Outbox(store, messenger)
    outbox.post(HELLO, NOW)
    assert outbox.prune(NOW) == 0
    assert outbox.prune(NOW + MINUTE) == 1
    assert store.value("SELECT letter FROM outbox") == ""
    assert outbox.post(HELLO, NOW + MINUTE).state == "sent"
    assert messenger.sends == 1


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(HELLO, id="direct"),
        pytest.param(
            Outgoing(
                "k", InStream("7b", "news"), "Ü\n`x`", "p", "Heading", (Button("A", "b", "c"),)
            ),
            id="stream with a button",
        ),
        pytest.param(Outgoing("k", InStream(19, "news"), "x", "p"), id="stream by id"),
    ],
)
def test_a_letter_holds_the_whole_message(message: Outgoing) -> None:
    """What is read back is what was written."""
    assert from_letter(message.key, to_letter(message)) == message


class ByCarrier(FakeMessenger):
    """Zulip and a mail server in one list; a mail can be looked for nowhere."""

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        if isinstance(message.recipient, Mail):
            raise DeliveryError("Nobody can tell.", accepted=False, code=UNSEARCHABLE)
        return super().find(message, local_id=local_id, since=since, after_id=after_id)


def mail(number: int) -> Outgoing:
    return Outgoing(f"mail:{number}", Mail(f"p{number}@family.example"), f"{number}", "parent")


def mail_fails(
    accepted: bool | None, *, code: str = "", retry_after_seconds: float | None = None
) -> Callable[[Outgoing], None]:
    """Every mail fails, and nothing else."""

    def fail(message: Outgoing) -> None:
        if isinstance(message.recipient, Mail):
            raise DeliveryError(
                "No mail.", accepted=accepted, code=code, retry_after_seconds=retry_after_seconds
            )

    return fail


def test_a_mail_in_doubt_is_left_to_a_person_at_once(store: Store) -> None:
    """It cannot be looked for, so that nothing is tried again by itself."""
    messenger = ByCarrier(after=mail_fails(None, code=UNSEARCHABLE))
    outbox = Outbox(store, messenger)
    posted = outbox.post(mail(1), NOW)
    assert (posted.state, posted.given_up) == ("unsettled", True)
    assert outbox.find("mail:1") == replace(posted, away=False)
    assert outbox.run(NOW + 60 * MINUTE) == []
    assert messenger.sends == 1


def test_a_mail_that_a_killed_process_left_behind_is_left_to_a_person(store: Store) -> None:
    """After the grace it is shown as unsettled, with the reason, and never sent again."""
    messenger = ByCarrier(before=killing)
    with pytest.raises(Killed):
        Outbox(store, messenger).post(mail(1), NOW)
    messenger.before = lambda _: None
    restarted = Outbox(store, messenger)
    assert restarted.run(NOW + MINUTE) == []
    (posted,) = restarted.run(NOW + 2 * MINUTE)
    assert (posted.state, posted.reason, posted.given_up) == ("unsettled", "Nobody can tell.", True)
    assert restarted.run(NOW + 60 * MINUTE) == []
    assert messenger.texts == []


def test_a_dead_mail_server_holds_up_no_message_to_zulip(store: Store) -> None:
    """However many mails wait, a run costs one try of them, after all that goes to Zulip."""
    messenger = ByCarrier(before=mail_fails(False, code=AWAY, retry_after_seconds=30))
    outbox = Outbox(store, messenger)
    for number in range(10):
        outbox.post(mail(number), NOW)
    messenger.sends = 0
    outbox.claim(HELLO, NOW + MINUTE)
    done = outbox.run(NOW + 4 * MINUTE)
    assert [(each.key, each.state) for each in done] == [
        ("answer:1", "sent"),
        ("mail:0", "released"),
    ]
    assert outbox.run(NOW + 4 * MINUTE) == []
    messenger.before = lambda _: None
    assert len(outbox.run(NOW + 15 * MINUTE)) == 10
    assert messenger.texts == ["Hello", *map(str, range(10))]


def test_one_mail_that_must_wait_keeps_no_other_waiting(store: Store) -> None:
    """What is said of one address says nothing of the server."""
    messenger = ByCarrier(before=mail_fails(False, retry_after_seconds=30))
    outbox = Outbox(store, messenger)
    for number in range(3):
        outbox.post(mail(number), NOW)
    assert [each.state for each in outbox.run(NOW + MINUTE)] == ["released"] * 3


def test_a_mail_is_given_up_after_a_day(store: Store) -> None:
    """What it says is no longer true then; it is refused, with the reason, and never goes out."""
    messenger = ByCarrier(before=mail_fails(False, code=AWAY, retry_after_seconds=30))
    outbox = Outbox(store, messenger)
    outbox.post(mail(1), NOW)
    for minutes in range(10, 24 * 60, 10):
        assert [each.state for each in outbox.run(NOW + minutes * MINUTE)] == ["released"]
    (posted,) = outbox.run(NOW + 24 * 60 * MINUTE)
    assert (posted.state, posted.reason) == (
        "refused",
        "No mail. It was tried for a day, so it was given up.",
    )
    messenger.before = lambda _: None
    assert outbox.run(NOW + 48 * 60 * MINUTE) == []
