"""The tables of parents."""

from __future__ import annotations

STEPS: tuple[tuple[str, str], ...] = ()
