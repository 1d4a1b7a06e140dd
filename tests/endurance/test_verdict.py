"""The verdict can be a bad one: each kind of failure is told apart."""

from __future__ import annotations

import pytest

from endurance.verdict import judge


@pytest.mark.parametrize(
    ("copies", "state", "kind", "holds"),
    [
        pytest.param(1, "sent", "once", True, id="sent and there"),
        pytest.param(1, "unsettled", "once", True, id="there, and not known to be"),
        pytest.param(2, "sent", "twice", False, id="two copies"),
        pytest.param(2, "unsettled", "twice", False, id="two copies, though shown"),
        pytest.param(0, "unsettled", "unsettled", True, id="nobody can tell, and it is shown"),
        pytest.param(0, "claimed", "unsettled", True, id="claimed by a killed process"),
        pytest.param(0, "released", "unsettled", True, id="waits for another try"),
        pytest.param(0, "sent", "lost", False, id="taken for sent and not there"),
        pytest.param(0, "refused", "lost", False, id="given up"),
        pytest.param(0, None, "lost", False, id="never put into the outbox"),
    ],
)
def test_each_outcome_is_told_apart(
    copies: int, state: str | None, kind: str, *, holds: bool
) -> None:
    """One student's nudge falls into exactly one kind, and two of the kinds fail a run."""
    verdict = judge({"s1": copies}, {"s1": state} if state else {})
    kinds = {name: getattr(verdict, name) for name in ("once", "twice", "unsettled", "lost")}
    assert kinds == {**dict.fromkeys(kinds, ()), kind: ("s1",)}
    assert verdict.holds is holds


def test_one_double_among_many_fails_a_run() -> None:
    """499 that arrived once do not hide one that arrived twice."""
    names = [f"s{number}" for number in range(500)]
    copies = dict.fromkeys(names, 1) | {"s250": 2}
    verdict = judge(copies, dict.fromkeys(names, "sent"))
    assert not verdict.holds
    assert str(verdict) == "499 arrived once, 1 twice or more, 0 shown as unsettled, 0 lost"
