"""Invitations as iCalendar (RFC 5545, RFC 5546): a request, its updates, and its cancellation.

Times are in UTC: every calendar reads these, a single meeting needs no rule of a time zone, and a
VTIMEZONE of our own making is what calendars most often read wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nudgebot.markup import clean

if TYPE_CHECKING:
    from icalendar import vCalAddress

PRODID = "-//nudgebot//meetings//EN"
NOBODY = "invalid:nomail"  # what calendars themselves write for somebody without an address


@dataclass(frozen=True)
class Attendee:
    """Somebody's name and e-mail address; the address may be empty."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Invitation:
    """What an invitation says to one reader; nobody else's address is in it.

    `sequence` rises with each update; `stamped_at` is when this state of it was made, so that the
    same state gives the same bytes. `cancelled` makes it the cancellation.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    begins_at: datetime
    minutes: int
    summary: str
    organizer: Attendee
    attendee: Attendee
    location: str = ""
    description: str = ""
    cancelled: bool = False


def as_icalendar(invitation: Invitation) -> bytes:
    """The file, in UTF-8 with the line ends of RFC 5545."""
    from icalendar import Calendar, Event, vText  # noqa: PLC0415  # loads when first used

    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if invitation.cancelled else "REQUEST")
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", _utc(invitation.stamped_at))
    event.add("dtstart", _utc(invitation.begins_at))
    event.add("dtend", _utc(invitation.begins_at) + timedelta(minutes=invitation.minutes))
    event.add("summary", clean(invitation.summary))
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("organizer", _address(invitation.organizer))
    attendee = _address(invitation.attendee)
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("NEEDS-ACTION")
    attendee.params["rsvp"] = vText("TRUE")
    event.add("attendee", attendee)
    if invitation.location:
        event.add("location", clean(invitation.location))
    if invitation.description:
        event.add("description", _lines(invitation.description))
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _address(who: Attendee) -> vCalAddress:
    from icalendar import vCalAddress, vText  # noqa: PLC0415  # loads when first used

    address = clean(who.address).replace(" ", "")
    found = vCalAddress(f"mailto:{address}" if address else NOBODY)
    # A parameter's value can hold no quotation mark (RFC 5545, 3.2).
    found.params["cn"] = vText(clean(who.name).replace('"', "'"))
    return found


def _lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.splitlines())
