"""A school in which every text from outside tries to be Markdown, and the reader that notices."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from chat.town import ADMIN, ANA, BEN, NOW, OTTO, STRANGER, TARA, Town

from nudgebot.markup import clean
from nudgebot.nudging.messages import Outgoing
from nudgebot.sandbox.markup import Markup
from nudgebot.sandbox.records import UserGroup

CANARY = "zq"
EVIL_ID = 7777
WRITING = frozenset({"message", "msg", "change", "add"})
MARKED = frozenset(("strong", "em", "del", "code", "a", "h1", "summary", "li"))
SCORE = 61.3725
FORMS = (
    "@**zq**",
    "@_**zq|7**",
    "@**|7**",
    "@*zq*",
    "@**all**",
    "@**everyone**",
    "#**zq**",
    "#**zq>zq**",
    "#**zq>zq@7**",
    "[zq](https://zq.com)",
    "[zq](/zq)",
    "![zq](/user_uploads/1/zq.png)",
    "https://zq.com/zq.png",
    "zq.com/zq.png",
    "<time:2031-01-01T00:00:00Z>",
    "$$zq$$",
    "```quote\nzq\n```",
    "\n```\nzq",
    "\n```math\nzq\n```\n",
    "\n````\nzq\n",
    "\n~~~\nzq\n",
    "\n> zq",
    "**zq**",
    "*zq*",
    "~~zq~~",
    "`zq`",
    "``zq``",
    "\n# zq\n",
    "\n- zq",
    "\n1. zq",
    "| zq | zq |",
    "\n|zq|zq|\n|-|-|\n",
    "/me zq",
    "/poll zq",
    "&#64;**zq**",
    "&commat;**zq**",
    "<script>zq</script>",
    "<a href='https://zq.com'>zq</a>",
    ":octopus:",
    "\\@**zq**",
    "{{ zq }}",
    "{% for zq in zq %}",
    "\u202ezq",
    "\0zq",
    "\n```spoiler zq\nzq\n```\n",
    "=zq",
    "\r\n\r\n    zq",
    "\u2028# zq",
    "\x85> zq",
    "'",
    '"',
    "]",
    ")",
    "\\",
    "`",
    "*",
    "zq",
)
# A teacher's own words to a student may be Markdown, within a quotation that they cannot end and in
# which nobody is mentioned.
IN_QUOTES = ("@**zq**", "@*zq*", "@**all**", "\n```\nzq", "\n````\nzq\n", "\n~~~\nzq\n", "zq x")
# Where outside text is kept, and the column that says which row it is.
OUTSIDE = {
    "students": ("student_id", ("name", "given_name")),
    "teachers": ("teacher_id", ("name",)),
    "classes": ("class_id", ("name", "subject")),
    "guardians": ("guardian_id", ("name",)),
    "skills": ("skill_id", ("name", "subject")),
    "exams": ("exam_id", ("title", "subject")),
    "assignments": ("assignment_id", ("title",)),
}


class AllNames:
    """An organisation in which whatever is mentioned is there."""

    wildcards = frozenset({"all", "everyone", "channel", "stream", "topic"})

    def person(self, name: str, user_id: int | None) -> tuple[int, str] | None:
        """Everybody by a hostile name is one user; the bot's own mentions go by id."""
        if user_id is not None and user_id != 7 and not name:
            return user_id, "Somebody"
        return EVIL_ID, name

    def group(self, name: str) -> UserGroup | None:
        """Every group has that user in it."""
        return UserGroup(7, name, frozenset({EVIL_ID}))

    def stream_link(self, stream: str, topic: str | None) -> str | None:
        """Every stream is there."""
        return f"/#narrow/{stream}/{topic}"


