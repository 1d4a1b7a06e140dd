"""A school of seven, worked out by hand: what each figure is, and why."""

from __future__ import annotations

import pytest

from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.figures import Figures
from nudgebot.insight.table import Value

from .conftest import Row
from .facts import NOW, Facts

# Class math: exams e1 30 and e2 12 days ago are released, e3 5 days ago is not, e4 is in 5 days;
# assignments a1 was due 10 and a2 3 days ago, a3 is due in 2 days.
#          e1      e2       a1                 a2
# ana      90      80       100, 11 days ago   85, 4 days ago
# ben      missed  excused  -                  -
# cem      50      40       45, 10 days ago    -
# dia      70      65       70, late, 8 days   extended to tomorrow
# eve      60      75       80, 11 days ago    65, 4 days ago
# fay      joined 5 days ago                   -
# new      joined today
NAMES = ("ana", "ben", "cem", "dia", "eve", "fay", "new")
EXPECTED: dict[str, tuple[Value, ...]] = {
    "average_score": (88.75, 0.0, 33.75, 68.3333, 70.0, 0.0, None),
    "days_enrolled": (None,) * 7,  # nobody in the class was ever seen by the LMS
    "score_count": (4, 3, 4, 3, 4, 1, None),
    "missed_work": (0, 3, 1, 0, 0, 1, None),
    "recent_exam_count": (2, 1, 2, 2, 2, None, None),
    "historical_exam_performance": (85.0, 0.0, 45.0, 67.5, 67.5, None, None),
    "exam_participation_rate": (1.0, 0.0, 1.0, 1.0, 1.0, None, None),
    "last_score": (85.0, 0.0, 0.0, 70.0, 65.0, 0.0, None),
    "last_work": ("scored", "missed", "missed", "scored", "scored", "missed", None),
    "days_since_last_score": (4, 3, 3, 8, 4, 3, None),
    "score_change": (-5.0, 0.0, -45.0, 2.5, -6.6667, None, None),
    # ana's line gains 0.5 a score, 1.5 in all; cem's loses 14.5 a score; eve's gains 0.5 a score.
    "score_trend": ("steady", "steady", "declining", "steady", "steady", None, None),
    # 6 are measured; ben and fay share the last place.
    "percentile_rank": (91.6667, 16.6667, 41.6667, 58.3333, 75.0, 16.6667, None),
    "upcoming_exam_days": (5,) * 7,
    "upcoming_exam_title": ("e4",) * 7,
    "upcoming_exam_subject": ("Math",) * 7,
    "due_assignments": (2, 2, 2, 1, 2, 1, 0),
    "missed_assignments": (0, 2, 1, 0, 0, 1, 0),
    "overdue_assignments": (0, 2, 1, 0, 0, 1, 0),
    "late_assignments": (0, 0, 0, 1, 0, 0, 0),
    "assignment_completion_rate": (1.0, 0.0, 0.5, 1.0, 1.0, 0.0, None),
    "overdue_assignment_title": (None, "a2", "a2", None, None, "a2", None),
    "overdue_days": (None, 3, 3, None, None, 3, None),
    "next_assignment_title": ("a3", "a3", "a3", "a2", "a3", "a3", "a3"),
    "next_assignment_days": (2, 2, 2, 1, 2, 2, 2),
    "next_assignment_skill": ("Fractions",) * 3 + (None,) + ("Fractions",) * 3,
    "last_assignment_title": ("a2", None, "a1", "a1", "a2", None, None),
    "last_assignment_score": (85.0, None, 45.0, 70.0, 65.0, None, None),
    "struggling_subjects": ((), ("Math",), ("Math",), (), (), None, None),
    "struggling_subjects_count": (0, 1, 1, 0, 0, None, None),
    "weakest_subject": ("Math",) * 5 + (None, None),
    "subject_score": (88.75, 0.0, 33.75, 68.3333, 70.0, None, None),
    "subject_score_trend": ("steady", "steady", "declining", "steady", "steady", None, None),
    # Nothing scored and three missed: critical; one missed and nothing scored: high. cem: 34 % in
    # four pieces of work, but not far below the middle. new: nothing was due yet, nothing is known.
    "risk_level": ("minimal", "critical", "high", "low", "low", "high", "unknown"),
}


@pytest.fixture
def school(facts: Facts) -> Facts:
    facts.school_class("math", "Math")
    facts.skill("k1", "Fractions", "Math")
    for name in NAMES:
        facts.student(name)
        begin = {"fay": -5, "new": 0}.get(name, -40)
        facts.enroll(name, "math", begin)
    facts.exam("e1", "math", -30)
    facts.exam("e2", "math", -12)
    facts.exam("e3", "math", -5, released_at=None)
    facts.exam("e4", "math", 5, released_at=None)
    facts.assignment("a1", "math", -10)
    facts.assignment("a2", "math", -3)
    facts.assignment("a3", "math", 2, skill_ids="k1 k2")
    for name, first, second in (("ana", 90, 80), ("cem", 50, 40), ("dia", 70, 65), ("eve", 60, 75)):
        facts.result("e1", name, first)
        facts.result("e2", name, second)
        facts.result("e3", name, 5)  # not released: nobody may see it
    facts.result("e1", "ben", None, status="missed")
    facts.result("e2", "ben", None, status="excused")
    facts.submission("a1", "ana", -11, 100)
    facts.submission("a2", "ana", -4, 85)
    facts.submission("a1", "cem", -10, 45)
    facts.submission("a1", "dia", -8, 70)
    facts.submission("a2", "dia", due_at=facts_tomorrow())
    facts.submission("a1", "eve", -11, 80)
    facts.submission("a2", "eve", -4, 65)
    return facts


def facts_tomorrow() -> int:
    """Dia's own due time."""
    return int(NOW.timestamp()) + 86400


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize("metric", EXPECTED)
def test_each_figure_is_what_the_hand_says(figures: Figures, metric: str) -> None:
    """The stored figures of all seven equal the table above."""
    figures.recompute(NOW)
    table = figures.table()
    assert tuple(table.student_ids) == NAMES
    assert tuple(table.columns[metric]) == EXPECTED[metric]


def test_a_student_without_data_is_unknown_everywhere(facts: Facts, row: Row) -> None:
    """No fact, no figure: every metric is None, the risk level is `unknown`, not fine."""
    facts.student("ana")
    figures = row()
    assert figures.pop("risk_level") == "unknown"
    assert set(figures.values()) == {None}
    assert figures.keys() | {"risk_level"} == {metric.name for metric in METRICS}


def test_nobody_inactive_has_figures(facts: Facts, figures: Figures) -> None:
    """Students who are inactive or gone are left out, stored or not."""
    facts.student("ana")
    facts.student("ben", active=0)
    facts.student("cem", gone_at=1)
    figures.recompute(NOW)
    assert list(figures.table().student_ids) == ["ana"]
    assert list(figures.at(NOW, ["ben", "cem"]).student_ids) == []
