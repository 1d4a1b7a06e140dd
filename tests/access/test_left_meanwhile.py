"""Between a preview and its word the teacher left, the student moved, or the account was closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from chat.town import ANA, BEN, TARA

from access.world import World, leaks
from nudgebot.nudging.messages import Direct
from nudgebot.school.links import Links, ZulipUser

PREVIEWS = (
    "message s1 Come and see me.",
    "assign s1 Division",
    "withdraw assignment 1",
    "meet s1 tomorrow 16:00",
    "move meeting 1 tomorrow 17:00",
    "parent s1 inactive",
    "tutor s1 with s4 in Division",
    "end tutoring 1",
)
DOINGS = ("teacher_messages", "targeted_assignments", "meetings", "parent_notifications",
          "tutorings", "interventions")  # fmt: skip


def teacher_left(world: World) -> None:
    world.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")


def student_moved(world: World) -> None:
    world.store.execute("UPDATE enrollments SET class_id = 'c8a' WHERE person_id = 's1'")


def account_closed(world: World) -> None:
    links = Links(world.store)
    closed = [
        ZulipUser(TARA, "Tara Teacher", "", 400, False, False, "") if u.user_id == TARA else u
        for u in links.users()
    ]
    links.keep_users(closed, world.clock)


@pytest.mark.parametrize("said", PREVIEWS)
@pytest.mark.parametrize("happens", [teacher_left, student_moved, account_closed])
def test_what_was_previewed_is_not_done(
    tmp_path: Path, said: str, happens: Callable[[World], None]
) -> None:
    """Nobody but the teacher hears of it, and nothing is written down as done."""
    world = World(tmp_path)
    try:
        world.say(TARA, said)
        waiting = world.office.confirmations.newest(TARA)
        if waiting is None or waiting.state != "open":
            pytest.fail(f"{said} asked for no word")
        happens(world)
        before = world.dump()
        mails = len(world.mail.mails)
        told = world.say(TARA, f"confirm {waiting.token}")
        after = world.dump()
        assert {each.recipient for each in told} <= {Direct((TARA,))}
        assert not {ANA, BEN} & {i for m in told if isinstance(m.recipient, Direct)
                                 for i in m.recipient.user_ids}  # fmt: skip
        assert len(world.mail.mails) == mails
        assert [name for name in DOINGS if after[name] != before[name]] == []
        if happens is account_closed:
            assert not any(leaks(each.content) for each in told)
    finally:
        world.store.close()


def test_who_left_may_still_call_off_her_own_meeting(tmp_path: Path) -> None:
    """The student would wait for her in vain; whoever has no account any more may not even that."""
    for happens, status in ((teacher_left, "cancelled"), (account_closed, "scheduled")):
        (tmp_path / status).mkdir()
        world = World(tmp_path / status)
        try:
            world.say(TARA, "cancel meeting 1")
            happens(world)
            world.say(TARA, "confirm")
            assert world.store.value("SELECT status FROM meetings WHERE id = 1") == status
        finally:
            world.store.close()


@pytest.mark.parametrize("happens", [teacher_left, student_moved])
@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("message s1 Come and see me.", "Come, please."),
        ("assign s1 Division", "questions 5"),
        ("meet s1 tomorrow 16:00", "tomorrow 15:00"),
        ("parent s1 inactive", "We miss her."),
    ],
)
def test_other_words_show_nobody_who_left(
    tmp_path: Path, happens: Callable[[World], None], said: str, other: str
) -> None:
    """The preview in other words names those alone whom the teacher may see now."""
    world = World(tmp_path)
    try:
        world.say(TARA, said)
        happens(world)
        told = world.say(TARA, f"change {world.token()} {other}")
        assert told
        assert not any(leaks(each.content) for each in told)
    finally:
        world.store.close()
