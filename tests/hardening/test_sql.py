"""SQL is made of this project's own words: what comes from outside is always a parameter."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest

import nudgebot

ROOT = Path(nudgebot.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
VERBS = re.compile(
    r"\b(SELECT\b.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\b.*\bSET|DELETE\s+FROM|ATTACH)\b",
    re.DOTALL,
)
CONSTANT = re.compile(r"(\w+\.)?_?[A-Z][A-Z0-9_]*(\[\w+\])?")
# What else is put into statements: names of tables and columns that stand in this project's code,
# clauses made of constants, and marks for parameters. A new one has to be looked at by a person.
LOOKED_AT = frozenset(
    {
        "' OR '.join(tests)", "'' if student_ids is None else chosen",
        "', '.join(('?' for _ in names))", "', '.join(layout.key)", "', '.join(names)",
        "', '.join(table.columns)", "assigned", "cells", "column", "columns", "condition",
        "each.table", "each.whose", "holdings[table].whose", "how", "int(before)", "kind",
        "layout.table", "marks", "most", "name", "named", "names", "old.child_key",
        "old.condition", "old.key", "old.table", "one", "refused", "select", "selected", "sets",
        "some", "source", "table", "table.name", "tests", "title", "together", "where", "whose",
    }
)  # fmt: skip


def _words(node: ast.JoinedStr) -> str:
    """The fixed parts of a text that is put together."""
    parts = (each.value for each in node.values if isinstance(each, ast.Constant))
    return " ".join(map(str, parts))


def _statements(path: Path) -> list[ast.JoinedStr]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    return [node for node in texts if VERBS.search(_words(node))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_words_of_our_own_are_put_into_statements(path: Path) -> None:
    """Constants, and expressions that a person has looked at; anything else fails here."""
    for node in _statements(path):
        parts = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
        strange = {ast.unparse(each) for each in parts} - LOOKED_AT
        strange = {each for each in strange if not CONSTANT.fullmatch(each)}
        assert not strange, f"{path.name}:{node.lineno}: look at {strange}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_statements_are_not_glued(path: Path) -> None:
    """No statement is made with `+`, `%` or `.format`, where nobody sees what goes in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        glued: ast.expr | None = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            glued = node.left
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            glued = node.func.value if node.func.attr == "format" else None
        if isinstance(glued, ast.Constant) and isinstance(glued.value, str):
            assert not VERBS.search(glued.value), f"{path.name}:{glued.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_exception_has_its_reason(path: Path) -> None:
    """The linter looks for statements that are put together; whoever waves it off says why."""
    with path.open("rb") as file:
        comments = [
            token.string
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT and "S608" in token.string
        ]
    assert [each for each in comments if not re.search(r"S608\s+# \w+", each)] == []
