"""Plausible answers, written by hand, get through: a lock that nothing passes is no use."""

from __future__ import annotations

import pytest

from model.samples import SCORES, SHIPPED, STREAK, VIDEOS, Words, facts
from nudgebot.nudging.compose import Composer, context_of
from nudgebot.nudging.fact_lock_answer import checked
from nudgebot.nudging.personal_marks import MarkedRenderer
from nudgebot.nudging.rule import Rule

BELIEVABLE = [
    (
        STREAK,
        "en",
        (
            "Your streak may have paused, but that's completely normal. You've shown you can "
            "keep going for ⟦A⟧ in a row, which says a lot about your dedication.\n\n⟦B⟧ "
            "just ⟦C⟧ on any topic is all it takes to get back into the rhythm."
        ),
    ),
    (
        STREAK,
        "en",
        (
            "Breaks happen, and they don't erase what you've built. Remember that you "
            "managed ⟦A⟧ in a row! That discipline is still yours.\n\n⟦B⟧ ⟦C⟧ on a topic you "
            "enjoy is a great way to begin again."
        ),
    ),
    (
        STREAK,
        "en",
        (
            "It looks like your study streak came to an end, and that's okay - it happens to "
            "all of us. Your longest run of ⟦A⟧ in a row proves you know how to build "
            "momentum.\n\n⟦B⟧ spend ⟦C⟧ on whatever topic you'd like, and day one is done."
        ),
    ),
    (
        SCORES,
        "en",
        (
            "The recent exams have been tough, and your average sits at ⟦A⟧ right now. The "
            "good news: it can change, and you have support. Taking it step by step beats "
            "trying to fix everything at once.\n\n⟦B⟧ let me know which topic is the "
            "trickiest and when you would have time."
        ),
    ),
    (
        VIDEOS,
        "en",
        (
            "You've already begun ⟦A⟧ lately and made it through ⟦B⟧ of them. The worked "
            "example is often saved for the final minutes, and it's exactly what helps when "
            "the exam comes.\n\n⟦C⟧ start with the shortest and watch all of it."
        ),
    ),
    (
        STREAK,
        "de",
        (
            "Deine Lernserie hat eine Pause eingelegt, und das ist völlig normal. Du hast "
            "schon ⟦A⟧ am Stück geschafft, das zeigt, wie viel Ausdauer du hast.\n\n⟦B⟧ "
            "Schon ⟦C⟧ zu einem Thema deiner Wahl reichen, um wieder in Schwung zu kommen."
        ),
    ),
    (
        SCORES,
        "de",
        (
            "Die letzten Prüfungen waren eine Herausforderung: Dein Durchschnitt liegt "
            "aktuell bei ⟦A⟧. Das muss nicht so bleiben, und du bist damit nicht allein. "
            "Schritt für Schritt kommst du weiter als mit allem auf einmal.\n\n⟦B⟧ Schreib "
            "mir, welches Thema dir gerade am schwersten fällt und wann es dir passt."
        ),
    ),
    (
        VIDEOS,
        "de",
        (
            "Du hast zuletzt ⟦A⟧ angefangen und davon ⟦B⟧ bis zum Ende gesehen. Gerade am "
            "Schluss wartet oft das durchgerechnete Beispiel, das dir in der Prüfung "
            "hilft.\n\n⟦C⟧ Such dir das kürzeste aus und schau es ganz."
        ),
    ),
]


@pytest.mark.parametrize(("which", "language", "answer"), BELIEVABLE)
def test_a_believable_answer_gets_through(which: Rule, language: str, answer: str) -> None:
    """Free rewording that keeps to the rules, in both shipped languages."""
    about = facts(language=language)
    template = SHIPPED.pick(which.message_template, language=language)
    context = context_of(about, template, which)
    rendered = Composer(Words()).fill_part(template, context)
    locked = MarkedRenderer().locked(template, context, rendered)
    assert checked(locked, answer) == answer
