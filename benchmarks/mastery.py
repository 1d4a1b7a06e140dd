"""How well each way to follow mastery foretells the next answers of students it has not seen.

`python -m benchmarks.mastery [--students N] [--answers FILE]` compares, on half of the students,
after fitting what needs fitting on the other half:

plain     running accuracy, (correct + 1) / (answers + 2)
recent N  the same with answers that lose half their weight every N answers (the rule's N is 10)
bkt       Bayesian knowledge tracing (Corbett and Anderson 1995), four parameters a skill
pfa       performance factors analysis (Pavlik, Cen and Koedinger 2009), logistic, three a skill

Without --answers the data are practice of the sample school, where learning is made up and follows
a curve of its own; nobody should choose a model by that. FILE holds real answers: a CSV with the
columns user, skill, correct, oldest first; or the three-lines-a-student form in which the
ASSISTments Skill Builder data 2009-2010 go around (there a question with several skills appears
once a skill).
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise, product
from math import exp, log, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

from nudgebot.insight.mastery import HALF_LIFE_ANSWERS
from nudgebot.sandbox.sample import write_sample_school

Session = tuple[int, int]  # questions, correct
Sequences = dict[str, list[tuple[str, list[Session]]]]  # by skill: student and her sessions
Predictor = Callable[[list[Session]], list[float]]
FIT_ANSWERS = 6000  # of one skill, for the models that are fitted


def sample_answers(students: int) -> Sequences:
    """Practice of the sample school; the order within a session is not known."""
    with TemporaryDirectory() as folder:
        write_sample_school(
            Path(folder), students=students, days=90, seed=7, today=date(2026, 11, 20)
        )
        rows = list(csv.DictReader((Path(folder) / "practice.csv").open(encoding="utf-8")))
    found: dict[str, dict[str, list[Session]]] = {}
    for row in sorted(rows, key=lambda each: each["started_at"]):
        mine = found.setdefault(row["skill_id"], {}).setdefault(row["student_id"], [])
        mine.append((int(row["questions"]), int(row["correct"])))
    return {skill: sorted(each.items()) for skill, each in sorted(found.items())}


def real_answers(path: Path) -> Sequences:
    """Answers one by one, each a session of its own."""
    found: dict[str, dict[str, list[Session]]] = {}
    for student, skill, right in _lines(path.read_text(encoding="utf-8")):
        found.setdefault(skill, {}).setdefault(student, []).append((1, right))
    return {skill: sorted(each.items()) for skill, each in sorted(found.items())}


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    lines = text.splitlines()
    if "skill" in lines[0]:
        for row in csv.DictReader(lines):
            skill = row.get("skill") or row.get("skill_name") or ""
            yield row.get("user") or row.get("user_id") or "", skill, int(row["correct"])
        return
    for place in range(0, len(lines) - 2, 3):
        skills, rights = lines[place + 1].split(","), lines[place + 2].split(",")
        for skill, right in zip(skills, rights, strict=False):
            if skill and right:
                yield str(place), skill, int(right)


def weighted(half_life: float | None) -> Predictor:
    """Running accuracy before each session; with a half-life recent answers weigh more."""

    def predict(sessions: list[Session]) -> list[float]:
        weight = right = 0.0
        said = []
        for questions, correct in sessions:
            said.append((right + 1) / (weight + 2))
            fade = 1.0 if half_life is None else 0.5 ** (questions / half_life)
            weight, right = weight * fade + questions, right * fade + correct
        return said

    return predict


def single(session: Session) -> list[int]:
    """A session's answers one by one, the right ones spread evenly."""
    questions, correct = session
    return [
        (place + 1) * correct // questions - place * correct // questions
        for place in range(questions)
    ]


def bkt(known: float, learn: float, guess: float, slip: float) -> Predictor:
    """Knowledge tracing with these probabilities."""

    def predict(sessions: list[Session]) -> list[float]:
        chance = known
        said = []
        for session in sessions:
            said.append(chance * (1 - slip) + (1 - chance) * guess)
            for right in single(session):
                if right:
                    chance = chance * (1 - slip) / (chance * (1 - slip) + (1 - chance) * guess)
                else:
                    chance = chance * slip / (chance * slip + (1 - chance) * (1 - guess))
                chance += (1 - chance) * learn
        return said

    return predict


def fit_bkt(sequences: Sequence[list[Session]]) -> Predictor:
    """The best of a grid, then of ever smaller steps around it."""

    def cost(values: tuple[float, ...]) -> float:
        return log_loss(sequences, bkt(*values))

    grid = product((0.2, 0.5, 0.8), (0.03, 0.15), (0.1, 0.3), (0.05, 0.2))
    best = min(grid, key=cost)
    least = cost(best)
    for step in (0.1, 0.05, 0.02):
        for place in range(4):
            for change in (step, -step):
                tried = list(best)
                # Guess and slip below a half: else a wrong answer would speak for knowing.
                tried[place] = min(0.95 if place < 2 else 0.45, max(0.01, tried[place] + change))
                if (found := cost(tuple(tried))) < least:
                    best, least = (tried[0], tried[1], tried[2], tried[3]), found
    return bkt(*best)


def pfa(weights: Sequence[float]) -> Predictor:
    """A logistic line through the logarithms of right and wrong answers so far."""

    def predict(sessions: list[Session]) -> list[float]:
        right = wrong = 0
        said = []
        for questions, correct in sessions:
            said.append(_logistic(weights, _features(right, wrong)))
            right, wrong = right + correct, wrong + questions - correct
        return said

    return predict


