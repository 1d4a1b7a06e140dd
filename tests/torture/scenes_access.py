"""Everybody asks for everything, everywhere: nobody reads, learns or changes what is not hers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from access.readers import FakeRealm, Heard, seen_by_others
from access.test_every_command import COMMANDS, SAID, preview_of, right_asker
from access.world import GUEST, GUEST_ROLE, LEFT, World, wrong_askers
from chat.town import ADMIN, ANA, BEN, CHI, ME, NOW, OTTO, TARA

from nudgebot.chat.command import STUDENTS
from nudgebot.chat.door import Door
from nudgebot.chat.opening import open_access, open_office
from nudgebot.interventions.carriers import Carriers
from nudgebot.nudging.messages import Direct, InStream, Recipient
from nudgebot.nudging.outbox import Outbox
from nudgebot.school.links import Links, ZulipUser
from torture.registry import Figures, Plan, torture

STAFF_ROOM, CLASS_ROOM, OPEN_ROOM, FOREIGN_ROOM, TRAP = 81, 82, 83, 84, 85
BACK = 35  # a teacher who left yesterday, whose account was closed and opened again
OWN_WORDS = {"nudge_responses"}
# By how somebody is named: Ana and hers, and somebody and something that is nowhere.
FORMS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "id": ({"s": "s1", "c": "c7b", "n": "1"}, {"s": "s99", "c": "c99", "n": "99"}),
    "name": ({"s": "Ana Alvarez", "c": "7B", "n": "1"}, {"s": "Zed Zebrano", "c": "9Z", "n": "77"}),
    "part": ({"s": "alvar", "c": "7b", "n": "1"}, {"s": "zebra", "c": "9z", "n": "8"}),
    "mention": (
        {"s": f"@**Ana Alvarez|{ANA}**", "c": "7B", "n": "1"},
        {"s": "@**Zed Zebrano|99**", "c": "9Z", "n": "99"},
    ),
    "silent mention": (
        {"s": "@_**Ana Alvarez**", "c": "7B", "n": "1"},
        {"s": "@_**Zed Zebrano**", "c": "9Z", "n": "99"},
    ),
    "near miss": (
        {"s": "Ana Alvares", "c": "c7c", "n": "2"},
        {"s": "Zed Zebrans", "c": "c9x", "n": "88"},
    ),
    "family": (
        {"s": "Maria Álvarez", "c": "7B", "n": "1"},
        {"s": "Zita Zebráno", "c": "9Z", "n": "99"},
    ),
}
NO_TOKEN = "9f9f"
PLACES = ("dm", "group", "class", "public", "without the bot", "moved", "renamed", "joined")


class Town(World):
    """The world, with streams that people join, leave, rename and move topics between."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.store.connection.execute("PRAGMA synchronous = OFF")  # no power cut is tried here
        self._back()
        people = [user for user in Links(self.store).users() if not user.is_bot]
        self.realm = FakeRealm(
            everybody={user.user_id for user in people},
            guests={user.user_id for user in people if user.role >= GUEST_ROLE},
            bot=ME.user_id,
        )
        self.realm.sent, self.zulip = self.zulip.sent, self.realm
        access = open_access(self.store, self.office.settings, self.realm)
        door = Door(self.realm, access, clock=lambda: self.clock)
        self.outbox = Outbox(self.store, Carriers(door, self.mail))
        self.office = open_office(
            self.store,
            self.office.settings,
            streams=self.realm,
            figures=self.figures,
            book=self.office.book,
            outbox=self.outbox,
            upload=self.realm.upload,
            release=self._release,
        )
        self.reopened()

    def _back(self) -> None:
        self.store.execute(
            "INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES ('t6', 'Back', ?)",
            [BACK],
        )
        self.store.execute(
            """INSERT INTO enrollments (class_id, person_id, role, end_day)
               SELECT class_id, 't6', role, end_day FROM enrollments WHERE person_id = 't5'"""
        )
        links = Links(self.store)
        for active in (True, False, True):
            others = [user for user in links.users() if user.user_id not in {BACK, CHI}]
            came = [
                ZulipUser(BACK, "Back Teacher", "", 400, active, False, ""),
                ZulipUser(CHI, "Chi Chen", "", 400, active, False, ""),
            ]
            links.keep_users([*others, *came], NOW)

    def place(self, name: str, asker: int) -> Recipient | None:
        """Make the place; the asker is in it."""
        realm, staff = self.realm, {ADMIN, TARA, asker}
        realm.arrange(STAFF_ROOM, "staff", staff)
        realm.arrange(CLASS_ROOM, "class", staff | {ANA, BEN})
        realm.arrange(OPEN_ROOM, "all", staff, private=False)
        realm.arrange(FOREIGN_ROOM, "foreign", staff, has_bot=False)
        if name == "dm":
            return None
        if name == "group":
            return Direct(tuple(sorted({asker, TARA, OTTO})))
        if name == "renamed":
            realm.arrange(STAFF_ROOM, "old staff", staff)
            realm.arrange(TRAP, "staff", staff | {ANA, BEN}, private=False)
        realm.then = realm.joiner(STAFF_ROOM, BEN) if name == "joined" else None
        rooms = {"class": CLASS_ROOM, "public": OPEN_ROOM, "without the bot": FOREIGN_ROOM}
        return InStream(rooms.get(name, STAFF_ROOM), "today")

    def asks(self, asker: int, text: str, place: str) -> Heard:
        """What comes of the question: every message with those who read it, and what else is seen.

        Of a moved topic the bot heard where it was, and it is where students read along by now.
        """
        where = self.place(place, asker)
        said = text if where is None else f"@**{ME.full_name}** {text}"
        incoming = self.said(asker, said, where)
        if isinstance(where, InStream):
            room = CLASS_ROOM if place == "moved" else where.stream
            self.realm.messages[incoming.message_id] = {"stream_id": room, "subject": "today"}
        self.realm.begin()
        self.reception.message(incoming)
        jobs = len(self.jobs)
        self.work()
        self.reception.catch_up(self.clock)
        return self.realm.end(jobs)


