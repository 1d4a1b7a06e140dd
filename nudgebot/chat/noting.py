"""What the audit log is told of a command: what it was, and its arguments that are no texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Reply
from nudgebot.chat.command import ADMINS, Found, Scope
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.office import Office
from nudgebot.insight.trend_metrics import METRICS

if TYPE_CHECKING:
    from nudgebot.chat.desk import Heard

WORDS_ON_PREVIEWS = frozenset({"confirm", "cancel", "change", "add"})
FREE_TEXT = "message"
# Placeholders of words that people choose: of such a command only a first word of its own counts.
_TEXTS = ("<text>", "<notes>", "<note>", "<why>", "<title>", "<with what>", "<place>", "<concern>")
_NUMBERS = ("<alert>", "<number>", "<n>", "<import>")
_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_PERIOD = re.compile(
    rf"(?<!\S)(?:\d{{1,4}} (?:days?|weeks?|months?)|this term|since {_DATE}|{_DATE}\.\.{_DATE}"
    r"|today|yesterday)(?!\S)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"<[^>]*>")


def note(
    office: Office, replies: Sequence[Reply], incoming: Incoming, heard: Heard, as_of: datetime
) -> None:
    """Write down whose data the asker sees, or else that she used the command at all.

    To be called in the transaction that promises the replies.
    """
    action, detail = _what(office, incoming, heard)
    shown = False
    for reply in replies:
        if reply.answer.students:
            shown = True
            office.audit.record(
                reply.answer.students,
                actor_user_id=incoming.sender_id,
                action=action,
                place=reply.place,
                as_of=as_of,
                detail=detail,
            )
    is_use = action != FREE_TEXT if heard.found is None else _matters(heard.found)
    if not shown and is_use and heard.asker.roles:
        is_own = heard.found is not None and heard.found.command.scope is Scope.OWN
        office.audit.used(
            about_student_id=heard.asker.student_id if is_own else None,
            actor_user_id=incoming.sender_id,
            action=action,
            place=incoming.place,
            as_of=as_of,
            detail=detail,
        )


def note_outcome(
    office: Office, replies: Sequence[Reply], incoming: Incoming, heard: Heard, as_of: datetime
) -> None:
    """Write down whose data the outcome of longer work shows; that it was begun is noted."""
    if any(reply.answer.students for reply in replies):
        note(office, replies, incoming, heard, as_of)


def _matters(found: Found) -> bool:
    """Whether a command reads or does something, other than telling how the bot is used."""
    command = found.command
    return (
        command.scope is not Scope.NOBODY
        or command.changes_world
        or command.roles == ADMINS
        or command.name in WORDS_ON_PREVIEWS
    )


def _what(office: Office, incoming: Incoming, heard: Heard) -> tuple[str, str]:
    """The command's name and what may be kept of its arguments; of a word on a preview its kind."""
    name = heard.found.command.name if heard.found else FREE_TEXT
    if heard.asker.is_staff and (heard.found is None or name in WORDS_ON_PREVIEWS):
        preview = office.confirmations.newest(heard.asker.user_id, source=incoming.source)
        if preview is not None and preview.settled_by == incoming.source:
            meant = "cancel" if preview.state == "cancelled" else "confirm"
            return (name if heard.found else meant), preview.kind
    if heard.found is None:
        return name, ""
    return name, detail_of(heard.found, {rule.id for rule in office.book.rules.rules})


def detail_of(found: Found, rule_ids: Collection[str]) -> str:
    """The arguments that are no texts and name nobody: options, periods, a rule, a number."""
    command = found.command
    usage = command.usage[len(command.name) :]
    literals = set(re.findall(r"[a-z][a-z-]+", _PLACEHOLDER.sub(" ", usage)))
    words = found.text.casefold().split()
    first = words[0].strip("`") if words else ""
    numbered = first.isdecimal() and any(each in usage for each in _NUMBERS)
    kept = [first] if numbered or first in rule_ids else []
    if any(each in usage for each in _TEXTS):
        return " ".join(kept or [word for word in words[:1] if word in literals])
    literals |= set(METRICS) if "<metric>" in usage else set()
    kept += [word for word in words if word in literals]
    if "<period>" in usage:
        kept += [match.group().casefold() for match in _PERIOD.finditer(found.text)]
    return " ".join(kept)
