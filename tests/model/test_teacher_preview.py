"""A teacher sees the template and the model's words for it, and takes the one or the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from chat.town import ANA, TARA, Town

from model.samples import by_model
from model.server import Behaviour, endpoint, gives, says
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.model_openai import OpenAIRewriter

TEMPLATE = "message s1 inactive_check_in"
OTHER = "Hi ⟦A⟧, it has been ⟦B⟧ since we last saw you, and we would like to have you back."


@pytest.fixture
def town_with(tmp_path: Path) -> Iterator[Callable[[Behaviour], Town]]:
    """A school whose teachers' previews ask an endpoint that behaves so."""
    with ExitStack() as closing:

        def made(behave: Behaviour) -> Town:
            model = closing.enter_context(endpoint(behave))
            town = Town(tmp_path)
            closing.callback(town.store.close)
            town.figures.rows["s1"] = {"days_since_last_activity": 9, "days_since_last_practice": 9}
            personal = by_model(town.store, OpenAIRewriter(model.url, "m"), counting=False)
            other = Composer(town.office.book, personal)
            town.office = replace(town.office, in_other_words=other)
            town.reopened()
            return town

        yield made


def preview(town: Town) -> tuple[str, dict[str, str]]:
    """What is shown, and the buttons' replies by their labels."""
    sent = town.say(TARA, TEMPLATE)
    replies = {each.label: each.reply for message in sent for each in message.buttons}
    return "\n".join(message.content for message in sent), replies


def test_both_versions_are_shown_and_a_click_takes_the_models(
    town_with: Callable[[Behaviour], Town],
) -> None:
    """What arrives is what the second preview shows, with the same facts."""
    town = town_with(says(OTHER))
    shown, replies = preview(town)
    assert "you haven't practiced in 9 days" in shown
    assert "it has been 9 days since we last saw you" in shown
    taken = replies["In other words"]
    assert taken == f"{TEMPLATE} in other words"
    assert "haven't practiced" not in town.answer(TARA, taken)
    town.say(TARA, f"confirm {town.token()}")
    (arrived,) = town.zulip.to(ANA)
    assert "Hi Ana, it has been 9 days since we last saw you" in arrived


def test_a_teachers_own_words_stay_behind_the_models(
    town_with: Callable[[Behaviour], Town],
) -> None:
    """The model rewords the template, never what the teacher wrote."""
    town = town_with(says(OTHER))
    town.say(TARA, f"{TEMPLATE} in other words See you on Monday at 10!")
    town.say(TARA, f"confirm {town.token()}")
    (arrived,) = town.zulip.to(ANA)
    assert "would like to have you back.\n\nSee you on Monday at 10!" in arrived


def test_without_fit_words_there_is_the_template_alone(
    town_with: Callable[[Behaviour], Town],
) -> None:
    """No second version, no button; who asks for it is told."""
    town = town_with(gives(b"", 500))
    shown, replies = preview(town)
    assert "In other words, by the model" not in shown
    assert "In other words" not in replies
    asked = town.answer(TARA, f"{TEMPLATE} in other words")
    assert "The model has no other words for it at the moment" in asked
    assert "you haven't practiced in 9 days" in asked


def test_without_a_model_the_words_are_the_teachers(tmp_path: Path) -> None:
    """`in other words` is then what it always was: the beginning of her own text."""
    town = Town(tmp_path)
    town.figures.rows["s1"] = {"days_since_last_practice": 9}
    shown = town.answer(TARA, f"{TEMPLATE} in other words: come back!")
    assert "in other words: come back!" in shown
    town.store.close()
