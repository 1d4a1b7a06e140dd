"""Every command of the registry refuses everybody who may not use it, wherever it is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat.town import ADMIN, ANA, BEN, OTTO, TARA

from access.world import GUEST, LEFT, ROOM, STREAM, World, leaks, wrong_askers
from nudgebot.chat.command import STAFF, STUDENTS, Command, Role
from nudgebot.chat.commands import registry
from nudgebot.nudging.messages import Direct, Recipient

# By command, what is said with it; `{s}` is Ana, and somebody unknown in the second try, `{c}` her
# class, `{n}` the number of what is hers.
SAID = {
    "help": "help alerts",
    "report student": "report student {s} 4 weeks",
    "report class": "report class {c}",
    "trend": "trend student {s} accuracy",
    "skills": "skills {c}",
    "skill": "skill Fractions {c}",
    "compare student": "compare student {s}",
    "compare class": "compare class {c} c8a",
    "risk": "risk {c}",
    "why": "why {s}",
    "alerts": "alerts {c}",
    "alert": "alert {n}",
    "ack": "ack {n}",
    "resolve": "resolve {n} talked to her",
    "reopen": "reopen {n}",
    "snooze": "snooze {s} 3",
    "message": "message {s} Come and see me.",
    "messages": "messages {s}",
    "resume": "resume {s}",
    "templates": "templates encouragement {s}",
    "assign": "assign {s} Division",
    "assignments": "assignments {s}",
    "withdraw assignment": "withdraw assignment {n}",
    "meet": "meet {s} tomorrow 16:00",
    "meetings": "meetings {s}",
    "move meeting": "move meeting {n} tomorrow 17:00",
    "cancel meeting": "cancel meeting {n}",
    "meeting": "meeting {n} held",
    "parent": "parent {s} inactive",
    "tutor": "tutor {s} in Geometry",
    "tutoring": "tutoring {s}",
    "tutored": "tutored {s} 30 minutes",
    "end tutoring": "end tutoring {n}",
    "history": "history {s}",
    "rate": "rate {n} 5",
    "dashboard": "dashboard",
    "nudges": "nudges {s}",
    "impact": "impact",
    "adoption": "adoption",
    "fairness": "fairness",
    "confirm": "confirm {t}",
    "cancel": "cancel {t}",
    "change": "change {t} Other words.",
    "add": "add {t} More words.",
    "student done": "done {n}",
    "student tutoring": "tutoring yes {n}",
    "student my tutoring": "my tutoring",
    "student tutored": "tutored 30 minutes",
    "student progress": "progress",
    "student why": "why",
    "student pause": "pause 3",
    "student stop": "stop",
    "student start": "start",
    "student quiet": "quiet 21-8",
    "student wrong": "wrong I was there",
    "student privacy": "privacy",
    "student did it": "did it",
    "student need help": "need help",
    "student not now": "not now",
    "people": "people",
    "link": "link {s} @**Ben Baker|22**",
    "status": "status",
    "rules": "rules",
    "rule": "rule streak_break_recovery off",
    "reload": "reload",
    "release": "release {n}",
    "audit": "audit {s}",
    "forget": "forget {s}",
}
OWN_WORDS = {"nudge_responses"}
KNOWN = {"s": "s1", "c": "c7b", "n": "1"}
BY_NAME = KNOWN | {"s": "Ana Alvarez", "c": "7B"}
UNKNOWN = {"s": "s99", "c": "c99", "n": "99"}


def key_of(command: Command) -> str:
    """A name may stand for a command of the staff and for one of students."""
    return f"student {command.name}" if command.roles == STUDENTS else command.name


COMMANDS = {key_of(command): command for command in registry().commands}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One school for all refusals: they change nothing."""
    opened = World(tmp_path_factory.mktemp("refusals"))
    opened.zulip.readers[STREAM] = frozenset({ADMIN, TARA, OTTO, ANA, BEN})
    yield opened
    opened.store.close()


def test_no_command_is_left_out() -> None:
    """A new one needs its line here."""
    assert set(COMMANDS) <= set(SAID)
    assert set(SAID) - set(COMMANDS) <= {"forget"}


