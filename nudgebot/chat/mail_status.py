"""The line of `status` about e-mail: whether any can go out, what went last, and what waits."""

from __future__ import annotations

from nudgebot.chat.answer import code
from nudgebot.chat.figures_text import count
from nudgebot.chat.office import Office
from nudgebot.markup import global_time
from nudgebot.school.days import from_at

_STATES = """SELECT
    COALESCE(SUM(state IN ('claimed', 'released')), 0) AS waiting,
    COALESCE(SUM(state = 'unsettled'), 0) AS unsettled,
    MAX(CASE WHEN state = 'sent' THEN settled_at END) AS sent_at
    FROM outbox WHERE carrier = 'mail'"""


def mail_line(office: Office) -> str:
    """One line; with a warning where something waits and cannot go, or nobody can tell of it."""
    (row,) = office.store.rows(_STATES)
    host = office.settings["smtp_host"].strip()
    sent = row["sent_at"]
    parts = [
        f"by {code(host)}" if host else "no mail server is set (setting `smtp_host`)",
        f"last sent {global_time(from_at(sent))}" if sent else "none sent yet",
    ]
    if row["waiting"]:
        parts.append(f"{row['waiting']:,} waiting")
    if row["unsettled"]:
        parts.append(
            f"{count(row['unsettled'], 'e-mail')} of which nobody can tell (`parent list`)"
        )
    is_bad = row["unsettled"] or (row["waiting"] and not host)
    more = " (`nudgebot doctor` asks the server)" if host and row["waiting"] else ""
    return f"- {'⚠️ ' if is_bad else ''}E-mail: {', '.join(parts)}{more}"
