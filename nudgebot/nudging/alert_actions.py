"""What a digest offers to do: buttons for its most urgent alerts, in a message of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from nudgebot.nudging.choices import in_words
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.messages import Button, Outgoing, Recipient
from nudgebot.nudging.ports import AlertMark
from nudgebot.store import Store

HEADING = "Take action"
MOST_BUTTONS = 3
_LONGEST_NAME = 40


def pairs_of(store: Store, nudge_keys: Collection[str]) -> list[Pair]:
    """Student and rule of each of the nudges."""
    rows = store.rows(
        """SELECT student_id, rule_id FROM nudges
           WHERE nudge_key IN (SELECT value FROM json_each(?)) ORDER BY due_at, nudge_key""",
        [json.dumps(sorted(nudge_keys))],
    )
    return [(row["student_id"], row["rule_id"]) for row in rows]


def actions(
    store: Store,
    marks: Mapping[Pair, AlertMark],
    *,
    key: str,
    recipient: Recipient,
    purpose: str,
) -> Outgoing | None:
    """The message below another one that told of these alerts; None where none needs anybody."""
    open_ = [(pair[0], mark) for pair, mark in marks.items() if not mark.rests]
    if not open_:
        return None
    by_student: dict[str, int] = {}
    for student_id, mark in sorted(
        open_, key=lambda each: (-each[1].severity.rank, each[1].number)
    ):
        by_student.setdefault(student_id, mark.number)
    chosen = list(by_student.items())[:MOST_BUTTONS]
    names = _names(store, [student_id for student_id, _ in chosen])
    buttons = (
        *(_button(names.get(student_id, student_id), number) for student_id, number in chosen),
        Button("All alerts", "all that is open", "alerts"),
    )
    return Outgoing(
        key=f"{key}:actions",
        recipient=recipient,
        content=in_words(HEADING, buttons),
        purpose=purpose,
        heading=HEADING,
        buttons=buttons,
    )


def _button(name: str, number: int) -> Button:
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return Button(short, f"what you can do for {short}", f"alert {number}")


def _names(store: Store, student_ids: Sequence[str]) -> dict[str, str]:
    rows = store.rows(
        """SELECT student_id, name FROM students
           WHERE student_id IN (SELECT value FROM json_each(?))""",
        [json.dumps(student_ids)],
    )
    return {row["student_id"]: row["name"] or row["student_id"] for row in rows}
