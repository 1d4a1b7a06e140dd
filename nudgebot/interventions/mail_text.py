"""E-mails as the standards have them: headers that take no foreign line, text, invitation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from nudgebot.errors import InputError
from nudgebot.markup import clean
from nudgebot.nudging.messages import Mail, Outgoing

# Any server takes it: no line is over-long, and nothing needs eight bits.
_POLICY = SMTP.clone(cte_type="7bit")
_LONGEST_ADDRESS = 254  # RFC 5321
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*", re.IGNORECASE)
_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Sender:
    """Who writes, and where answers go; both are `name <address>` or an address alone."""

    sender: str
    reply_to: str = ""


def address_of(text: str) -> str:
    """The address that a mail server is told, its domain in ASCII.

    Raises InputError for what is no address; the text says nothing of it.
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    found = f"{local}@{domain}"
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise InputError("That is not an e-mail address that mail can be sent to.")
    if len(found) > _LONGEST_ADDRESS:
        raise InputError("That e-mail address is too long.")
    return found


def is_address(text: str) -> bool:
    """Whether mail can be sent there as far as its letters go."""
    try:
        address_of(text)
    except InputError:
        return False
    return True


def named_address(text: str, name: str = "") -> Address:
    """`name <address>` as a header takes it; a name in the text goes before the other one."""
    shown, address = parseaddr(text)
    return Address(clean(shown or name)[:200], addr_spec=address_of(address))


def mime_of(
    message: Outgoing, recipient: Mail, sender: Sender, *, local_id: str, at: datetime
) -> EmailMessage:
    """The whole e-mail; the same `local_id` gives the same Message-ID, so that a copy is told.

    Raises InputError where an address is none.
    """
    origin = named_address(sender.sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = origin
    mail["To"] = Address(clean(recipient.name)[:200], addr_spec=address_of(recipient.address))
    if sender.reply_to:
        mail["Reply-To"] = named_address(sender.reply_to)
    mail["Subject"] = clean(message.heading)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{local_id}@{origin.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.content.strip("\n") + "\n")
    if message.calendar:
        _invite(mail, message.calendar)
    return mail


def _invite(mail: EmailMessage, calendar: str) -> None:
    """The invitation twice: for readers that offer to answer it, and as a file for the others."""
    found = _METHOD.search(calendar)
    method = found[1].upper() if found else "REQUEST"
    mail.add_alternative(calendar, subtype="calendar", params={"method": method})
    mail.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="invite.ics"
    )
