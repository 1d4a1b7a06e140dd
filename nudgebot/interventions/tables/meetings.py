"""The tables of meetings."""

from __future__ import annotations

STEPS: tuple[tuple[str, str], ...] = ()
