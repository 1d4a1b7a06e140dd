"""What a rule's message to one student would say now, whether or not the rule holds for her."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nudgebot.errors import InputError
from nudgebot.insight.table import Value
from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.door import Passage
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.rule import Rule
from nudgebot.nudging.surroundings import look_around
from nudgebot.nudging.wording import Wording


def preview_facts(
    grounds: Grounds, rule: Rule, student_id: str, row: Mapping[str, Value], as_of: datetime
) -> Facts:
    """The facts that the message would be made of; `row` are the student's figures.

    Raises InputError where there is no such student.
    """
    candidate = Candidate(student_id, rule, rule.delivery_method)
    around = look_around(
        grounds.store, grounds.links, grounds.policy, batch=[candidate], as_of=as_of
    )
    if student_id not in around.pupils:
        raise InputError(f"There is no student {student_id}; ids are as the LMS has them.")
    passage = Passage((), (), around, {student_id: row}, {}, {})
    wording = Wording(grounds.store, grounds.policy, passage, also=[candidate])
    return wording.facts(student_id)
