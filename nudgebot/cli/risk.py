"""Commands about the risk score: what it is made of, and a fit to the school's own past terms."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from nudgebot.cli.context import Given, opened, right_now
from nudgebot.cli.data import DATABASE
from nudgebot.errors import InputError
from nudgebot.insight.risk_fit import Case, Refit, refit
from nudgebot.insight.risk_formula import Formula, read_formula, terms
from nudgebot.insight.risk_past import Outcomes, final_averages, past_cases, past_terms
from nudgebot.insight.table import Value
from nudgebot.school.days import to_day
from nudgebot.settings import Settings
from nudgebot.store import Store
from nudgebot.wiring import make_figures

FAILED = frozenset(("fail", "failed", "withdrawn", "left", "1", "true", "yes"))
PASSED = frozenset(("pass", "passed", "distinction", "0", "false", "no"))
COLUMNS = ("student_id", "class_id", "outcome")


@click.group()
def risk() -> None:
    """Show what the risk score is made of, and fit it to the school's own past terms."""


@risk.command("show")
@click.pass_obj
def show(given: Given) -> None:
    """Say in words which formula is in force, and what it gives for typical students."""
    path: Path = given.settings()["risk_weights"]
    for line in told(read_formula(path), path):
        click.echo(line)


@risk.command("fit")
@click.option(
    "--outcomes",
    type=click.Path(path_type=Path),
    help="A CSV of student_id, class_id, outcome (fail, withdrawn or pass).",
)
@click.option(
    "--pass-mark",
    type=click.FloatRange(0, 100),
    default=50.0,
    show_default=True,
    help="Without --outcomes: a final average below it, in percent, is a fail.",
)
@click.option(
    "--write", "target", type=click.Path(path_type=Path), help="Keep the fitted weights in a file."
)
@DATABASE
@click.pass_obj
def fit(
    given: Given,
    outcomes: Path | None,
    *,
    pass_mark: float,
    target: Path | None,
    database: Path | None,
) -> None:
    """Fit the weights to past terms, try them on the last of these, and tell the gain.

    A student of a term counts as failed who failed in one of its classes.
    """
    settings = given.settings(database)
    former = read_formula(settings["risk_weights"])
    given_outcomes = None if outcomes is None else read_outcomes(outcomes)
    with opened(settings, must_exist=True) as store:
        cases = list(_cases(store, settings, given_outcomes, pass_mark))
    label = "outcomes from a file" if outcomes else f"final average below {pass_mark:g} %"
    found = refit(cases, former, told=_source(cases, label))
    for line in gain(found):
        click.echo(line)
    if target is None:
        click.echo("Nothing was written. Add --write FILE to keep the fitted weights.")
        return
    write(found.formula, target)
    click.echo(
        f"Written to {target}. They hold from the next start on, if the setting risk_weights names "
        f"this file (it names {settings['risk_weights']})."
    )


def read_outcomes(path: Path) -> dict[tuple[str, str], bool]:
    """By student and class, whether the student failed; InputError names the first bad row."""
    found: dict[tuple[str, str], bool] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise InputError(f"{path}: it needs the columns {', '.join(COLUMNS)}.")
            for row in reader:
                student_id, class_id, word = ((row[name] or "").strip() for name in COLUMNS)
                if word.lower() not in FAILED | PASSED:
                    raise InputError(
                        f"{path}, line {reader.line_num}: the outcome must be one of fail, "
                        "withdrawn, pass, distinction."
                    )
                found[student_id, class_id] = word.lower() in FAILED
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as a CSV in UTF-8.") from error
    return found


def _cases(
    store: Store, settings: Settings, given: Outcomes | None, pass_mark: float
) -> Iterator[Case]:
    zone = settings["timezone"]
    figures = make_figures(store, settings)
    for term in past_terms(store, to_day(right_now().astimezone(zone).date())):
        outcomes = given
        if outcomes is None:
            outcomes = final_averages(store, term, zone=zone, pass_mark_percent=pass_mark)
        yield from past_cases(store, figures, term, outcomes, zone=zone)


