"""A folder of rules and templates that somebody fills with anything, and the book that reads it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from chat.town import NOW, ROOT

from hardening.hostile_town import hostile
from nudgebot.markup import fence
from nudgebot.nudging.rule_book import Reload, RuleBook

RULE = """\
id: {id}
name: {name}
conditions:
  {metric}: {{{operator}: {value}}}
intervention:
  type: {type}
  message_template: {template}
  urgency: {urgency}
  delivery_method: direct_message
{key}: {value}
"""
FIELDS = ("id", "name", "metric", "operator", "value", "type", "template", "urgency", "key")


class RuleFolder:
    """The shipped rules and templates are in force; then comes what is hostile."""

    def __init__(self, folder: Path) -> None:
        self.rules, self.templates = folder / "rules", folder / "message_templates"
        for path in (self.rules, self.templates):
            shutil.copytree(ROOT / path.name, path)
        self.book = RuleBook(self.rules, self.templates)
        if not self.book.reload_if_changed(NOW).taken:
            raise AssertionError(self.book.problems)
        self.in_force = len(self.book.rules.rules)

    def look(self) -> Reload:
        """What the book says to the files as they are now."""
        return self.book.reload_if_changed(NOW)

    def with_file(self, path: Path, text: str) -> Reload:
        """What it says with one more file, which is then taken away again."""
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            return self.look()
        finally:
            path.unlink()


def hostile_rule(dice: random.Random) -> str:
    """A rule with a hostile text in one or all of its places, in quotes or not."""
    whole = dice.random() < 0.5
    chosen = set(FIELDS if whole else dice.sample(FIELDS, 1))
    fine = {
        "id": "x1",
        "name": "X",
        "metric": "current_streak",
        "operator": "equals",
        "value": "0",
        "type": "encouragement",
        "template": "streak_break_recovery",
        "urgency": "low",
        "key": "cooldown_hours",
    }
    return RULE.format(**{each: _quoted(dice) if each in chosen else fine[each] for each in FIELDS})


def _quoted(dice: random.Random) -> str:
    text = hostile(dice)
    if dice.random() < 0.3:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.replace("\0", "").replace("\r", "\\r")


def hostile_template(dice: random.Random) -> str:
    """A template with hostile texts in its head and its body."""
    head = "\n".join(
        f"{key}: {_quoted(dice)}"
        for key in ("title", "category", "tone", "goal", "call_to_action", dice.choice(("x", "y")))
    )
    body = dice.choice(("{{ %s }}", "{%% %s %%}", "{{ x.%s }}", "%s")) % hostile(dice)
    return f"---\n{head}\n---\n{body}\n"


def said_to_admins(looked: Reload) -> str:
    """The words of a reload, as `Ticks.rules` and the command `reload` show them."""
    return fence(looked.text)
