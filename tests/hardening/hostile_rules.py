"""YAML and templates by chance: bent rules, and expressions that look for a way out."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

from hardening.hostile_town import FORMS
from hardening.test_rule_files import ESCAPES, YAMLS
from nudgebot.nudging.rendering import CompositionError, Renderer
from nudgebot.nudging.strict_yaml import read_yaml

SECONDS = 1.0
LONGEST_YAML_SECONDS = 5.0  # what is as long as a file may be takes its time
# What only the inside of the program would show.
INSIDE = re.compile(r"<class|<function|<bound|<built-in|object at 0x|__\w+__|/etc/|root:")
TOKENS = (
    "&a ", "*a", "<<: *a", "!!python/object:os.system ", "!!binary ", "{", "}", "[", "]", "- ",
    "? ", ": ", "|\n", ">\n", "---\n", "...\n", "%YAML 9.9\n", "\t", "\0", "\ud800", "\u2028", "'",
    '"', "#", "a: 1\na: 1\n", "{" * 300, "[" * 300, "- " * 300, "9" * 5000, "x" * 5000, "\n" * 500,
)  # fmt: skip
STEPS = (
    ".__class__", "['__class__']", "|attr('__class__')", ".__init__.__globals__", "()", "[0]",
    "|map('attr', '__class__')|list", "|list", "|join", "|upper", ".format", ".encode()", "~name",
    " ** n", " * 99999999", "|string", "|tojson", "|pprint", "|xmlattr", "|first", "|sort",
    ".mro()", "|groupby('__class__')", "|selectattr('__class__')|list", ".func_globals", "|safe",
)  # fmt: skip
HEADS = ("name", "n", "words", "self", "cycler", "lipsum", "range", "namespace", "caller", "loop",
         "''", "()", "[]", "{}", "none", "true", "9", "request", "config", "super()")  # fmt: skip
AROUND = (
    "{{{{ {} }}}}", "{{% if {} %}}x{{% endif %}}", "{{% for a in {} %}}{{{{ a }}}}{{% endfor %}}",
    "{{% set x = {} %}}{{{{ x }}}}", "{{% with x = {} %}}{{{{ x }}}}{{% endwith %}}",
    "{{% macro m() %}}{{{{ {} }}}}{{% endmacro %}}{{{{ m() }}}}",
)  # fmt: skip
FACTS = {"name": "Ana", "n": 9, "words": ["a", "b"]}


def bent_yaml(dice: random.Random, text: str) -> str:
    """A rule file with some pieces put in, or one of those made to hurt, cut somewhere."""
    if dice.random() < 0.1:
        text = dice.choice(tuple(YAMLS.values()))[:20_000]
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice((*TOKENS, *FORMS)) + text[at + dice.randint(0, 3) :]
    return text


def way_out(dice: random.Random) -> str:
    """A template that is after something else than words."""
    if dice.random() < 0.1:
        return dice.choice(tuple(ESCAPES.values())) + dice.choice(tuple(ESCAPES.values()))
    expression = dice.choice(HEADS) + "".join(dice.choices(STEPS, k=dice.randint(1, 5)))
    return dice.choice(AROUND).format(expression)


def refused_yaml(text: str) -> bool:
    """Whether it is refused with short problems, or read; False where it raises or drags on."""

    def read() -> bool:
        _, problems = read_yaml(text, file="x.yaml")
        return all(len(str(each)) < 400 for each in problems)

    return _in_time(read, LONGEST_YAML_SECONDS)


def filled(source: str) -> tuple[bool, str]:
    """Whether it was filled or refused in time, as it has to be; and what it said."""
    said: list[str] = []

    def fill() -> bool:
        try:
            said.append(Renderer().render(source, FACTS, name="x"))
        except CompositionError as error:
            said.append(str(error).replace(source, ""))
        return True

    right = _in_time(fill, SECONDS)
    return right, "".join(said)


def _in_time(work: Callable[[], bool], seconds: float) -> bool:
    begun = time.monotonic()
    try:
        right = work()
    except Exception:  # noqa: BLE001  # whatever it is, it is amiss
        return False
    return right and time.monotonic() - begun < seconds
