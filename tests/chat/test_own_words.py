"""What teachers write wrongly: named, never sent as it stands."""

from __future__ import annotations

import pytest

from chat.town import ANA, ANABEL, TARA, Town
from nudgebot.insight.table import Value

IDLE: dict[str, Value] = {"days_since_last_activity": 10, "days_since_last_practice": 10}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param(
            "message s1 inactiv_check_in", "did you mean `inactive_check_in`?", id="a template"
        ),
        pytest.param("message s1 no_such_thing_at_all hi", "There is no template", id="far off"),
        pytest.param(
            "message inactive 7B inactiv_check_in", "did you mean `inactive_check_in`?", id="group"
        ),
        pytest.param("message 7B: hi all", "7B is a class", id="a class"),
        pytest.param("message 7B hi all", "`message overdue 7B`", id="a class without a colon"),
        pytest.param("message class 7B: hi all", "`message inactive 7B`", id="class 7B"),
        pytest.param("message 8A: hi all", "no student of yours", id="a class of another's"),
        pytest.param("message s1 <your words>", "Put your own words", id="copied from the help"),
        pytest.param(
            "message s1 You have {overdue_assignments} open", "only fill in", id="a figure"
        ),
        pytest.param("message s1 Hi {{ teacher }}", "only fill in", id="a template's name"),
        pytest.param("message s1 inactive", "Which words for Ana?", id="a category"),
    ],
)
def test_what_is_no_message_is_not_taken_for_one(town: Town, said: str, says: str) -> None:
    """It is said what is possible, and nothing waits to be sent."""
    town.figures.rows["s1"] = dict(IDLE)
    assert says in town.answer(TARA, said)
    assert town.store.value("SELECT count(*) FROM confirmations") == 0


@pytest.mark.parametrize(
    ("said", "arrives"),
    [
        pytest.param("Hi {first_name}!", "Hi Ana!", id="the first name"),
        pytest.param("Hi {{ first_name }}!", "Hi Ana!", id="as in a template"),
        pytest.param("The set {1, 2} and {x}", "The set {1, 2} and {x}", id="mathematics"),
        pytest.param("snake_case is fine", "snake_case is fine", id=""),
    ],
)
def test_the_first_name_is_filled_in(town: Town, said: str, arrives: str) -> None:
    """Other braces are left as they are."""
    if said.startswith("snake"):
        said = arrives = f"Remember: {said}"
    assert arrives in town.answer(TARA, f"message s1 {said}")


def test_each_of_a_group_gets_her_own_name(town: Town) -> None:
    """Also in words that take the place of a template's."""
    town.figures.rows |= {"s1": dict(IDLE), "s4": dict(IDLE)}
    town.say(TARA, "message inactive")
    town.say(TARA, "change Hi {first_name}, all well?")
    town.say(TARA, "add Yours, {first_name}")
    town.say(TARA, "confirm")
    assert "Hi Ana, all well?\n\nYours, Ana" in town.zulip.to(ANA)[0]
    assert "Hi Anabel, all well?" in town.zulip.to(ANABEL)[0]


def test_a_placeholder_that_cannot_be_filled_leaves_the_preview_open(town: Town) -> None:
    """Nothing of it was settled by the attempt."""
    town.say(TARA, "message s1 hello")
    assert "only fill in" in town.answer(TARA, "change {average_score} is not much")
    assert "✅ Sent" in town.answer(TARA, "confirm")


@pytest.mark.parametrize(
    ("category", "row", "says"),
    [
        ("overdue", {"overdue_assignments": 2}, "**1 student** in your classes has overdue work:"),
        (
            "inactive",
            dict(IDLE),
            "**1 student** in your classes has done nothing for 7 days or more:",
        ),
        ("struggling", {"risk_level": "high"}, "**1 student** in your classes is struggling:"),
        ("overdue", {}, "Nobody in your classes has overdue work."),
    ],
)
def test_a_group_is_told_of_in_a_sentence(
    town: Town, category: str, row: dict[str, Value], says: str
) -> None:
    """As one would say it aloud."""
    town.figures.rows["s1"] = dict(row)
    assert says in town.answer(TARA, f"message {category}")


def test_the_template_that_was_chosen_is_no_other(town: Town) -> None:
    """Only the others are offered."""
    town.figures.rows["s1"] = dict(IDLE)
    shown = town.answer(TARA, "message inactive inactive_miss_you")
    assert "`message inactive inactive_check_in`" in shown
    assert "`message inactive inactive_miss_you`" not in shown


def _instead(town: Town, text: str) -> list[str]:
    """What the buttons for other templates say, after some words."""
    asked = town.say(TARA, text)
    replies = [button.reply for message in asked for button in message.buttons]
    return [each for each in replies if each.startswith("message ")]


def test_other_templates_can_be_had_after_own_words(town: Town) -> None:
    """Also the one that the preview began with, and however often the words are changed."""
    town.figures.rows["s1"] = dict(IDLE)
    begun = _instead(town, "message s1 inactive_check_in")
    assert "message s1 inactive_miss_you" in begun
    for text in ("change Hi Ana, all well?", "change Hi Ana, how are you?"):
        assert _instead(town, text)[:2] == [
            "message s1 inactive_check_in",
            "message s1 inactive_miss_you",
        ]


def test_words_behind_a_template_go_along_to_another_one(town: Town) -> None:
    """In one line, and where they are too many the button says that they stay behind."""
    town.figures.rows["s1"] = dict(IDLE)
    town.say(TARA, "message s1 inactive_check_in Yours, Tara")
    assert "message s1 inactive_miss_you Yours, Tara See you!" in _instead(town, "add See you!")
    asked = town.say(TARA, f"add {'so ' * 200}")
    (button,) = (
        each for each in asked[-1].buttons if each.reply.startswith("message s1 inactive_miss_you")
    )
    assert button.reply == "message s1 inactive_miss_you"
    assert button.help.endswith("instead, without your words")


def test_who_began_with_own_words_is_offered_no_template(town: Town) -> None:
    """She has said what she wants to say; a group is written to as it was."""
    town.figures.rows |= {"s1": dict(IDLE), "s4": dict(IDLE)}
    assert _instead(town, "message s1 Hello") == []
    assert _instead(town, "change Hello there") == []
    town.say(TARA, "message inactive")
    assert _instead(town, "change Hi {first_name}") == []
