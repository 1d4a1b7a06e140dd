"""Skills: progress bars, a class's heatmap of states, and the grid of students and skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nudgebot.insight.skill_data import (
    ClassSkills,
    MasteryState,
    SkillCell,
    SkillRow,
    SkillStanding,
    SkillSummary,
    StateCounts,
)
from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, mark
from nudgebot.reports.figures import STATES, count, percent
from nudgebot.reports.names import apart, shortened

ORDER = (
    MasteryState.MASTERED,
    MasteryState.IN_PROGRESS,
    MasteryState.NEEDS_WORK,
    MasteryState.NOT_STARTED,
)
COLOURS: Mapping[str, str] = {
    MasteryState.MASTERED: card.BLUE,
    MasteryState.IN_PROGRESS: card.SKY,
    MasteryState.NEEDS_WORK: card.VERMILLION,
    MasteryState.NOT_STARTED: card.GREY,
}
LETTERS: Mapping[str, str] = {
    MasteryState.MASTERED: "M",
    MasteryState.IN_PROGRESS: "P",
    MasteryState.NEEDS_WORK: "W",
    MasteryState.NOT_STARTED: "–",
}
MOST_BARS = 8
MOST_ROWS = 8
MOST_COLUMNS = 14  # of a grid on paper
NAME_COLUMNS = 18
_ROW = 30


def progress_chart(
    skills: Sequence[SkillStanding], who: str = "", *, most: int = MOST_BARS
) -> Chart:
    """A bar for each skill's accuracy, its state in words beside it; the first `most` of them."""
    kept = skills[:most]
    names = apart(shortened(skill.name, NAME_COLUMNS) for skill in kept)
    values = [
        {
            "skill": name,
            "all": 100,
            "value": skill.accuracy_percent or 0,
            "colour": COLOURS[skill.state],
            "words": _standing(skill),
        }
        for name, skill in zip(names, kept, strict=True)
    ]
    y = {
        "field": "skill",
        "type": "nominal",
        "scale": {"domain": names, "paddingInner": 0.45, "paddingOuter": 0.2},
        "axis": card.label_axis(names),
    }
    across = {"type": "quantitative", "scale": {"domain": [0, 250]}, "axis": None}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    beside = {"y": y, "x": {"datum": 106, **across}, "text": {"field": "words", "type": "nominal"}}
    layers = [
        mark("bar", values, {"y": y, "x": {"field": "all", **across}}, color="#ebebe6"),
        mark("bar", values, {"y": y, "x": {"field": "value", **across}, "color": colour}),
        mark("text", values, beside, align="left"),
    ]
    number = f"{len(kept)} of {len(skills)}" if len(skills) > len(kept) else str(len(kept))
    spec = card.card(
        layers,
        title="Skills: accuracy and state",
        subtitle=" · ".join(part for part in (who, f"{number} skills") if part),
        height=_ROW * max(len(kept), 1),
    )
    return Chart("skills", "Chart of accuracy by skill", spec, _progress_alt(kept, len(skills)))


def _standing(skill: SkillStanding) -> str:
    state = STATES[skill.state]
    return (
        state if skill.accuracy_percent is None else f"{percent(skill.accuracy_percent)}, {state}"
    )


def _progress_alt(kept: Sequence[SkillStanding], total: int) -> str:
    each = "; ".join(f"{shortened(skill.name, 60)} {_standing(skill)}" for skill in kept)
    return f"Progress bars of {len(kept)} of {count(total, 'skill')}: {each}."


