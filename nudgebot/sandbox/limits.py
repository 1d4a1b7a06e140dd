"""Zulip's rate limit: so many requests a user may make in a sliding window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from nudgebot.sandbox.answers import rate_limited


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` in any `window_seconds`, for each user and bucket."""

    requests: int = 200
    window_seconds: float = 60.0


class Limiter:
    """Counts requests by (user, bucket); the caller holds the realm's lock."""

    def __init__(self, limit: RateLimit | None, clock: Callable[[], float]) -> None:
        self.limit = limit
        self._clock = clock
        self._recent: dict[tuple[int, str], deque[float]] = {}

    def count(self, user_id: int, bucket: str) -> dict[str, str]:
        """The headers for this request; raises Zulip's 429, which does not count itself."""
        if self.limit is None:
            return {}
        now = self._clock()
        recent = self._recent.setdefault((user_id, bucket), deque())
        while recent and recent[0] <= now - self.limit.window_seconds:
            recent.popleft()
        if len(recent) >= self.limit.requests:
            wait = recent[0] + self.limit.window_seconds - now
            raise rate_limited(wait, self._headers(0, now + wait))
        recent.append(now)
        left = self.limit.requests - len(recent)
        return self._headers(left, recent[0] + self.limit.window_seconds)

    def _headers(self, left: int, reset_at: float) -> dict[str, str]:
        limit = self.limit.requests if self.limit else 0
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(int(reset_at)),
        }
