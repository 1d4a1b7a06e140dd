"""Meetings in chat: words, preview, confirmation, and what everybody then reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from chat.town import ANA, BEN, CLASS_STREAM, ME, NOW, OTTO, TARA, Town
from nudgebot.nudging.messages import InStream
from nudgebot.school.days import to_day

MEET = "meet s1 tomorrow 15:00 one-on-one at Room 4 for 20"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    made: list[Town] = []

    def build(**settings: Any) -> Town:
        made.append(Town(tmp_path, **settings))
        return made[-1]

    yield build
    for each in made:
        each.store.close()


@pytest.fixture
def town(make: Callable[..., Town]) -> Town:
    return make()


def meetings(town: Town) -> list[tuple[Any, ...]]:
    """What is written down."""
    rows = town.store.rows(
        """SELECT student_id, meeting_type, scheduled_at - ?, duration_minutes, location, notes,
           status FROM meetings ORDER BY id""",
        [int(NOW.timestamp())],
    )
    return [tuple(row) for row in rows]


def test_a_meeting_is_previewed_confirmed_and_told(town: Town) -> None:
    """Nobody hears of it before the teacher has confirmed; then both have it, with the file."""
    shown = town.answer(TARA, f"{MEET}: talk about the *essay*")
    assert "<time:2026-11-20T15:00:00Z>, for 20 minutes" in shown
    assert "Room 4" in shown
    assert "talk about the &#42;essay&#42;" in shown
    assert (meetings(town), town.zulip.to(ANA)) == ([], [])
    said = town.answer(TARA, "confirm")
    assert "Meeting 1 is arranged" in said
    assert "Ana Alvarez: told in Zulip" in said
    assert "/user_uploads/2/2/meeting-1.ics" in said
    (invited,) = town.zulip.to(ANA)
    assert "essay" not in invited
    assert meetings(town) == [
        ("s1", "one-on-one", 88200, 20, "Room 4", "talk about the *essay*", "scheduled")
    ]
    for name, data in town.zulip.uploads:
        assert name == "meeting-1.ics"
        assert Calendar.from_ical(data)["METHOD"] == "REQUEST"


def test_times_are_the_teachers_own(town: Town) -> None:
    """She sits in Berlin, whatever the zone of the school."""
    town.store.execute(
        "UPDATE zulip_users SET timezone = 'Europe/Berlin' WHERE user_id = ?", [TARA]
    )
    assert "<time:2026-11-20T14:00:00Z>" in town.answer(TARA, MEET)


@pytest.mark.parametrize(
    ("words", "students", "kind"),
    [
        ("meet s1 tomorrow 15:00", "s1", "One-on-one"),
        ("meet Ana Alvarez: tomorrow 15:00", "s1", "One-on-one"),
        ("meet @**Ana Alvarez|21** tomorrow at 3", "s1", "One-on-one"),
        ('meet with "Ana Alvarez" tomorrow at 3', "s1", "One-on-one"),
        ("schedule meeting with Alvarez, tomorrow at 3pm", "s1", "One-on-one"),
        ("meet s1, s2 tomorrow 15:00", "s1 s2", "Group"),
        ("meet s1, s2 and Anabel tomorrow 15:00 group", "s1 s2 s4", "Group"),
        ("meet s1 and s2 & s4 tomorrow 15:00", "s1 s2 s4", "Group"),
        ("meet Anabel, Ben tomorrow 15:00 group", "s4 s2", "Group"),
        ("meet Alvarez parent conference tomorrow 15:00", "s1", "Parent"),
        ("meet Ben am Montag um 15 Uhr", "s2", "One-on-one"),
    ],
)
def test_names_end_where_the_time_begins(town: Town, words: str, students: str, kind: str) -> None:
    """One student or several, by id, name, part of a name, or mention."""
    shown = town.answer(TARA, words)
    assert f"**{kind}" in shown
    town.say(TARA, "confirm")
    rows = town.store.rows("SELECT student_id FROM meeting_students ORDER BY position")
    assert " ".join(row[0] for row in rows) == students


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("meet", "Meet whom?"),
        ("meet s3 tomorrow 15:00", "I know no student of yours"),
        ("meet s1, s2 and s3 tomorrow 15:00", "I know no student of yours"),
        ("meet s1 today 10:00", "is past already"),
        ("meet s1 yesterday 10:00", "is past already"),
        ("meet s1 tomorrow 25:00", "No clock shows 25:00"),
        ("meet s1 24 november 2028 10:00", "more than a year away"),
        ("meet s1 tomorrow 15:00 group", "two students or more"),
        ("meet s1, s2 tomorrow 15:00 one-on-one", "with one student"),
        ("meet s1, s2 tomorrow 15:00 parent", "with one student"),
        ("meet s1 tomorrow 15:00 for 2 minutes", "from 5 to 480"),
        ("meet s1 whenever you like", "cannot read when"),
        ("move meeting", "Which meeting?"),
        ("move meeting 7 tomorrow 15:00", "no meeting of that number"),
        ("cancel meeting 7", "no meeting of that number"),
        ("meeting 7 held", "no meeting of that number"),
        ("meetings", "no meetings ahead"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(town: Town, words: str, told: str) -> None:
    """And nothing waits for a confirmation."""
    assert told in town.answer(TARA, words)
    assert town.store.value("SELECT count(*) FROM confirmations") == 0


@pytest.mark.parametrize(
    ("words", "said", "doubt"),
    [
        ("tomorrow 15:00", "Friday, 20 November 2026, 15:00, school time)", ""),
        ("saturday 3pm", "Saturday, 21 November 2026, 15:00, school time)", "That is a Saturday."),
        ("monday 3 am", "Monday, 23 November 2026, 03:00, school time)", "03:00 is at night."),
        ("monday 09:00", "Monday, 23 November 2026, 09:00", "outside the office hours"),
        ("monday 15:45", "Monday, 23 November 2026, 15:45", "outside the office hours"),
        ("tuesday 14:00", "Tuesday, 24 November 2026", "That is no day of school (Teachers' day)."),
    ],
    ids=["ordinary", "weekend", "night", "before", "ends after", "holiday"],
)
def test_a_time_is_said_by_the_schools_clock_and_doubted(
    town: Town, words: str, said: str, doubt: str
) -> None:
    """With its weekday; a weekend, a holiday, the night and other hours are warned of."""
    town.store.execute(
        "INSERT INTO calendar (kind, begin_day, end_day, title) VALUES ('holiday', ?, ?, ?)",
        [*[to_day(date(2026, 11, 24))] * 2, "Teachers' day"],
    )
    shown = town.answer(TARA, f"meet s1 {words}")
    assert said in shown
    assert doubt in shown
    assert bool(doubt) == ("⚠️" in shown)


def test_another_zone_of_the_teachers_is_named_beside_the_schools(town: Town) -> None:
    """So the words and the buttons show the same hour."""
    town.store.execute(
        "UPDATE zulip_users SET timezone = 'America/New_York' WHERE user_id = ?", [TARA]
    )
    both = "Friday, 20 November 2026, 13:00, school time; 08:00 in America/New York"
    (words, choice) = town.say(TARA, "meet s1 friday")
    assert both in words.content
    assert choice.buttons[0].label == "Fri 20, 08:00"
    assert both in town.answer(TARA, choice.buttons[0].reply)


def test_an_hour_that_does_not_exist_is_refused(town: Town) -> None:
    """In the night to 28 March 2027 Berlin has no half past two."""
    town.store.execute(
        "UPDATE zulip_users SET timezone = 'Europe/Berlin' WHERE user_id = ?", [TARA]
    )
    assert "There is no 02:30" in town.answer(TARA, "meet s1 28 march 2027 02:30")


def test_without_a_time_free_ones_are_offered(town: Town) -> None:
    """Each button holds the whole command, and leads to the preview."""
    (words, choice) = town.say(TARA, "meet s1 one-on-one at Room 4 for 20: the exam")
    assert "At what time" in words.content
    assert [each.reply for each in choice.buttons] == [
        f'meet s1 {when} one-on-one at "Room 4" for 20: the exam'
        for when in ("2026-11-19 15:00", "2026-11-19 15:30", "2026-11-20 13:00", "2026-11-20 13:30")
    ]
    shown = town.answer(TARA, choice.buttons[2].reply)
    assert "<time:2026-11-20T13:00:00Z>, for 20 minutes" in shown
    assert "Room 4" in shown
    assert "the exam" in shown


def test_a_day_without_a_time_asks_for_it(town: Town) -> None:
    """The free times of that day are offered; of a day without office hours there are none."""
    (_, choice) = town.say(TARA, "meet s1 monday")
    assert {each.reply.split()[2] for each in choice.buttons} == {"2026-11-23"}
    assert "no free time within the office hours on that day" in town.answer(
        TARA, "meet s1 saturday"
    )


def test_wrong_office_hours_are_told_and_hinder_nothing_else(make: Callable[..., Town]) -> None:
    """A named time still works, also where it meets another meeting."""
    town = make(office_hours="always")
    assert "the setting `office_hours`" in town.answer(TARA, "meet s1")
    for _ in range(2):
        assert "for 20 minutes" in town.answer(TARA, MEET)
        town.say(TARA, "confirm")


def test_conflicts_are_told_with_free_times_near_them(town: Town) -> None:
    """The teacher's own by number; of a student's with others only that there is one."""
    town.say(TARA, MEET)
    town.say(TARA, "confirm")
    shown = town.answer(TARA, "meet s2 tomorrow 15:10")
    assert "You have meeting 1 with Ana Alvarez (s1)" in shown
    assert "Free near it: <time:2026-11-20T14:00:00Z>, <time:2026-11-20T14:30:00Z>" in shown
    town.store.execute("INSERT INTO enrollments (class_id, person_id, role)"
                       " VALUES ('c7b', 't2', 'teacher')")  # fmt: skip
    other = town.answer(OTTO, "meet s1 tomorrow 15:10")
    assert "Ana has another meeting at <time:2026-11-20T15:00:00Z>" in other
    assert "Tara" not in other
    assert "⚠️" not in town.answer(TARA, "meet s2 tomorrow 15:20")


def test_a_preview_takes_another_time_and_more_notes(town: Town) -> None:
    """A time alone stays on the day; a place alone keeps the time."""
    town.say(TARA, MEET)
    assert "<time:2026-11-20T16:00:00Z>" in town.answer(TARA, "change 16:00 at Library")
    shown = town.answer(TARA, "change in the Hall for 45 minutes")
    assert "<time:2026-11-20T16:00:00Z>, for 45 minutes" in shown
    assert "bring paper" in town.answer(TARA, "add bring paper")
    assert "two students or more" in town.answer(TARA, "change group")
    town.say(TARA, "confirm")
    assert meetings(town) == [
        ("s1", "one-on-one", 91800, 45, "the Hall", "bring paper", "scheduled")
    ]


def test_a_student_who_is_not_linked_is_said_to_be_out_of_reach(make: Callable[..., Town]) -> None:
    """The meeting is arranged all the same."""
    town = make(smtp_host="mail.example")
    town.store.execute("UPDATE students SET zulip_user_id = NULL")
    assert "Nothing reaches Ana" in town.answer(TARA, MEET)
    assert "Ana Alvarez: ⚠️ not reached" in town.answer(TARA, "confirm")
    town.store.execute("UPDATE students SET email = 'ben@pupils.example' WHERE student_id = 's2'")
    assert "only by e-mail" in town.answer(TARA, "meet s2 monday 14:00")
    assert "e-mail sent" in town.answer(TARA, "confirm")
    assert len(meetings(town)) == 2


def test_guardians_are_named_before_they_are_invited(make: Callable[..., Town]) -> None:
    """And where none can be, the teacher is asked to do it."""
    town = make(smtp_host="mail.example")
    assert "please invite them yourself" in town.answer(TARA, "meet s1 tomorrow 15:00 parent")
    town.store.execute(
        "INSERT INTO guardians (guardian_id, student_id, name, email, may_contact)"
        " VALUES ('g1', 's1', 'Gus Guardian', 'gus@home.example', 1)"
    )
    assert "by e-mail: Gus Guardian" in town.answer(TARA, "meet s1 tomorrow 15:00 parent")
    assert "Gus Guardian: e-mail sent" in town.answer(TARA, "confirm")


def test_who_asked_for_silence_still_hears_of_a_meeting(town: Town) -> None:
    """`stop` ends nudges; a meeting is her teacher's own word."""
    town.say(ANA, "stop")
    town.say(TARA, MEET)
    town.say(TARA, "confirm")
    assert "invites you" in town.zulip.to(ANA)[-1]