@dataclass(frozen=True)
class Try:
    """Who asks for what, where, and how she names whom she means."""

    key: str
    who: str
    asker: int
    place: str
    form: str


def wrong_ones(key: str) -> dict[str, int]:
    """Who may not, by what they are; those too who came back."""
    askers = wrong_askers(COMMANDS[key]) | {"came back": BACK, "guest": GUEST}
    if COMMANDS[key].roles != STUDENTS:
        askers |= {"student who came back": CHI, "left yesterday": LEFT}
    return askers


def wrong_tries() -> list[Try]:
    """Every command by everybody who may not, everywhere; the ways of naming take turns."""
    forms = list(FORMS)
    each = [
        (key, who, asker, place)
        for key in COMMANDS
        for who, asker in wrong_ones(key).items()
        for place in PLACES
    ]
    return [Try(*what, forms[number % len(forms)]) for number, what in enumerate(each)]


def _without(typed: str, text: str, arguments: dict[str, str]) -> str:
    """An answer without what the asker typed herself."""
    for name, value in arguments.items():
        if "{" + name + "}" in typed:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"<{name}>", text)
    return text


def refused(world: Town, each: Try, token: str) -> Figures:
    """The same words for what is there and what is not, and nothing read or changed by it."""
    typed = SAID[each.key]
    is_her_word = each.asker in {ANA, BEN, CHI} and each.place == "dm"
    before = world.dump()
    answers, leaked = [], 0
    for arguments, known in zip(FORMS[each.form], (token, NO_TOKEN), strict=True):
        filled = arguments | {"t": known}
        heard = world.asks(each.asker, typed.format(**filled), each.place)
        shown = heard.told(lambda text, f=filled: _without(typed, text, f))  # type: ignore[misc]
        if is_her_word:  # it is passed on to her teacher
            shown = shown.but_to(TARA, OTTO)
        leaked += seen_by_others(shown)
        answers.append(shown)
    after = world.dump()
    allowed = OWN_WORDS if is_her_word else set()
    changed = {name for name in after if after[name] != before[name]} - allowed
    differs = answers[0] != answers[1]
    amiss = len(changed) + differs
    note = f"{each}: {changed} {answers if differs else ''}" if amiss or leaked else ""
    return Figures(2, 2 - bool(amiss or leaked), leaked=leaked, amiss=amiss, note=note)


@torture("anybody asks for what is not hers", kind="access")
def wrong_askers_everywhere(plan: Plan) -> Figures:
    """Every command by every wrong role in every place; what exists beside what does not.

    `tries` are questions. `leaked` is what somebody who reads an answer may not see, and `amiss` a
    change in the database, or an answer that tells what exists from what does not.
    """
    tries = wrong_tries()
    wanted = plan.size("access", short=200, full=1200)
    tries = plan.dice().sample(tries, min(wanted, len(tries)))
    # Her own preview is Tara's to cancel: it waits only where she is none of the wrong ones.
    early = [each for each in tries if each.asker == TARA]
    late = [each for each in tries if each.asker != TARA]
    with closing_world(plan.folder) as world:
        counted = sum((refused(world, each, NO_TOKEN) for each in early), Figures(0, 0))
        token = preview_of(world, TARA)
        counted += sum((refused(world, each, token) for each in late), Figures(0, 0))
    ways = Counter(each.place for each in tries)
    note = counted.note or f"{len(COMMANDS)} commands, {len(ways)} places, {len(FORMS)} ways"
    return counted + Figures(0, 0, hits=counted.once, note=note)


@torture("who may ask does so where others read", kind="access")
def right_askers_everywhere(plan: Plan) -> Figures:
    """Every command by one who may, in every place: its answer is read by nobody who may not.

    Struck are the answers that held something of a student: there was something to leak.
    """
    tries = [(key, place) for key in COMMANDS for place in PLACES]
    wanted = plan.size("access_right", short=60, full=len(tries))
    tries = plan.dice().sample(tries, min(wanted, len(tries)))
    leaked = hits = 0
    note = ""
    with closing_world(plan.folder) as world:
        for key, place in tries:
            asker = right_asker(COMMANDS[key])
            token = preview_of(world, asker) if "{t}" in SAID[key] else ""
            arguments = FORMS["id"][0] | {"t": token}
            heard = world.asks(asker, SAID[key].format(**arguments), place)
            found = seen_by_others(heard)
            leaked += found
            hits += heard.names_somebody
            note = f"{key} in {place}: {heard}" if found else note
    return Figures(len(tries), len(tries) - leaked, leaked=leaked, hits=hits, note=note)


@contextmanager
def closing_world(folder: Path) -> Iterator[Town]:
    """A school of the scene's own, closed at its end."""
    world = Town(folder)
    try:
        yield world
    finally:
        world.store.close()
