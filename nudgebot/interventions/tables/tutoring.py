"""The tables of tutoring."""

from __future__ import annotations

STEPS: tuple[tuple[str, str], ...] = ()
