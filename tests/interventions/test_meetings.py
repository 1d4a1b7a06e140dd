"""Meetings: who is told what, once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chat.town import ANA, BEN, NOW, TARA, Town
from icalendar import Calendar

from nudgebot.errors import CommandError, DeliveryError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.meeting_book import Meeting
from nudgebot.interventions.meetings import Meetings
from nudgebot.nudging.messages import Mail, Outgoing

ACTOR = Actor(TARA, "Tara Teacher", "t1")
OTHER = Actor(10, "Otto Other", "t2")
TOMORROW = NOW + timedelta(days=1)


class Stage:
    """A town with mail, and short ways to its meetings."""

    def __init__(self, town: Town) -> None:
        self.town = town
        store = town.store
        store.execute("UPDATE students SET email = student_id || '@pupils.example'")
        store.execute("UPDATE teachers SET email = teacher_id || '@staff.example'")
        store.executemany(
            "INSERT INTO guardians (guardian_id, student_id, name, email, may_contact)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                ("g1", "s1", "Gus Guardian", "gus@home.example", 1),
                ("g2", "s1", "Not Asked", "not@home.example", 0),
                ("g3", "s1", "No Address", "", 1),
            ],
        )

    @property
    def meetings(self) -> Meetings:
        return self.town.office.interventions.meetings

    def arrange(self, *ids: str, source: str = "one", **others: Any) -> Meeting:
        chosen: dict[str, Any] = {
            "meeting_type": "one-on-one", "scheduled_at": TOMORROW, "duration_minutes": 20,
            "location": "Room 4", "notes": "a secret", "as_of": NOW,
        } | others  # fmt: skip
        return self.meetings.schedule(ACTOR, ids or ("s1",), source=source, **chosen)

    def mails(self) -> dict[str, Outgoing]:
        """The newest e-mail to each address."""
        return {
            each.recipient.address: each
            for _, each in self.town.zulip.sent
            if isinstance(each.recipient, Mail)
        }

    def sent_keys(self) -> list[str]:
        return [each.key for _, each in self.town.zulip.sent]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def build(**settings: Any) -> Stage:
        made.append(Stage(Town(tmp_path, **{"smtp_host": "mail.example"} | settings)))
        return made[-1]

    yield build
    for each in made:
        each.town.store.close()


@pytest.fixture
def stage(make: Callable[..., Stage]) -> Stage:
    return make(mail_from="school@school.example")


def test_everybody_gets_an_invitation_and_the_notes_stay_with_the_teacher(stage: Stage) -> None:
    """A message and a file in Zulip, an e-mail to each address, the same event in all of them."""
    found = stage.arrange()
    (words,) = stage.town.zulip.to(ANA)
    assert "**Tara Teacher** invites you" in words
    assert "Room 4" in words
    assert "/user_uploads/2/1/meeting-1.ics" in words
    mails = stage.mails()
    assert set(mails) == {"s1@pupils.example", "t1@staff.example"}
    student = mails["s1@pupils.example"]
    assert student.heading == "Invitation: Meeting with Tara Teacher"
    assert "Friday, 20 November 2026, 14:30 to 14:50 (UTC)" in student.content
    others = [words, student.content, student.calendar, stage.town.zulip.uploads[0][1].decode()]
    assert not any("secret" in each for each in others)
    assert "a secret" in mails["t1@staff.example"].content
    assert "Meeting with Ana Alvarez" in mails["t1@staff.example"].heading
    (event,) = Calendar.from_ical(student.calendar).walk("VEVENT")
    assert event["UID"] == found.uid
    assert event["ORGANIZER"] == "mailto:school@school.example"
    assert event["ATTENDEE"] == "mailto:s1@pupils.example"
    assert found.uid.endswith("@nudgebot")


def test_guardians_who_may_be_contacted_are_invited_to_a_parent_meeting(stage: Stage) -> None:
    """Only those, and no address of anybody else is in what they get."""
    stage.arrange(meeting_type="parent")
    mail = stage.mails()["gus@home.example"]
    assert "about Ana" in mail.content
    assert set(stage.mails()) == {"gus@home.example", "s1@pupils.example", "t1@staff.example"}
    assert "pupils.example" not in mail.calendar.replace("\r\n ", "")
    assert "your parents or guardians" in stage.town.zulip.to(ANA)[0]


def test_without_a_mail_server_zulip_alone_is_told(make: Callable[..., Stage]) -> None:
    """No e-mail is even tried."""
    stage = make(smtp_host="")
    stage.arrange(meeting_type="parent")
    assert stage.mails() == {}
    assert len(stage.town.zulip.to(ANA)) == 1


def test_an_upload_that_fails_stops_no_invitation(stage: Stage) -> None:
    """The words alone say it all."""
    stage.town.zulip.refuse_uploads = DeliveryError("No room.", accepted=False)
    stage.arrange()
    (words,) = stage.town.zulip.to(ANA)
    assert "calendar" not in words


def test_the_same_source_arranges_once(stage: Stage) -> None:
    """A confirmation that is carried out again after a crash changes nothing."""
    first, sent = stage.arrange(), len(stage.town.zulip.sent)
    assert stage.arrange() == first
    assert len(stage.town.zulip.sent) == sent
    assert stage.town.store.value("SELECT count(*) FROM meetings") == 1


def test_a_move_and_a_cancellation_update_the_same_event(stage: Stage) -> None:
    """Same UID, rising sequence, everybody told each time, and once."""
    found = stage.arrange("s1", "s2", meeting_type="group")
    meetings = stage.meetings
    later = TOMORROW + timedelta(hours=2)
    for _ in range(2):
        moved = meetings.move(ACTOR, found.id, later, as_of=NOW, source="two")
    assert (moved.sequence, moved.scheduled_at) == (1, later)
    assert "has moved your meeting" in stage.town.zulip.to(BEN)[1]
    for _ in range(2):
        gone = meetings.cancel(ACTOR, found.id, "I am ill.", as_of=NOW, source="three")
    assert (gone.sequence, gone.status) == (2, "cancelled")
    assert len(stage.town.zulip.to(ANA)) == len(stage.town.zulip.to(BEN)) == 3
    assert "I am ill" in stage.town.zulip.to(ANA)[2]
    calendars = [
        Calendar.from_ical(each.calendar)
        for _, each in stage.town.zulip.sent
        if each.recipient == Mail("s2@pupils.example", "Ben *Baker*")
    ]
    events = [each.walk("VEVENT")[0] for each in calendars]
    assert [each["METHOD"] for each in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [each["SEQUENCE"] for each in events] == [0, 1, 2]
    assert {each["UID"] for each in events} == {found.uid}
    with pytest.raises(CommandError, match="cancelled already"):
        meetings.cancel(ACTOR, found.id, "", as_of=NOW, source="four")
    with pytest.raises(CommandError, match="cancelled already"):
        meetings.move(ACTOR, found.id, later, as_of=NOW, source="five")


def test_a_moved_meeting_is_told_as_it_was_and_recorded_as_it_is(stage: Stage) -> None:
    """The old time keeps its own length; the record names the new time, and the old one last."""
    found = stage.arrange("s1")
    later = TOMORROW + timedelta(days=3)
    stage.meetings.move(ACTOR, found.id, later, duration_minutes=15, as_of=NOW, source="two")
    told = stage.mails()["s1@pupils.example"].content
    assert "It was to be on: Friday, 20 November 2026, 14:30 to 14:50" in told
    assert "When: Monday, 23 November 2026, 14:30 to 14:45" in told
    (entry,) = stage.town.office.interventions.record.of_student("s1")
    assert entry.action_taken == (
        "One-on-one meeting on Monday, 23 November 2026, 14:30, Room 4 "
        "(moved from Friday, 20 November 2026, 14:30)"
    )
    stage.meetings.cancel(ACTOR, found.id, "I am ill.", as_of=NOW, source="three")
    (entry,) = stage.town.office.interventions.record.of_student("s1")
    assert entry.resolution_notes == "Cancelled. I am ill."


def test_only_who_was_told_of_it_is_told_that_it_is_off(stage: Stage) -> None:
    """A student who was not linked then hears nothing of a meeting she never heard of."""
    stage.town.store.execute("UPDATE students SET email = '', zulip_user_id = NULL")
    found = stage.arrange()
    stage.town.store.execute("UPDATE students SET zulip_user_id = ? WHERE student_id = 's1'", [ANA])
    stage.meetings.cancel(ACTOR, found.id, "", as_of=NOW, source="two")
    assert stage.town.zulip.to(ANA) == []
    assert [each.mail for each in stage.meetings.told(found)] == [None, "sent"]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"scheduled_at": NOW}, "is past already"),
        ({"scheduled_at": NOW + timedelta(days=400)}, "more than a year"),
        ({"meeting_type": "party"}, "`one-on-one`, `parent` or `group`"),
        ({"meeting_type": "group"}, "two students or more"),
        ({"duration_minutes": 2}, "from 5 to 480"),
    ],
)
def test_what_cannot_be_is_not_arranged(stage: Stage, others: dict[str, Any], told: str) -> None:
    """A sentence, no row, no message."""
    with pytest.raises(CommandError, match=told):
        stage.arrange(**others)
    assert stage.town.store.value("SELECT count(*) FROM meetings") == 0
    assert stage.town.zulip.sent == []


def test_a_parent_meeting_is_about_one_student(stage: Stage) -> None:
    """Guardians would read of other people's children."""
    with pytest.raises(CommandError, match="with one student"):
        stage.arrange("s1", "s2", meeting_type="parent")


