"""What a school lists to help with each subject, from a YAML file beside the rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from nudgebot.errors import Problem
from nudgebot.nudging.complaints import checked
from nudgebot.nudging.strict_yaml import Entries, Items, Node, line_at, plain

EVERY_SUBJECT = "any"
MOST_PER_MESSAGE = 4
_LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/[A-Za-z0-9._~%/?=&#+,;@:!$*-]*)?")


class _Keys(BaseModel):
    """One resource as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=200)
    link: str = Field("", max_length=500)


@dataclass(frozen=True)
class Resource:
    """One thing that helps; `link` is a plain http address without Markdown in it, or empty."""

    subject: str
    title: str
    link: str = ""


@dataclass(frozen=True)
class Resources:
    """Everything that the school lists, in the order of the file."""

    listed: tuple[Resource, ...] = ()

    def of(
        self, subjects: Collection[str], *, at_most: int = MOST_PER_MESSAGE
    ) -> tuple[Resource, ...]:
        """What helps with these subjects, each subject getting its turn; then what always helps."""
        wanted = {subject.casefold() for subject in subjects}
        own = [each for each in self.listed if each.subject.casefold() in wanted]
        by_turn = sorted(own, key=lambda each: _turn(own, each))
        general = [each for each in self.listed if each.subject.casefold() == EVERY_SUBJECT]
        return tuple((by_turn + general)[:at_most])


def _turn(own: list[Resource], one: Resource) -> int:
    return [each for each in own if each.subject == one.subject].index(one)


def read_resources(root: Entries, file: str) -> tuple[list[Resource], list[Problem]]:
    """The resources of a file whose tree is `root`, and every problem with them."""
    problems = [
        Problem(file, line, key, "stands beside `resources:`; remove it")
        for key, line in root.lines.items()
        if key != "resources"
    ]
    by_subject = root.entries["resources"]
    if not isinstance(by_subject, Entries):
        line = root.lines["resources"]
        problems.append(Problem(file, line, "resources", "needs subjects below it"))
        return [], problems
    resources: list[Resource] = []
    for subject, node in by_subject.entries.items():
        for found in _of_subject(subject, node, file):
            if isinstance(found, Resource):
                resources.append(found)
            else:
                problems.append(found)
    return resources, problems


def _of_subject(subject: str, node: Node, file: str) -> Iterator[Resource | Problem]:
    field = f"resources.{subject}"
    if not isinstance(node, Items) or not node.items:
        yield Problem(file, node.line, field, "needs a list, each entry behind `- title:`")
        return
    for number, item in enumerate(node.items):
        here = f"{field}.{number}"
        keys, problems = checked(_Keys, plain(item), node=item, file=file, field=here)
        yield from problems
        if keys is None:
            continue
        if keys.link and not _LINK.fullmatch(keys.link):
            line = line_at(item, ("link",))
            message = "is not a plain address that begins with http:// or https://"
            yield Problem(file, line, f"{here}.link", message)
        else:
            yield Resource(subject, keys.title, keys.link)