def test_a_meeting_is_moved_and_cancelled(town: Town) -> None:
    """Each is asked first, and told to the student."""
    town.say(TARA, MEET)
    town.say(TARA, "confirm")
    assert "<time:2026-11-20T16:30:00Z>" in town.answer(TARA, "move meeting 1 16:30")
    assert "Meeting 1 has moved" in town.answer(TARA, "confirm")
    assert "has moved your meeting" in town.zulip.to(ANA)[-1]
    (_, choice) = town.say(TARA, "move meeting 1")
    assert choice.buttons[0].reply.startswith("move meeting 1 2026-11-19 15:00")
    assert "They read: I am *ill*".replace("*", "&#42;") in town.answer(
        TARA, "cancel meeting 1 I am *ill*"
    )
    assert "Meeting 1 is cancelled" in town.answer(TARA, "confirm")
    assert "has cancelled your meeting" in town.zulip.to(ANA)[-1]
    assert "cancelled already" in town.answer(TARA, "cancel meeting 1")
    assert "cancelled already" in town.answer(TARA, "move meeting 1 monday 14:00")
    assert "was cancelled" in town.answer(TARA, "meeting 1 held")


def test_a_button_clicked_twice_or_next_week_does_nothing_more(town: Town) -> None:
    """A preview is used once and expires; an outcome said twice stays the same."""
    town.say(TARA, MEET)
    token = town.token()
    town.say(TARA, f"confirm {token}")
    assert "settled already" in town.answer(TARA, f"confirm {token}")
    town.say(TARA, "meet s2 monday 14:00")
    late = town.token()
    town.clock = NOW + timedelta(days=7)
    assert "expired" in town.answer(TARA, f"confirm {late}")
    for _ in range(2):
        assert "meeting 1 with Ana Alvarez (s1) was held" in town.answer(TARA, "meeting 1 held")
    assert len(meetings(town)) == 1
    assert "past" in town.answer(TARA, "meet s1 2026-11-20 13:00 one-on-one for 20")