def states_heatmap(skills: ClassSkills, *, most: int = MOST_ROWS) -> Chart:
    """How many students are in each state of each skill, the hardest skills first."""
    rest = (skill for skill in skills.skills if skill not in skills.hardest)
    kept = (*skills.hardest, *rest)[:most]
    names = apart(shortened(skill.name, NAME_COLUMNS) for skill in kept)
    heads = [STATES[state] for state in ORDER]
    values = [
        {
            "skill": name,
            "state": STATES[state],
            "share": _of(skill.states, state) / max(skill.states.total, 1),
            "words": str(_of(skill.states, state)),
        }
        for name, skill in zip(names, kept, strict=True)
        for state in ORDER
    ]
    at = {
        "x": {
            "field": "state",
            "type": "nominal",
            "scale": {"domain": heads},
            "axis": {"labelExpr": "split(datum.label, ' ')", "grid": False},
        },
        "y": {
            "field": "skill",
            "type": "nominal",
            "scale": {"domain": names},
            "axis": card.label_axis(names),
        },
    }
    shade = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "range": ["#f0f4f7", card.BLUE]},
        "legend": None,
    }
    ink = {"condition": {"test": "datum.share > 0.75", "value": "#ffffff"}, "value": card.INK}
    text = {**at, "text": {"field": "words", "type": "nominal"}, "color": ink}
    spec = card.card(
        [
            mark("rect", values, {**at, "color": shade}, stroke=card.BACKGROUND, strokeWidth=2),
            mark("text", values, text, fontWeight="bold"),
        ],
        title="Students in each state, by skill",
        subtitle=f"{shortened(skills.class_name, 30)} · {len(kept)} of {len(skills.skills)} skills",
        height=_ROW * max(len(kept), 1) + 40,
    )
    alt = _states_alt(skills.class_name, kept)
    return Chart("skills-heatmap", "Heatmap of states by skill", spec, alt)


def _of(states: StateCounts, state: MasteryState) -> int:
    found: int = getattr(states, state.value)
    return found


def _states_alt(class_name: str, kept: Sequence[SkillSummary]) -> str:
    each = "; ".join(
        f"{shortened(skill.name, 60)}: "
        + ", ".join(f"{_of(skill.states, state)} {STATES[state]}" for state in ORDER)
        for skill in kept
    )
    return f"Heatmap of students in each state, {shortened(class_name, 60)}. {each}."


def mastery_grids(skills: ClassSkills, *, width: int) -> list[Chart]:
    """Students by skills on paper: accuracy and the state's letter; some skills on each grid."""
    size = MOST_COLUMNS
    starts = range(0, len(skills.skills), size)
    return [_grid(skills, start, min(start + size, len(skills.skills)), width) for start in starts]


def _grid(skills: ClassSkills, start: int, end: int, width: int) -> Chart:
    names = apart(shortened(row.name, 22) for row in skills.students)
    numbers = [str(place + 1) for place in range(start, end)]
    values = [
        {
            "student": name,
            "skill": number,
            "colour": COLOURS[cell.state],
            "ink": "#ffffff" if cell.state is MasteryState.MASTERED else "#000000",
            "words": _cell(cell),
        }
        for name, row in zip(names, skills.students, strict=True)
        for number, cell in zip(numbers, row.cells[start:end], strict=True)
    ]
    at = {
        "x": {
            "field": "skill",
            "type": "nominal",
            "scale": {"domain": numbers},
            "axis": {"orient": "top", "grid": False, "labelFontSize": 10},
        },
        "y": {
            "field": "student",
            "type": "nominal",
            "scale": {"domain": names},
            "axis": card.label_axis(names, size=10),
        },
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    text = {**at, "text": {"field": "words", "type": "nominal"}, "color": ink}
    spec = card.card(
        [
            mark("rect", values, {**at, "color": colour}, stroke="#ffffff", strokeWidth=1),
            mark("text", values, text, fontSize=9),
        ],
        title=f"Students and skills {start + 1} to {end}",
        subtitle="%; M mastered, P in progress, W needs work, – not started",
        height=17 * max(len(names), 1) + 26,
        width=width,
    )
    alt = _grid_alt(skills.students, start, end)
    return Chart(f"grid-{start + 1}", "Grid of students and skills", spec, alt)


def _cell(cell: SkillCell) -> str:
    if cell.accuracy_percent is None:
        return LETTERS[cell.state]
    return f"{cell.accuracy_percent:.0f} {LETTERS[cell.state]}"


def _grid_alt(rows: Sequence[SkillRow], start: int, end: int) -> str:
    each = "; ".join(
        f"{shortened(row.name, 60)} "
        f"{sum(cell.state is MasteryState.MASTERED for cell in row.cells[start:end])} mastered"
        for row in rows
    )
    return f"Grid of students by skills {start + 1} to {end}: {each}."
