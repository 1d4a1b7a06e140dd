"""Charts: the same figures give the same specification, and outside text stays data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from nudgebot.insight.trend_data import Trend, TrendPoint
from nudgebot.reports.charts import card
from nudgebot.reports.charts.beside import classes_chart, standing_chart
from nudgebot.reports.charts.card import WIDTH, Chart
from nudgebot.reports.charts.mastery import mastery_grids, progress_chart, states_heatmap
from nudgebot.reports.charts.scale import ticks
from nudgebot.reports.charts.spread import distribution_chart, states_chart
from nudgebot.reports.charts.trends import trend_chart
from nudgebot.reports.drawing import Word, draw, png
from nudgebot.reports.fonts import FAMILIES, Fonts, book
from nudgebot.reports.names import columns, shortened

from .samples import (
    HOSTILE,
    SCRIPTS,
    STANDINGS,
    board,
    class_comparison,
    class_report,
    class_skills,
    comparison,
    skill_analytics,
    trend,
)

BEGIN = date(2026, 10, 23)
KINDS: dict[str, Callable[[str], Chart]] = {
    "line": lambda name: trend_chart(trend(), name),
    "bars": lambda name: trend_chart(trend("questions", values=(12, 40, 0, 76)), name),
    "progress bars": lambda name: progress_chart(
        [replace(each, name=f"{name} {each.name}") for each in STANDINGS], name
    ),
    "heatmap": lambda name: states_heatmap(class_skills(class_name=name)),
    "grid": lambda name: mastery_grids(class_skills((name, *SCRIPTS)), width=640)[0],
    "distribution": lambda name: distribution_chart(class_report().distribution, name),
    "states": lambda name: states_chart(skill_analytics(name, name)),
    "beside the class": lambda name: standing_chart(comparison(name, name)),
    "two classes": lambda name: classes_chart(class_comparison(name, name)),
    "effects": lambda name: board(name=name).charts[0],
    "sent": lambda name: board(name).charts[1],
}
kinds = pytest.mark.parametrize("kind", KINDS)


def png_size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


@kinds
def test_the_same_figures_give_the_same_chart(kind: str) -> None:
    """A specification is plain JSON and does not depend on when it is made."""
    first, second = (json.dumps(KINDS[kind]("Ana Lee").spec) for _ in range(2))
    assert first == second


@kinds
def test_a_chart_is_drawn_twice_its_size_on_its_own_ground(kind: str, fonts: Fonts) -> None:
    """The picture is opaque, so that a dark page does not shine through its letters."""
    chart = KINDS[kind]("Ana Lee")
    drawn = draw(chart.spec)
    width, height = png_size(png(chart.spec, fonts))
    assert (width, height) == (round(2 * drawn.width), round(2 * drawn.height))
    assert chart.spec["background"].startswith("#")
    assert '<rect width="' in drawn.svg


@kinds
def test_letters_are_large_and_inside_the_picture(kind: str) -> None:
    """At Zulip's width nothing is smaller than 13 of 400 pixels, or cut off at the edge."""
    drawn = draw(KINDS[kind]("Ana Lee").spec)
    assert drawn.words
    for word in drawn.words:
        assert kind == "grid" or word.size >= 13, word
        room = 0.56 * word.size * columns(word.text)
        assert word.x - word.share * room > -4, word
        assert word.x + (1 - word.share) * room < drawn.width + 4, word
        assert word.size * 0.6 < word.y <= drawn.height, word
    assert kind == "grid" or drawn.width == WIDTH


@kinds
def test_outside_text_is_never_part_of_the_program(kind: str) -> None:
    """Names are values, labels or titles; expressions and fields are the bot's own words."""
    mark = "datum.x || alert(1)"

    def programs(node: Any, key: str = "") -> list[str]:
        if isinstance(node, dict):
            return [text for name, each in node.items() if name not in {"values", "domain"}
                    for text in programs(each, name)]  # fmt: skip
        if isinstance(node, list | tuple):
            return [text for each in node for text in programs(each, key)]
        return [node] if isinstance(node, str) and key not in {"text", "subtitle"} else []

    spec = KINDS[kind](mark).spec
    assert not [text for text in programs(spec) if "alert" in text]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("line", name) for name in SCRIPTS),
        *((kind, name) for kind in KINDS for name in (HOSTILE, "\ufffe\x00a</text><script>", "")),
    ],
)
def test_every_name_can_be_drawn(kind: str, name: str) -> None:
    """No script and no trick breaks a chart; what is cut says so."""
    drawn = draw(KINDS[kind](name).spec)
    assert "<script>" not in drawn.svg
    shown = shortened(name, 9)[:-1]
    assert any(shown in word.text for word in drawn.words)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "grid"])
def test_the_words_say_what_the_chart_shows(kind: str) -> None:
    """Who cannot see the picture gets its numbers."""
    alt = KINDS[kind]("Ana Lee").alt
    assert sum(character.isdigit() for character in alt) >= 3
    assert alt.endswith(".")


def test_the_alternative_text_of_a_line(golden: Callable[[str, str], None]) -> None:
    """All words together, as they are read aloud."""
    golden("reports/alt.txt", "\n".join(make("Ana Lee").alt for make in KINDS.values()) + "\n")


