"""Rules and facts to finished messages: for a student, a class, a widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nudgebot.insight.table import Value
from nudgebot.markup import esc, global_time
from nudgebot.nudging.facts import Facts, GroupFacts
from nudgebot.nudging.length import trim
from nudgebot.nudging.personal import Personal
from nudgebot.nudging.rendering import CompositionError, Renderer, Safe, whole
from nudgebot.nudging.resources import Resource, Resources
from nudgebot.nudging.rule import Rule, Urgency
from nudgebot.nudging.study_plan import WeakSkill, study_plan
from nudgebot.nudging.templates import Template, TemplateSet
from nudgebot.nudging.variables import GROUP_NAMES

_WIDGET_LENGTH = 600


class Words(Protocol):
    """Where the newest templates and resources are; the rule book is one."""

    @property
    def templates(self) -> TemplateSet:
        """The wordings in force."""

    @property
    def resources(self) -> Resources:
        """What the school lists."""


@dataclass(frozen=True)
class Composed:
    """A nudge in words: `text` is the whole message, `body` the part that may share one.

    `words` says whose they are: `model`, or why they are the template's although there is a model;
    empty: no model is in use.
    """

    text: str
    template_id: str
    tone: str
    language: str
    rule_id: str
    title: str
    call_to_action: str
    urgency: Urgency
    body: Safe
    facts: Facts
    words: str = ""


@dataclass(frozen=True)
class Widget:
    """A nudge as an entry of the dashboard; title and text are Markdown, escaped already."""

    student_id: str
    rule_id: str
    title: str
    text: str
    urgency: Urgency
    data_as_of: datetime


class Composer:
    """Writes messages in the words that are in force when it is asked.

    With `personal` the words to one student are said anew where that can be done; those to a
    class, to the staff and around a message never are.
    """

    def __init__(self, words: Words, personal: Personal | None = None) -> None:
        self._words = words
        self._personal = personal
        self._renderer = Renderer()

    def compose(self, rule: Rule, facts: Facts, *, tone: str | None = None) -> Composed:
        """One nudge for one student, in her language where there is a wording in it.

        Raises CompositionError where the template needs what is not known.
        """
        template = self._pick(rule.message_template, tone, facts.language)
        said, words = self._said(template, facts, rule)
        parts = [said]
        subjects = _subjects(rule, facts)
        if rule.include_study_plan:
            parts.append(self._study_plan(facts, template.language))
        if rule.include_resources:
            parts.append(self._resources(subjects, template.language))
        body = Safe("\n\n".join(part for part in parts if part))
        return Composed(
            text=self._framed([body], facts, template.language),
            template_id=template.id,
            tone=template.tone,
            language=template.language,
            rule_id=rule.id,
            title=template.title,
            call_to_action=template.call_to_action,
            urgency=rule.urgency,
            body=body,
            facts=facts,
            words=words,
        )

    def join(self, composed: Sequence[Composed]) -> str:
        """Several nudges for one student as one message: one greeting, the most urgent first."""
        if not composed:
            raise CompositionError("There is no nudge to make a message of.")
        ordered = sorted(composed, key=lambda each: -each.urgency.rank)
        bodies = list(dict.fromkeys(each.body for each in ordered))
        first = ordered[0]
        return self._framed(bodies, first.facts, first.language)

    def message(
        self, template_id: str, facts: Facts, *, tone: str | None = None, language: str = ""
    ) -> Composed:
        """A template as it stands, for a teacher to send by hand: no frame, nothing added."""
        template = self._pick(template_id, tone, language or facts.language)
        body, words = self._said(template, facts)
        return Composed(
            text=trim(body),
            template_id=template.id,
            tone=template.tone,
            language=template.language,
            rule_id="",
            title=template.title,
            call_to_action=template.call_to_action,
            urgency=Urgency.MEDIUM,
            body=body,
            facts=facts,
            words=words,
        )

    def group_notice(self, rule: Rule, facts: GroupFacts) -> str:
        """A notice for a class's stream; its template can name no student and no figure of one.

        Raises CompositionError where the template asks for more than is true of the whole class.
        """
        template = self._pick(rule.message_template, None, facts.language)
        personal = sorted(template.names - GROUP_NAMES)
        if personal:
            message = f"Template `{template.id}` is not for groups: it uses {', '.join(personal)}."
            raise CompositionError(message)
        as_one = Facts(
            student_id="", first_name="", figures=facts.figures, as_of=facts.as_of,
            data_as_of=facts.data_as_of, zone=facts.zone, class_name=facts.class_name,
        )  # fmt: skip
        context = context_of(as_one, template, rule)
        return trim(self.fill_part(template, {name: context.get(name) for name in GROUP_NAMES}))

    def widget(self, rule: Rule, facts: Facts) -> Widget:
        """The nudge as a short entry of the student's dashboard."""
        template = self._pick(rule.message_template, None, facts.language)
        text = self.fill(template, facts, rule)
        return Widget(
            student_id=facts.student_id,
            rule_id=rule.id,
            title=esc(template.title),
            text=trim(text, at_most=_WIDGET_LENGTH),
            urgency=rule.urgency,
            data_as_of=facts.data_as_of,
        )

    def fill(self, template: Template, facts: Facts, rule: Rule | None = None) -> Safe:
        """A wording with what is known of a student, and nothing around it."""
        return self.fill_part(template, context_of(facts, template, rule))

    def fill_part(self, template: Template, context: Mapping[str, Any]) -> Safe:
        """A wording with these values; texts in them are escaped on the way."""
        values = {**context, "language": template.language}
        return self._renderer.render(template.body, values, name=template.id)

    def _said(self, template: Template, facts: Facts, rule: Rule | None = None) -> tuple[Safe, str]:
        """A wording for a student, and whose words it is in."""
        context = context_of(facts, template, rule)
        rendered = self.fill_part(template, context)
        if self._personal is None:
            return rendered, ""
        made = self._personal.reword(template, context, rendered, facts=facts, rule=rule)
        return made.text, made.words

    def _pick(self, template_id: str, tone: str | None, language: str) -> Template:
        try:
            return self._words.templates.pick(template_id, tone=tone, language=language)
        except KeyError:
            raise CompositionError(f"There is no message template `{template_id}`.") from None

    def _framed(self, bodies: Iterable[Safe], facts: Facts, language: str) -> str:
        frame = self._pick("frame", None, language)
        room = trim("\n\n".join(bodies), at_most=9000)  # greeting and ending stay whole
        context = {
            "body": Safe(room),
            "first_name": _first_name(facts),
            "teacher": facts.teacher.strip() or None,
            "data_as_of": Safe(global_time(facts.data_as_of)),
        }
        return trim(self.fill_part(frame, context))

    def _study_plan(self, facts: Facts, language: str) -> Safe:
        if facts.exam_day is None:
            return Safe()
        skills = _for_exam(facts) or tuple(_weakest(facts.figures))
        plan = study_plan(facts.today, facts.exam_day, skills, free_days=facts.free_days)
        if not plan:
            return Safe()
        context = {
            "plan": [
                {"day": each.day, "work": each.work.value, "skill": each.skill,
                 "questions": each.questions}
                for each in plan
            ],
            "exam_day": facts.exam_day,
            "exam_title": facts.figures.get("upcoming_exam_title"),
        }  # fmt: skip
        return self.fill_part(self._pick("study_plan", None, language), context)

    def _resources(self, subjects: Sequence[str], language: str) -> Safe:
        found = self._words.resources.of(subjects)
        if not found:
            return Safe()
        listed = [{"subject": each.subject, "text": _linked(each)} for each in found]
        return self.fill_part(self._pick("resources", None, language), {"resources": listed})


