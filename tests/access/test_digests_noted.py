"""What a teacher is told by a digest is in the audit log, from the moment it is promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nudging.bench import Words
from nudging.fakes import FakeMessenger
from nudging.samples import HOUR, NOW, School, rule

from nudgebot.chat.audit import Audit, verify
from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.ports import DIGEST
from nudgebot.nudging.rule import Delivery
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

TEACHER = 11


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """School, links, nudging and the audit log in one file."""
    opened = Store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING, CHAT])
    yield opened
    opened.close()


def test_a_digest_is_noted_once_and_is_no_look(store: Store) -> None:
    """For each student in it; the messages to students are no reading by anybody."""
    school, audit = School(store), Audit(store)
    school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT)]
    grounds = replace(school.grounds, seen=audit.told)
    messenger = FakeMessenger()
    engine = Engine(grounds, composer=Composer(Words()), outbox=Outbox(store, messenger))
    engine.evaluate(NOW)
    for hours in range(30):
        engine.deliver(NOW + hours * HOUR)
    rows = store.rows("SELECT DISTINCT student_id, actor_user_id, action, place FROM audit")
    assert {tuple(row) for row in rows} == {
        (student_id, TEACHER, DIGEST, f"dm:{TEACHER}") for student_id in ("s1", "s2", "s3")
    }
    told = [each for each in messenger.inbox if each.message.recipient == Direct((TEACHER,))]
    assert told
    assert store.value("SELECT count(*) FROM audit") == 3
    assert audit.looks("s1", own_user_id=None, limit=9) == []
    assert verify(store) == []
