"""The engine over a small school, with templates of its own and a messenger that is a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nudgebot.nudging.compose import Composer
from nudgebot.nudging.delivery import Delivered
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.messages import Recipient
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.resources import Resources
from nudgebot.nudging.templates import TemplateSet, templates_of
from nudging.fakes import FakeMessenger
from nudging.samples import NOW, School

HEAD = "---\ntitle: T\ncategory: {}\ntone: warm\ngoal: g\ncall_to_action: Go\nlanguage: en\n---\n"
TEMPLATES = {
    "frame.md": HEAD.format("part") + "Hi {{ first_name }},\n\n{{ body }}\n",
    "streak.md": HEAD.format("nudge") + "Your streak is {{ current_streak }}.\n",
    "score.md": HEAD.format("nudge") + "Your average is {{ average_score }}.\n",
    "needs_more.md": HEAD.format("nudge") + "Your XP are {{ xp }}.\n",
    "notice.md": HEAD.format("nudge") + "{{ class_name }}: an exam comes near.\n",
}


@dataclass
class Words:
    templates: TemplateSet = field(default_factory=lambda: templates_of(TEMPLATES))
    resources: Resources = field(default_factory=Resources)


@dataclass
class Bench:
    """The engine over a small school, with a messenger that is a list."""

    school: School
    messenger: FakeMessenger = field(default_factory=FakeMessenger)

    @property
    def engine(self) -> Engine:
        """A new one each time, as after a restart."""
        school = self.school
        return Engine(
            school.grounds,
            composer=Composer(Words()),
            outbox=Outbox(school.store, self.messenger),
        )

    def decide(self, as_of: datetime = NOW) -> None:
        self.engine.evaluate(as_of)

    def deliver(self, as_of: datetime = NOW, *, most_recipients: int = 60) -> Delivered:
        return self.engine.deliver(as_of, most_recipients=most_recipients)

    def to(self, recipient: Recipient) -> list[str]:
        return [
            each.message.content
            for each in self.messenger.inbox
            if each.message.recipient == recipient
        ]

    def states(self, student_id: str = "s1") -> list[tuple[str, str]]:
        found = Nudges(self.school.store).of_student(student_id, limit=99)
        return [(each.state, each.reason) for each in found]
