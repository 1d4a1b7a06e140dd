"""Which messages a request wants: Zulip's narrow terms, and the page around an anchor."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.state import Realm

Test = Callable[[SandboxMessage], bool]
NEWEST = 10_000_000_000_000_000
MOST_MESSAGES = 5000
CHANNEL_OPERATOR_LEVEL = 250


def _bad(words: str) -> Refusal:
    return Refusal(f"Invalid narrow operator: {words}", code="BAD_NARROW", data={"desc": words})


@dataclass(frozen=True)
class Narrow:
    """The tests that a message must pass; `whole_stream` looks beyond the reader's own rows."""

    tests: tuple[Test, ...]
    whole_stream: bool


class Narrower:
    """Makes tests for one reader; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, user: SandboxUser) -> None:
        self.realm = realm
        self.user = user

    def read(self, raw: str | None) -> Narrow:
        """The narrow that the JSON describes: a list of objects, or of pairs as of old."""
        try:
            terms = json.loads(raw or "[]")
        except ValueError as error:
            raise Refusal('Argument "narrow" is not valid JSON.') from error
        if not isinstance(terms, list):
            raise Refusal("narrow is not a list")
        tests: list[Test] = []
        whole_stream = False
        for term in terms:
            operator, operand, negated = _term(term)
            test = self._test(operator, operand)
            tests.append(_opposite(test) if negated else test)
            whole_stream |= operator in ("stream", "channel") and not negated
        return Narrow(tuple(tests), whole_stream)

    def _test(self, operator: str, operand: Any) -> Test:
        if operator in ("channel", "channels"):
            if not self.realm.settings.has(CHANNEL_OPERATOR_LEVEL):
                raise _bad(f"unknown operator {operator}")
            operator = "stream"
        makers: dict[str, Callable[[Any], Test]] = {
            "is": self._is,
            "dm": self._dm,
            "pm-with": self._dm,
            "dm-including": self._dm_including,
            "group-pm-with": self._dm_including,
            "sender": self._sender,
            "stream": self._stream,
            "topic": lambda topic: lambda m: m.topic.lower() == str(topic).lower(),
            "id": lambda one: lambda m: str(m.message_id) == str(one),
            "search": self._search,
            "has": self._has,
        }
        if operator not in makers:
            raise _bad(f"unknown operator {operator}")
        return makers[operator](operand)

    def _is(self, what: Any) -> Test:
        if what in ("dm", "private"):
            return lambda m: m.is_direct
        if what == "unread":
            return lambda m: "read" not in self._flags(m)
        if what in ("starred", "mentioned", "alerted"):
            wanted = {"mentioned": {"mentioned", "wildcard_mentioned"}}.get(what, {what})
            return lambda m: bool(self._flags(m) & wanted)
        raise _bad(f"unknown 'is' operand {what}")

    def _flags(self, message: SandboxMessage) -> set[str]:
        return self.realm.flags[message.message_id].get(self.user.user_id, {"read"})

    def _dm(self, operand: Any) -> Test:
        together = tuple(sorted({*self._user_ids(operand), self.user.user_id}))
        return lambda m: m.participants == together

    def _dm_including(self, operand: Any) -> Test:
        wanted = set(self._user_ids(operand))
        return lambda m: m.is_direct and wanted <= set(m.participants)

    def _sender(self, operand: Any) -> Test:
        (sender,) = self._user_ids(operand)
        return lambda m: m.sender_id == sender

    def _user_ids(self, operand: Any) -> list[int]:
        if isinstance(operand, str):
            operand = [part.strip() for part in operand.split(",") if part.strip()]
        entries = operand if isinstance(operand, list) else [operand]
        if not entries:
            raise _bad("unknown user")
        return [self._user_id(entry) for entry in entries]

    def _user_id(self, entry: Any) -> int:
        if isinstance(entry, str):
            user = self.realm.user_by_email(entry, seen_by=self.user)
        else:
            user = self.realm.users.get(entry) if isinstance(entry, int) else None
        if user is None:
            raise _bad(f"unknown user in {entry}")
        return user.user_id

    def _stream(self, operand: Any) -> Test:
        by_id = isinstance(operand, int)
        stream = (
            self.realm.streams.get(operand) if by_id else self.realm.stream_by_name(str(operand))
        )
        if stream is None or not self.realm.may_read_stream(self.user, stream):
            raise _bad(f"unknown stream '{operand}'" if not by_id else "unknown stream")
        return lambda m: m.stream_id == stream.stream_id

    def _search(self, words: Any) -> Test:
        wanted = str(words).lower().split()
        return lambda m: all(word in f"{m.content} {m.topic}".lower() for word in wanted)

    def _has(self, what: Any) -> Test:
        known: dict[str, Test] = {
            "reaction": lambda m: bool(m.reactions),
            "attachment": lambda m: "/user_uploads/" in m.content,
            "link": lambda m: "://" in m.content or "](" in m.content,
        }
        if what not in known:
            raise _bad(f"unknown 'has' operand {what}")
        return known[what]


def _opposite(test: Test) -> Test:
    return lambda message: not test(message)


def _term(term: Any) -> tuple[str, Any, bool]:
    if isinstance(term, dict) and "operator" in term and "operand" in term:
        return str(term["operator"]).lstrip("-"), term["operand"], bool(term.get("negated"))
    if isinstance(term, list) and len(term) == 2:
        operator = str(term[0])
        return operator.lstrip("-"), term[1], operator.startswith("-")
    raise Refusal("elem is not a dict or a pair")


@dataclass(frozen=True)
class Page:
    """Messages around an anchor, oldest first, with what Zulip says about the edges."""

    messages: tuple[SandboxMessage, ...]
    anchor: int
    found_anchor: bool
    found_oldest: bool
    found_newest: bool

    def edges(self) -> Json:
        """The fields of the answer that are not the messages."""
        return {
            "anchor": self.anchor,
            "found_anchor": self.found_anchor,
            "found_oldest": self.found_oldest,
            "found_newest": self.found_newest,
            "history_limited": False,
        }


class Pager:
    """Cuts the page that a request wants out of what its reader may see."""

    def __init__(self, realm: Realm, user: SandboxUser, narrow: Narrow) -> None:
        self.realm = realm
        self.user = user
        self.narrow = narrow

    def _passes(self, message: SandboxMessage) -> bool:
        has_row = self.user.user_id in self.realm.flags[message.message_id]
        if not has_row and not self.narrow.whole_stream:
            return False
        return all(test(message) for test in self.narrow.tests) and (
            has_row or self.realm.may_read(self.user, message)
        )

    def first(self, ids: Iterable[int], number: int) -> list[SandboxMessage]:
        """The first `number` of these messages that pass, in the order given."""
        taken: list[SandboxMessage] = []
        if number <= 0:
            return taken
        for message_id in ids:
            message = self.realm.messages[message_id]
            if self._passes(message):
                taken.append(message)
                if len(taken) == number:
                    break
        return taken

    def some(self, message_ids: Sequence[int]) -> list[SandboxMessage]:
        """Those of the messages that there are and that pass."""
        there = [one for one in sorted(message_ids) if one in self.realm.messages]
        return self.first(there, len(there))

    def anchor_of(self, raw: str) -> int:
        """The id that an anchor means; `first_unread` is the newest when all is read."""
        if raw == "newest":
            return NEWEST
        if raw == "oldest":
            return 0
        if raw == "first_unread":
            unread = Narrower(self.realm, self.user).read('[["is", "unread"]]')
            both = Narrow(self.narrow.tests + unread.tests, whole_stream=False)
            first = Pager(self.realm, self.user, both).first(self.realm.message_ids, 1)
            return first[0].message_id if first else NEWEST
        if not raw.lstrip("-").isdigit():
            raise Refusal("Invalid anchor")
        return min(max(int(raw), 0), NEWEST)

    def page(self, anchor: int, *, before: int, after: int, include_anchor: bool) -> Page:
        """`before` messages below the anchor and `after` above it; the anchor itself is extra."""
        ids = self.realm.message_ids
        place = bisect_left(ids, anchor)
        at_anchor = ids[place : place + 1] == [anchor]
        middle = self.first([anchor], 1) if include_anchor and at_anchor else []
        older = self.first(reversed(ids[:place]), before)
        newer = self.first(ids[place + at_anchor :], after)
        return Page(
            messages=(*reversed(older), *middle, *newer),
            anchor=anchor,
            found_anchor=bool(middle),
            found_oldest=(anchor == 0 and before == 0) or len(older) < before,
            found_newest=anchor >= NEWEST or len(newer) < after,
        )
