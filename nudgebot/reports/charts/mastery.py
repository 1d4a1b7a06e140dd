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
from nudgebot.reports.charts.card import Chart, mark, text
from nudgebot.reports.figures import STATES, count, in_state, percent
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
MOST_ON_PAGE = 38
MOST_ON_GRIDS = 150
NAME_COLUMNS = 18
_ROW = 30
_INK_OF_CELL = {"field": "ink", "type": "nominal", "scale": None}


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
    frame = card.Frame(_ROW * max(len(kept), 1), card.left_of(names), card.MARGIN)
    y = {
        "field": "skill",
        "type": "nominal",
        "scale": {"domain": names, "paddingInner": 0.45, "paddingOuter": 0.2},
        "axis": {"grid": False},
    }
    words = 128  # pixels for the state in words, at the right
    across = {
        "type": "quantitative",
        "scale": {"domain": [0, 100 * frame.inner_width / (frame.inner_width - words)]},
        "axis": None,
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    beside = {"y": y, "x": {"value": frame.inner_width - words + 8}}
    layers = [
        mark("bar", values, {"y": y, "x": {"field": "all", **across}}, color="#ebebe6"),
        mark("bar", values, {"y": y, "x": {"field": "value", **across}, "color": colour}),
        text(values, beside, align="left", baseline="middle"),
        card.names_left(y, names),
    ]
    number = f"{len(kept)} of {len(skills)}" if len(skills) > len(kept) else str(len(kept))
    spec = card.card(
        frame,
        layers,
        title="Skills: accuracy and state",
        about=(who, f"{number} skills"),
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


def shaded(skills: ClassSkills) -> bool:
    """Whether the heatmap shows anything: more than one student has begun a skill."""
    return sum(each.states.started for each in skills.skills) > 1


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
            "shade": _shade(_share(skill.states, state)),
            "words": str(_of(skill.states, state)),
            "ink": "#ffffff" if _share(skill.states, state) > 0.75 else card.INK,
        }
        for name, skill in zip(names, kept, strict=True)
        for state in ORDER
    ]
    x = {"field": "state", "type": "nominal", "scale": {"domain": heads}, "axis": {"grid": False}}
    y = {"field": "skill", "type": "nominal", "scale": {"domain": names}, "axis": {"grid": False}}
    at = {"x": x, "y": y}
    frame = card.Frame(_ROW * max(len(kept), 1), card.left_of(names), card.bottom_of(2))
    shade = {"field": "shade", "type": "nominal", "scale": None}
    layers = [
        mark("rect", values, {**at, "color": shade}, stroke=card.BACKGROUND, strokeWidth=2),
        text(values, {**at, "color": _INK_OF_CELL}, baseline="middle", fontWeight="bold"),
        card.names_left(y, names),
        *card.below(x, {head: head.replace(" ", "\n") for head in heads}, frame),
    ]
    spec = card.card(
        frame,
        layers,
        title="Students in each state, by skill",
        about=(skills.class_name, f"{len(kept)} of {len(skills.skills)} skills"),
    )
    alt = _states_alt(skills.class_name, kept)
    return Chart("skills-heatmap", "Heatmap of states by skill", spec, alt)


def _of(states: StateCounts, state: MasteryState) -> int:
    found: int = getattr(states, state.value)
    return found


def _share(states: StateCounts, state: MasteryState) -> float:
    return _of(states, state) / max(states.total, 1)


def _shade(share: float) -> str:
    """From almost white to blue."""
    lightest, darkest = (0xF0, 0xF4, 0xF7), (0x00, 0x72, 0xB2)
    mixed = (round(a + share * (b - a)) for a, b in zip(lightest, darkest, strict=True))
    return "#" + "".join(f"{each:02x}" for each in mixed)


def _states_alt(class_name: str, kept: Sequence[SkillSummary]) -> str:
    each = "; ".join(
        f"{shortened(skill.name, 60)}: "
        + ", ".join(in_state(_of(skill.states, state), state) for state in ORDER)
        for skill in kept
    )
    return f"Heatmap of students in each state, {shortened(class_name, 60)}. {each}."


def mastery_grids(skills: ClassSkills, *, width: int) -> list[Chart]:
    """Students by skills on paper: accuracy and the state's letter, as much on each as fits a page.

    None for more students than anybody reads in a picture; the spreadsheet has them.
    """
    if len(skills.students) > MOST_ON_GRIDS:
        return []
    size, end = MOST_COLUMNS, len(skills.skills)
    return [
        _grid(skills.students[top : top + MOST_ON_PAGE], start, min(start + size, end), width)
        for top in range(0, len(skills.students), MOST_ON_PAGE)
        for start in range(0, end, size)
    ]


def _grid(students: Sequence[SkillRow], start: int, end: int, width: int) -> Chart:
    names = apart(shortened(row.name, 22) for row in students)
    numbers = [str(place + 1) for place in range(start, end)]
    values = [
        {
            "student": name,
            "skill": number,
            "colour": COLOURS[cell.state],
            "ink": "#ffffff" if cell.state is MasteryState.MASTERED else "#000000",
            "words": _cell(cell),
        }
        for name, row in zip(names, students, strict=True)
        for number, cell in zip(numbers, row.cells[start:end], strict=True)
    ]
    x = {"field": "skill", "type": "nominal", "scale": {"domain": numbers}, "axis": {"grid": False}}
    y = {"field": "student", "type": "nominal", "scale": {"domain": names}, "axis": {"grid": False}}
    at = {"x": x, "y": y}
    frame = card.Frame(
        17 * max(len(names), 1), card.left_of(names, 10), card.bottom_of(1), width=width
    )
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers = [
        mark("rect", values, {**at, "color": colour}, stroke="#ffffff", strokeWidth=1),
        text(values, {**at, "color": _INK_OF_CELL}, baseline="middle", fontSize=9),
        card.names_left(y, names, 10),
        *card.below(x, {number: number for number in numbers}, frame),
    ]
    spec = card.card(
        frame,
        layers,
        title=f"Students and skills {start + 1} to {end}",
        about=("%; M mastered, P in progress, W needs work, – not started",),
    )
    alt = _grid_alt(students, start, end)
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
