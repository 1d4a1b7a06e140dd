"""One-tap answers to a nudge: by word, by button, by reaction; each with its effect, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ANA, BEN, NOW, TARA, Town
from nudgebot.chat.incoming import Reacted
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.nudges import Nudge, Nudges, Part
from nudgebot.nudging.responses import taps_to_offer
from nudgebot.nudging.rule import Delivery, Urgency

HOUR = timedelta(hours=1)
CHECK, SOS, HAND, CLOCK, CROSS, HEART = "2705", "1f198", "1f64b-200d-2640", "23f0", "274c", "2764"


def nudged(town: Town, student_id: str = "s1", user_id: int = ANA, *, rule_id: str = "r") -> int:
    """A nudge that has just arrived; its message's id."""
    key = f"{student_id}:{rule_id}:1"
    nudge = Nudge(
        key, student_id, rule_id, "Overdue *Work*", NOW, 1, "reminder", Urgency.MEDIUM,
        Delivery.DIRECT_MESSAGE, True, town.clock, town.clock, 20776, town.clock + HOUR, "", "",
    )  # fmt: skip
    part = Part(key, Channel.STUDENT, student_id, town.clock)
    office = town.office
    office.nudges.queue([(nudge, [part])])
    message = Outgoing(f"nudge:{key}", Direct((user_id,)), f"Nudge {rule_id}", "nudge")
    office.outbox.claim(message, town.clock)
    office.nudges.enclose(part, message.key)
    posted = office.outbox.push(message, town.clock)
    office.nudges.mark(part, "sent", town.clock)
    assert posted.message_id is not None
    return posted.message_id


def kinds(town: Town, rule_id: str = "r") -> list[str]:
    rows = town.store.rows(
        "SELECT kind FROM responses WHERE nudge_key = ? ORDER BY 1", [f"s1:{rule_id}:1"]
    )
    return [row[0] for row in rows]


def react(town: Town, message_id: int, emoji: str, user_id: int = ANA) -> list[str]:
    before = len(town.zulip.sent)
    town.reception.reaction(Reacted(message_id, user_id, emoji))
    town.work()
    return [message.content for _, message in town.zulip.sent[before:]]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("did it", "done"),
        ("done", "done"),
        ("erledigt", "done"),
        ("fertig", "done"),
        ("need help", "need_help"),
        ("I need help with fractions", "need_help"),
        ("brauche Hilfe", "need_help"),
        ("not now", "not_now"),
        ("Nicht jetzt, bitte", "not_now"),
        ("später", "not_now"),
        ("wrong", "wrong"),
        ("stimmt nicht", "wrong"),
        ("this is wrong: I handed it in", "wrong"),
        ("I was ill", "answered"),
        ("not now that I have so much to do", "answered"),
    ],
)
def test_words_are_noted_as_what_they_are(town: Town, said: str, kind: str) -> None:
    """English and German; a sentence that only begins so is an answer like any other."""
    nudged(town)
    town.clock = NOW + HOUR
    assert town.answer(ANA, said)
    assert kind in kinds(town)
    assert set(kinds(town)) <= {kind, "answered"}


@pytest.mark.parametrize(
    ("emoji", "kind"),
    [(CHECK, "done"), (SOS, "need_help"), (HAND, "need_help"), (CLOCK, "not_now"),
     (CROSS, "wrong")],
)  # fmt: skip
def test_reactions_say_the_same(town: Town, emoji: str, kind: str) -> None:
    """On the nudge itself, or on the message with its buttons."""
    message_id = nudged(town)
    assert len(react(town, message_id, emoji)) >= 1
    assert {kind, "reacted"} <= set(kinds(town))


def test_any_other_reaction_is_noted_without_a_word(town: Town) -> None:
    """A heart is a response and no question."""
    message_id = nudged(town)
    assert react(town, message_id, HEART) == []
    assert kinds(town) == ["reacted"]


def test_a_reaction_counts_once_and_only_from_her(town: Town) -> None:
    """Told twice, after a restart, or by somebody else: nothing more happens."""
    message_id = nudged(town)
    react(town, message_id, SOS)
    assert len(town.zulip.to(TARA)) == 1
    town.reopened()
    assert react(town, message_id, SOS) == []
    assert len(town.zulip.to(TARA)) == 1
    other = nudged(town, rule_id="q")
    assert react(town, other, SOS, BEN) == []
    assert react(town, other, SOS, TARA) == []
    assert kinds(town, "q") == []