@pytest.mark.parametrize(("students", "grids"), [(1, 1), (38, 1), (39, 2), (150, 4), (151, 0)])
def test_a_grid_fits_a_page(students: int, grids: int) -> None:
    """A large class is cut into pages; a huge one is left to the spreadsheet."""
    found = mastery_grids(class_skills(tuple(f"Student {n}" for n in range(students))), width=640)
    assert len(found) == grids
    assert all(draw(each.spec).height < 820 for each in found[:1])


def test_weeks_without_a_value_leave_a_gap() -> None:
    """Not measured is neither 0 nor bridged: the line is broken there."""
    broken = draw(trend_chart(trend(values=(55, 61, None, 75))).spec).svg
    whole = draw(trend_chart(trend(values=(55, 61, 70, 75))).spec).svg

    def points_of_the_line(svg: str) -> str:
        return svg.split("mark-line", 1)[1].split(' d="', 1)[1].split('"', 1)[0]

    assert points_of_the_line(broken).count("M") > points_of_the_line(whole).count("M")


def test_a_value_on_few_answers_is_hollow_and_says_so() -> None:
    """Three answers are not as sure as forty."""
    few = json.dumps(trend_chart(trend()).spec)
    many = json.dumps(trend_chart(trend(counts=(20, 30, 0, 41))).spec)
    assert "hollow: fewer than 5 answers" in few
    assert "hollow" not in many


def test_skills_of_the_same_name_are_two() -> None:
    """Two bars do not melt into one because their labels are equal."""
    same = [replace(each, name="Fractions of every kind there is") for each in STANDINGS[:3]]
    drawn = draw(progress_chart(same).spec)
    assert sum(word.text.startswith("Fractions") for word in drawn.words) == 3


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("points", [1, 7, 120])
def test_long_trends_name_few_days(grain: str, points: int) -> None:
    """At most five labels stand below, so that none runs into the next."""
    step = {"day": 1, "week": 7, "month": 31}[grain]
    long = replace(
        trend(),
        grain=grain,
        points=tuple(
            TrendPoint(BEGIN + timedelta(step * place), step, float(place % 100), 9)
            for place in range(points)
        ),
    )
    drawn = draw(trend_chart(long).spec)
    assert drawn.width == WIDTH
    last = [word for word in drawn.words if word.y > drawn.height - 25]
    assert 1 <= len(last) <= 5


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        pytest.param([40.0], "percent", [0, 50, 100], id="percent is always to 100"),
        pytest.param([12, 76], "questions", [0, 50, 100], id="round steps"),
        pytest.param([], "questions", [0, 1], id="nothing"),
        pytest.param([0], "XP", [0, 1], id="only zero"),
        pytest.param([100, 199], "minutes", [0, 120, 240], id="hours"),
        pytest.param([2, 4.5], "days a week", [0, 2, 4, 6], id="days"),
    ],
)
def test_axes_have_round_marks(values: list[float], unit: str, expected: list[float]) -> None:
    """The last mark is not below the greatest value."""
    found = ticks(values, unit)
    assert found == expected
    assert found[-1] >= max(values, default=0)


def test_words_stand_where_vega_would_set_them() -> None:
    """Ends, baselines and offsets count as in the specification, and words leave the shapes."""
    at = {"x": {"value": 100}, "y": {"value": 50}}
    looks: list[dict[str, Any]] = [
        {"align": "left", "baseline": "top"},
        {"align": "right", "baseline": "bottom", "dy": -9, "fontSize": 20, "fontWeight": "bold"},
        {"color": "#0072b2"},
    ]
    layers = [card.text([{"words": f"word {n}"}], at, **look) for n, look in enumerate(looks)]
    frame = card.Frame(height=80, left=20, bottom=30)
    drawn = draw(card.card(frame, layers, title="title"))
    left, top = 20, 60
    assert [replace(word, text="") for word in drawn.words[:3]] == [
        Word("", left + 100, round(top + 50 + 0.79 * 14, 2), 14, False, card.INK, 0.0),
        Word("", left + 100, round(top + 50 - 9 - 0.21 * 20, 2), 20, True, card.INK, 1.0),
        Word("", left + 100, round(top + 50 + 0.3 * 14, 2), 14, False, card.BLUE, 0.5),
    ]
    assert "word" not in drawn.svg
    assert (drawn.width, drawn.height) == (WIDTH, top + 80 + 30)


def test_a_long_word_at_the_edge_is_moved_inside() -> None:
    """A label over the last bar is not cut off."""
    at = {"x": {"value": 365}, "y": {"value": 50}}
    layers = [card.text([{"words": "3 h 19 min"}], at)]
    drawn = draw(card.card(card.Frame(80, 20, 30), layers, title="title"))
    assert drawn.words[0].x + 0.5 * 10 * 0.56 * 14 <= WIDTH


def test_the_bundled_fonts_are_found(fonts: Fonts, tmp_path: Any) -> None:
    """Latin, Greek, Cyrillic, Devanagari, Arabic, Hebrew and Thai need nothing of the machine."""
    assert set(FAMILIES) <= set(book(fonts).families())
    assert Fonts(tmp_path / "missing", system=False).folders == fonts.folders
    assert Fonts(tmp_path, system=False).folders == (*fonts.folders, tmp_path)


def test_a_trend_needs_no_more_than_one_point() -> None:
    """A student who joined this week has a picture, not an error."""
    single: Trend = trend(values=(50.0,), counts=(2,))
    assert any(word.text == "50\u00a0%" for word in draw(trend_chart(single).spec).words)
