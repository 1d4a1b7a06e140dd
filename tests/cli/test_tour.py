"""The demo's tour, as `make tour` plays it: every step over the wire."""

from __future__ import annotations

from click.testing import CliRunner

from nudgebot.cli import main


def test_the_tour_happens() -> None:
    """Export, decisions, messages, report, bulk message, answer, and all that helps: once each."""
    played = CliRunner().invoke(main, ["demo", "--tour-only"])
    assert played.exit_code == 0, played.output
    assert "Every step of the tour happened." in played.output
    assert played.output.count("7 sent.") == 1
    assert "Mia Sample** answers" in played.output
    for step in (
        "✉ to Mia Sample",
        "invite.ics",
        "✉ to Guardian One of Student 5",
        "says it is done",
    ):
        assert played.output.count(step) == 1, step