def test_a_reaction_answers_its_own_nudge_and_words_the_newest(town: Town) -> None:
    """Two nudges: the older one is reacted to, and then she writes."""
    older = nudged(town, rule_id="old")
    town.clock = NOW + HOUR
    nudged(town, rule_id="new")
    town.clock = NOW + 2 * HOUR
    react(town, older, CHECK)
    assert kinds(town, "old") == ["done", "reacted"]
    assert kinds(town, "new") == []
    town.answer(ANA, "did it")
    assert kinds(town, "new") == ["done"]


def test_the_buttons_message_belongs_to_its_nudge(town: Town) -> None:
    """A reaction below the buttons is one to the nudge above them."""
    nudged(town)
    (offer,) = taps_to_offer(town.store, town.office.links, town.clock)
    posted = town.office.outbox.post(offer, town.clock)
    assert posted.message_id is not None
    react(town, posted.message_id, CLOCK)
    assert kinds(town) == ["not_now", "reacted"]


def test_every_button_says_a_word_that_a_student_can_say(town: Town) -> None:
    """In both languages, a click is understood as the command it shows."""
    nudged(town)
    for language in ("en", "de"):
        town.store.execute("UPDATE nudges SET language = ?", [language])
        (offer,) = taps_to_offer(town.store, town.office.links, town.clock)
        roles = town.office.access.asker(ANA, town.clock).roles
        found = [town.office.registry.find(button.reply, roles) for button in offer.buttons]
        assert [each.command.name for each in found if each] == [
            "did it", "need help", "not now", "wrong",
        ]  # fmt: skip


def test_need_help_reaches_her_teacher_with_what_it_is_about(town: Town) -> None:
    """One tap, the teacher knows to which nudge; she hears that it was right, and who knows."""
    message_id = nudged(town)
    (answer,) = [each for each in react(town, message_id, SOS) if "It is good" in each]
    assert "Tara Teacher" in answer
    (told,) = town.zulip.to(TARA)
    assert "Ana Alvarez" in told
    assert "I need help" in told
    assert "Overdue" in told


def test_not_now_rests_two_days_and_shortens_nothing(town: Town) -> None:
    """From when she said so; a longer pause stays; `start` ends it."""
    nudged(town)
    assert "no nudges until" in town.answer(ANA, "not now")
    assert town.office.consents.state("s1").paused_until == NOW + timedelta(days=2)
    town.answer(ANA, "pause 9")
    town.answer(ANA, "not now")
    assert town.office.consents.state("s1").paused_until == NOW + timedelta(days=9)
    town.answer(ANA, "start")
    assert town.office.consents.state("s1").paused_until is None


def test_an_old_not_now_pauses_nothing_any_more(town: Town) -> None:
    """Heard three days late, its two days are over."""
    said = town.said(ANA, "not now")
    town.clock = NOW + timedelta(days=3)
    town.reception.message(said)
    assert town.office.consents.state("s1").paused_until is None


def test_done_is_thanked_and_left_to_the_data(town: Town) -> None:
    """Whether she did what it asked for, no word of hers decides; nothing asked is said so."""
    assert "not asked" in town.answer(ANA, "did it")
    assert "no open assignment" in town.answer(ANA, "done")
    nudged(town)
    assert "thank you" in town.answer(ANA, "did it")
    assert "thank you" in town.answer(ANA, "done")


def test_answers_come_in_her_language(town: Town) -> None:
    """A German student is answered in German."""
    town.store.execute("UPDATE students SET language = 'de'")
    nudged(town)
    assert "danke" in town.answer(ANA, "erledigt")
    assert "keine Nachrichten" in town.answer(ANA, "nicht jetzt")


def test_an_answer_to_a_teachers_message_is_none_to_the_nudge_before(town: Town) -> None:
    """Her teacher wrote since: her words are for the teacher."""
    nudged(town)
    town.clock = NOW + HOUR
    town.say(TARA, "message s1 How are you?")
    town.say(TARA, f"confirm {town.token()}")
    town.clock = NOW + 2 * HOUR
    town.answer(ANA, "fine, thanks")
    assert kinds(town) == []
    assert isinstance(town.office.nudges, Nudges)


def test_why_tells_her_nothing_of_being_held_out(town: Town) -> None:
    """What she never got cannot confuse her; that chance has a part, `privacy` says."""
    town.store.execute(
        "INSERT INTO decisions VALUES ('s1', 'r', 'held_out', 'Held out, so that the effect of the"
        " rule can be measured.', '', 0, 0, 0, 1)"
    )
    assert "eld out" not in town.answer(ANA, "why")
    assert "chance keeps a few of them back" in town.answer(ANA, "privacy")
    assert "Held out" in town.answer(TARA, "why s1")
