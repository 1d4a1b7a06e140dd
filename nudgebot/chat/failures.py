"""Failed calls to Zulip, sorted by whether the server could have taken them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ssl import SSLCertVerificationError
from typing import Any

import requests
import urllib3.exceptions
import zulip

from nudgebot.errors import DeliveryError

RETRY_SECONDS = 30.0
# Nothing can be sent before somebody mends the account; what waits is not lost meanwhile.
LOCKED_OUT_SECONDS = 300.0
LOCKED_OUT = frozenset({"UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"})

NETWORK_ERRORS = (requests.exceptions.RequestException, zulip.ZulipError, OSError)
# Raised before a single byte of the request was on its way.
_NEVER_BEGUN = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
    SSLCertVerificationError,
    ConnectionRefusedError,
    requests.exceptions.ConnectTimeout,
)


def from_exception(error: BaseException) -> DeliveryError:
    """A call that raised: surely not taken when no connection was made, else nobody can tell."""
    if any(isinstance(each, _NEVER_BEGUN) for each in _chain(error)):
        return DeliveryError(
            "The Zulip server cannot be reached.",
            accepted=False,
            retry_after_seconds=RETRY_SECONDS,
            code="UNREACHABLE",
        )
    return DeliveryError("The Zulip server did not answer.", accepted=None, code="NO_ANSWER")


def from_answer(answer: Mapping[str, Any]) -> DeliveryError | None:
    """An answer that is no success, as an error; None for a success."""
    if answer.get("result") == "success":
        return None
    if answer.get("result") == "http-error":
        return _from_status(int(answer.get("status_code", 0)))
    code = str(answer.get("code") or "")
    if not code:  # Zulip's own 500 carries none
        return DeliveryError("Zulip gave no clear answer.", accepted=None, code="UNCLEAR")
    if code == "RATE_LIMIT_HIT":
        return _slow_down(answer.get("retry-after"))
    if code in LOCKED_OUT:
        return DeliveryError(
            "Zulip does not accept the bot's key, or the account is deactivated; check zuliprc.",
            accepted=False,
            retry_after_seconds=LOCKED_OUT_SECONDS,
            code=code,
        )
    return DeliveryError(f"Zulip refused the request ({code}).", accepted=False, code=code)


def _from_status(status: int) -> DeliveryError:
    if status == 429:
        return _slow_down(None)
    if 400 <= status < 500:
        return DeliveryError(
            f"Zulip refused the request (HTTP {status}).", accepted=False, code=f"HTTP_{status}"
        )
    return DeliveryError("Zulip gave no clear answer.", accepted=None, code=f"HTTP_{status}")


def _slow_down(seconds: Any) -> DeliveryError:
    try:
        wait = max(float(seconds), 0.1)
    except (TypeError, ValueError):
        wait = RETRY_SECONDS
    return DeliveryError(
        "Zulip asks the bot to slow down.",
        accepted=False,
        retry_after_seconds=wait,
        code="RATE_LIMIT_HIT",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it came of, also what urllib3 keeps as a `reason`."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting.append(each.__cause__)
        waiting += [part for part in each.args if isinstance(part, BaseException)]
        reason = getattr(each, "reason", None)
        waiting.append(reason if isinstance(reason, BaseException) else None)
