"""Message templates under requirement B's names (Message Templates Table)."""

from __future__ import annotations

from dataclasses import dataclass

from nudgebot.errors import InputError
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.templates import BY_HAND
from nudgebot.spelling import did_you_mean


@dataclass(frozen=True)
class MessageTemplate:
    """One template; `content` is its Jinja2 source, `variables` the names that it takes.

    `id` is the name of its file without the ending; templates are files and have no date of their
    own. `languages` are those that it is written in.
    """

    id: str
    category: str
    title: str
    content: str
    variables: tuple[str, ...]
    tone: str
    goal: str
    call_to_action: str
    languages: tuple[str, ...]


def templates_of(book: RuleBook, category: str = "") -> tuple[MessageTemplate, ...]:
    """The templates in force of one of the categories that teachers send from, or of all.

    Raises InputError for another category.
    """
    if category and category not in BY_HAND:
        guess = did_you_mean(category, BY_HAND)
        raise InputError(f"There is no such category{guess or ': ' + ', '.join(BY_HAND)}.")
    found = []
    for each in (category,) if category else BY_HAND:
        for base in book.templates.of_category(each):
            variants = book.templates.by_id[base.id]
            found.append(
                MessageTemplate(
                    id=base.id,
                    category=base.category,
                    title=base.title,
                    content=base.body.strip(),
                    variables=tuple(sorted(base.names)),
                    tone=base.tone,
                    goal=base.goal,
                    call_to_action=base.call_to_action,
                    languages=tuple(sorted({variant.language for variant in variants})),
                )
            )
    return tuple(sorted(found, key=lambda one: (BY_HAND.index(one.category), one.title)))