def fit_pfa(sequences: Sequence[list[Session]]) -> Predictor:
    """Newton's steps on the log-likelihood with a small ridge."""
    rows = []
    for sessions in sequences:
        right = wrong = 0
        for questions, correct in sessions:
            rows.append((_features(right, wrong), questions, correct))
            right, wrong = right + correct, wrong + questions - correct
    weights = [0.0, 0.0, 0.0]
    for _ in range(8):
        slope = [-0.1 * each for each in weights]
        curve = [[0.1 if i == j else 0.0 for j in range(3)] for i in range(3)]
        for features, questions, correct in rows:
            chance = _logistic(weights, features)
            for i in range(3):
                slope[i] += features[i] * (correct - questions * chance)
                for j in range(3):
                    spread = questions * chance * (1 - chance)
                    curve[i][j] += features[i] * features[j] * spread
        weights = [a + b for a, b in zip(weights, _solved(curve, slope), strict=True)]
    return pfa(weights)


def _features(right: int, wrong: int) -> tuple[float, float, float]:
    return (1.0, log(1 + right), log(1 + wrong))


def _logistic(weights: Sequence[float], features: Sequence[float]) -> float:
    total = sum(a * b for a, b in zip(weights, features, strict=True))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss's elimination of a small, positive definite system."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        for k, other in enumerate(rows):
            if k != i:
                share = other[i] / pivot[i]
                rows[k] = [a - share * b for a, b in zip(other, pivot, strict=True)]
    return [line[-1] / line[i] for i, line in enumerate(rows)]


def log_loss(sequences: Sequence[list[Session]], predict: Predictor) -> float:
    """The sum over all answers, in nats."""
    total = 0.0
    for sessions in sequences:
        for (questions, correct), chance in zip(sessions, predict(sessions), strict=True):
            sure = min(0.999, max(0.001, chance))
            total -= correct * log(sure) + (questions - correct) * log(1 - sure)
    return total


def scores(said: list[tuple[float, int, int]]) -> tuple[float, float, float]:
    """AUC, root mean square error and mean log loss of predictions, answer by answer."""
    answers = sum(right + wrong for _, right, wrong in said)
    square = sum(r * (1 - p) ** 2 + w * p**2 for p, r, w in said)
    loss = -sum(
        r * log(min(0.999, max(0.001, p))) + w * log(1 - min(0.999, max(0.001, p)))
        for p, r, w in said
    )
    below = auc = 0.0
    by_chance: dict[float, tuple[int, int]] = {}
    for p, r, w in said:
        old = by_chance.get(p, (0, 0))
        by_chance[p] = (old[0] + r, old[1] + w)
    for _, (r, w) in sorted(by_chance.items()):
        auc += r * (below + w / 2)
        below += w
    rights = answers - below
    return auc / (rights * below), sqrt(square / answers), loss / answers


def compare(sequences: Sequences) -> None:
    """Fit on one half of the students, print how the other half is foretold."""
    students = sorted({student for each in sequences.values() for student, _ in each})
    random.Random(1).shuffle(students)  # noqa: S311  # the same halves at every run
    held_out = set(students[: len(students) // 2])
    halves = (5, HALF_LIFE_ANSWERS, 20, 40)
    fixed = {"plain": weighted(None)} | {f"recent {each}": weighted(each) for each in halves}
    said: dict[str, list[tuple[float, int, int]]] = {name: [] for name in (*fixed, "bkt", "pfa")}
    for each in sequences.values():
        mine = [sessions for student, sessions in each if student in held_out]
        train = _some([sessions for student, sessions in each if student not in held_out])
        if not mine or len(train) < 5:
            continue
        for name, predict in (fixed | {"bkt": fit_bkt(train), "pfa": fit_pfa(train)}).items():
            for sessions in mine:
                pairs = list(zip(predict(sessions), sessions, strict=True))
                # The first session has no history: only fitted models could say anything.
                said[name] += [(p, right, asked - right) for p, (asked, right) in pairs[1:]]
    count = sum(right + wrong for _, right, wrong in said["plain"])
    print(f"{count} answers of {len(held_out)} held-out students, {len(sequences)} skills")
    for name, each_said in said.items():
        auc, error, loss = scores(each_said)
        print(f"{name:>10}  AUC {auc:.4f}  RMSE {error:.4f}  log loss {loss:.4f}")


def _some(sequences: list[list[Session]]) -> list[list[Session]]:
    """Enough of them to fit four numbers."""
    total, kept = 0, []
    for sessions in sequences:
        kept.append(sessions)
        total += sum(questions for questions, _ in sessions)
        if total > FIT_ANSWERS:
            break
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=600)
    parser.add_argument("--answers", type=Path, action="append", default=[])
    asked = parser.parse_args()
    marks = [time.perf_counter()]
    print("sample school (made up):")
    compare(sample_answers(asked.students))
    marks.append(time.perf_counter())
    for path in asked.answers:
        print(f"{path.name}:")
        compare(real_answers(path))
        marks.append(time.perf_counter())
    print("seconds:", ", ".join(f"{late - early:.0f}" for early, late in pairwise(marks)))


if __name__ == "__main__":
    main()
