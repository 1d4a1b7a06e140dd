"""Every message that has to arrive once, how often it did, and who got to read what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from endurance.verdict import judge

from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.server import Sandbox
from torture.registry import Figures

NUDGE_WORD = "wordtorture"
THANKS = "passed that on"
_WORDS = re.compile(r"wordof\d+x\d+end")
_MARKS = re.compile(r"\bNia(\d+)q|wordof(\d+)x\d+end")


def name_of(number: int) -> str:
    """A student's name; it can be found again wherever it appears."""
    return f"Nia{number}q Test"


def word_of(number: int, turn: int = 0) -> str:
    """What a student says; nobody else says it."""
    return f"wordof{number}x{turn}end"


def numbers_in(text: str) -> set[int]:
    """The students whose name or words stand in a text."""
    return {int(first or second) for first, second in _MARKS.findall(text)}


@dataclass(frozen=True)
class People:
    """The school's people; `students` by number."""

    bot: SandboxUser
    owner: SandboxUser
    teacher: SandboxUser
    students: Mapping[int, SandboxUser]


class Ledger:
    """What is expected, told by what the sandbox has."""

    def __init__(self, sandbox: Sandbox, people: People) -> None:
        self._sandbox = sandbox
        self._people = people

    def nudges(self) -> Counter[str]:
        """How many nudges each student has got."""
        return self._to_students("nudge", NUDGE_WORD)

    def thanks(self, words: Iterable[str]) -> dict[str, int]:
        """How often each of the students' words was acknowledged.

        A student may say several; each has to bring one acknowledgement, and no more.
        """
        left = self._to_students("thanks", THANKS)
        found = {}
        for word in words:
            student = f"thanks {min(numbers_in(word))}"
            found[f"thanks {word}"] = min(left[student], 1)
            left[student] -= found[f"thanks {word}"]
        for word in found:  # what is left over came twice
            found[word] += left.pop(f"thanks {min(numbers_in(word))}", 0)
        return found

    def relays(self, words: Iterable[str]) -> dict[str, int]:
        """How often each of the students' words has reached the teacher."""
        people = self._people
        said = Counter(
            word
            for message in self._sandbox.messages_to(people.teacher, sender=people.bot)
            for word in _WORDS.findall(message.content)
        )
        return {f"relay {word}": said[word] for word in words}

    def leaks(self, log: str) -> int:
        """Messages about a student that others than she and her staff got, and lines of the log."""
        people = self._people
        staff = {people.bot.user_id, people.owner.user_id, people.teacher.user_id}
        leaked = sum(
            not self._readers(message) <= staff | {people.students[number].user_id}
            for message in self._sandbox.messages()
            if message.sender_id == people.bot.user_id
            for number in numbers_in(message.content)
        )
        lines = log.splitlines()
        return leaked + sum(bool(numbers_in(line)) or people.bot.api_key in line for line in lines)

    def _readers(self, message: SandboxMessage) -> set[int]:
        if message.stream_id is None:
            return set(message.participants)
        stream = next(s for s in self._sandbox.streams() if s.stream_id == message.stream_id)
        return set(stream.subscribers)

    def _to_students(self, what: str, word: str) -> Counter[str]:
        people = self._people
        of_id = {user.user_id: number for number, user in people.students.items()}
        found = Counter({f"{what} {number}": 0 for number in people.students})
        for message in self._sandbox.messages():
            if message.sender_id == people.bot.user_id and word in message.content:
                found.update(f"{what} {of_id[i]}" for i in message.participants if i in of_id)
        return found


def figures_of(copies: Mapping[str, int], open_: Mapping[str, str]) -> Figures:
    """What became of the messages; `open_` is the outbox's word on those that it still shows."""
    verdict = judge(copies, open_)
    return Figures(
        tries=len(copies),
        once=len(verdict.once),
        twice=len(verdict.twice),
        lost=len(verdict.lost),
        unsettled=len(verdict.unsettled),
    )
