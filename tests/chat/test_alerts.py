"""Alerts in chat: a handful at a time, a card with what can be done, and words for every slip."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.alerted import ended, raised
from chat.town import ADMIN, ANA, CLASS_STREAM, NOW, OTTO, TARA, Town
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.messages import Button, InStream, Outgoing
from nudgebot.nudging.snoozes import Snoozes

HOUR = timedelta(hours=1)


def _buttons(messages: list[Outgoing]) -> list[Button]:
    return [button for message in messages for button in message.buttons]


def _replies(messages: list[Outgoing]) -> list[str]:
    return [button.reply for button in _buttons(messages)]


def test_a_teacher_sees_what_needs_her_with_its_numbers(town: Town) -> None:
    """The most urgent first; each line says who, why, and since when."""
    town.figures.rows["s2"] = {"risk_level": "critical"}
    raised(town, "s1")
    raised(town, "s2", "low_performance_alert", at=NOW + HOUR)
    told = town.answer(TARA, "alerts")
    assert "**Alerts, your classes** · 2 open (1 🔴 critical, 1 🟠 high)" in told
    assert told.index("alert 2") < told.index("alert 1")
    assert "- 🟠 **[HIGH]** **Ana Alvarez (s1)**: no activity for 10 days\n" in told
    assert "  Inactivity Check-In, since <time:2026-11-19T14:30:00Z> `alert 1`" in told
    assert "**Ben &#42;Baker&#42; (s2)**: average 41\u00a0%" in told


def test_teachers_see_the_alerts_of_their_own_students(town: Town) -> None:
    """Admins see all, and students' words go to their teacher."""
    for student_id in ("s1", "s3"):
        raised(town, student_id)
    seen = {
        asker: [n for n in (1, 2) if f"`alert {n}`" in town.answer(asker, "alerts")]
        for asker in (TARA, OTTO, ADMIN)
    }
    assert seen == {TARA: [1], OTTO: [2], ADMIN: [1, 2]}
    assert "Alerts" not in town.answer(ANA, "alerts")


def test_more_shows_the_next_handful(town: Town) -> None:
    """All pages together show each alert once, of a class too."""
    town.store.executemany(
        "INSERT INTO students (student_id, name) VALUES (?, ?)",
        [(f"x{n}", f"Kid {n}") for n in range(12)],
    )
    town.store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', ?, 'student')",
        [(f"x{n}",) for n in range(12)],
    )
    for number in range(12):
        raised(town, f"x{number}", at=NOW + number * HOUR)
    for first in ("alerts", "alerts 7B"):
        seen: list[str] = []
        following = [first]
        while following:
            replies = _replies(town.say(TARA, following.pop()))
            seen += [each for each in replies if each.startswith("alert ")]
            following += [each for each in replies if each.startswith("alerts")]
        assert sorted(seen) == sorted(f"alert {number}" for number in range(1, 13))
    assert "`alerts 7B more 5`" in town.answer(TARA, "alerts 7B")
    assert "There are no more; `alerts` begins" in town.answer(TARA, "alerts more 90")


def test_nothing_open_is_good_news(town: Town) -> None:
    """And a class that is none is told apart from it."""
    assert "✅ No open alerts (your classes)." in town.answer(TARA, "alerts")
    assert "✅ No open alerts (7B)." in town.answer(TARA, "alerts 7B")
    assert "I know no class of yours" in town.answer(TARA, "alerts 8A")


def test_a_class_keeps_its_name_whatever_is_in_it(town: Town) -> None:
    """`class` is left out where it stands before the name, and never out of the name."""
    town.store.execute("UPDATE classes SET name = 'Masterclass Art' WHERE class_id = 'c7b'")
    for words in ("alerts Masterclass Art", "alerts class Masterclass Art"):
        assert "✅ No open alerts (Masterclass Art)." in town.answer(TARA, words)


