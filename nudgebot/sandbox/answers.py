"""How the sandbox says no: Zulip's error answers as one exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nudgebot.errors import NudgebotError

Json = dict[str, Any]


class Refusal(NudgebotError):  # noqa: N818  # what Zulip says, not what went wrong here
    """A request that Zulip refuses: HTTP status, `code`, and what else its JSON carries."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = "BAD_REQUEST",
        status: int = 400,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.data = dict(data or {})
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """Zulip's JSON for this refusal; its own 500 carries no code."""
        answer: Json = {"result": "error", "msg": str(self), **self.data}
        if self.code is not None:
            answer["code"] = self.code
        return answer


def missing(name: str) -> Refusal:
    """A required parameter is not there."""
    return Refusal(
        f"Missing '{name}' argument", code="REQUEST_VARIABLE_MISSING", data={"var_name": name}
    )


def unauthorized(message: str) -> Refusal:
    """The caller is nobody whom the realm knows as active."""
    headers = {"WWW-Authenticate": 'Basic realm="zulip"'}
    return Refusal(message, code="UNAUTHORIZED", status=401, headers=headers)


def rate_limited(retry_after_seconds: float, headers: Mapping[str, str] | None = None) -> Refusal:
    """HTTP 429 as Zulip sends it: the wait is in the JSON and in the header, both as a float."""
    return Refusal(
        "API usage exceeded rate limit",
        code="RATE_LIMIT_HIT",
        status=429,
        data={"retry-after": retry_after_seconds},
        headers={**(headers or {}), "Retry-After": str(retry_after_seconds)},
    )


def invalid_message() -> Refusal:
    """The message is not there, or not for the caller; Zulip does not tell which."""
    return Refusal("Invalid message(s)")
