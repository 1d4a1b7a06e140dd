"""What a template may be made of: enough for words around figures, nothing that calls or grows."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_NESTED = 20
MOST_LOOPS = 2
MOST_CHARACTERS = 2_000  # of a text that a template puts together itself
MOST_DIGITS = 6
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For,
    nodes.Assign, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Add, nodes.Sub, nodes.Mul,
    nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Concat, nodes.Tuple,
    nodes.List,
)  # fmt: skip


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Reckons with numbers only: a text times a number could fill the memory."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The result; raises SecurityError for what could grow without end."""
        grows = any(isinstance(each, str | list | tuple | dict) for each in (left, right))
        texts = isinstance(left, str) and isinstance(right, str) and operator == "+"
        fits = texts and len(left) + len(right) <= MOST_CHARACTERS
        if operator == "**" or (grows and not fits):
            raise SecurityError("only numbers are reckoned with")
        return super().call_binop(context, operator, left, right)


def check_bounds(tree: nodes.Node, *, depth: int = 0, loops: int = 0, kept: bool = False) -> None:
    """Raise TemplateSyntaxError, with its line, for what a template may not have.

    `kept`: what stands here is given a name, so that it could be put together again and again.
    """
    line = getattr(tree, "lineno", 1)
    if not isinstance(tree, _ALLOWED) or (isinstance(tree, nodes.Concat) and kept):
        what = type(tree).__name__.lower()
        raise TemplateSyntaxError(f"a template may not do this ({what})", line)
    if depth > MOST_NESTED * 2 or loops > MOST_LOOPS or getattr(tree, "recursive", False):
        raise TemplateSyntaxError("this is nested too deeply", line)
    if isinstance(tree, nodes.Mul | nodes.Mod) and not _reckons(tree):
        raise TemplateSyntaxError("only numbers are reckoned with", line)
    if isinstance(tree, nodes.Filter):
        _check_filter(tree)
    if isinstance(tree, nodes.Getattr) and tree.attr.startswith("_"):
        raise TemplateSyntaxError(f"`{tree.attr}` is not for templates", line)
    if isinstance(tree, nodes.Getitem) and not _is_number(tree.arg):
        raise TemplateSyntaxError("only a number may stand in square brackets", line)
    for child in tree.iter_child_nodes():
        check_bounds(
            child,
            depth=depth + 1,
            loops=loops + isinstance(child, nodes.For),
            kept=kept or isinstance(tree, nodes.Assign),
        )


def _reckons(tree: nodes.BinExpr) -> bool:
    """Whether neither side is surely a text or a list; what names hold is seen later."""
    sides = (tree.left, tree.right)
    return not any(
        isinstance(each, nodes.List | nodes.Tuple | nodes.Concat)
        or (isinstance(each, nodes.Const) and isinstance(each.value, str))
        for each in sides
    )


def _is_number(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, int)


def _check_filter(node: nodes.Filter) -> None:
    """Rounding to a million digits is reckoned with, too."""
    if node.name != "round":
        return
    fits = all(isinstance(each, nodes.Const) and each.value in range(7) for each in node.args)
    if len(node.args) > 1 or node.kwargs or not fits:
        text = f"`round` takes one number, at most {MOST_DIGITS}"
        raise TemplateSyntaxError(text, node.lineno)
