"""Texts that name a forgotten student: letters, previews and notes, emptied or blotted out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from nudgebot.nudging.letter import local_id_of
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.proof import like, names_her, whole
from nudgebot.rights.subject import Mark, Subject, forms
from nudgebot.school.days import to_at
from nudgebot.store import Store

FORGET = "forget"  # the kind of preview that leads here
BLOTTED = "(somebody forgotten)"
REASON = "The student was forgotten."
# Keys of messages that are about her alone, by the tables that they belong to.
_HERS = """SELECT p.outbox_key FROM nudge_parts p JOIN nudges n ON n.nudge_key = p.nudge_key
        WHERE n.student_id = :student AND NOT EXISTS (
            SELECT 1 FROM nudge_parts q JOIN nudges m ON m.nudge_key = q.nudge_key
            WHERE q.outbox_key = p.outbox_key AND m.student_id != :student)
    UNION SELECT key FROM teacher_messages WHERE student_id = :student
    UNION SELECT key FROM parent_notifications WHERE student_id = :student
    UNION SELECT o.key FROM outbox o JOIN targeted_assignments t
        ON o.key BETWEEN 'assignment:' || t.id || ':' AND 'assignment:' || t.id || ';'
        WHERE t.student_id = :student
    UNION SELECT o.key FROM outbox o JOIN answers a
        ON o.key BETWEEN 'answer:' || a.message_id || ':' AND 'answer:' || a.message_id || ';'
        WHERE a.student_id = :student
    UNION SELECT o.key FROM outbox o JOIN answers a
        ON o.key BETWEEN 'unreached:' || a.message_id || ':'
            AND 'unreached:' || a.message_id || ';' WHERE a.student_id = :student
    UNION SELECT key FROM outbox WHERE letter != '' AND EXISTS (
        SELECT 1 FROM json_each(letter, '$.recipient.user_ids') WHERE value = :user)"""


def settle_letters(store: Store, subject: Subject, as_of: datetime) -> int:
    """Empty every letter to her or about her; returns how many.

    What has been sent stays as an empty claim. What waits and is about her alone is never sent;
    what waits and is about others too is sent without her name.
    """
    needles = [(what, form) for what, text in subject.searched for form in forms(text)]
    hers = {row[0] for row in store.rows(_HERS, subject.parameters)} - {None}
    emptied = 0
    for key, letter, state in _letters(store, needles, hers):
        if state in ("sent", "refused"):
            store.execute("UPDATE outbox SET letter = '', reason = '' WHERE key = ?", [key])
        elif key in hers:
            store.execute(
                """UPDATE outbox SET letter = '', state = 'refused', reason = ?, settled_at = ?,
                   next_try_at = NULL WHERE key = ?""",
                [REASON, to_at(as_of), key],
            )
        else:
            text = blotted(letter, needles)
            store.execute("UPDATE outbox SET letter = ? WHERE key = ?", [text, key])
        emptied += 1
    _rename(store, subject, hers)
    return emptied


def _letters(store: Store, needles: Sequence[Mark], hers: set[str]) -> list[tuple[str, str, str]]:
    tests = " OR ".join(["instr(lower(letter), lower(?))"] * len(needles)) or "0"
    rows = store.rows(
        f"""SELECT key, letter, state FROM outbox WHERE letter != '' AND (
            key IN (SELECT value FROM json_each(?)) OR {tests})""",  # noqa: S608  # parameter marks
        [json.dumps(sorted(hers)), *(text for _, text in needles)],
    )
    return [
        (row["key"], row["letter"], row["state"])
        for row in rows
        if row["key"] in hers or _is_about(row["letter"], needles)
    ]


def _is_about(text: str, needles: Sequence[Mark]) -> bool:
    return any(names_her(text, form) for _, form in needles)


def blotted(text: str, needles: Sequence[Mark]) -> str:
    """The text with other words in the place of what names her."""
    for _, form in sorted(needles, key=lambda each: -len(each[1])):
        text = whole(form).sub(BLOTTED, text)
    return text


def _rename(store: Store, subject: Subject, hers: set[str]) -> None:
    """Give claims keys that tell nobody: many hold a student's id, and all that tell are hers.

    She is never written to again, so that no key of hers is ever claimed a second time.
    """
    found = {
        row[0]
        for row in store.rows(
            """SELECT key FROM outbox WHERE key IN (SELECT value FROM json_each(?))
               OR key LIKE 'nudge:%' AND key IN (SELECT outbox_key FROM nudge_parts p
                   JOIN nudges n ON n.nudge_key = p.nudge_key WHERE n.student_id = ?)
               OR key LIKE 'message:%' AND substr(key, -length(?) - 1) = ':' || ?
                   AND key NOT IN (SELECT key FROM teacher_messages WHERE student_id != ?)""",
            [json.dumps(sorted(hers)), *[subject.student_id] * 4],
        )
    }
    found |= {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT outbox_key FROM nudge_parts WHERE outbox_key LIKE ? ESCAPE '\\'",
            [like(f"nudge:{quote(subject.student_id, safe='')}:")[1:]],
        )
    }
    names = {key: f"forgotten:{secrets.token_hex(12)}" for key in sorted(found)}
    pairs = [(name, key) for key, name in names.items()]
    store.executemany("UPDATE outbox SET key = ? WHERE key = ?", pairs)
    store.executemany("UPDATE outbox SET after_key = ? WHERE after_key = ?", pairs)
    store.executemany("UPDATE nudge_parts SET outbox_key = ? WHERE outbox_key = ?", pairs)
    store.executemany("DELETE FROM pending_lines WHERE key = ?", [[key] for key in names])
    echoes = [[local_id_of(key)] for key in names]
    store.executemany("DELETE FROM chat_echoes WHERE local_id = ?", echoes)


def settle_previews(store: Store, subject: Subject) -> int:
    """Take back open previews that are about her, and take her out of those being carried out."""
    needles = [(what, form) for what, text in subject.searched for form in forms(text)]
    settled = 0
    for row in store.rows("SELECT token, kind, payload, about, state FROM confirmations"):
        payload = json.loads(row["payload"])
        named = _holds_id(payload, subject.student_id)
        texts = f"{row['payload']}\n{row['about']}"
        about = subject.student_id in row["about"].split()
        if not (named or about or _is_about(texts, needles)):
            continue
        if row["state"] == "confirmed" and isinstance(payload.get("letters"), list):
            payload["letters"] = [e for e in payload["letters"] if e[0] != subject.student_id]
            left, state = json.dumps(payload), row["state"]
        elif row["state"] == "confirmed" and row["kind"] == FORGET:
            left, state = "{}", row["state"]  # being done; after a crash the rest of it is
        else:
            left, state = "{}", _ended(row["state"])
        store.execute(
            "UPDATE confirmations SET payload = ?, about = '', state = ? WHERE token = ?",
            [blotted(left, needles), state, row["token"]],
        )
        settled += 1
    return settled


def _ended(state: str) -> str:
    return {"open": "cancelled", "confirmed": "done"}.get(state, state)


def _holds_id(value: object, student_id: str) -> bool:
    if isinstance(value, dict):
        return any(_holds_id(each, student_id) for each in value.values())
    if isinstance(value, list):
        return any(_holds_id(each, student_id) for each in value)
    return value == student_id


def blot_out(store: Store, subject: Subject) -> int:
    """Blot her out of what people wrote in rows of others; returns in how many values."""
    needles = [(what, form) for what, text in subject.searched for form in forms(text)]
    changed = 0
    for table, column in _columns():
        tests = " OR ".join([f"instr(lower({column}), lower(?))"] * len(needles))
        if not needles:
            return 0
        for row in store.rows(
            f"SELECT DISTINCT {column} FROM {table} WHERE {tests}",  # noqa: S608  # the catalogue's own
            [text for _, text in needles],
        ):
            text = blotted(row[0], needles)
            if text != row[0]:
                sql = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608  # the catalogue's own
                changed += store.execute(sql, [text, row[0]]).rowcount
    return changed


def _columns() -> list[tuple[str, str]]:
    return [(each.table, column) for each in CATALOGUE for column in each.texts]
