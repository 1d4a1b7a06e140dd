"""What `nudgebot doctor` looks at: each check gives findings, and none holds a student's data."""

from __future__ import annotations

from nudgebot.service.health.finding import Finding, State, guarded, worst

__all__ = ["Finding", "State", "guarded", "worst"]
