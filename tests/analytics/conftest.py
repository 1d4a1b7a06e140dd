"""Words to fill the school's tables."""

from __future__ import annotations

import pytest

from nudgebot.store import Store

from .facts import Facts


@pytest.fixture
def facts(store: Store) -> Facts:
    return Facts(store)
