"""The templates: listed with an example, with a student's own figures, and left out with a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.town import ANA, OTTO, TARA, Town
from nudgebot.nudging.templates import BY_HAND

# Requirement B, Message Templates, word by word; what stands in brackets there is filled in.
REQUIRED = (
    (
        "Hi Ana, I noticed you haven't practiced in 10 days. Is everything okay? "
        "Let me know if you need help!"
    ),
    "Hey Ana, we miss you! Can you hop on and practice for a few minutes today?",
    "Hi Ana, your class is working on Decimals. Can you practice 10 questions today?",
    (
        "Hi Ana, I see you're working hard on Fractions. I created an easier assignment to help "
        "you build confidence."
    ),
    "Hey Ana, Fractions can be tricky! Let's meet tomorrow to go over it together.",
    (
        "Hi Ana, I noticed you're struggling with Fractions. Try watching the video tutorial "
        "first, then practice."
    ),
    "Hi Ana, the Worksheet 3 is due soon. Can you complete it today?",
    "Hey Ana, I see you haven't started Worksheet 3 yet. Do you need help getting started?",
    "Hi Ana, Worksheet 1 was due yesterday. Please complete it as soon as possible.",
    "Great job on Worksheet 2, Ana! Keep up the excellent work!",
    "Wow, Ana! Your accuracy on Division improved to 84%. Awesome progress!",
    "Hi Ana, you're on a 6-day streak! Keep it going!",
)


def test_the_twelve_are_listed_in_finished_words(
    town: Town, golden: Callable[[str, str], None]
) -> None:
    """In the words of requirement B, for a student of whom everything is known."""
    told = town.answer(TARA, "templates")
    golden("chat/templates.md", told + "\n")
    for words in REQUIRED:
        assert told.count(words) == 1
    assert told.count("\n- **") == len(REQUIRED)


def test_those_of_nudges_are_listed_too(town: Town, golden: Callable[[str, str], None]) -> None:
    """With a word on who sends them."""
    told = town.answer(TARA, "templates nudge")
    golden("chat/templates_nudge.md", told + "\n")
    assert "left out" not in told
    assert "Rules choose these by themselves" in told


@pytest.mark.parametrize("category", BY_HAND)
def test_a_category_alone(town: Town, category: str) -> None:
    """Three each."""
    told = town.answer(TARA, f"templates {category}")
    assert told.count("\n- **") == 3
    assert f"`message {category}`" in told


def test_a_student_gets_her_own_figures_and_what_lacks_one_is_left_out(town: Town) -> None:
    """It is said which and why, and a click takes one of the others."""
    town.figures.rows["s1"] = {
        "days_since_last_activity": 12,
        "overdue_assignment_title": "Essay *1*",
        "overdue_days": 3,
        "current_streak": 2,
    }
    told = town.answer(TARA, "templates s1")
    assert "you haven't practiced in 12 days" in told
    assert "Essay &#42;1&#42; was due 3 days ago" in told
    assert "Inactive &#45; Class Skill: not known yet: next assignment skill" in told
    assert "the streak is shorter than 5 days" in told
    assert "3 templates left out" in told
    asked = town.say(TARA, "templates inactive Alvarez")[-1]
    assert [each.reply for each in asked.buttons] == [
        "message s1 inactive_check_in",
        "message s1 inactive_miss_you",
    ]
    assert [each.action for each in town.office.audit.of("s1")][:1] == ["templates"]


@pytest.mark.parametrize(
    ("sender", "said", "says"),
    [
        pytest.param(TARA, "templates inactiv", "did you mean `inactive`", id="misspelt"),
        pytest.param(TARA, "templates sometimes", "There is no category `sometimes`", id="none"),
        pytest.param(TARA, "templates inactive Zoe", "no student of yours", id="nobody"),
        pytest.param(OTTO, "templates inactive s1", "no student of yours", id="not hers"),
        pytest.param(TARA, "templates ana", "Which student do you mean?", id="two of that name"),
        pytest.param(ANA, "templates", "passed that on", id="a student's word"),
    ],
)
def test_bad_input(town: Town, sender: int, said: str, says: str) -> None:
    """One sentence that says what to do."""
    assert says in town.answer(sender, said)


def test_what_cannot_be_filled_in_is_not_offered_either(town: Town) -> None:
    """`message` says where all of them are shown; without any figure own words remain."""
    town.figures.rows["s1"] = {"days_since_last_activity": 12}
    told = town.answer(TARA, "message s1")
    assert "we miss you" in told
    assert "your class is working on" not in told
    assert "`templates s1` shows all" in told
    assert "No template fits **Ana Alvarez (s1)**" in town.answer(TARA, "message s1 overdue")