class Page(HTMLParser):
    """What a reader gets to see, and what of it came alive that had to be text."""

    def __init__(self, rendered: str) -> None:
        super().__init__()
        self.alive: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(rendered)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An attribute is never outside text, a moment never one of 2031."""
        for key, value in attrs:
            if value and (CANARY in value or "2031" in value or "octopus" in value):
                self.alive.append(f"<{tag} {key}={value}>")
        if tag in ("script", "iframe"):
            self.alive.append(f"<{tag}>")
        if tag not in ("br", "hr", "img"):
            self._open.append((tag, []))

    def handle_data(self, data: str) -> None:
        """Text belongs to all that is open."""
        for _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        """What was marked up by a hostile text holds that text alone, without its marks."""
        while self._open:
            name, texts = self._open.pop()
            text = "".join(texts).strip()
            fenced = any(each == "pre" for each, _ in self._open)
            if name in MARKED and text == CANARY and not fenced:
                self.alive.append(f"<{name}>{text}")
            if name == tag:
                return


def hostile(chance: random.Random) -> str:
    """A text of some forms, one after the other; never the bare word alone."""
    forms = chance.choices(FORMS, k=chance.randint(1, 3))
    text = chance.choice(("", " ", "x ")).join(forms)
    return f"{text}{chance.choice(('q', ' q', '. q'))}" if clean(text) == CANARY else text


def alive_in(content: str, markup: Markup) -> list[str]:
    """What came alive in a message that had to be text; empty where all is well."""
    rendered = markup.render(content, AllNames())
    found = Page(rendered.html).alive
    if EVIL_ID in rendered.user_ids or rendered.wildcard:
        found.append("a mention")
    first = content.split(maxsplit=1)[:1]
    if first and first[0] in ("/me", "/poll", "/todo"):
        found.append(first[0])
    if "\0" in content:
        found.append("a NUL byte")
    return found + [f"a cell: {line}" for line in _ragged(content)]


def _ragged(content: str) -> Iterator[str]:
    """Rows of tables that have another number of cells than the row before."""
    width = 0
    for line in content.splitlines():
        cells = line.count("|") if line.startswith("|") else 0
        if cells and width and cells != width:
            yield line
        width = cells


class HostileTown(Town):
    """The town, with hostile texts in every column that an export or a person fills."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, smtp_host="127.0.0.1", mail_from="school@school.example")
        self.chance = chance
        at = int(NOW.timestamp())
        insert = self.store.executemany
        insert("INSERT INTO skills (skill_id, name, subject) VALUES (?, '', '')", [("f",), ("d",)])
        insert(
            "INSERT INTO guardians (guardian_id, student_id, name, email, may_contact)"
            " VALUES (?, ?, '', ?, 1)",
            [("g1", "s1", "g1@family.example"), ("g2", "s2", "g2@family.example")],
        )
        insert(
            "INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,"
            " correct) VALUES (?, ?, ?, ?, ?, 10, ?)",
            [
                (
                    f"p{n}",
                    f"s{1 + n % 4}",
                    "fd"[n % 2],
                    at - n * 9000,
                    (at - n * 9000) // 86400,
                    n % 10,
                )
                for n in range(40)
            ],
        )
        for table, (key, columns) in OUTSIDE.items():
            for row in self.store.rows(f"SELECT {key} FROM {table}"):  # noqa: S608  # constants
                for column in columns:
                    self.store.execute(
                        f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608  # the same
                        [hostile(chance), row[0]],
                    )
        self.figures.rows = {
            f"s{n}": {
                "risk_level": ("high", "medium", "low", "minimal")[n - 1],
                "risk_score": 0.7 / n,
                "average_score": SCORE,
                "accuracy": SCORE,
                "current_streak": 0,
                "highest_streak": 9,
                "days_since_last_activity": 6,
                "overdue_assignments": 2,
                "overdue_assignment_title": hostile(chance),
                "struggling_subjects": hostile(chance),
                "weakest_skill": hostile(chance),
            }
            for n in range(1, 5)
        }

    def talk(self, lines: Sequence[tuple[int, str]]) -> list[Outgoing]:
        """Say all of it; everything that was sent because of it."""
        sent: list[Outgoing] = []
        for user_id, text in lines:
            sent += self.say(user_id, text)
        return sent


def lines_for(names: Sequence[str], chance: random.Random) -> list[tuple[int, str]]:
    """What everybody says: each command as it is meant and with hostile words behind it."""

    def word() -> str:
        return hostile(chance)

    def words() -> str:
        return "x " + " ".join(chance.choices(IN_QUOTES, k=2))

    teachers = [
        "report student s1",
        "report class c7b",
        "trend student s1 accuracy",
        "trend class c7b xp",
        "skills c7b",
        "skill f",
        f"skill {word()}",
        "compare student s1",
        "compare class c7b c8a",
        "risk",
        "why s1",
        "why s2",
        f"message s1 {words()}",
        "confirm",
        f"message s2 {words()}",
        "cancel",
        "message inactive",
        "cancel",
        "assign s1 f questions 5",
        "confirm",
        f"meet s1 tomorrow 14:00 at {word()}",
        "confirm",
        f"parent s1 {word()}",
        "confirm",
        "tutor s1",
        "confirm",
        "alerts",
        f"resolve 1 {word()}",
        f"snooze s1 3 {word()}",
        "confirm",
        "history s1",
        "templates",
        "impact",
        "dashboard",
        "audit s1",
        "status",
        f"report student {word()}",
    ]
    students = [
        "progress",
        "why",
        "privacy",
        f"wrong {word()}",
        word(),
        "pause 3",
        "start",
        "stop",
        "quiet 21-8",
    ]
    lines = [(TARA, text) for text in teachers]
    lines += [(user, text) for user in (ANA, BEN) for text in students]
    lines += [
        (ADMIN, text) for text in ("people", "rules", "status", "audit s1", "report student s3")
    ]
    everybody = (TARA, ANA, ADMIN, OTTO, STRANGER)
    lines += [
        (chance.choice(everybody), f"{name} {word()}") for name in names if name not in WRITING
    ]
    return lines + [(chance.choice(everybody), word()) for _ in range(5)]


def talked_in(content: str) -> bool:
    """Whether a message shows any hostile text at all; else it proves nothing."""
    return CANARY in re.sub(r"&#\d+;", "", content)
