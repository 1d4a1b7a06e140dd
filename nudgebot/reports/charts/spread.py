"""How a figure is spread over a class, and how many students are in each state of a skill."""

from __future__ import annotations

from nudgebot.insight.class_data import Distribution
from nudgebot.insight.skill_data import SkillAnalytics, StateCounts
from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, Layer, Values, mark, text
from nudgebot.reports.charts.mastery import COLOURS, ORDER
from nudgebot.reports.figures import PERCENT, STATES, count, in_state, percent
from nudgebot.reports.names import shortened

HEIGHT = 140


def distribution_chart(spread: Distribution, who: str = "", *, width: int = card.WIDTH) -> Chart:
    """Students in each bin."""
    labels = [f"{each.low:.0f}–{each.high:.0f}" for each in spread.bins]
    values: Values = [
        {"bin": label, "value": each.students, "words": str(each.students) if each.students else ""}
        for label, each in zip(labels, spread.bins, strict=True)
    ]
    frame = card.Frame(HEIGHT, left=20, bottom=card.bottom_of(1, captioned=True), width=width)
    named = labels[:: 1 if len(labels) <= 6 else 2]
    layers = _columns(values, labels)
    x = layers[0]["encoding"]["x"]
    layers += card.below(x, {label: label for label in named}, frame)
    layers.append(card.caption(f"{spread.title.lower()} in %", frame))
    spec = card.card(
        frame,
        layers,
        title=f"{spread.title}: how many students",
        about=(who, _middle(spread)),
    )
    label = f"Distribution of {spread.title.lower()}"
    return Chart("distribution", label, spec, _distribution_alt(spread))


def states_chart(skill: SkillAnalytics) -> Chart:
    """How many students of the class are in each state of the skill."""
    labels = [STATES[state] for state in ORDER]
    counts = _counts(skill.states)
    values: Values = [
        {"bin": label, "value": number, "words": str(number), "colour": COLOURS[state]}
        for label, number, state in zip(labels, counts, ORDER, strict=True)
    ]
    frame = card.Frame(HEIGHT, left=20, bottom=card.bottom_of(2))
    layers = _columns(values, labels)
    layers[0]["encoding"]["color"] = {"field": "colour", "type": "nominal", "scale": None}
    x = layers[0]["encoding"]["x"]
    layers += card.below(x, {label: label.replace(" ", "\n") for label in labels}, frame)
    spec = card.card(
        frame,
        layers,
        title=f"{shortened(skill.name, 22)}: how many students",
        about=(skill.class_name,),
    )
    told = ", ".join(in_state(number, state) for number, state in zip(counts, ORDER, strict=True))
    alt = f"Bar chart of students in each state of {shortened(skill.name, 60)}: {told}."
    return Chart("skill-states", "Chart of students in each state", spec, alt)


def _columns(values: Values, labels: list[str]) -> list[Layer]:
    at = {
        "x": {
            "field": "bin",
            "type": "ordinal",
            "scale": {"domain": labels, "padding": 0.12},
            "axis": {"grid": False},
        },
        "y": {"field": "value", "type": "quantitative", "axis": None},
    }
    return [
        mark("bar", values, at, color=card.BLUE, cornerRadiusEnd=2),
        text(values, at, dy=-4, baseline="bottom", fontWeight="bold"),
    ]


def _middle(spread: Distribution) -> str:
    if spread.median is None:
        return count(spread.measured, "student")
    return f"median {percent(spread.median)} of {count(spread.measured, 'student')}"


def _distribution_alt(spread: Distribution) -> str:
    each = ", ".join(
        f"{each.students} from {each.low:.0f} to {each.high:.0f}{PERCENT}"
        for each in spread.bins
        if each.students
    )
    missing = f"; {spread.not_measured} not measured yet" if spread.not_measured else ""
    return f"Distribution of {spread.title.lower()}, {_middle(spread)}: {each}{missing}."


def _counts(states: StateCounts) -> tuple[int, ...]:
    return (states.mastered, states.in_progress, states.needs_work, states.not_started)