def test_a_meeting_that_passes_while_its_preview_waits_is_not_arranged(town: Town) -> None:
    """Confirmed ten minutes later, it would be in the past."""
    town.say(TARA, "meet s1 14:35")
    town.clock = NOW + timedelta(minutes=10)
    assert "past already" in town.answer(TARA, "confirm")
    assert (meetings(town), town.zulip.to(ANA)) == ([], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (MEET, "Inviting …"),
        ("move meeting 1 monday 14:00", "Telling everybody …"),
        ("cancel meeting 1", "Telling everybody …"),
    ],
)
def test_a_mail_server_that_hangs_leaves_no_silence(
    make: Callable[..., Town], words: str, said: str
) -> None:
    """That it has begun is said before anybody is written to."""
    town = make(smtp_host="mail.example")
    if words != MEET:
        town.say(TARA, MEET)
        town.say(TARA, "confirm")
    town.say(TARA, words)
    told = len(town.zulip.to(ANA))
    town.reception.message(town.said(TARA, "confirm"))
    assert said in town.zulip.to(TARA)[-1]
    assert len(town.zulip.to(ANA)) == told
    town.work()
    assert "✅ Meeting 1" in town.zulip.to(TARA)[-1]
    assert len(town.zulip.to(ANA)) == told + 1


