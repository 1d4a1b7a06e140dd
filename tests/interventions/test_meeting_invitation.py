"""Invitations, read back by the library that wrote them and by another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import vobject  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from nudgebot.interventions.invitation import Attendee, Invitation, as_icalendar

BEGIN = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
PLAIN = Invitation(
    uid="meeting-3-0f0f0f0f@nudgebot",
    sequence=0,
    stamped_at=datetime(2026, 11, 19, 14, 30, 12, 345, tzinfo=UTC),
    begins_at=BEGIN,
    minutes=20,
    summary="Meeting with Tara Teacher",
    organizer=Attendee("Tara Teacher", "school@school.example"),
    attendee=Attendee("Ana Alvarez", "ana@school.example"),
    location="Room 4",
)


def test_a_request_says_what_calendars_need() -> None:
    """Both readers find method, identity, times, people and place."""
    data = as_icalendar(PLAIN)
    read = Calendar.from_ical(data)
    (event,) = read.walk("VEVENT")
    assert (read["METHOD"], read["VERSION"]) == ("REQUEST", "2.0")
    assert str(read["PRODID"]) == "-//nudgebot//meetings//EN"
    assert event["UID"] == "meeting-3-0f0f0f0f@nudgebot"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event.decoded("DTSTART") == BEGIN
    assert event.decoded("DTEND") == BEGIN + timedelta(minutes=20)
    assert event["ORGANIZER"] == "mailto:school@school.example"
    assert event["ATTENDEE"] == "mailto:ana@school.example"
    assert event["ATTENDEE"].params["CN"] == "Ana Alvarez"
    other = vobject.readOne(data.decode())
    assert other.method.value == "REQUEST"
    assert other.vevent.dtstart.value == BEGIN
    assert other.vevent.location.value == "Room 4"
    assert other.vevent.attendee.params["RSVP"] == ["TRUE"]
    assert b"DTSTART:20261124T140000Z\r\n" in data


def test_an_update_and_a_cancellation_are_about_the_same_event() -> None:
    """Same UID, higher sequence; the cancellation says so twice, as RFC 5546 asks."""
    moved = Calendar.from_ical(as_icalendar(replace(PLAIN, sequence=1)))
    gone = Calendar.from_ical(as_icalendar(replace(PLAIN, sequence=2, cancelled=True)))
    (first,), (last,) = moved.walk("VEVENT"), gone.walk("VEVENT")
    assert first["UID"] == last["UID"] == PLAIN.uid
    assert (first["SEQUENCE"], last["SEQUENCE"]) == (1, 2)
    assert (gone["METHOD"], last["STATUS"]) == ("CANCEL", "CANCELLED")


def test_the_same_state_gives_the_same_bytes() -> None:
    """An invitation that is sent again after a crash is the same one."""
    assert as_icalendar(PLAIN) == as_icalendar(PLAIN)


def test_nobody_without_an_address_gets_one() -> None:
    """Where a student has no e-mail address, none is made up."""
    nameless = replace(PLAIN, attendee=Attendee("Ben"), organizer=Attendee("Tara"))
    (event,) = Calendar.from_ical(as_icalendar(nameless)).walk("VEVENT")
    assert event["ATTENDEE"] == event["ORGANIZER"] == "invalid:nomail"


@pytest.mark.parametrize(
    "text",
    [
        "Room 4, second floor; left",
        "Žofie Čapková, Łódź",
        "田中 花子 会議室",
        "مكتبة المدرسة",
        'The "blue" room: 7\\8',
        "two\nlines",
        "BEGIN:VEVENT",
        "x" * 300,
        "🎒" * 60,
    ],
)
def test_names_and_places_survive_both_readers(text: str) -> None:
    """Commas, semicolons, other scripts and long lines come back as they were."""
    data = as_icalendar(
        replace(PLAIN, summary=text, location=text, description=text,
                attendee=Attendee(text, "ana@school.example"))
    )  # fmt: skip
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    line = text.replace("\n", " ")
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    other = vobject.readOne(data.decode()).vevent
    assert event["SUMMARY"] == event["LOCATION"] == line
    assert event["DESCRIPTION"] == text
    assert event["ATTENDEE"].params["CN"] == line.replace('"', "'")
    assert (other.summary.value, other.location.value) == (line, line)
    assert other.description.value == text


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_out_of_its_field(name: str, place: str) -> None:
    """Whatever a name or a place is, there is one event with one attendee in the file."""
    data = as_icalendar(
        replace(PLAIN, location=place, summary=name, attendee=Attendee(name, "a@school.example"))
    )
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["UID"] == PLAIN.uid
    assert event["ATTENDEE"] == "mailto:a@school.example"
    assert not event.errors