def tried(
    world: World, asker: int, text: str, arguments: dict[str, str], place: Recipient | None
) -> list[tuple[Recipient, str]]:
    """What is said to it; the words that were typed are shown by a mark of their own."""
    typed = text.format(**arguments)
    told = world.hears(asker, typed, place)
    for name, value in arguments.items():
        if "{" + name + "}" in text:
            told = [(where, content.replace(value, f"<{name}>")) for where, content in told]
    return told


@pytest.mark.parametrize("key", COMMANDS)
def test_whoever_may_not_is_refused(world: World, key: str) -> None:
    """In each place, in the same words for what is there and what is not; nothing is changed.

    What a student writes in private and is no command of hers is her own word, for her teacher.
    """
    command, text = COMMANDS[key], SAID[key]
    token = preview_of(world, TARA) if command.roles == STAFF else "0a0a"
    for what, asker in wrong_askers(command).items():
        for place in (None, ROOM, Direct(tuple(sorted({asker, TARA, OTTO})))):
            own_words = asker in {ANA, BEN} and place is None
            before = world.dump()
            answers = []
            for known in (KNOWN, BY_NAME, UNKNOWN):
                arguments = known | {"t": "9f9f" if known is UNKNOWN else token}
                said = tried(world, asker, text, arguments, place)
                answers.append([e for e in said if not own_words or e[0] != Direct((TARA,))])
            note = (key, what, place)
            for where, content in (each for answer in answers for each in answer):
                assert not leaks(content), (note, where, content)
            if not own_words:
                assert answers[0] == answers[2], note
                assert answers[1] == answers[2], note
            after = world.dump()
            changed = {name for name in after if after[name] != before[name]}
            assert changed <= (OWN_WORDS if own_words else set()), note
    world.say(TARA, f"cancel {token}")


PLACES: dict[str, tuple[Recipient, frozenset[int] | None]] = {
    "a student reads": (ROOM, frozenset({TARA, ADMIN, ANA})),
    "another student reads": (ROOM, frozenset({TARA, ADMIN, BEN})),
    "a teacher of others reads": (ROOM, frozenset({TARA, ADMIN, OTTO})),
    "a teacher who left reads": (ROOM, frozenset({TARA, ADMIN, LEFT})),
    "a guest reads": (ROOM, frozenset({TARA, ADMIN, GUEST})),
    "nobody can tell who reads": (ROOM, None),
    "a group with another teacher": (Direct((ADMIN, TARA, OTTO)), None),
}
# Who hears of it because it concerns her: Ana, her tutor, and of Ana's words her teacher.
CONCERNED = {Direct((ANA,)), Direct((BEN,)), Direct((TARA,))}
# Commands that say nothing of any one student, or only in what is theirs to see anyway.
NAMELESS = {"templates", "confirm", "cancel", "change", "add"}


def right_asker(command: Command) -> int:
    """Who may use it on Ana."""
    if command.roles == STUDENTS:
        return ANA
    return TARA if command.roles & {Role.TEACHER} else ADMIN


@pytest.fixture(scope="module")
def open_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Another school, for what is done."""
    opened = World(tmp_path_factory.mktemp("answers"))
    yield opened
    opened.store.close()


@pytest.mark.parametrize("key", COMMANDS)
def test_the_answer_goes_where_nobody_else_reads(open_world: World, key: str) -> None:
    """To the asker alone, where a student, a foreign teacher or nobody knows who reads along."""
    command, text, world = COMMANDS[key], SAID[key], open_world
    asker = right_asker(command)
    in_private = []
    for what, (place, readers) in PLACES.items():
        world.zulip.readers.pop(STREAM, None)
        if readers is not None:
            world.zulip.readers[STREAM] = readers
        token = preview_of(world, asker) if "{t}" in text else ""
        for where, content in world.hears(asker, text.format(**KNOWN, t=token), place):
            if where == Direct((asker,)):
                in_private += leaks(content)
            elif where not in CONCERNED:
                assert where == place, (key, what, where)
                assert not leaks(content), (key, what, content)
    if "{s}" in text and key not in NAMELESS:
        assert in_private, key


def preview_of(world: World, asker: int) -> str:
    """A preview of the asker's that waits for a word."""
    world.say(asker, "message s1 Some words that wait.")
    token: str = world.store.value(
        "SELECT token FROM confirmations WHERE state = 'open' ORDER BY number DESC"
    )
    return token
