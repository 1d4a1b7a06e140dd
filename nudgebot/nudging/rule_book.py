"""The rules and templates in force, taken up anew whenever their files change for the better."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nudgebot.errors import Problem
from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric
from nudgebot.nudging.check import Findings, Sources, examine, read_sources
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.crisis import Crisis
from nudgebot.nudging.resources import Resources
from nudgebot.nudging.rules import RuleSet
from nudgebot.nudging.templates import TemplateSet

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reload:
    """What a look at the files brought.

    `changed`: they are not as they were at the last look; only then is there anything to tell.
    `taken`: what they say is now in force. Changed but not taken means that `problems` kept what
    was there in force: an older set, or nothing where `in_force_since` is None. `hints` keep
    nothing from anything.
    """

    changed: bool
    taken: bool = False
    in_force_since: datetime | None = None
    problems: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """What to tell the admins; empty when there is nothing to tell."""
        if not self.changed:
            return ""
        if self.taken:
            lines = ["The rules and templates were read anew and are in force."]
        elif self.in_force_since is not None:
            lines = ["The rules and templates have problems; the old ones stay in force."]
        else:
            lines = ["The rules and templates have problems; none are in force yet."]
        return "\n".join([*lines, *map(str, (*self.problems, *self.hints))])


class RuleBook:
    """Holds one checked set of rules and templates; empty until the first look at the files.

    `paths` are the folders of the rules and of the templates.
    """

    def __init__(
        self, rules_path: Path, templates_path: Path, *, metrics: Mapping[str, Metric] = METRIC
    ) -> None:
        self.paths = (rules_path, templates_path)
        self._metrics = metrics
        self._seen = ""
        self._in_force = Findings(RuleSet(), TemplateSet())
        self.crisis = Crisis()
        self.problems: tuple[Problem, ...] = ()
        self.hints: tuple[Problem, ...] = ()
        self.in_force_since: datetime | None = None
        self.composer = Composer(self)

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._in_force.rules

    @property
    def templates(self) -> TemplateSet:
        """The templates in force."""
        return self._in_force.templates

    @property
    def resources(self) -> Resources:
        """What the school lists, as in force."""
        return self._in_force.resources

    def tone_of(self, template_id: str, language: str) -> str:
        """The tone of the wording that a language gets; empty where there is no such template."""
        if template_id not in self.templates.by_id:
            return ""
        return self.templates.pick(template_id, language=language).tone

    def reload_if_changed(self, as_of: datetime) -> Reload:
        """Look at the files and take what they say, all of it or nothing.

        What is compared is their content, so that neither clocks nor touched files matter, and
        what was compared is what is taken.
        """
        sources = read_sources(*self.paths)
        print_now = _fingerprint(sources)
        if print_now == self._seen:
            return Reload(changed=False)
        self._seen = print_now
        found = examine(sources, metrics=self._metrics)
        self.problems, self.hints = found.problems, found.hints
        if found.rules.crisis.phrases:
            # A student in danger does not wait until somebody has mended a rule.
            self.crisis = found.rules.crisis
        if found.problems:
            log.warning(
                "%s in the rule files; %s",
                _counted(len(found.problems), "problem"),
                "the old rules stay" if self.in_force_since else "no rules are in force",
            )
            return Reload(
                changed=True,
                in_force_since=self.in_force_since,
                problems=found.problems,
                hints=found.hints,
            )
        self._in_force, self.in_force_since = found, as_of
        self.crisis = found.rules.crisis
        log.info("%s in force", _counted(len(found.rules.rules), "rule"))
        return Reload(changed=True, taken=True, in_force_since=as_of, hints=found.hints)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fingerprint(sources: Sources) -> str:
    parts = [dict(sources.rules), dict(sources.templates), list(map(str, sources.problems))]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