def test_a_card_has_the_reasons_and_what_can_be_done(town: Town) -> None:
    """Every button's words can be typed, and nobody has to."""
    raised(town, "s1")
    said = town.say(TARA, "alert 1")
    told = "\n".join(each.content for each in said)
    assert "🟠 **[HIGH]** **Ana Alvarez (s1)**: Inactivity Check-In · alert 1" in told
    assert "- no activity for 10 days\n" in told
    assert "Nobody has acknowledged it yet." in told
    assert _replies(said) == [
        "message s1",
        "assign s1",
        "meet s1",
        "parent s1",
        "tutor s1",
        "resolve 1",
        "snooze s1 7",
        "ack 1",
    ]
    assert all(f"`{each}`" in told for each in _replies(said))


def test_every_button_is_a_command(town: Town) -> None:
    """What it says is understood when it is typed."""
    raised(town, "s1")
    known = {name for each in town.office.registry.commands for name in each.names}
    asked = town.say(TARA, "alerts") + town.say(TARA, "alert 1")
    own = {"alert", "alerts", "ack", "resolve", "snooze", "message"}
    assert {each.split()[0] for each in _replies(asked)} & own <= known


def test_acting_tags_the_alert(town: Town) -> None:
    """`message sent`, by whom, and nobody needs to acknowledge it."""
    raised(town, "s1")
    town.say(TARA, "message s1 How are you?")
    town.say(TARA, f"confirm {town.token()}")
    assert "✔ message sent" in town.answer(TARA, "alerts")
    card = town.answer(TARA, "alert 1")
    assert "Done: message sent (by Tara Teacher, <time:" in card
    assert "`ack 1`" not in card


def test_ack_takes_an_alert_on(town: Town) -> None:
    """Twice is once, somebody else learns who it is, and it can be taken back."""
    raised(town, "s1")
    assert "is yours" in town.answer(TARA, "ack 1")
    assert "is acknowledged already, by you." in town.answer(TARA, "ack 1")
    assert "is acknowledged already, by Tara Teacher." in town.answer(ADMIN, "acknowledge 1")
    assert "none open, 1 acknowledged" in town.answer(TARA, "alerts")
    assert "acknowledged by Tara Teacher" in town.answer(TARA, "alerts")
    assert "is open again" in town.answer(TARA, "reopen 1")
    assert "1 open" in town.answer(TARA, "alerts")


@pytest.mark.parametrize(
    "text", ["resolve 1 talked *with* her", "resolve alert 1: talked *with* her",
             "resolve #1, talked *with* her"],
)  # fmt: skip
def test_resolve_records_what_was_done(town: Town, text: str) -> None:
    """The notes are in the answer, on the card and in the record."""
    raised(town, "s1")
    told = town.answer(TARA, text)
    assert "✅ Alert 1 (Ana Alvarez (s1), Inactivity Check-In) is resolved: talked &#42;" in told
    assert "`reopen 1`" in told
    (noted,) = town.office.interventions.record.of_student("s1")
    assert noted.intervention_type is InterventionType.RESOLUTION
    assert (noted.teacher_id, noted.alert_id) == ("t1", 1)
    assert noted.resolution_notes == "talked *with* her"
    assert "talked &#42;with&#42; her" in town.answer(TARA, "alert 1")
    assert "✅ No open alerts" in town.answer(TARA, "alerts")


def test_resolve_asks_for_notes(town: Town) -> None:
    """In a friendly way, and the alert stays as it is."""
    raised(town, "s1")
    assert "What did you do about it" in town.answer(TARA, "resolve 1")
    assert "1 open" in town.answer(TARA, "alerts")


def test_a_button_clicked_again_says_what_has_become_of_it(town: Town) -> None:
    """Twice, by somebody else, and a week later."""
    raised(town, "s1")
    town.say(TARA, "resolve 1 talked")
    assert "is resolved already, by you <time:" in town.answer(TARA, "resolve 1")
    assert "is resolved already, by Tara Teacher <time:" in town.answer(ADMIN, "resolve 1 me too")
    assert "is resolved already" in town.answer(TARA, "ack 1")
    town.clock += timedelta(days=7)
    ended(town, "s1")
    assert "is over" in town.answer(TARA, "reopen 1")
    assert len(town.office.interventions.record.of_student("s1")) == 1


@pytest.mark.parametrize("command", ["alert", "ack", "resolve", "reopen"])
def test_what_has_ended_by_itself_needs_nothing(town: Town, command: str) -> None:
    """A button of last week tells so."""
    raised(town, "s1")
    ended(town, "s1")
    told = town.answer(TARA, f"{command} 1 done")
    assert "is over" in told
    assert town.office.interventions.record.of_student("s1") == []


