"""Fonts that are the same on every machine."""

from __future__ import annotations

import pytest

from nudgebot.reports.fonts import Fonts


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """The bundled fonts alone, whatever the machine has."""
    return Fonts(system=False)