def _source(cases: list[Case], label: str) -> dict[str, str]:
    names = sorted({each.term for each in cases})
    students = len({(each.term, each.student_id) for each in cases})
    return {
        "made_by": "nudgebot risk fit",
        "fitted_on": f"{students} students of {len(names)} past terms ({', '.join(names)})",
        "note": label,
    }


def write(formula: Formula, target: Path) -> None:
    """Put the weights into a file, whole or not at all."""
    draft = target.with_name(f".{target.name}.draft")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(formula.text, encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        raise InputError(f"{target} cannot be written; nothing was kept.") from error


def gain(found: Refit) -> Iterator[str]:
    """What the fit brings, on the term that it had not seen."""
    before, after = found.before, found.after
    yield (
        f"Fitted on {found.earlier.students} students of {len(found.earlier.terms)} earlier terms "
        f"({found.earlier.failed} failed), tried on the {found.last.students} of the last one, "
        f"{found.last.terms[0]} ({found.last.failed} failed)."
    )
    yield f"{'':46}{'in force':>10}{'fitted':>10}"
    for name, one, other in (
        ("pairs in the right order (AUC)", f"{before.auc:.3f}", f"{after.auc:.3f}"),
        ("failed among the top fifth", f"{before.top_precision:.0%}", f"{after.top_precision:.0%}"),
        ("squared error of the chance (Brier)", f"{before.brier:.3f}", f"{after.brier:.3f}"),
        (
            "chance of each fifth off by",
            f"{before.calibration_error:.0%}",
            f"{after.calibration_error:.0%}",
        ),
    ):
        yield f"{name:46}{one:>10}{other:>10}"
    yield (
        "Of 100 pairs of a student who failed and one who did not, the fitted weights put "
        f"{100 * after.auc:.0f} in the right order, those in force {100 * before.auc:.0f}; their "
        f"chances were off by {100 * after.calibration_error:.0f} points instead of "
        f"{100 * before.calibration_error:.0f}."
    )
    yield (
        "The fitted weights are better for this school."
        if found.better
        else "The fitted weights are not better for this school: better keep those in force."
    )


def told(formula: Formula, path: Path) -> Iterator[str]:
    """The formula in words."""
    own = path.is_file()
    yield f"In force: {f'the weights in {path}' if own else 'the weights that nudgebot brings'}."
    for name, text in formula.told.items():
        yield f"  {name.replace('_', ' ')}: {text}"
    yield (
        "The risk is the chance not to pass, from marks, standing in the class and presence. Each "
        "piece of work counts once, presence twice, so that it fades as marks come in."
    )
    for name, weight in formula.weights.items():
        if "." not in name:
            yield f"  {name:9} {weight:g}"
    for level, chance in formula.levels.items():
        yield f"  {level} from {100 * chance:.0f} of 100 such students who do not pass"
    yield "What it gives:"
    for name, known in EXAMPLES.items():
        chance = formula.chance_of(terms(EXAMPLE | known))
        yield f"  {name:62} {100 * chance:3.0f} of 100, score {formula.score(chance):.2f}"


EXAMPLE: dict[str, Value] = {
    "average_score": 80.0,
    "score_count": 5,
    "percentile_rank": 60.0,
    "subject_score": None,
    "active_days_28": 8,
    "active_days_7": 2,
    "days_observed": 60,
    "days_enrolled": 60,
}
_NO_MARK: dict[str, Value] = {"average_score": None, "score_count": None, "percentile_rank": None}
_AWAY: dict[str, Value] = {"active_days_28": 0, "active_days_7": 0}
EXAMPLES: dict[str, dict[str, Value]] = {
    "no mark yet, active on 2 days a week": _NO_MARK,
    "no mark yet, not seen for 4 weeks": _NO_MARK | _AWAY,
    "80 % in five pieces of work, active on 2 days a week": {},
    "the same, not seen for 4 weeks": _AWAY,
    "60 % in five, a third of the class below": {"average_score": 60.0, "percentile_rank": 33.0},
    "40 % in five, at the end of the class": {"average_score": 40.0, "percentile_rank": 5.0},
    "nothing handed in of five, at the end of the class": {
        "average_score": 0.0,
        "percentile_rank": 2.0,
    },
}
