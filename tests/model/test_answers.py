"""What a model may answer: the template's facts in plain words, and nothing beside them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.samples import (
    GOOD,
    GOOD_DE,
    STREAK,
    VIDEOS,
    Words,
    as_template,
    by_template,
    composer,
    facts,
)
from model.server import endpoint, says
from nudgebot.nudging.fact_lock import Locked, Piece, lock
from nudgebot.nudging.fact_lock_answer import checked
from nudgebot.nudging.model import ModelError, Reason
from nudgebot.nudging.rule import Rule
from nudgebot.store import Store

TAIL = "\n\n⟦B⟧ ⟦C⟧ will do."
RULE = "They stand for facts that you do not know."  # as the instructions have it
VIDEO_ANSWER = "You began ⟦A⟧ and saw ⟦B⟧ of them to the end, so the rest can wait for you.\n\n⟦C⟧ "

BAD: dict[str, tuple[str, Reason]] = {
    "an invented number": (f"You did ⟦A⟧ and then 12 more.{TAIL}", Reason.NUMBER),
    "a spelled number": (f"You did ⟦A⟧ and then twelve more.{TAIL}", Reason.NUMBER),
    "a spelled number in another case": (f"You did ⟦A⟧. Twelve more?{TAIL}", Reason.NUMBER),
    "a German number": (f"You did ⟦A⟧, or dreiundzwanzig.{TAIL}", Reason.NUMBER),
    "digits of another script": (f"You did ⟦A⟧ and then ٤ more.{TAIL}", Reason.NUMBER),
    "a fraction": (f"You did ⟦A⟧ and ½ more.{TAIL}", Reason.NUMBER),
    "a Roman numeral sign": (f"You did ⟦A⟧ and Ⅷ more.{TAIL}", Reason.NUMBER),
    "a percentage": (f"You did ⟦A⟧, which is all %.{TAIL}", Reason.MARKUP),
    "a greeting with a name": (f"Hi Ben, you did ⟦A⟧ in a row.{TAIL}", Reason.NAME),
    "a name": (f"You did ⟦A⟧ in a row, and so did Ben yesterday.{TAIL}", Reason.CLAIM),
    "a name within a sentence": (f"You did ⟦A⟧ in a row, as Ben knows.{TAIL}", Reason.NAME),
    "a name at the beginning": (f"Ben, you did ⟦A⟧ in a row.{TAIL}", Reason.NAME),
    "a name cried out": (f"Ben! You did ⟦A⟧ in a row.{TAIL}", Reason.NAME),
    "a name of the school": (f"Benno did ⟦A⟧ in a row.{TAIL}", Reason.NAME),
    "a signature": (f"You did ⟦A⟧ in a row.{TAIL}\n\nYour tutor", Reason.NAME),
    "a link": (f"You did ⟦A⟧, see https://evil.example.{TAIL}", Reason.MARKUP),
    "a bare domain": (f"You did ⟦A⟧, see evil.example now.{TAIL}", Reason.MARKUP),
    "a short domain": (f"You did ⟦A⟧, see t.co now.{TAIL}", Reason.MARKUP),
    "a domain behind a mark": (f"You did ⟦A⟧.com in a row.{TAIL}", Reason.PLACEHOLDERS),
    "a Markdown link": (f"You did [⟦A⟧](x) in a row.{TAIL}", Reason.PLACEHOLDERS),
    "an image": (f"You did ⟦A⟧ ![x](y) in a row.{TAIL}", Reason.MARKUP),
    "a mention of all": (f"@**all** You did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a group mention": (f"You and @*teachers* did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a silent mention": (f"You and @_**Ben** did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a mention of a value": (f"You did @⟦A⟧ in a row.{TAIL}", Reason.PLACEHOLDERS),
    "a stream": (f"You did ⟦A⟧, see #**general**.{TAIL}", Reason.MARKUP),
    "a time": (f"You did ⟦A⟧ by <time:now>.{TAIL}", Reason.MARKUP),
    "HTML": (f"You did <b>more</b> than ⟦A⟧.{TAIL}", Reason.MARKUP),
    "an entity": (f"You did ⟦A⟧ &commat; home.{TAIL}", Reason.MARKUP),
    "code": (f"You did ⟦A⟧, `rm`.{TAIL}", Reason.MARKUP),
    "a spoiler": (f"```spoiler x\nno\n```\nYou did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "struck out": (f"You ~~never~~ did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a quote": (f"> You did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a list": (f"- You did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a heading": (f"# You did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "bold": (f"You **really** did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "mathematics": (f"You did ⟦A⟧ $$x$$.{TAIL}", Reason.MARKUP),
    "a slash command": (f"/poll You did ⟦A⟧.{TAIL}", Reason.MARKUP),
    "an emoji code": (f"You did ⟦A⟧ :tada: now.{TAIL}", Reason.MARKUP),
    "an emoji": (f"You did ⟦A⟧ 🎉 now.{TAIL}", Reason.MARKUP),
    "a mark that looks like none": (f"You did ⟦A⟧ ⟦a⟧.{TAIL}", Reason.PLACEHOLDERS),
    "a hidden character": (f"You did\u200b ⟦A⟧.{TAIL}", Reason.MARKUP),
    "writing turned around": (f"You did\u202e ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a lone surrogate": (f"You did \ud800 ⟦A⟧.{TAIL}", Reason.MARKUP),
    "a value that begins a list": (f"You did it.\n⟦A⟧. In a row.{TAIL}", Reason.MARKUP),
    "a missing mark": (f"You did it for long.{TAIL}", Reason.PLACEHOLDERS),
    "a doubled mark": (f"You did ⟦A⟧, yes, ⟦A⟧ in a row.{TAIL}", Reason.PLACEHOLDERS),
    "an invented mark": (f"You did ⟦A⟧ and ⟦D⟧ in a row.{TAIL}", Reason.PLACEHOLDERS),
    "marks in another order": ("⟦B⟧ do ⟦A⟧ and then ⟦C⟧ more.", Reason.PLACEHOLDERS),
    "a mark within a word": (f"You did pre⟦A⟧ in a row.{TAIL}", Reason.PLACEHOLDERS),
    "a bold mark within a line": ("You did ⟦A⟧ in a row. ⟦B⟧ ⟦C⟧ will do.", Reason.PLACEHOLDERS),
    "400 words": (f"You did ⟦A⟧ and {'so on ' * 200}.{TAIL}", Reason.LONG),
    "a very long text": (f"You did ⟦A⟧ and {'so on ' * 9000}.{TAIL}", Reason.LONG),
    "another language": (
        "Deine Serie ist vorbei, aber du hast ⟦A⟧ geschafft, das ist gut.\n\n⟦B⟧ ⟦C⟧ sind genug.",
        Reason.LANGUAGE,
    ),
    "another script": (f"Ты молодец, ⟦A⟧ подряд.{TAIL}", Reason.LANGUAGE),
    "letters that look the same": (f"You did ⟦A⟧ in а row.{TAIL}", Reason.LANGUAGE),
    "blame": (f"You were lazy after ⟦A⟧ in a row.{TAIL}", Reason.TONE),
    "a threat": (f"Keep up ⟦A⟧ in a row or else.{TAIL}", Reason.TONE),
    "a subject": (f"You did ⟦A⟧ in a row of biology.{TAIL}", Reason.CLAIM),
    "a day": (f"You did ⟦A⟧ in a row until Monday.{TAIL}", Reason.CLAIM),
    "somebody who is told": (f"You did ⟦A⟧ in a row and the teacher saw it.{TAIL}", Reason.CLAIM),
    "a value made smaller": (f"You did it for less than ⟦A⟧ in a row.{TAIL}", Reason.CLAIM),
    "a value denied": (f"You did not go on for ⟦A⟧ in a row.{TAIL}", Reason.CLAIM),
    "talk about the task": (f"Here is the message: you did ⟦A⟧.{TAIL}", Reason.CHATTER),
    "its instructions": (f"You did ⟦A⟧. {RULE}{TAIL}", Reason.CHATTER),
    "only marks": ("⟦A⟧\n\n⟦B⟧ ⟦C⟧", Reason.EMPTY),
}


@pytest.fixture(scope="module")
def streak() -> Locked:
    """The shipped template about a streak, locked as it is for a student of seven days."""
    raw = (
        "Your study streak ended a little while ago. Don't worry, that happens to everyone. Your "
        "best run is \ue0000\ue001 in a row, so you know how it is done.\n\n**\ue0001\ue001:** "
        "ten minutes on any topic are enough for day one."
    )
    values = (Piece("7 days", "highest streak"), Piece("Start anew", "call to action"))
    return lock(raw, values, language="en")


@pytest.mark.parametrize(("answer", "reason"), BAD.values(), ids=list(BAD))
def test_what_is_not_the_templates_is_refused(streak: Locked, answer: str, reason: Reason) -> None:
    """Each with its reason, and no answer that is refused gets through in part."""
    with pytest.raises(ModelError) as raised:
        checked(streak, answer, names={"benno", "you"})
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    ("which", "language", "answer"),
    [
        (STREAK, "en", GOOD),
        (STREAK, "de", GOOD_DE),
        (STREAK, "en", f'"{GOOD}"'),
        (STREAK, "en", GOOD.replace("\n\n", "\r\n \r\n\r\n\r\n")),
        (VIDEOS, "en", f"{VIDEO_ANSWER}Take the shortest and see how it ends."),
    ],
    ids=["English", "German", "in quotes", "in other line breaks", "two figures"],
)
def test_a_fit_answer_gets_through(store: Store, which: Rule, language: str, answer: str) -> None:
    """Words that keep to the rules reach the student over a real connection."""
    with endpoint(says(answer)) as model:
        made = composer(store, model.url).compose(which, facts(language=language))
    assert made.words == "model"
    assert "⟦" not in made.text


SENT = [
    "a name within a sentence", "an invented number", "a spelled number", "a link", "400 words",
    "a mention of all", "a group mention", "a missing mark", "a doubled mark", "another language",
    "code", "a spoiler", "an image",
]  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_over_the_wire_a_bad_answer_is_the_templates_message(store: Store, name: str) -> None:
    """The student gets the template, word for word."""
    with endpoint(says(BAD[name][0])) as model:
        made = composer(store, model.url).compose(STREAK, facts())
        assert model.arrived.is_set()
    assert made.text == as_template(STREAK, facts())
    assert made.words == BAD[name][1]


@pytest.mark.parametrize("answer", ["Du hast ⟦A⟧ geschafft, Ben.", "Hallo Ben, ⟦A⟧ sind gut."])
def test_a_name_is_seen_in_german_too(answer: str) -> None:
    """Where every noun has a capital, who is spoken to is told by the commas."""
    locked = lock("Du hast \ue0000\ue001 geschafft.", [Piece("7 Tage", "x")], language="de")
    with pytest.raises(ModelError) as raised:
        checked(locked, answer)
    assert raised.value.reason == Reason.NAME


_PIECES = st.sampled_from(
    [
        "⟦A⟧", "⟦B⟧", "⟦C⟧", "⟦", "⟧", " ", "\n", "\n\n", ".", ",", "!", "you", "did", "the", "and",
        "in a row", "@**all**", "@", "**", "*", "`", "```", "~~~", "#", "[", "](", ")", "http://x.io",
        "www.", ".com", "<time:", ">", "&#64;", ":smile:", "7", "seven", "Ben", "- ", "1. ", "/me ",
        "$$", "|", "\u202e", "\ue0000\ue001", "Start", "\r", "\x85", "\u2028", "\ufeff",
    ]
)  # fmt: skip
ANSWERS = st.one_of(
    st.text(),
    st.lists(_PIECES, max_size=30).map("".join),
    st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=12).map(
        lambda parts: f"{''.join(parts[:6])} ⟦A⟧ {''.join(parts[6:])}\n⟦B⟧ ⟦C⟧ the end."
    ),
)
ACTIVE = re.compile(r"@|#|`|~|\[|\]|<(?!time:2026)|\w{2,}\.\w|://|\$|\||:\w+:|&(?!#)")


@settings(max_examples=400, deadline=None)
@given(answer=ANSWERS)
def test_whatever_a_model_says_the_facts_are_the_templates(streak: Locked, answer: str) -> None:
    """Every value once and in order, no other digit, nothing that mentions, links or formats."""
    try:
        text = streak.filled(checked(streak, answer))
    except ModelError:
        return
    values = [piece.value for piece in streak.pieces]
    rest: str = text
    for value in values:
        before, found, rest = rest.partition(value)
        assert found
        assert not any(each.isnumeric() or each in "*_" for each in before)
    assert not any(each.isnumeric() or each in "*_" for each in rest)
    assert not ACTIVE.search(text)
    assert len(text.split()) < 150


def test_every_shipped_template_can_be_locked() -> None:
    """No template of the house is shut out, and what the model gets of each has no digit in it."""
    seen = list(by_template())
    assert len(seen) > 60
    for template, rendered, locked in seen:
        assert locked.filled(locked.text) == rendered, template.file
        assert not any(each.isnumeric() for each in locked.text), template.file
    assert {template.id for template, _, _ in seen} > {STREAK.id, VIDEOS.id}
    assert Words().templates.problems == ()