@pytest.mark.parametrize("command", ["alert", "ack", "resolve", "reopen"])
def test_another_teachers_alert_is_as_unknown_as_none(town: Town, command: str) -> None:
    """The words reveal nothing, and nothing changes."""
    number = raised(town, "s3")
    told = town.answer(TARA, f"{command} {number} x")
    assert told.replace(f"{number}", "99") == town.answer(TARA, f"{command} 99 x")
    assert told == "I know no alert 1 of yours. `alerts` lists yours."
    found = town.office.interventions.alerts.find(number)
    assert found is not None
    assert found.state == "open"


@pytest.mark.parametrize("text", ["", "Ana", "-1", "1.5e9", "９９９９９９９９９９９"])
def test_what_is_no_number_is_asked_for(town: Town, text: str) -> None:
    """One sentence says what to write."""
    told = town.answer(TARA, f"alert {text}")
    assert "Which alert? Write its number: `alert 12`" in told or "I know no alert" in told


def test_in_a_stream_with_students_the_answer_is_private(town: Town) -> None:
    """What staff read of students is not written for them."""
    raised(town, "s1")
    town.say(TARA, "@**nudgebot** alerts", InStream(CLASS_STREAM, "x"))
    assert all("Ana" not in text for text in town.zulip.in_stream(CLASS_STREAM))
    assert any("Ana Alvarez (s1)" in text for text in town.zulip.to(TARA))


def test_reads_are_audited(town: Town) -> None:
    """Of the students that were shown."""
    raised(town, "s1")
    town.say(TARA, "alerts")
    town.say(TARA, "alert 1")
    actions = [each.action for each in town.office.audit.of("s1")]
    assert actions == ["alert", "alerts"]


@pytest.mark.parametrize(
    ("text", "days", "why"),
    [
        ("snooze s2 7", 7, ""),
        ("snooze Ben 14 days is ill", 14, "is ill"),
        ("snooze Ben for 2 weeks: a trip", 14, "a trip"),
        ("snooze Ben for a week", 7, ""),
        ("snooze Ben a day", 1, ""),
    ],
)
def test_snooze_lets_a_student_rest(town: Town, text: str, days: int, why: str) -> None:
    """At once, with what is open acknowledged; `off` ends it."""
    raised(town, "s2")
    told = town.answer(TARA, text)
    assert "Ben &#42;Baker&#42; (s2) gets no nudges" in told
    assert "`snooze s2 off` ends it" in told
    (snooze,) = Snoozes(town.store).table(["s2"], NOW)["s2"]
    assert (snooze.until, snooze.why, snooze.user_id) == (NOW + timedelta(days=days), why, TARA)
    assert "✔ snoozed" in town.answer(TARA, "alerts")
    assert "may come again" in town.answer(TARA, "snooze Ben off")
    assert Snoozes(town.store).table(["s2"], NOW) == {}
    assert "Nothing was snoozed" in town.answer(TARA, "snooze Ben off")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("snooze", "Name a student"),
        ("snooze s2", "For how many days? `snooze s2 7`."),
        ("snooze s2 soon", "For how many days?"),
        ("snooze s2 0", "from 1 to 60 days"),
        ("snooze s2 9 weeks", "from 1 to 60 days"),
        ("snooze s3 7", "I know no student of yours"),
        ("snooze Ana 7 is {ill}", "Which student do you mean?"),
        (f"snooze s2 7 {'x' * 201}", "at most 200 characters"),
    ],
)
def test_a_snooze_that_cannot_be(town: Town, text: str, says: str) -> None:
    """One sentence says what to write, and nothing is snoozed."""
    assert says in town.answer(TARA, text)
    assert town.store.value("SELECT COUNT(*) FROM snoozes") == 0
    assert town.store.value("SELECT COUNT(*) FROM interventions") == 0


