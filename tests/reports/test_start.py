"""Charts and PDFs cost nothing until the first one is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["nudgebot.cli.run", "nudgebot.reports.markdown", "nudgebot.bot"]
)
def test_the_start_loads_no_renderer(module: str) -> None:
    """Importing the program, or the messages alone, loads neither charts' nor PDFs' libraries."""
    code = (
        f"import sys, {module}, nudgebot.reports.pdf, nudgebot.reports.spreadsheet;"
        "print(sorted({'vl_convert', 'typst'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
