"""Rule files to rules: every problem of every file, with its line, before anything is in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nudgebot.errors import Problem
from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric
from nudgebot.nudging.complaints import checked
from nudgebot.nudging.conditions import ConditionReader
from nudgebot.nudging.crisis import KEY as CRISIS
from nudgebot.nudging.crisis import Crisis, languages_of, read_crisis
from nudgebot.nudging.resources import Resource, Resources, read_resources
from nudgebot.nudging.rule import All, AppliesTo, Rule
from nudgebot.nudging.rule_file import RuleKeys
from nudgebot.nudging.strict_yaml import Entries, Items, Node, Text, line_at, plain, read_yaml
from nudgebot.nudging.texts import Texts, read_texts
from nudgebot.spelling import did_you_mean

SUFFIXES = (".yaml", ".yml")
TEMPLATE = "intervention.message_template"
_CONDITIONS = ("conditions", "unless")
_NO_TEXTS = ("cooldown_hours", "expires_after_hours", "holdout", "enabled")
_PLACES = (TEMPLATE, "intervention.delivery_method", "inhibits")


@dataclass(frozen=True)
class RuleSet:
    """What the files of a folder say; fit to be in force only without problems."""

    rules: tuple[Rule, ...] = ()
    resources: Resources = field(default_factory=Resources)
    crisis: Crisis = field(default_factory=Crisis)
    problems: tuple[Problem, ...] = ()

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def read_rules(
    path: Path,
    *,
    templates: Collection[str] | None = None,
    metrics: Mapping[str, Metric] = METRIC,
) -> RuleSet:
    """All rules of a folder (or of one file), and all problems with them.

    `templates` are the ids that a rule may name; None leaves them unchecked.
    """
    texts, problems = read_texts(path, SUFFIXES)
    return rules_of(texts, metrics=metrics, templates=templates, problems=problems)


def rules_of(
    texts: Texts,
    *,
    templates: Collection[str] | None = None,
    metrics: Mapping[str, Metric] = METRIC,
    problems: Collection[Problem] = (),
) -> RuleSet:
    """As `read_rules`, from texts by file name that are read already."""
    reader = _Reader(metrics, list(problems))
    for file, text in texts.items():
        reader.file(file, text)
    rules = tuple(sorted(reader.rules, key=lambda rule: rule.id))
    reader.problems += _between_rules(rules, templates)
    resources = Resources(tuple(reader.resources))
    crisis = Crisis(tuple(dict.fromkeys(reader.phrases)), reader.languages)
    return RuleSet(rules, resources, crisis, tuple(sorted(reader.problems)))


@dataclass
class _Reader:
    metrics: Mapping[str, Metric]
    problems: list[Problem]
    rules: list[Rule] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    languages: frozenset[str] = frozenset()

    def file(self, file: str, text: str) -> None:
        root, problems = read_yaml(text, file=file)
        self.problems += problems
        if root is None:
            return
        if isinstance(root, Entries) and "resources" in root.entries:
            resources, problems = read_resources(root, file)
            self.resources += resources
            self.problems += problems
        elif isinstance(root, Entries) and CRISIS in root.entries:
            phrases, problems = read_crisis(root, file)
            self.phrases += phrases
            self.languages |= languages_of(root)
            self.problems += problems
        elif isinstance(root, Entries) and "rules" in root.entries:
            self._list(root, file)
        else:
            self._rule(root, file)

    def _list(self, root: Entries, file: str) -> None:
        for key, line in root.lines.items():
            if key != "rules":
                self.problems.append(Problem(file, line, key, "stands beside `rules:`; remove it"))
        rules = root.entries["rules"]
        if not isinstance(rules, Items) or not rules.items:
            line = root.lines["rules"]
            self.problems.append(
                Problem(file, line, "rules", "needs a list, each rule behind `- `")
            )
            return
        for node in rules.items:
            self._rule(node, file)

    def _rule(self, node: Node, file: str) -> None:
        if not isinstance(node, Entries):
            self.problems.append(Problem(file, node.line, "", "a rule begins with `id:`"))
            return

        data = {key: value for key, value in plain(node).items() if key not in _CONDITIONS}
        keys, found = checked(RuleKeys, data, node=node, file=file)

        def complain(line: int, name: str, message: str) -> None:
            found.append(Problem(file, line, name, message))

        for key in _NO_TEXTS:
            value = node.entries.get(key)
            if isinstance(value, Text) and value.quoted:
                complain(value.line, key, f'"{value.text}" is a text; write it without quotes')

        conditions = ConditionReader(self.metrics, complain)
        parts = {
            name: conditions.read(node.entries[name], name)
            for name in _CONDITIONS
            if name in node.entries
        }
        if keys and not keys.on and "conditions" not in parts:
            complain(node.line, "conditions", "is missing; only a rule with `on` may go without")
        for name, part in parts.items():
            if not found and not part.parts:
                complain(node.lines[name], name, "names no condition")
        self.problems += found
        if keys and not found:
            self.rules.append(_rule_of(keys, parts, file, node))


def _rule_of(keys: RuleKeys, parts: Mapping[str, All], file: str, node: Node) -> Rule:
    what = keys.intervention
    return Rule(
        id=keys.id,
        name=keys.name,
        conditions=parts.get("conditions", All(())),
        unless=parts.get("unless"),
        type=what.type,
        message_template=what.message_template,
        urgency=what.urgency,
        delivery_method=what.delivery_method,
        cooldown_hours=keys.cooldown_hours,
        enabled=keys.enabled,
        on=frozenset(keys.on),
        applies_to=AppliesTo(tuple(keys.applies_to.classes), tuple(keys.applies_to.subjects)),
        inhibits=tuple(keys.inhibits),
        expires_after_hours=keys.expires_after_hours,
        include_resources=what.include_resources,
        include_study_plan=what.include_study_plan,
        personalize_by_subject=what.personalize_by_subject,
        holdout=keys.holdout,
        target=keys.target,
        file=file,
        line=node.line,
        lines={place: line_at(node, place.split(".")) for place in _PLACES},
    )


def _between_rules(rules: tuple[Rule, ...], templates: Collection[str] | None) -> Iterator[Problem]:
    """What only shows with all rules side by side."""
    by_id: dict[str, Rule] = {}
    for rule in rules:
        first = by_id.setdefault(rule.id, rule)
        if first is not rule:
            place = f"{first.file}:{first.line}"
            yield Problem(rule.file, rule.line, "id", f"`{rule.id}` is also in {place}")
    for rule in rules:
        for other in rule.inhibits:
            if other == rule.id:
                yield _at(rule, "inhibits", "a rule cannot silence itself")
            elif other not in by_id:
                guess = did_you_mean(other, by_id)
                yield _at(rule, "inhibits", f"no rule `{other}`{guess}")
        if templates is not None and rule.message_template not in templates:
            name = rule.message_template
            guess = did_you_mean(name, templates)
            yield _at(rule, TEMPLATE, f"no template `{name}.md`{guess}")


def _at(rule: Rule, key: str, message: str) -> Problem:
    return Problem(rule.file, rule.line_of(key), key, message)
