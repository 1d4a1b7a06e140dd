"""Erasure: everything that nudging keeps about a student, her own wishes excepted."""

from __future__ import annotations

from nudgebot.store import Store


def forget(store: Store, student_id: str) -> int:
    """Delete the student's decisions, nudges and snoozes, and empty the letters about her.

    The claims of her messages stay without their text, so that nothing is sent twice, and so does
    a stop or pause, so that she is still left alone. Returns how many nudges there were.
    """
    with store.transaction() as connection:
        keys = """SELECT p.outbox_key FROM nudge_parts p
                  JOIN nudges n ON n.nudge_key = p.nudge_key WHERE n.student_id = ?"""
        connection.execute(
            f"UPDATE outbox SET letter = '' WHERE state IN ('sent', 'refused') AND key IN ({keys})",  # noqa: S608  # a constant
            [student_id],
        )
        connection.execute(
            f"DELETE FROM outbox WHERE state = 'released' AND key IN ({keys})",  # noqa: S608  # a constant
            [student_id],
        )
        connection.execute(
            """DELETE FROM nudge_parts WHERE nudge_key IN (
               SELECT nudge_key FROM nudges WHERE student_id = ?)""",
            [student_id],
        )
        nudges = connection.execute("DELETE FROM nudges WHERE student_id = ?", [student_id])
        connection.execute("DELETE FROM decisions WHERE student_id = ?", [student_id])
        connection.execute("DELETE FROM episodes WHERE student_id = ?", [student_id])
        connection.execute("DELETE FROM snoozes WHERE student_id = ?", [student_id])
    return nudges.rowcount
