"""YAML read strictly: every scalar stays text, every value knows its line, nothing is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from nudgebot.errors import Problem

MOST_CHARACTERS = 100_000
DEEPEST = 20


@dataclass(frozen=True)
class Text:
    """A scalar, exactly as it is written: `12:30`, `on` and `0.5` are all text.

    `quoted`: it stands in quotes or as a block, so whoever wrote it means a text for sure.
    """

    line: int
    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Entries:
    """A mapping; `lines[key]` is where the key stands, which may be above its value."""

    line: int
    entries: Mapping[str, Node]
    lines: Mapping[str, int]


Node = Text | Items | Entries


class _Refused(yaml.MarkedYAMLError):
    """Well-formed YAML that this project does not read."""


class _Loader(yaml.BaseLoader):
    """Composes a tree without aliases, anchors and tags, and of bounded depth."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Refused(problem="anchors (&) and aliases (*) are not read; write it out",
                           problem_mark=event.start_mark)  # fmt: skip
        if getattr(event, "tag", None) is not None:
            raise _Refused(problem="tags (!) are not read", problem_mark=event.start_mark)
        if self.depth >= DEEPEST:
            raise _Refused(problem="this is nested too deeply", problem_mark=event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


@dataclass
class _Reader:
    """Turns one file's YAML tree into ours; complaints gather in `problems`."""

    file: str
    first_line: int
    problems: list[Problem] = field(default_factory=list)

    def complain(self, line: int, name: str, message: str) -> None:
        self.problems.append(Problem(self.file, line, name, message))

    def line_of(self, mark: Any) -> int:
        return int(mark.line) + self.first_line

    def node(self, node: yaml.Node) -> Node:
        line = self.line_of(node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            return Text(line, str(node.value), quoted=node.style is not None)
        if isinstance(node, yaml.SequenceNode):
            return Items(line, tuple(self.node(each) for each in node.value))
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            key_line = self.line_of(key.start_mark)
            name = key.value
            if not isinstance(key, yaml.ScalarNode) or not name:
                self.complain(key_line, "", "a key must be a plain word")
            elif name in entries:
                self.complain(key_line, name, f"given twice, first in line {lines[name]}")
            else:
                entries[name], lines[name] = self.node(value), key_line
        return Entries(line, entries, lines)

    def root(self, text: str) -> Node | None:
        try:
            root = yaml.compose(text, Loader=_Loader)  # a scalar of BaseLoader is always text
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.complain(self.line_of(mark) if mark else 0, "", _in_words(error))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + self.first_line
            self.complain(line, "", "a character that YAML does not allow")
        else:
            if root is not None:
                return self.node(root)
            self.complain(0, "", "the file is empty")
        return None


def _in_words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "something is wrong here"
    if isinstance(error, _Refused):
        return problem
    if "'\\t'" in problem:
        return "not valid YAML: indent with spaces, not with tabs"
    return f"not valid YAML: {problem}"


def read_yaml(text: str, *, file: str, first_line: int = 1) -> tuple[Node | None, list[Problem]]:
    """The tree of one document and every problem with it; None where there is no tree.

    `first_line` is the line of the file that the text begins on. Duplicate keys, anchors,
    aliases, tags, deep nesting and more than `MOST_CHARACTERS` are problems.
    """
    if len(text) > MOST_CHARACTERS:
        return None, [Problem(file, 0, "", f"longer than {MOST_CHARACTERS} characters")]
    reader = _Reader(file, first_line)
    return reader.root(text), reader.problems


def plain(node: Node) -> Any:
    """The tree as text, lists and dicts, for whatever knows no lines."""
    match node:
        case Text(text=text):
            return text
        case Items(_, items):
            return [plain(each) for each in items]
        case Entries(_, entries):
            return {key: plain(value) for key, value in entries.items()}


def line_at(node: Node, path: Sequence[str | int]) -> int:
    """The line of the value at the end of a path of keys and indexes, or as near as there is."""
    line = node.line
    for step in path:
        if isinstance(node, Entries) and isinstance(step, str) and step in node.entries:
            line, node = node.lines[step], node.entries[step]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
        else:
            break
    return line
