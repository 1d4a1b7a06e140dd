"""Over the wire: who looked is told to the student and the admins, and files stay where they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
import requests
from torture.hall import Hall, hall
from torture.ledger import name_of

from nudgebot.sandbox.records import SandboxMessage, SandboxUser

LINK = re.compile(r"/user_uploads/[^)\s]+")
SECONDS = 10
SECRET = "because her mother is ill"
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One service, whose nudges are out."""
    with hall(tmp_path_factory.mktemp("wire"), 2) as opened:
        opened.start()
        opened.until(opened.listening, "listening")
        opened.deliver()
        opened.known()
        opened.nudged(2)
        yield opened


def since(school: Hall, before: int) -> list[SandboxMessage]:
    """What the bot has said behind so many messages."""
    bot = school.people.bot.user_id
    return [m for m in school.sandbox.messages()[before:] if m.sender_id == bot]


def asked(school: Hall, user: SandboxUser, said: str, wanted: str) -> str:
    """Say it to the bot alone; its answer with these words in it."""
    before = len(school.sandbox.messages())
    school.sandbox.say(user, said, school.people.bot)

    def answer() -> list[str]:
        told = since(school, before)
        return [m.content for m in told if user.user_id in m.participants and wanted in m.content]

    return school.until(answer, wanted)[0]


def opened_by(school: Hall, user: SandboxUser, path: str) -> int:
    """The HTTP status with which the server answers this user."""
    url, key = school.sandbox.url, (user.email, user.api_key)
    return requests.get(url + path, auth=key, timeout=SECONDS).status_code


def test_who_looked_is_told_to_her_and_to_the_admins(school: Hall) -> None:
    """When, who, what, from where, and with which arguments that are no texts; to nobody else."""
    people, ana, ben = school.people, school.people.students[0], school.people.students[1]
    asked(school, people.teacher, "report student s0 4 weeks", name_of(0))
    asked(school, people.teacher, "why s0", name_of(0))
    asked(school, people.teacher, f"message s0 {SECRET}", SECRET)
    to_admin = asked(school, people.owner, "audit s0", "Who looked at data")
    assert "**Tara Teacher**: `report student 4 weeks` in a direct message" in to_admin
    assert "**Tara Teacher**: `why` in a direct message" in to_admin
    assert SECRET not in to_admin
    to_her = asked(school, ana, "privacy", "who sees it")
    told = asked(school, ana, "privacy", "Tara Teacher")
    for line in ("your report", "your risk and your nudges", "your name and figures"):
        assert f"**Tara Teacher** (your teacher): {line}" in told
    assert "**Olive Owner** (administration)" in told
    assert SECRET not in to_her + told
    to_ben = asked(school, ben, "privacy", "nobody so far")
    assert "Tara Teacher" not in to_ben


@pytest.mark.parametrize("said", ["report student s0 csv", "report student s0 pdf"])
@pytest.mark.parametrize("place", ["in private", "a student reads along", "who may reads along"])
def test_a_file_is_opened_only_by_those_who_read_its_message(
    school: Hall, said: str, place: str
) -> None:
    """Its link stands in one message: in the teacher's own, or where everybody may see it."""
    sandbox, people = school.sandbox, school.people
    before = len(sandbox.messages())
    if place == "in private":
        sandbox.say(people.teacher, said, people.bot)
    else:
        readers = [people.teacher, people.owner, people.bot]
        readers += [people.students[1]] if place == "a student reads along" else []
        stream = sandbox.add_stream(f"files-{next(_NUMBERS)}", readers, private=True)
        text = f"@**{people.bot.full_name}** {said}"
        sandbox.post(people.teacher, text, stream=stream, topic="today")
    (message,) = school.until(
        lambda: [m for m in since(school, before) if LINK.search(m.content)], "the file"
    )
    (path,) = set(LINK.findall(message.content))
    shared = place == "who may reads along"
    assert (message.stream_id is not None) == shared
    assert opened_by(school, people.teacher, path) == 200
    assert opened_by(school, people.owner, path) == (200 if shared else 403)
    for student in people.students.values():
        assert opened_by(school, student, path) == 403
    assert requests.get(sandbox.url + path, timeout=SECONDS).status_code == 401
    name = path.rsplit("/", 1)[1]
    assert re.fullmatch(r"student-s0-\d{4}-\d\d-\d\d\.(csv|pdf)", name), "no name of hers"


def test_what_no_message_links_is_nobodys(school: Hall) -> None:
    """Every upload of the bot's is linked in the message that it was made for, and in no other."""
    sandbox, people = school.sandbox, school.people
    asked(school, people.teacher, "report student s0 csv", "/user_uploads/")
    links = [p for m in sandbox.messages() for p in LINK.findall(m.content)]
    with sandbox.realm.lock:
        uploads = {f"/user_uploads/{path}" for path in sandbox.realm.uploads}
    assert uploads
    assert sorted(links) == sorted(uploads)
