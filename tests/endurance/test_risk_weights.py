"""The shipped weights of the risk formula, made anew from the real data."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import risk_oulad
from nudgebot.insight.risk_formula import read_formula, shipped_formula

REAL = Path(__file__).parents[3] / "shared" / "data" / "oulad"


@pytest.mark.skipif(not REAL.exists(), reason="the data set is not beside the repository")
def test_the_shipped_weights_are_those_of_the_real_data(tmp_path: Path) -> None:
    """The command that the file names makes the file's own numbers."""
    target = tmp_path / "weights.json"
    risk_oulad.write(risk_oulad.read(REAL), target)
    made = read_formula(target)
    assert made.weights == pytest.approx(shipped_formula().weights, abs=0.002)
