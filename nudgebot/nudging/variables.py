"""What a template may name: every metric, and the words listed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nudgebot.insight.metric import Metric


@dataclass(frozen=True)
class Variable:
    """A name beside the metrics; `in_groups` says that it tells nothing of a single student."""

    name: str
    help: str
    in_groups: bool = False


CONTEXT = (
    Variable("first_name", "The student's given name, never empty."),
    Variable("class_name", "The class it is about, or none.", in_groups=True),
    Variable("teacher", "The name of the student's teacher, or none."),
    Variable("subjects", "The subjects it is about where the rule names them, or none."),
    Variable("completion_rate", "`video_completion_rate` as a whole number from 0 to 100."),
    Variable("days_until_exam", "`upcoming_exam_days` under another name.", in_groups=True),
    Variable("exam_title", "`upcoming_exam_title` under another name.", in_groups=True),
    Variable("exam_subject", "`upcoming_exam_subject` under another name.", in_groups=True),
    Variable("exam_day", "The day of the next exam, or none.", in_groups=True),
    Variable("call_to_action", "As the template's head has it.", in_groups=True),
    Variable("data_as_of", "When the figures were right, as a Zulip time.", in_groups=True),
)

FRAME = (
    Variable("body", "What there is to say: one nudge or several."),
    Variable("first_name", "The student's given name, never empty."),
    Variable("teacher", "The name of the student's teacher, or none."),
    Variable("data_as_of", "When the figures were right, as a Zulip time."),
)

STUDY_PLAN = (
    Variable("plan", "The days: each has `day`, `work` (practise, overview, review), `skill`, "
             "`questions`."),
    Variable("exam_title", "The exam's title, or none."),
    Variable("exam_day", "The exam's day."),
)  # fmt: skip

RESOURCES = (Variable("resources", "Each has `subject`, `text` (linked where it has a link)."),)

PARENT = (
    Variable("first_name", "The student's given name, never empty."),
    Variable("guardian", "The name of the guardian who is written to, or none."),
    Variable("teacher", "The name of the teacher who writes, or none."),
    Variable("school", "The school's name, or none."),
    Variable("words", "The teacher's own words, or none."),
    Variable("reply_address", "The address that an answer goes to, or none."),
    Variable("last_active_day", "The day of the student's last activity, or none."),
    Variable("data_day", "The day that the figures are of, or none."),
    Variable("subjects", "The teacher's subjects, that skills and work are of, or none."),
    Variable("body", "In `parent_frame` only: the concern in words."),
)
"""What e-mails to guardians may name beside the metrics; they are plain text."""

PARTS: Mapping[str, tuple[Variable, ...]] = MappingProxyType(
    {"frame": FRAME, "study_plan": STUDY_PLAN, "resources": RESOURCES}
)
"""The templates that others are put together with, and what each of these may name."""


def known_names(
    template_id: str, metrics: Mapping[str, Metric], category: str = ""
) -> frozenset[str]:
    """Every name that a template may use."""
    if category == "parent":
        own = {variable.name for variable in PARENT}
        own -= set() if template_id == "parent_frame" else {"body"}
        return frozenset((*metrics, *own))
    if template_id in PARTS:
        return frozenset(variable.name for variable in PARTS[template_id])
    return frozenset((*metrics, *(variable.name for variable in CONTEXT)))


GROUP_NAMES = frozenset(variable.name for variable in CONTEXT if variable.in_groups)
