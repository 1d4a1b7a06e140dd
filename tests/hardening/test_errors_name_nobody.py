"""What is raised names nobody: an error's text goes into logs, and into streams without a look."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "nudgebot"
# What is of a person, by the name under which the code has it.
PERSONAL = frozenset({
    "first_name", "given_name", "full_name", "student_name", "guardian_name", "sender_name",
    "email", "why_not", "called", "first_name_of", "plain_name_of", "_name_of",
})  # fmt: skip
# Their own text is the same for everybody; what is about somebody goes through a look at who reads.
CARRIERS = frozenset({"UnclearError", "CannotAskError", "NobodyToMailError", "_about", "misspelt"})
IMPERSONAL = frozenset({"len", "why_not"})  # the second: of a link, which tells an id at most


def sources() -> list[Path]:
    return [p for p in sorted(ROOT.rglob("*.py")) if p.relative_to(ROOT).parts[0] != "sandbox"]


def words(node: ast.AST) -> set[str]:
    """The names and attributes in a piece of code; what is only counted or asked for is none."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in IMPERSONAL:
        return set()
    found = {node.id} if isinstance(node, ast.Name) else set()
    found |= {node.attr} if isinstance(node, ast.Attribute) else set()
    return found.union(*(words(child) for child in ast.iter_child_nodes(node)))


def personal_in(function: ast.AST) -> frozenset[str]:
    """The names that are personal within a function: what is made of such is one, too."""
    known = set(PERSONAL)
    while True:
        more = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and words(node.value) & known
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if more <= known:
            return frozenset(known)
        known |= more


def raised(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Line and personal words of each error that is raised."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        personal = personal_in(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                kind = node.exc.func
                if not (isinstance(kind, ast.Name) and kind.id in CARRIERS):
                    yield node.lineno, words(node.exc) & personal


def test_no_error_is_made_of_what_is_personal() -> None:
    """In the whole program: no name, address or reason that has one."""
    found = {
        f"{path.relative_to(ROOT)}:{line}": sorted(personal)
        for path in sources()
        for line, personal in raised(ast.parse(path.read_text(encoding="utf-8")))
        if personal
    }
    assert found == {}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("raise CommandError(f'{esc(student.first_name)} is away.')", {"first_name"}),
        ("names = ', '.join(called(e) for e in x)\n raise InputError(f'Whom? {names}')", {"names"}),
        ("raise CannotAskError(student.first_name, 's1')", set()),
        ("raise CommandError(f'{len(student.first_name)} letters')", set()),
    ],
)
def test_it_would_be_found(code: str, names: set[str]) -> None:
    """Also behind a name that is given to it."""
    found = [personal for _, personal in raised(ast.parse(f"def f():\n {code}"))]
    assert set().union(*found) == names
