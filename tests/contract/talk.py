"""A person's conversation with the bot: what is said, what is answered, which buttons there are."""

from __future__ import annotations

import json

import requests

from contract.people import Message, Person, words
from contract.program import PATIENCE_SECONDS


def choices(message: Message) -> dict[str, str]:
    """The buttons of a message: what each says."""
    widgets = [json.loads(each["content"]) for each in message.get("submessages", [])]
    return {
        choice["short_name"]: choice["reply"]
        for widget in widgets
        for choice in widget["extra_data"]["choices"]
    }


class Talk:
    """The direct messages of one person and the bot, from what was said last."""

    def __init__(self, person: Person, bot_id: int, *, after: int = 0) -> None:
        self.person = person
        self._bot_id = bot_id
        self.said = after

    def say(self, text: str) -> None:
        """Write; only what comes after it is heard from then on."""
        self.said = self.person.say(text, self._bot_id)

    def hear(self, text: str) -> str:
        """The bot's first message since then with the text in it."""
        return words(self.person.hear_from(self._bot_id, text, after=self.said))

    def button(self, *labels: str) -> str:
        """What the button with one of these names says, as soon as it is there."""

        def offers(message: Message) -> bool:
            return message["sender_id"] == self._bot_id and any(
                label in choices(message) for label in labels
            )

        found = choices(self.person.hear(offers, f"a button of {labels}", after=self.said))
        return next(found[label] for label in labels if label in found)

    def click(self, *labels: str) -> None:
        """Press it, which says its words."""
        self.say(self.button(*labels))


def download(reader: Person, path: str) -> bytes:
    """A file as the reader's app would fetch it."""
    address = reader.ask(path.removeprefix("/"), "GET")["url"]
    answer = requests.get(reader.site + address, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    return answer.content
