"""Template files: heads, variants, and every name that nobody knows, in its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from message_words import template

from nudgebot.nudging.templates import (
    BY_HAND,
    CATEGORIES,
    TemplateSet,
    read_templates,
    templates_of,
)

SHIPPED = Path(__file__).parents[2] / "message_templates"


def _of(**texts: str) -> TemplateSet:
    return templates_of({f"{name.replace('__', '.')}.md": text for name, text in texts.items()})


def _problems(**texts: str) -> list[str]:
    return [str(problem) for problem in _of(**texts).problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(template("Hi\n{{ first_nam }}"),
                     "10: first_nam: templates have no such variable, did you mean `first_name`?",
                     id="unknown name"),
        pytest.param(template("{{ average_score | hole }}"),
                     "9: there is no filter `hole`, did you mean `whole`?", id="unknown filter"),
        pytest.param(template("a\nb {{ x"),
                     "10: not a valid template: unexpected end of template, expected 'end of print"
                     " statement'.", id="broken"),
        pytest.param(template("{{ range(10) }}"),
                     "9: not a valid template: a template may not do this (call)", id="no calls"),
        pytest.param(template("{{ cycler }}"), "9: cycler: templates have no such variable",
                     id="no globals"),
        pytest.param("Hi", "1: begins with a head between two lines of `---`", id="no head"),
        pytest.param(template(""), "8: there is no text below the head", id="no body"),
        pytest.param(template("x", head="tilte: x\n"),
                     "8: tilte: unknown key, did you mean `title`?", id="head key"),
        pytest.param(template("x", head="title: x\n"),
                     "8: title: given twice, first in line 2", id="head key twice"),
        pytest.param(template("x", category="inactiv"),
                     "1: category: `inactiv` is none, did you mean `inactive`?", id="category"),
        pytest.param(template("x", category="part"),
                     "1: category: `part` is for frame, study_plan, resources, and for these only",
                     id="part"),
        pytest.param(template("x").replace("tone: warm\n", ""),
                     "1: tone: is missing in the head", id="missing key"),
    ],
)  # fmt: skip
def test_a_problem_has_its_line_and_its_remedy(text: str, problem: str) -> None:
    """One slip in a template gives one complaint."""
    assert _problems(hello=text) == [f"hello.md:{problem}"]


def test_a_variant_needs_its_base_and_its_own_words() -> None:
    """A tone takes the rest from its base; another language brings its own call to action."""
    tone = "---\ncall_to_action: Now\n---\nshort\n"
    assert _problems(hello__brisk=tone) == [
        "hello.brisk.md: a variant of `hello.md`, which does not exist or is broken",
    ]
    assert _problems(hello=template("x"), hello__de="---\ntitle: Hallo\n---\nx\n") == [
        "hello.de.md:1: call_to_action: is missing; another language needs its own"
    ]
    assert _problems(hello=template("x"), hello__brisk="---\ntone: calm\n---\nx\n") == [
        "hello.brisk.md:1: tone: `calm`, but the file's name says `brisk`"
    ]
    assert _problems(hello=template("x"), hello__de__brisk=tone) == [
        "hello.de.brisk.md: is named `<id>.<tone>.<language>.md`, the two if needed"
    ]


@pytest.mark.parametrize(
    ("tone", "language", "body"),
    [
        pytest.param(None, "en", "base", id="base"),
        pytest.param("brisk", "en", "brisk", id="tone"),
        pytest.param("brisk", "de", "brisk de", id="tone and language"),
        pytest.param("gentle", "de", "de", id="no such tone: the language's base"),
        pytest.param(None, "DE-at", "de", id="a country's language"),
        pytest.param("brisk", "fr", "brisk", id="no such language: the base's"),
    ],
)
def test_the_nearest_wording_is_picked(tone: str | None, language: str, body: str) -> None:
    """The language counts more than the tone."""
    found = _of(
        hello=template("base"),
        hello__brisk="---\ncall_to_action: Now\n---\nbrisk\n",
        hello__de="---\ntitle: H\ncall_to_action: J\n---\nde\n",
        hello__brisk__de="---\ntitle: H\ncall_to_action: J\n---\nbrisk de\n",
    )
    assert found.problems == ()
    assert found.pick("hello", tone=tone, language=language).body == body


def test_the_shipped_templates_are_the_requirements() -> None:
    """Requirement A's five with their tone, goal and call; requirement B's three a category."""
    found = read_templates(SHIPPED)
    assert found.problems == ()
    heads = {
        key: (base.tone, base.goal, base.call_to_action) for key, (base, *_) in found.by_id.items()
    }
    assert heads["streak_break_recovery"] == (
        "encouraging",
        "motivate_streak_recovery",
        "Start a new streak today",
    )
    assert heads["low_performance_support"] == (
        "supportive",
        "offer_academic_help",
        "Schedule a study session",
    )
    assert heads["video_completion_nudge"] == (
        "gentle_reminder",
        "improve_video_engagement",
        "Complete your pending videos",
    )
    assert heads["exam_prep_reminder"] == (
        "urgent_but_supportive",
        "increase_exam_preparation",
        "Review the study plan",
    )
    assert heads["subject_struggle_support"] == (
        "problem_solving",
        "address_subject_weaknesses",
        "Focus on weak subjects",
    )
    assert {category: len(found.of_category(category)) for category in BY_HAND} == dict.fromkeys(
        BY_HAND, 3
    )


def test_the_readme_lists_what_templates_may_use() -> None:
    """Categories, variables and filters stand in message_templates/README.md, word for word."""
    from nudgebot.nudging.rendering import FILTERS
    from nudgebot.nudging.variables import CONTEXT, PARTS

    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    for variable in (*CONTEXT, *(each for part in PARTS.values() for each in part)):
        assert f"| `{variable.name}` | {variable.help} |" in text
    for word in (*FILTERS, *CATEGORIES):
        assert f"`{word}" in text
