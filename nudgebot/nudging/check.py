"""Rules and templates checked as they will be used: together, and on awkward students."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nudgebot.errors import Problem
from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.parent_letter import FRAME, PARENT, fill_letter, plain_renderer
from nudgebot.nudging.rendering import CompositionError, UnknownFigureError
from nudgebot.nudging.resources import Resources
from nudgebot.nudging.rule import All, Condition, Delivery, Rule, Test
from nudgebot.nudging.rules import SUFFIXES, TEMPLATE, RuleSet, rules_of
from nudgebot.nudging.samples import (
    LEAKS,
    Sample,
    figures,
    parent_samples,
    part_contexts,
    samples,
    unknown_facts,
)
from nudgebot.nudging.templates import BY_HAND, Template, TemplateSet, templates_of
from nudgebot.nudging.texts import Texts, read_texts
from nudgebot.nudging.variables import GROUP_NAMES, PARTS


@dataclass(frozen=True)
class Sources:
    """The texts of both folders, read at one moment, and what could not be read."""

    rules: Texts
    templates: Texts
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What the texts say, and what is wrong with it.

    `problems` keep a set from being put in force; `hints` only say that something is idle or
    may stay unsaid, so that taking a rule away is never refused for what it leaves behind.
    """

    rules: RuleSet
    templates: TemplateSet
    problems: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()

    @property
    def resources(self) -> Resources:
        """What the school lists."""
        return self.rules.resources

    @property
    def told(self) -> list[Problem]:
        """Every problem and every hint, by file and line; empty means all is well."""
        return sorted({*self.problems, *self.hints})


def read_sources(rules_path: Path, templates_path: Path) -> Sources:
    """Both folders, read once."""
    rules, rule_problems = read_texts(rules_path, SUFFIXES)
    templates, template_problems = read_texts(templates_path, (".md",))
    return Sources(rules, templates, (*rule_problems, *template_problems))


def examine(sources: Sources, *, metrics: Mapping[str, Metric] = METRIC) -> Findings:
    """Read and check texts; with problems in single files, those between files wait."""
    templates = templates_of(sources.templates, metrics=metrics)
    rules = rules_of(sources.rules, templates=templates.by_id, metrics=metrics)
    problems = [*sources.problems, *rules.problems, *templates.problems]
    if not problems:
        problems += [*_missing_parts(rules, templates), *_parent_frames(templates)]
    if problems:
        return Findings(rules, templates, tuple(sorted(set(problems))))
    found = Findings(rules, templates)
    composer = Composer(found)
    problems += _in_groups(rules, templates)
    for variants in templates.by_id.values():
        for template in variants:
            problems += _awkward(template, composer, metrics)
    if problems:
        return Findings(rules, templates, tuple(sorted(set(problems))))
    hints = {
        *_unheard(rules),
        *_idle(rules, templates),
        *_unsaid(rules, templates, composer, metrics),
    }
    return Findings(rules, templates, hints=tuple(sorted(hints)))


def _unheard(rules: RuleSet) -> Iterator[Problem]:
    if not rules.crisis.phrases:
        message = "no file lists phrases, so that no student's words are ever passed on as urgent"
        yield Problem("rules", 0, "crisis", message)


def _missing_parts(rules: RuleSet, templates: TemplateSet) -> Iterator[Problem]:
    for part in PARTS:
        if part not in templates.by_id:
            yield Problem("message_templates", 0, "", f"there is no `{part}.md`")
    for rule in rules.rules:
        template = templates.by_id[rule.message_template][0]
        message = ""
        if template.category == "part":
            message = f"`{template.id}` is a part of other messages, not a message"
        elif template.category == PARENT:
            message = f"`{template.id}` is an e-mail to a guardian, not a message to a student"
        elif template.category in BY_HAND:
            message = (
                f"`{template.id}` is one that teachers send by hand (category "
                f"`{template.category}`); a rule needs one of the category `nudge`"
            )
        if message:
            yield Problem(rule.file, rule.line_of(TEMPLATE), TEMPLATE, message)


def _parent_frames(templates: TemplateSet) -> Iterator[Problem]:
    """What goes around every e-mail to a guardian must be there, and leave nothing out."""
    for frame in templates.by_id.get(FRAME, ()):
        for name in sorted({"body", "words"} - frame.names):
            yield Problem(frame.file, frame.line, name, "has no place in it, and would be lost")
    if templates.of_category(PARENT) and FRAME not in templates.by_id:
        yield Problem("message_templates", 0, "", f"there is no `{FRAME}.md`")


