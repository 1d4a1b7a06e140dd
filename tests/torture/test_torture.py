"""Every scenario at a small size: nothing is lost, doubled or leaked, whatever befalls the bot."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from torture.apart import run_apart
from torture.registry import Figures, Plan, Scenario, Scene, scenarios
from torture.table import NOTHING_OF, read_from, write_into

ALL = scenarios()
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_lost_doubled_or_leaked(tmp_path: Path, name: str) -> None:
    """The fault struck, and every message arrived once, at the right place."""
    figures = ALL[name].run(Plan(tmp_path))
    assert figures.holds, figures
    assert ALL[name].may_stay_open or not figures.unsettled, figures


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"lost": 1}, id="lost"),
        pytest.param({"twice": 1}, id="twice"),
        pytest.param({"leaked": 1}, id="leaked"),
        pytest.param({"amiss": 1}, id="amiss"),
        pytest.param({"hits": 0}, id="the fault never struck"),
        pytest.param({"tries": 0}, id="nothing was tried"),
    ],
)
def test_one_wrong_among_many_fails_a_row(wrong: dict[str, Any]) -> None:
    """A row that holds has nothing wrong at all."""
    right = Figures(tries=500, once=499, hits=3)
    assert right.holds
    assert not replace(right, **wrong).holds


def test_the_readme_shows_every_scenario_and_nothing_lost() -> None:
    """Whoever adds a scenario runs `make torture` anew; a row that does not hold is not shown."""
    shown = read_from(README)
    assert [(row["kind"], row["what befell it"]) for row in shown] == [
        (each.kind, name) for name, each in ALL.items()
    ]
    assert {row[what] for row in shown for what in NOTHING_OF} == {"0"}


def _stay(plan: Plan) -> Figures:
    (plan.folder / "begun").write_text("", encoding="utf-8")
    threading.Event().wait()
    return Figures(1, 1)


def _stumble(plan: Plan) -> Figures:
    raise ValueError(plan.seed)


def _seeds(plan: Plan) -> Figures:
    return Figures(1, 1, hits=plan.seed)


@pytest.mark.parametrize(
    ("scene", "seconds", "said"),
    [
        pytest.param(_stay, 0.2, "it was not done in time", id="hangs"),
        pytest.param(_stumble, 20, "it broke", id="breaks"),
        pytest.param(lambda _: os._exit(3), 20, "its process died", id="dies"),
    ],
)
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a fork beside threads
def test_a_scene_that_does_not_end_well_is_a_row_that_does_not_hold(
    scene: Scene, seconds: float, said: str
) -> None:
    """It keeps nobody else from the table, and takes no more than its time."""
    scenes = [Scenario("a", "fault", scene), Scenario("b", "fault", _seeds)]
    row, other = sorted(
        run_apart(scenes, seed=1, full=False, seconds=seconds, jobs=2),
        key=lambda each: each.scenario.name,
    )
    assert other.holds
    assert row.error == said
    assert not row.holds
    assert said in str(row)


class Moments:
    """Notes in a file when a scene began and ended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, _: Plan) -> Figures:
        with self.path.open("a", encoding="utf-8") as file:
            for sign in "()":
                file.write(sign)
                file.flush()
                threading.Event().wait(0.02)  # in which another could come between
        return Figures(1, 1, hits=1)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a fork beside threads
def test_load_is_measured_alone(tmp_path: Path) -> None:
    """Whatever the number of jobs: nothing begins before what runs has ended."""
    scene = Moments(tmp_path / "moments")
    scenes = [Scenario(f"{n}", "load", scene) for n in range(4)]
    made = list(run_apart(scenes, seed=1, full=False, seconds=20, jobs=4))
    assert [row.scenario.name for row in made] == ["0", "1", "2", "3"]
    assert scene.path.read_text("utf-8") == "()" * 4


def test_no_time_no_row(tmp_path: Path) -> None:
    """What was not begun is in the table, and does not hold."""
    scene = Moments(tmp_path / "moments")
    [row] = run_apart([Scenario("a", "fault", scene)], seed=1, full=False, seconds=0)
    assert not row.holds
    assert "not begun" in str(row)
    assert not scene.path.exists()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a fork beside threads
def test_a_scene_is_repeated_with_other_seeds(tmp_path: Path) -> None:
    """In a full run, and its figures are added up; the table can be read back from a README."""
    [row] = run_apart([Scenario("a", "fault", _seeds, 3)], seed=5, full=True, seconds=20)
    assert row.figures == Figures(3, 3, hits=5 + 6 + 7)
    readme = tmp_path / "README.md"
    readme.write_text("Here.\n<!-- torture -->\n<!-- /torture -->\nThere.\n", encoding="utf-8")
    write_into(readme, [row])
    shown = read_from(readme)
    assert [(each["struck"], each["tries"], each["lost"]) for each in shown] == [("18", "3", "0")]
    assert readme.read_text("utf-8").startswith("Here.\n")