def test_another_teachers_number_is_an_unknown_number(stage: Stage) -> None:
    """The words do not tell that the meeting exists."""
    found = stage.arrange()
    said = []
    for number in (found.id, 999):
        with pytest.raises(CommandError) as error:
            stage.meetings.outcome(OTHER, number, "held", "", TOMORROW)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_the_record_holds_it_and_how_it_went(stage: Stage) -> None:
    """One entry for each student, resolved with the outcome."""
    found = stage.arrange("s1", "s2", meeting_type="group")
    record = stage.town.office.interventions.record
    with pytest.raises(CommandError, match="still to come"):
        stage.meetings.outcome(ACTOR, found.id, "held", "", NOW)
    over = TOMORROW + timedelta(hours=1)
    stage.meetings.outcome(ACTOR, found.id, "held", "We made a plan.", over)
    for student_id in ("s1", "s2"):
        (entry,) = record.of_student(student_id)
        assert entry.action_taken == "Group meeting on Friday, 20 November 2026, 14:30, Room 4"
        assert (entry.resolution_notes, entry.is_resolved) == ("Held. We made a plan.", True)
    assert stage.meetings.unsaid(TARA, over) == []


def reminders(stage: Stage) -> list[str]:
    return [key for key in stage.sent_keys() if ":reminder:" in key]