def _in_groups(rules: RuleSet, templates: TemplateSet) -> Iterator[Problem]:
    """What goes to a whole class may say nothing of a single student."""
    for rule in rules.rules:
        if rule.delivery_method is Delivery.GROUP_NOTIFICATION:
            for template in templates.by_id[rule.message_template]:
                for name in sorted(template.names - GROUP_NAMES):
                    message = f"tells of one student, but rule `{rule.id}` writes to a class"
                    yield Problem(template.file, template.line, name, message)


def _awkward(
    template: Template, composer: Composer, metrics: Mapping[str, Metric]
) -> Iterator[Problem]:
    """A template filled in for awkward students; each thing that goes wrong is told once."""
    if template.id in PARTS:
        try:
            text = composer.fill_part(template, part_contexts()[template.id])
        except CompositionError as error:
            yield Problem(template.file, template.line, "", str(error))
        else:
            yield from _bad_text(template, text, "names hold Markdown")
        return
    if template.category == PARENT:
        yield from _awkward_letters(template, metrics)
        return
    for sample in samples(metrics):
        found = list(_on_sample(template, composer, sample))
        yield from found
        if found:
            return


def _awkward_letters(template: Template, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    renderer = plain_renderer()
    for label, facts in parent_samples(metrics):
        try:
            text = fill_letter(renderer, template, facts, body="Body")
        except CompositionError as error:
            yield Problem(template.file, template.line, "", f"{error} ({label})")
            return
        yield from _bad_text(template, text, label)


def _on_sample(template: Template, composer: Composer, sample: Sample) -> Iterator[Problem]:
    try:
        text = composer.fill(template, sample.facts)
    except UnknownFigureError as error:
        if not sample.may_lack:
            yield Problem(template.file, template.line, "", f"{error} ({sample.label})")
    except CompositionError as error:
        yield Problem(template.file, template.line, "", f"{error} ({sample.label})")
    else:
        yield from _bad_text(template, text, sample.label)


def _bad_text(template: Template, text: str, label: str) -> Iterator[Problem]:
    if not text:
        yield Problem(template.file, template.line, "", f"is blank when {label}")
    if "None" in text and "None" not in template.body:
        yield Problem(template.file, template.line, "", f"says `None` when {label}")
    if any(leak in text for leak in LEAKS):
        yield Problem(template.file, template.line, "", "lets Markdown in names through")


def _idle(rules: RuleSet, templates: TemplateSet) -> Iterator[Problem]:
    """Templates that nothing uses; teachers choose among those of their categories by hand."""
    named = {rule.message_template for rule in rules.rules}
    for variants in templates.by_id.values():
        base = variants[0]
        if base.category == "nudge" and base.id not in named:
            yield Problem(base.file, 1, "", "no rule names this template")
    for category in BY_HAND:
        if not templates.of_category(category):
            message = f"there is no template of the category `{category}` for teachers"
            yield Problem("message_templates", 0, "", message)


def _unsaid(
    rules: RuleSet, templates: TemplateSet, composer: Composer, metrics: Mapping[str, Metric]
) -> Iterator[Problem]:
    """Templates that show what may be unknown when their rule fires: such a nudge is dropped."""
    values = figures(metrics, 3, "Art")
    for rule in rules.rules:
        sure = {name: values[name] for name in _surely_known(rule.conditions)}
        for template in templates.by_id[rule.message_template]:
            yield from _may_be_unsaid(rule, template, composer, sure)


def _may_be_unsaid(
    rule: Rule, template: Template, composer: Composer, sure: Mapping[str, object]
) -> Iterator[Problem]:
    try:
        composer.fill(template, unknown_facts(dict(sure)), rule)  # type: ignore[arg-type]
    except CompositionError:
        names = ", ".join(sorted(template.names - set(sure) - GROUP_NAMES - {"first_name"}))
        message = f"may be unknown when rule `{rule.id}` fires; ask `is not none` first"
        yield Problem(template.file, template.line, names, message)


def _surely_known(condition: Condition) -> Sequence[str]:
    """The metrics whose values are known wherever the condition holds."""
    match condition:
        case Test(metric, operator) if operator != "is_unknown":
            return [metric]
        case All(parts):
            return [name for part in parts for name in _surely_known(part)]
    return []
