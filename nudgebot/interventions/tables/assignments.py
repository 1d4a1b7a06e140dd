"""The tables of assignments."""

from __future__ import annotations

STEPS: tuple[tuple[str, str], ...] = ()
