"""A school in which everything that a command may be about is there: of Ana's, s1."""

from __future__ import annotations

import re
from pathlib import Path

from chat.alerted import raised
from chat.lessons import fill
from chat.town import ADMIN, ANA, BEN, ME, NOW, OTTO, STRANGER, TARA
from interventions.family import Family

from nudgebot.chat.command import ADMINS, STUDENTS, Command
from nudgebot.nudging.messages import InStream, Recipient
from nudgebot.school.days import to_day
from nudgebot.school.links import Links, ZulipUser

GUEST, BOT, GONE, LEFT = 31, 32, 33, 34
GUEST_ROLE = 600
YESTERDAY = to_day(NOW.date()) - 1
# What of Ana, s1, no one else may read: her name, and those of her family.
MARKS = re.compile(r"\bAna\b|[AÁ]lvarez|family(?:@|&#64;)")
# What the conversation keeps for itself; a refused command may be heard, kept and answered.
BOOKKEEPING = frozenset(
    {
        "audit_log", "audit_people", "outbox", "pending_lines", "answers", "sqlite_sequence",
        "sqlite_stat1",
    }
)  # fmt: skip


class World(Family):
    """Tara's class 7B with an alert, an assignment, a meeting and a tutoring for Ana.

    Gone is a teacher of 7B whose account is deactivated, Left one who left the class yesterday,
    Bot is a bot named as a teacher of it, and Guest is a guest whom nobody linked.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, lms_outbox=folder / "outbox", realm_admins_are_admins=True)
        fill(self.store, NOW)
        self._people()
        raised(self, "s1")
        for said in (
            "assign s1 Fractions",
            "meet s1 tomorrow 15:00",
            "tutor s1 with s2 in Fractions",
            "message s1 How are you?",
        ):
            self.say(TARA, said)
            self.say(TARA, "confirm")

    def _people(self) -> None:
        for number, teacher_id in ((BOT, "t3"), (GONE, "t4"), (LEFT, "t5")):
            self.store.execute(
                "INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES (?, ?, ?)",
                [teacher_id, f"Teacher {teacher_id}", number],
            )
            self.store.execute(
                """INSERT INTO enrollments (class_id, person_id, role, end_day)
                   VALUES ('c7b', ?, 'teacher', ?)""",
                [teacher_id, YESTERDAY if number == LEFT else None],
            )
        links = Links(self.store)
        users = [
            *links.users(),
            ZulipUser(GUEST, "Gus Guest", "", GUEST_ROLE, True, False, ""),
            ZulipUser(BOT, "other bot", "", 400, True, True, ""),
            ZulipUser(GONE, "Gone Teacher", "", 200, False, False, ""),
            ZulipUser(LEFT, "Left Teacher", "", 400, True, False, ""),
        ]
        links.keep_users(users, NOW)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """All tables with all rows, apart from the conversation's own bookkeeping."""
        names = [
            row[0]
            for row in self.store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            if row[0] not in BOOKKEEPING and not row[0].startswith("chat_")
        ]
        return {
            name: [tuple(row) for row in self.store.rows(f"SELECT * FROM {name}")]  # noqa: S608  # the database's own names
            for name in names
        }

    def hears(self, sender: int, text: str, place: Recipient | None) -> list[tuple[Recipient, str]]:
        """Where the bot says what, because of this; files and pictures too."""
        said = text if place is None else f"@**{ME.full_name}** {text}"
        return [(each.recipient, each.content) for each in self.say(sender, said, place)]  # type: ignore[misc]


def wrong_askers(command: Command) -> dict[str, int]:
    """Who may not use the command on Ana, by what they are."""
    nobody = {"stranger": STRANGER, "guest": GUEST, "bot": BOT, "deactivated": GONE}
    if command.roles == STUDENTS:
        return nobody | {"teacher": TARA, "admin": ADMIN}
    if command.roles == ADMINS:
        return nobody | {"student": BEN, "herself": ANA, "teacher": TARA, "other teacher": OTTO}
    others = {"other teacher": OTTO, "left yesterday": LEFT}
    return nobody | {"student": BEN, "herself": ANA} | others


def leaks(text: str) -> list[str]:
    """What of Ana's stands in a text."""
    return MARKS.findall(text)


STREAM = 73
ROOM = InStream(STREAM, "today")
