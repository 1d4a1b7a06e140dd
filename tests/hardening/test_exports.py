"""Hostile exports: one clear sentence, nothing half taken, memory and time bounded."""

from __future__ import annotations

import pytest

from hardening.hostile_exports import ATTACKS, Attack
from hardening.importing import SECONDS_EACH, Met, run


@pytest.fixture(scope="module")
def met() -> dict[str, Met]:
    """All attacks, met one after the other by one process of 1.2 GB of address space."""
    return {each.name: each for each in run([each.name for each in ATTACKS], megabytes=1)}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_met(met: dict[str, Met], attack: Attack) -> None:
    """Refused with its sentence and without a row, or taken as exactly what is good in it."""
    result = met[attack.name]
    assert result.surprise == ""
    assert result.seconds < SECONDS_EACH
    if attack.words:
        assert attack.words in result.sentence
        assert (result.students, result.rows) == ((), 0)
    else:
        assert result.sentence == ""
        assert result.students == attack.students
    assert "\n" not in result.sentence
    assert len(result.sentence) < 400