def test_what_was_tried_is_on_the_card_and_in_the_list(town: Town) -> None:
    """When the cause persists after the rule's own time."""
    raised(town, "s1")
    town.say(TARA, "resolve 1 talked with her")
    late = NOW + timedelta(days=8)
    town.store.execute("DELETE FROM nudge_parts")
    town.store.execute("DELETE FROM nudges")
    began = town.store.value("SELECT began_at FROM episodes")
    town.store.execute("DELETE FROM episodes")
    raised(town, "s1", at=late - HOUR)
    town.store.execute("UPDATE episodes SET began_at = ?", [began])
    town.store.execute("DELETE FROM alerts WHERE alert_id > 1")
    town.office.interventions.alerts.sync(late)
    assert "🔁 open again; tried: notes&#58; talked with her" in town.answer(TARA, "alerts")
    card = town.answer(TARA, "alert 1")
    assert "Tried before: notes&#58; talked with her" in card
    assert "tried twice" in town.answer(TARA, "resolve 1 met her")


def _three(town: Town) -> None:
    """Two alerts of Ana's, one of Ben's."""
    raised(town, "s1")
    raised(town, "s1", "low_performance_alert", urgency="critical", at=NOW + HOUR)
    raised(town, "s2", at=NOW + HOUR)


def test_a_student_with_several_alerts_has_one_line(town: Town) -> None:
    """What the worst is about, how many there are, since when the oldest waits."""
    _three(town)
    said = town.say(TARA, "alerts")
    told = "\n".join(each.content for each in said)
    assert "3 open (1 🔴 critical, 2 🟠 high) about 2 students; the most urgent first" in told
    assert told.count("**Ana Alvarez (s1)**") == 1
    assert "- 🔴 **[CRITICAL]** **Ana Alvarez (s1)**: average 41" in told
    assert (
        "  2 alerts (1 🔴 critical, 1 🟠 high), the oldest since <time:2026-11-19T14:30:00Z> "
        "`alerts s1`" in told
    )
    assert _replies(said) == ["alerts s1", "alert 3"]


def test_one_line_tells_what_was_done_about_any_of_them(town: Town) -> None:
    """Once, however many alerts it tagged, and how many somebody sees to."""
    _three(town)
    town.say(TARA, "ack 1")
    told = town.answer(TARA, "alerts")
    assert "2 alerts (1 🔴 critical, 1 🟠 high; 1 acknowledged)" in told
    assert told.count("✔ acknowledged by Tara Teacher") == 1


@pytest.mark.parametrize(
    "text", ["alerts s1", "alerts Alvarez", "alerts student s1", "alerts of s1"]
)
def test_the_alerts_of_one_student(town: Town, text: str) -> None:
    """Each with its number, by which one acts on it."""
    _three(town)
    said = town.say(TARA, text)
    told = "\n".join(each.content for each in said)
    assert "**Alerts, Ana Alvarez (s1)** · 2 open (1 🔴 critical, 1 🟠 high)" in told
    assert "Ben" not in told
    assert _replies(said) == ["alert 2", "alert 1"]
    assert "is resolved" in town.answer(TARA, "resolve 2 talked")


def test_no_alerts_about_a_student(town: Town) -> None:
    """Good news, and where the rest is."""
    assert "✅ No open alerts about Ana Alvarez (s1)." in town.answer(TARA, "alerts s1")


def test_a_misspelt_student_gets_a_guess(town: Town) -> None:
    """By the words that show her alerts."""
    assert "Did you mean Ana Alvarez?" in town.answer(TARA, "alerts Alvares")


def test_a_class_goes_before_a_student_of_that_name(town: Town) -> None:
    """Who has the id of a class is asked for as a student, and the list says so."""
    _three(town)
    town.store.execute("UPDATE classes SET name = 's1' WHERE class_id = 'c7b'")
    assert "**Alerts, s1** · 3 open" in town.answer(TARA, "alerts s1")
    assert "**Alerts, s1** · 3 open" in town.answer(TARA, "alerts class s1")
    assert "`alerts student s1`" in town.answer(TARA, "alerts")
    assert "**Alerts, Ana Alvarez (s1)**" in town.answer(TARA, "alerts student s1")


def test_another_teachers_student_is_as_unknown_as_no_class(town: Town) -> None:
    """The words are the same for one who does not exist."""
    raised(town, "s3")
    assert town.answer(TARA, "alerts s3") == town.answer(TARA, "alerts s99")
