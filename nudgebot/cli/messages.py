"""`nudgebot messages preview`: a nudge as the template has it and as the model says it, unsent."""

from __future__ import annotations

from pathlib import Path

import click

from nudgebot.chat.audit import NOBODY, Audit
from nudgebot.cli.context import Given, opened, right_now
from nudgebot.cli.data import DATABASE
from nudgebot.cli.report import plain
from nudgebot.errors import InputError, RuleError, SettingError
from nudgebot.nudging.compose import Composed, Composer
from nudgebot.nudging.model_settings import rewriter_of, why_no_model
from nudgebot.nudging.model_texts import BY_MODEL
from nudgebot.nudging.personal_preview import preview_facts
from nudgebot.nudging.rule import Rule
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.settings import Settings
from nudgebot.spelling import did_you_mean
from nudgebot.store import Store
from nudgebot.wiring import make_book, make_figures, make_grounds, make_personal


@click.group()
def messages() -> None:
    """Look at the words of messages."""


@messages.command()
@click.argument("rule_id", metavar="RULE")
@click.argument("student_id", metavar="STUDENT")
@DATABASE
@click.pass_obj
def preview(given: Given, rule_id: str, student_id: str, *, database: Path | None) -> None:
    """Show what RULE would write to STUDENT now: the template, and the model's words beside it.

    Nothing is sent. The model is asked where no words of its are kept; that counts for the day.
    """
    settings = given.settings(database)
    book = make_book(settings)
    read = book.reload_if_changed(right_now())
    if read.problems:
        raise RuleError("\n".join(map(str, read.problems)))
    rule = _rule(book, rule_id)
    with opened(settings, must_exist=True) as store:
        template, other = _both(store, settings, book, rule, student_id)
    about = f"template {template.template_id}, tone {template.tone}, language {template.language}"
    click.echo(f"As the template has it ({about}):\n\n{plain(template.text, settings)}\n")
    click.echo(other)


def _rule(book: RuleBook, rule_id: str) -> Rule:
    rules = {rule.id: rule for rule in book.rules.rules}
    if rule_id not in rules:
        raise InputError(f"There is no rule {rule_id}{did_you_mean(rule_id, rules) or '.'}")
    if not rules[rule_id].delivery_method.reaches_student:
        raise InputError(f"Rule {rule_id} writes to no student, so there is nothing to reword.")
    return rules[rule_id]


def _both(
    store: Store, settings: Settings, book: RuleBook, rule: Rule, student_id: str
) -> tuple[Composed, str]:
    """The template's message, and the model's or why there is none."""
    now = right_now()
    figures = make_figures(store, settings)
    rows = dict(figures.at(now, [student_id]).rows())
    grounds = make_grounds(store, settings, figures, book)
    facts = preview_facts(grounds, rule, student_id, rows.get(student_id, {}), now)
    Audit(store).record(
        {student_id}, actor_user_id=NOBODY, action="messages preview", place=None, as_of=now
    )
    template = Composer(book).compose(rule, facts)
    why_not = _why_not(settings)
    if why_not:
        return template, f"In other words: none. {why_not}"
    made = Composer(book, make_personal(store, settings, counting=False)).compose(rule, facts)
    if made.words != BY_MODEL:
        return template, f"In other words: none, because {made.words}."
    return template, f"In other words ({settings['ai_model']}):\n\n{plain(made.text, settings)}"


def _why_not(settings: Settings) -> str:
    try:
        rewriter_of(settings)
    except SettingError as error:
        return str(error)
    return why_no_model(settings)
