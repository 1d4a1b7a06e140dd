"""A template with marks in the places of all values that it shows, its branches decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jinja2 import Environment, nodes, pass_context
from jinja2.runtime import Context

from nudgebot.nudging.fact_lock import RAW, Locked, Piece, lock
from nudgebot.nudging.model import ModelError, Reason
from nudgebot.nudging.rendering import Renderer, Safe, environment
from nudgebot.nudging.templates import Template

_SHEET = "sheet of marks"  # no template can name a variable with a blank in it
_FILTER = "shown"


class _Shown(NamedTuple):
    value: Any
    names: str


class MarkedRenderer:
    """Renders templates to locked messages; each template is compiled once."""

    def __init__(self) -> None:
        self._environment = environment()
        plain: Callable[[Context, Any], str] = self._environment.finalize  # type: ignore[assignment]

        @pass_context
        def finalize(context: Context, shown: Any) -> str:
            if not isinstance(shown, _Shown):
                return plain(context, shown)
            sheet: list[Piece] = context[_SHEET]
            sheet.append(Piece(plain(context, shown.value), shown.names))
            return f"{RAW[0]}{len(sheet) - 1}{RAW[1]}"

        self._environment.finalize = finalize
        self._environment.filters[_FILTER] = _Shown
        self._compiled: dict[str, Any] = {}

    def locked(self, template: Template, context: Mapping[str, Any], rendered: Safe) -> Locked:
        """The template as it was `rendered` with these values, each of them behind a mark.

        Raises ModelError where that cannot be done so that the values make the same message.
        """
        if any(each in template.body for each in RAW):
            raise ModelError(Reason.NOT_PLAIN)
        sheet: list[Piece] = []
        values = {**context, "language": template.language, _SHEET: sheet}
        raw = Renderer.tidied(self._template(template.body).render(values))
        found = lock(raw, sheet, language=template.language)
        if found.filled(found.text) != rendered:
            raise ModelError(Reason.NOT_PLAIN)
        return found

    def _template(self, body: str) -> Any:
        if body not in self._compiled:
            tree = self._environment.parse(body)
            for output in tree.find_all(nodes.Output):
                output.nodes = [
                    each
                    if isinstance(each, nodes.TemplateData)
                    else _named(each, self._environment)
                    for each in output.nodes
                ]
            self._compiled[body] = self._environment.from_string(tree)
        return self._compiled[body]


def _named(expression: nodes.Expr, owner: Environment) -> nodes.Expr:
    """The expression, handed on with the names of the variables in it."""
    named = [expression] if isinstance(expression, nodes.Name) else []
    names = [each.name for each in [*named, *expression.find_all(nodes.Name)]]
    said = " and ".join(dict.fromkeys(name.replace("_", " ") for name in names)) or "a word"
    shown = nodes.Filter(
        expression, _FILTER, [nodes.Const(said)], [], None, None, lineno=expression.lineno
    )
    shown.set_environment(owner)
    return shown