def test_whoever_no_longer_teaches_the_student_arranges_nothing(town: Town) -> None:
    """Who may see whom is asked again when the word is given."""
    town.say(TARA, MEET)
    town.store.execute("UPDATE enrollments SET end_day = 1 WHERE person_id = 't1'")
    town.store.execute("INSERT INTO enrollments (class_id, person_id, role)"
                       " VALUES ('c8a', 't1', 'teacher')")  # fmt: skip
    assert "Nothing was done" in town.answer(TARA, "confirm")
    assert meetings(town) == []


def test_numbers_of_others_are_unknown_numbers(town: Town) -> None:
    """Another teacher learns nothing about it."""
    town.say(TARA, MEET)
    town.say(TARA, "confirm")
    for words in (
        "meeting {} held",
        "move meeting {} monday 14:00",
        "cancel meeting {}",
        "meeting {}",
    ):
        assert town.answer(OTTO, words.format(1)) == town.answer(OTTO, words.format(99))
    assert "no meetings ahead" in town.answer(OTTO, "meetings")


def test_meetings_are_listed_with_those_that_wait_for_a_word(town: Town) -> None:
    """What is over comes first, with buttons; a missed one leads to the next."""
    town.say(TARA, MEET)
    town.say(TARA, "confirm")
    town.say(TARA, "meet s2 monday 14:00")
    town.say(TARA, "confirm")
    town.clock = NOW + timedelta(days=2)
    assert town.office.interventions.tick(town.clock) >= 1
    assert "Your meeting 1 with Ana Alvarez" in town.zulip.to(TARA)[-2]
    (words, choice) = town.say(TARA, "meetings")
    assert words.content.index("How did these go?") < words.content.index("**2**")
    assert [each.reply for each in choice.buttons] == ["meeting 1 held", "meeting 1 missed"]
    assert "**2**" not in town.answer(TARA, "meetings Alvarez")
    (noted, again) = town.say(TARA, "meeting 1 missed was at home")
    assert "was missed" in noted.content
    assert [each.reply for each in again.buttons] == ["meet s1 one-on-one for 20"]
    (entry,) = town.office.interventions.record.of_student("s1")
    assert entry.resolution_notes == "Missed. was at home"


