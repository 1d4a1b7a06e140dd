"""A candidate: one rule that holds for one student, before anything is decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nudgebot.nudging.rule import Delivery, Rule, Urgency


class Channel(Enum):
    """One kind of recipient; a nudge has a part for each recipient."""

    STUDENT = "student"
    MENTOR = "mentor"
    CLASS = "class"
    DASHBOARD = "dashboard"


CHANNELS: dict[Delivery, tuple[Channel, ...]] = {
    Delivery.DIRECT_MESSAGE: (Channel.STUDENT,),
    Delivery.MENTOR_ALERT: (Channel.MENTOR,),
    Delivery.MENTOR_AND_STUDENT: (Channel.STUDENT, Channel.MENTOR),
    Delivery.GROUP_NOTIFICATION: (Channel.CLASS,),
    Delivery.DASHBOARD_WIDGET: (Channel.DASHBOARD,),
}


@dataclass(frozen=True)
class Candidate:
    """A rule that holds for a student; `delivery` is where it would go, as routed.

    `handed`: it goes to a person because the student did not answer.
    """

    student_id: str
    rule: Rule
    delivery: Delivery
    handed: bool = False

    @property
    def routed(self) -> bool:
        """Whether it goes to a person instead of to the student."""
        return self.delivery is not self.rule.delivery_method

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The kinds of recipients that it is for."""
        return CHANNELS[self.delivery]

    @property
    def order(self) -> tuple[int, str, str]:
        """Most urgent first, and otherwise always the same."""
        return -self.rule.urgency.rank, self.student_id, self.rule.id


def route(student_id: str, rule: Rule, *, risk_level: object) -> Candidate:
    """The candidate, sent the right way: at the top of the risk scale a human comes first.

    A nudge that would reach nobody but a student whose risk is critical becomes an alert to her
    teachers. What is critical itself still goes to the student at once.
    """
    delivery = rule.delivery_method
    student_alone = CHANNELS[delivery] == (Channel.STUDENT,)
    if student_alone and risk_level == "critical" and rule.urgency is not Urgency.CRITICAL:
        delivery = Delivery.MENTOR_ALERT
    return Candidate(student_id, rule, delivery)