def _for_exam(facts: Facts) -> tuple[WeakSkill, ...]:
    """The weakest skills of the exam's subject; where none is known, of all subjects."""
    subject = facts.figures.get("upcoming_exam_subject")
    return tuple(each for each in facts.skills if each.subject == subject) or facts.skills


def _linked(resource: Resource) -> Safe:
    """A resource as Markdown; its link was checked to hold none when it was read."""
    title = esc(resource.title)
    return Safe(f"[{title}]({resource.link})" if resource.link else title)


def _first_name(facts: Facts) -> str:
    name = facts.first_name.strip() or facts.full_name.strip()
    if not name:
        raise CompositionError("The student has no name to be greeted by.")
    return name


def _weakest(figures: Mapping[str, Value]) -> Iterable[WeakSkill]:
    """The one weak skill that the figures know, where the facts bring no list."""
    skill = figures.get("weakest_skill")
    if isinstance(skill, str):
        accuracy = figures.get("weakest_skill_accuracy")
        yield WeakSkill(skill, float(accuracy) if isinstance(accuracy, int | float) else None)


def _subjects(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """The subjects that the nudge is about: those the rule is for, else the student's weak ones."""
    struggling = facts.figures.get("struggling_subjects")
    subjects = facts.subjects or (struggling if isinstance(struggling, tuple) else ())
    for metric in ("upcoming_exam_subject",) if rule.include_study_plan else ("weakest_subject",):
        named = facts.figures.get(metric)
        if not subjects and isinstance(named, str):
            subjects = (named,)
    if not rule.applies_to.subjects:
        return subjects
    wanted = {subject.casefold() for subject in rule.applies_to.subjects}
    return tuple(subject for subject in subjects if subject.casefold() in wanted)


def context_of(facts: Facts, template: Template, rule: Rule | None) -> dict[str, Any]:
    """Everything that a template may name; what is not known is None."""
    figures = facts.figures
    rate = figures.get("video_completion_rate")
    named = rule is None or rule.personalize_by_subject
    subjects = _subjects(rule, facts) if rule else facts.subjects
    known = {
        **dict.fromkeys(template.names),
        **figures,
        "first_name": facts.first_name.strip() or facts.full_name.strip() or None,
        "class_name": facts.class_name.strip() or None,
        "teacher": facts.teacher.strip() or None,
        "subjects": (subjects or None) if named else None,
        "completion_rate": whole(rate * 100) if isinstance(rate, int | float) else None,
        "days_until_exam": figures.get("upcoming_exam_days"),
        "exam_title": figures.get("upcoming_exam_title"),
        "exam_subject": figures.get("upcoming_exam_subject"),
        "exam_day": facts.exam_day,
        "call_to_action": Safe(template.call_to_action),
        "data_as_of": Safe(global_time(facts.data_as_of)),
    }
    return {name: _without_blank(value) for name, value in known.items()}


def _without_blank(value: Any) -> Any:
    """An empty text or list is something that nobody knows."""
    return None if isinstance(value, str | tuple) and not value else value
