"""The table of calls: method and path pattern to the function that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nudgebot.sandbox.answers import Refusal
from nudgebot.sandbox.records import SandboxUser

Call = Callable[..., Any]

PLACEHOLDERS = {"id": r"(?P<{name}>\d+)", "path": r"(?P<{name}>.+)", "text": r"(?P<{name}>[^/]+)"}


@dataclass(frozen=True)
class Route:
    """One call; a pattern's `{name:id}` becomes an int argument, `{name:text}` a str.

    The call gets the user, the request, and what the pattern captures.
    """

    method: str
    pattern: str
    call: Call
    humans_only_below: int = 0

    def expression(self) -> re.Pattern[str]:
        """The pattern as a regular expression for a whole path."""
        parts = re.split(r"\{(\w+):(\w+)\}", self.pattern)
        texts = [re.escape(part) for part in parts[::3]]
        holes = [
            PLACEHOLDERS[kind].format(name=name)
            for name, kind in zip(parts[1::3], parts[2::3], strict=True)
        ]
        return re.compile("".join(a + b for a, b in zip(texts, [*holes, ""], strict=True)))


class Routes:
    """Finds the route of a request; the first that fits wins."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(route, route.expression()) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, Any]]:
        """The route and what its pattern captured; Zulip's 404 or 405 otherwise."""
        allowed: set[str] = set()
        for route, expression in self._routes:
            found = expression.fullmatch(path)
            if found is None:
                continue
            if route.method == method:
                return route, _captured(route, found)
            allowed.add(route.method)
        if allowed:
            data = {"allowed_methods": sorted(allowed)}
            raise Refusal("Method Not Allowed", code="METHOD_NOT_ALLOWED", status=405, data=data)
        raise Refusal("Not found", code="NOT_FOUND", status=404)


def _captured(route: Route, found: re.Match[str]) -> dict[str, Any]:
    ids = set(re.findall(r"\{(\w+):id\}", route.pattern))
    return {k: int(v) if k in ids else v for k, v in found.groupdict().items()}


def refuse_bots(user: SandboxUser, route: Route, feature_level: int) -> None:
    """Some calls are for people only, on old servers or on all."""
    if user.is_bot and feature_level < route.humans_only_below:
        raise Refusal("This endpoint does not accept bot requests.")