def test_in_a_stream_nobody_reads_of_it(town: Town) -> None:
    """Students read there: the preview comes as a direct message."""
    place = InStream(CLASS_STREAM, "today")
    sent = town.say(TARA, f"@**{ME.full_name}** {MEET}", place)
    assert not any("Ana" in each.content for each in sent if each.recipient == place)
    assert "Ana" in town.zulip.to(TARA)[0]


def test_a_student_arranges_nothing(town: Town) -> None:
    """Her words are for her teacher."""
    town.say(BEN, "meet s1 tomorrow 15:00")
    assert (meetings(town), town.zulip.to(ANA)) == ([], [])


@pytest.mark.parametrize(
    ("said", "heading", "reply"),
    [
        (
            "meet s1 wendesday 15:00 at Room 4",
            "Did you mean Wednesday 15:00?",
            'meet s1 Wednesday 15:00 one-on-one at "Room 4" for 30',
        ),
        ("meet s1 tomorow 15;00", "Did you mean tomorrow 15:00?", "meet s1 tomorrow 15:00"),
        ("meet s1 thrusday", "Did you mean Thursday?", "meet s1 Thursday"),
    ],
)
def test_a_misspelt_day_gets_a_guess(town: Town, said: str, heading: str, reply: str) -> None:
    """With the whole command, which works; nothing is taken for granted."""
    asked = town.say(TARA, said)
    assert "I cannot read when that is to be." in asked[0].content
    assert heading in unescape("\n".join(each.content for each in asked))
    (button,) = (button for each in asked for button in each.buttons)
    assert button.reply.startswith(reply)
    assert "Ana Alvarez" in town.answer(TARA, button.reply)


def test_a_misspelt_day_leaves_the_preview_open(town: Town) -> None:
    """Other words for a time that cannot be read change nothing."""
    town.say(TARA, MEET)
    assert "Did you mean Wednesday?" in town.answer(TARA, "change wendesday")
    assert "is arranged" in town.answer(TARA, "confirm")