def test_both_sides_are_reminded_once(stage: Stage) -> None:
    """At the set time before it, not earlier, and not again."""
    stage.arrange()
    for minutes in (-61, -60, -30, 5):
        stage.meetings.tick(TOMORROW + timedelta(minutes=minutes))
    assert reminders(stage) == ["meeting:1:0:reminder:student:s1", "meeting:1:0:reminder:teacher:9"]
    assert "secret" not in stage.town.zulip.to(ANA)[-1]


@pytest.mark.parametrize("case", ["slept", "cancelled", "moved", "short notice", "never"])
def test_no_reminder_that_helps_nobody(make: Callable[..., Stage], case: str) -> None:
    """Not after it began, not of what is off or elsewhere, not right after the invitation."""
    stage = make(meeting_reminder_minutes=0 if case == "never" else 60)
    as_of = TOMORROW - timedelta(minutes=30 if case == "short notice" else 120)
    found = stage.arrange(as_of=as_of)
    if case == "cancelled":
        stage.meetings.cancel(ACTOR, found.id, "", as_of=as_of, source="two")
    if case == "moved":
        later = TOMORROW + timedelta(days=1)
        stage.meetings.move(ACTOR, found.id, later, as_of=as_of, source="two")
    stage.meetings.tick(TOMORROW + timedelta(minutes=1 if case == "slept" else -20))
    assert reminders(stage) == []


