"""A teacher's own words: what she may leave for the bot to fill in, and what she surely forgot."""

from __future__ import annotations

import re

from nudgebot.errors import CommandError
from nudgebot.insight.catalogue import METRIC
from nudgebot.markup import esc
from nudgebot.nudging.variables import known_names
from nudgebot.school.people import Student

_PLACE = re.compile(r"\{\{?\s*([A-Za-z]\w*)\s*\}?\}")
_FIRST_NAMES = frozenset({"first_name", "firstname", "given_name", "name", "student"})
_FORGOTTEN = frozenset({"<your words>", "<text>"})


def own_words(text: str, student: Student) -> str:
    """The words as this student gets them: `{first_name}` becomes hers.

    Raises CommandError for what only a template can fill in. Other braces are nobody's business:
    they may be mathematics.
    """
    if text.strip() in _FORGOTTEN:
        raise CommandError(f"Put your own words in the place of `{text.strip()}`.")
    for name in _PLACE.findall(text):
        if name.lower() in known_names("", METRIC) - _FIRST_NAMES:
            raise CommandError(
                f"In your own words I can only fill in `{{first_name}}`, not `{{{name}}}`; "
                "write that out."
            )
    return _PLACE.sub(
        lambda found: esc(student.first_name) if found[1].lower() in _FIRST_NAMES else found[0],
        text,
    )
