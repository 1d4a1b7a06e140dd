"""The engine on the school's real figures, rhythms, rules and templates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from ready import ready_store

import nudgebot
from nudgebot.insight.figures import Figures
from nudgebot.insight.rhythm import rhythm
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.policy import policy_of
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.settings import read_settings
from nudging.fakes import FakeMessenger
from nudging.samples import HOUR, NOW, TODAY, School

ROOT = Path(nudgebot.__file__).parent.parent


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    store = ready_store(tmp_path / "real.db", [SCHOOL, LINKS, INSIGHT, NUDGING])
    school = School(store)
    # A week of evenings, and then nothing yesterday and today.
    for day in range(TODAY - 8, TODAY - 1):
        store.execute(
            "INSERT INTO activity_days VALUES ('s1', ?, 'reading', 'Art', 17, 3, 20.0)", [day]
        )
    store.execute("INSERT INTO touched VALUES ('s1', 1)")
    yield school
    store.close()


def test_a_broken_streak_becomes_a_message(school: School) -> None:
    """From rolled-up activity to the words in the student's conversation, at her usual hour."""
    store, settings = school.store, read_settings(None, {}).replaced(holdout_share=0.0)
    policy = policy_of(settings)
    thresholds = settings["academic_risk_thresholds"]
    figures = Figures(store, zone=policy.zone, thresholds=thresholds)
    book = RuleBook(ROOT / "rules", ROOT / "message_templates")
    assert book.reload_if_changed(NOW).taken, book.problems
    messenger = FakeMessenger()
    grounds = Grounds(
        store,
        policy=policy,
        rules=lambda: book.rules,
        figures=figures,
        rhythms=lambda ids, as_of: rhythm(store, ids, as_of, zone=policy.zone),
        links=Links(store),
    )
    engine = Engine(grounds, composer=book.composer, outbox=Outbox(store, messenger))
    refresh = figures.refresh(NOW)
    found = engine.evaluate(NOW, events=refresh.events)
    assert not found.problems
    (queued,) = [each for each in found.queued if each.rule_id == "streak_break_recovery"]
    assert queued.student_id == "s1"
    assert queued.due_at == NOW.replace(hour=17, minute=0)
    engine.deliver(NOW + 3 * HOUR - timedelta(minutes=20))
    texts = [each.message.content for each in messenger.inbox
             if each.message.recipient == Direct((101,))]  # fmt: skip
    assert len(texts) == 1
    assert "7 days" in texts[0]
