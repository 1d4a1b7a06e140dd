"""People who write, click and read in their own Zulip clients, and the transcript of all that."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime

import requests
from contract.people import Message, Person, words

from chat.flow_school import FlowSchool
from nudgebot.sandbox.records import SandboxUser

TOKENS = re.compile(r"\b(confirm|cancel|change|add) ([0-9a-f]{4})\b")
STRUCK = re.compile(r"<time:([^>]+)>")
SPOILER = re.compile(r"^```spoiler (.*)$")


def choices(message: Message) -> dict[str, str]:
    """The buttons of a message: what each says."""
    widgets = [json.loads(each["content"]) for each in message.get("submessages", [])]
    return {
        choice["short_name"]: choice["reply"]
        for widget in widgets
        for choice in widget["extra_data"]["choices"]
    }


def plain(message: Message) -> str:
    """A message as one reads it, with spaces that break."""
    return words(message).replace("\u00a0", " ")


def token_in(preview: str) -> str:
    """The token of a preview, from the words that it tells one to write, or its buttons."""
    found = TOKENS.search(preview)
    assert found, preview
    return found[2]


class Script:
    """What was done and said, step by step, as Markdown that does not change from run to run."""

    def __init__(self, title: str) -> None:
        self._lines = [f"### {title}"]
        self._tokens: dict[str, str] = {}

    def step(self, number: int, title: str) -> None:
        """The next step, in the requirement's words."""
        self._lines.append(f"**{number}. {title}**")

    def did(self, text: str) -> None:
        """Somebody did something."""
        self._lines.append(f"*{self._plain(text)}*")

    def said(self, who: str, whom: str, text: str, buttons: dict[str, str]) -> None:
        """Somebody said something; of a message with buttons the app shows the buttons alone."""
        if buttons:
            heading = re.sub(r"\*\*(.*)\*\*", r"\1", text.split("\n", 1)[0])
            shown = f"{heading} " + " ".join(f"`[{each}]`" for each in buttons)
        else:
            shown = self._plain(text)
        quoted = "\n".join(f"> {line}".rstrip() for line in _broken(shown.split("\n")))
        self._lines.append(f"**{who}** → {whom}\n{quoted}")

    def seen(self, *lines: str) -> None:
        """Lines of an answer above, in which a step's figures are: a table's rows."""
        rows = (" · ".join(cell.strip() for cell in line.strip("| ").split("|")) for line in lines)
        self._lines.append("\n".join(f"> - {row}" for row in rows))

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(self._lines) + "\n"

    def _plain(self, text: str) -> str:
        text = TOKENS.sub(self._token, text)
        text = STRUCK.sub(lambda found: _moment(found[1]), text)
        text = re.sub(r"\[([^\]]+)\]\(/user_uploads/[^)]*?([^/)]+)\)", r"📎 \2", text)
        return _unfolded(text)

    def _token(self, found: re.Match[str]) -> str:
        name = self._tokens.setdefault(
            found[2], f"{len(self._tokens) + 1}a{len(self._tokens) + 1}b"
        )
        return f"{found[1]} {name}"


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%b %Y}, {at:%H:%M}"


def _unfolded(text: str) -> str:
    """Spoilers and quotes of Zulip in the Markdown of everybody else; a spoiler's title is kept."""
    lines: list[str] = []
    fences: list[str] = []
    for line in text.split("\n"):
        opened = SPOILER.match(line)
        if opened:
            fences.append("spoiler")
            lines.append(f"▸ *{opened[1]}* …")
        elif re.match(r"`{3,}quote$", line):
            fences.append("quote")
        elif re.fullmatch(r"`{3,}", line) and fences:
            fences.pop()
        elif "spoiler" not in fences:
            lines.append("> " * fences.count("quote") + line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _broken(lines: list[str]) -> Iterator[str]:
    """Zulip keeps a line's end, and ends a list or a quote with it; other Markdown needs signs."""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        (depth, text), (next_depth, next_text) = _depth(line), _depth(after)
        ends = next_text and (
            depth != next_depth or (text.startswith(("-", "  ")) and _is_prose(next_text))
        )
        joined = depth == next_depth and _is_prose(text.strip()) and _is_prose(next_text.strip())
        yield f"{line}\\" if joined and not ends else line
        if ends and text:
            yield "> " * min(depth, next_depth)


def _depth(line: str) -> tuple[int, str]:
    """In how many quotes a line stands, and its text."""
    found = re.match(r"((?:> )*)(.*)", f"{line} " if line.endswith(">") else line)
    assert found
    return len(found[1]) // 2, found[2]


def _is_prose(line: str) -> bool:
    return bool(line) and (line[0] not in "|- ▸*" or line.startswith("**"))


class Player:
    """One person with a client, in conversation with the bot; the script hears all of it."""

    def __init__(self, school: FlowSchool, user: SandboxUser, script: Script) -> None:
        self._person: Person = school.client(user)
        self._bot = school.bot
        self._script = script
        self.name = user.full_name
        self._asked = 0
        self._shown: set[int] = set()

    def say(self, text: str) -> None:
        """Write to the bot."""
        self._script.said(self.name, self._bot.full_name, text, {})
        self._send(text)

    def _send(self, text: str) -> None:
        self._asked = self._person.say(text, self._bot.user_id)

    def hear(self, text: str, *, since_start: bool = False) -> str:
        """The bot's next message with the text in it, as one reads it."""

        def wanted(message: Message) -> bool:
            return message["sender_id"] == self._bot.user_id and text in plain(message)

        after = 0 if since_start else self._asked
        message = self._person.hear(wanted, f"a message with {text!r}", after=after)
        self._show(message)
        return plain(message)

    def hear_aside(self, text: str, button: str) -> None:
        """Let something come that the script leaves out: words, and a button below them."""
        self._person.hear(lambda message: text in plain(message), text)
        self._offered(button)

    def buttons(self, label: str) -> dict[str, str]:
        """The newest buttons, among them one of that name, and what each says."""
        return choices(self._offered(label))

    def click(self, label: str) -> None:
        """Press the button of that name, which says its words for this person."""
        message = self._offered(label)
        self._show(message)
        self._script.did(f"{self.name} clicks `[{label}]`")
        self._send(choices(message)[label])

    def _offered(self, label: str) -> Message:
        def offers(message: Message) -> bool:
            return label in choices(message)

        return self._person.hear(offers, f"a button {label!r}", after=self._asked)

    def _show(self, message: Message) -> None:
        if message["id"] not in self._shown:
            self._shown.add(message["id"])
            self._script.said(self._bot.full_name, self.name, plain(message), choices(message))

    def download(self, kind: str) -> tuple[str, bytes]:
        """The newest linked file of that kind, fetched as the app would."""
        path = re.search(rf"/user_uploads/\S+\.{kind}", self.hear(f".{kind})"))
        assert path
        address = self._person.ask(path[0].removeprefix("/"), "GET")["url"]
        answer = requests.get(self._person.site + address, timeout=10)
        assert answer.status_code == 200
        return path[0].rsplit("/", 1)[1], answer.content


Golden = Callable[[str, str], None]
