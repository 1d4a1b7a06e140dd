"""`nudges`, `impact` and `adoption`: to whom they are told, about whom, and what they say."""

from __future__ import annotations

import pytest
from dashboards.school import Truth, fill

from chat.test_dashboard import plain, seen_by
from chat.town import ADMIN, ANA, CLASS_STREAM, NOW, OTTO, TARA, Town
from nudgebot.nudging.messages import InStream
from nudgebot.school.days import to_at

HOUR = 3600
CLASS = InStream(CLASS_STREAM, "maths")


@pytest.fixture
def busy(town: Town) -> Town:
    """The town after two months; Ana is at risk, and Tara answered her alert after two hours."""
    fill(town.store, cases=1500, students=150, truths={"inactivity_check_in": Truth(0.4, 0.3)})
    town.figures.rows["s1"] = {"risk_level": "critical", "risk_score": 0.95}
    at = to_at(NOW)
    town.store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at, raised_at,
           newest_at, state) VALUES ('s1', 'r', 'R', 'high', '[]', ?, ?, ?, 'open')""",
        [at - 30 * HOUR] * 3,
    )
    town.store.execute(
        """INSERT INTO interventions (teacher_id, user_id, student_id, intervention_type,
           action_taken, source, created_at) VALUES ('t1', 9, 's1', 'message', '', 'm:1', ?)""",
        [at - 28 * HOUR],
    )
    return town


def test_a_teacher_reads_what_a_student_got_and_what_to_change(busy: Town) -> None:
    """Profile, nudges, responses, types, changes, advice: all of requirement A."""
    told = plain(busy.answer(TARA, "nudges s1"))
    for part in ("Ana Alvarez", "nudges in the last year", "What works", "Nudges received",
                 "What came back", "By type of nudge", "What was different afterwards",
                 "What to change"):  # fmt: skip
        assert part in told
    assert seen_by(busy, TARA) == {"s1"}


def test_to_the_teacher_of_others_the_student_does_not_exist(busy: Town) -> None:
    """The same words as for nobody, and nothing is looked at."""
    assert "of yours by that name or id" in busy.answer(OTTO, "nudges s1")
    assert seen_by(busy, OTTO) == set()


@pytest.mark.parametrize("command", ["nudges s1", "impact"])
def test_before_students_it_is_told_in_private(busy: Town, command: str) -> None:
    """In a class's stream there is a line that says so, and nothing else."""
    busy.say(TARA, f"@**nudgebot** {command}", CLASS)
    assert all("Ana" not in each for each in busy.zulip.in_stream(CLASS_STREAM))
    assert "Ana Alvarez" in "\n".join(busy.zulip.to(TARA))


def test_impact_names_her_own_students_and_no_others(busy: Town) -> None:
    """Who needs attention comes first, and Otto's student is not there."""
    told = plain(busy.answer(TARA, "impact"))
    assert "Look at Ana Alvarez (s1): critical risk" in told
    assert "Chi" not in told
    assert seen_by(busy, TARA) == {"s1", "s2", "s4"}
    assert "in the whole school" in told


@pytest.mark.parametrize(
    "words",
    [
        "1 intervention of yours, 0.3 a week",
        "From alert to first intervention: 2 hours (median of 1 alert); 100 % within 24 hours",
        "Until the first intervention | 1 | 2 hours | 2 hours | 100 %",
        "Message | 1 | 0 | 0 | 0 | too early to say",
    ],
)
def test_impact_says_how_soon_and_with_care_how_it_went_on(busy: Town, words: str) -> None:
    """Times as median and nine of ten; of few interventions nothing is claimed."""
    assert words.lower() in plain(busy.answer(TARA, "impact")).lower()


def test_who_teaches_nobody_has_no_impact(busy: Town) -> None:
    """The admin is told where the school's figures are."""
    assert "You teach no class" in busy.answer(ADMIN, "impact")


@pytest.mark.parametrize(
    "words",
    [
        "2 teachers, 2 of them with a Zulip account",
        "Looked at reports this week: 1 of 2 (50 %), the goal is 80 %",
        "Interventions per teacher and week: 0.1, the goal is 5",
        "Alerts seen to within 24 hours: 100 % of 1",
        "Improvement: Nudged",
        "Exported a report this month: 1 of 2 (50 %), the goal is 50 %",
    ],
)
def test_an_admin_reads_each_metric_beside_its_goal(busy: Town, words: str) -> None:
    """What Tara looked at and took away counts; no teacher is named."""
    busy.say(TARA, "nudges s1 pdf")
    told = plain(busy.answer(ADMIN, "adoption"))
    assert words in told
    assert "Tara" not in told


def test_a_page_that_was_only_looked_at_is_no_export(busy: Town) -> None:
    """Only a file counts."""
    busy.say(TARA, "nudges s1")
    assert "Exported a report this month: 0 of 2" in plain(busy.answer(ADMIN, "adoption"))


@pytest.mark.parametrize(
    ("who", "command"), [(TARA, "adoption"), (ANA, "impact"), (ANA, "nudges s2")]
)
def test_others_cannot_ask(busy: Town, who: int, command: str) -> None:
    """The school's adoption is for admins, the rest for staff."""
    told = busy.answer(who, command)
    assert "Adoption**" not in told
    assert "Impact**" not in told
    assert "Nudges**" not in told
