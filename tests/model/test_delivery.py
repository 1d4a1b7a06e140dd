"""The model's words on their way: to students only, noted with each nudge, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nudging.bench import Words
from nudging.fakes import FakeMessenger
from nudging.samples import NOW, TODAY, School, rule
from ready import ready_store

from model.samples import by_model
from model.server import Behaviour, endpoint, gives, says
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.messages import Direct
from nudgebot.nudging.model import Reason
from nudgebot.nudging.model_openai import OpenAIRewriter
from nudgebot.nudging.model_texts import uses
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.rule import Delivery
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL

ANSWER = "Right now your streak is at ⟦A⟧, and that is where a new beginning is always near."


@dataclass
class Sent:
    """What became of a school's due nudges."""

    school: School
    messenger: FakeMessenger = field(default_factory=FakeMessenger)

    def deliver(self, behave: Behaviour) -> int:
        """Decide and deliver with a model that behaves so; how often it was asked."""
        with endpoint(behave) as model:
            personal = by_model(self.school.store, OpenAIRewriter(model.url, "m"))
            engine = Engine(
                self.school.grounds,
                composer=Composer(Words(), personal),
                outbox=Outbox(self.school.store, self.messenger),
            )
            engine.evaluate(NOW)
            engine.deliver(NOW)
            return len(model.bodies)

    def to(self, user_id: int) -> str:
        (text,) = [
            each.message.content
            for each in self.messenger.inbox
            if each.message.recipient == Direct((user_id,))
        ]
        return text

    def words(self, student_id: str) -> str:
        nudges = Nudges(self.school.store)
        (nudge,) = nudges.of_student(student_id, limit=9)
        return nudges.words_of(nudge.key)


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    store = ready_store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING])
    school = School(store)
    school.rules = [rule(delivery_method=Delivery.MENTOR_AND_STUDENT, holdout=0.0)]
    for student_id in ("s1", "s2", "s3"):
        school.figures.set(student_id)
    yield Sent(school)
    store.close()


def test_students_get_the_models_words_and_teachers_do_not(sent: Sent) -> None:
    """Each nudge keeps whose words it was in."""
    asked = sent.deliver(says(ANSWER))
    for user_id in (101, 102, 103):
        assert "Right now your streak is at 0, and that" in sent.to(user_id)
    assert "Right now" not in sent.to(11)
    assert sent.words("s1") == "model"
    assert 1 <= asked <= 3
    assert uses(sent.school.store, TODAY).by_model == 3


def test_a_broken_model_keeps_no_nudge_back(sent: Sent) -> None:
    """All arrive in the template's words, with the reason; after three failures it is let be."""
    assert sent.deliver(gives(b"", 500)) == 3
    for user_id in (101, 102, 103):
        assert "Your streak is 0." in sent.to(user_id)
    assert sent.words("s2") == Reason.FAULT
    assert uses(sent.school.store, TODAY).templates == {Reason.FAULT: 3}