def test_a_moved_meeting_is_reminded_of_at_its_new_time(stage: Stage) -> None:
    """Also where the old time was reminded of already."""
    found = stage.arrange()
    stage.meetings.tick(TOMORROW - timedelta(minutes=50))
    later = TOMORROW + timedelta(days=1)
    stage.meetings.move(
        ACTOR, found.id, later, as_of=TOMORROW - timedelta(minutes=40), source="two"
    )
    stage.meetings.tick(later - timedelta(minutes=50))
    assert [key.split(":")[2] for key in reminders(stage)] == ["0", "0", "1", "1"]


def test_the_teacher_is_asked_once_how_it_went(stage: Stage) -> None:
    """After its end, with buttons, and not where she has said so already."""
    stage.arrange()
    said = stage.arrange("s2", source="two")
    stage.meetings.tick(TOMORROW + timedelta(minutes=19))
    over = TOMORROW + timedelta(minutes=20)
    stage.meetings.outcome(ACTOR, said.id, "missed", "", over)
    assert stage.meetings.tick(over) == 1
    assert stage.meetings.tick(over + timedelta(days=1)) == 0
    asked = [each for _, each in stage.town.zulip.sent if ":ask" in each.key]
    assert [each.key for each in asked] == ["meeting:1:0:ask", "meeting:1:0:ask:buttons"]
    assert [each.reply for each in asked[1].buttons] == [
        "meeting 1 held", "meeting 1 missed", "move meeting 1",
    ]  # fmt: skip


def test_what_a_crash_left_untold_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the meeting was written and before anybody was told, and started again."""

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Meetings, "_announced", killed)
    with pytest.raises(KeyboardInterrupt):
        stage.arrange()
    monkeypatch.undo()
    assert stage.town.zulip.to(ANA) == []
    assert stage.meetings.tick(NOW + timedelta(minutes=2)) == 1
    assert stage.meetings.tick(NOW + timedelta(minutes=3)) == 0
    stage.arrange()
    assert len(stage.town.zulip.to(ANA)) == 1


def test_an_outage_delays_and_loses_nothing(stage: Stage) -> None:
    """What Zulip did not take is sent later by the outbox, once."""
    away = DeliveryError("Zulip is away.", accepted=False, retry_after_seconds=1)
    stage.town.zulip.refuse = lambda _: away
    stage.arrange()
    assert {each.zulip for each in stage.meetings.told(stage.arrange())} == {"released", None}
    stage.town.zulip.refuse = lambda _: None
    for minutes in (5, 30, 90):
        stage.town.office.outbox.run(NOW + timedelta(minutes=minutes))  # type: ignore[attr-defined]
    assert len(stage.town.zulip.to(ANA)) == 1


def test_proposals_leave_out_holidays_and_other_meetings(stage: Stage) -> None:
    """Those of the teacher, and those of the student with anybody."""
    at = datetime(2026, 11, 20, 13, 0, tzinfo=NOW.tzinfo)
    stage.arrange(scheduled_at=at)
    found = stage.meetings.proposals(TARA, ["s2"], 30, as_of=NOW)
    assert [f"{each:%a %H:%M}" for each in found] == [
        "Thu 15:00", "Thu 15:30", "Fri 13:30", "Fri 14:00",
    ]  # fmt: skip
    stage.town.store.execute(
        "INSERT INTO calendar (begin_day, end_day, kind) VALUES (20777, 20780, 'holiday')"
    )
    found = stage.meetings.proposals(10, ["s1"], 30, as_of=NOW)
    assert [f"{each:%a %d}" for each in found] == ["Thu 19", "Thu 19", "Tue 24", "Tue 24"]
    assert stage.meetings.conflicts(10, ["s1"], at, 30)
    assert not stage.meetings.conflicts(10, ["s2"], at, 30)
    assert not stage.meetings.conflicts(TARA, ["s1"], at + timedelta(minutes=20), 30)
