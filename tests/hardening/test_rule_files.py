"""Rule and template files made to hurt: a sentence with a line, in no time, and no way out."""

from __future__ import annotations

import time

import pytest
from jinja2 import TemplateError

from nudgebot.nudging.rendering import CompositionError, Renderer, names_in
from nudgebot.nudging.strict_yaml import MOST_CHARACTERS, read_yaml

SECONDS = 1.0
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
YAMLS = {
    "a billion laughs": LAUGHS,
    "an anchor alone": "a: &x 1\n",
    "an alias to itself": "a: &a [*a]\n",
    "a merge key": "a: &x {b: 1}\nc:\n  <<: *x\n",
    "a tag that makes objects": "a: !!python/object/apply:os.system ['true']\n",
    "a tag of numbers": "a: !!int 7\n",
    "lists in lists": "[" * 50_000,
    "mappings in mappings": "{a: " * 20_000,
    "dashes in dashes": "- " * 40_000 + "x",
    "questions in questions": "? " * 40_000 + "x",
    "ever deeper lines": "".join(" " * n + "a:\n" for n in range(400)),
    "far too long": "a" * (MOST_CHARACTERS + 1),
    "a NUL byte": "a: \0\n",
    "half a character": "a: \ud800\n",
    "a quote without an end": 'a: "' + "x" * 90_000,
    "only tabs": "\t" * 90_000,
    "many documents": "---\na: 1\n" * 9_000,
    "a directive of another time": "%YAML 9.9\n---\na: 1\n",
    "one key 10,000 times": "a: 1\n" * 10_000,
}


@pytest.mark.parametrize("text", YAMLS.values(), ids=YAMLS)
def test_yaml_is_refused_at_once(text: str) -> None:
    """A problem with its place, and no more time than a person's file takes."""
    begin = time.monotonic()
    _, problems = read_yaml(text, file="rules/x.yaml")
    assert time.monotonic() - begin < 5 * SECONDS
    assert problems
    assert all(str(each).startswith("rules/x.yaml") and len(str(each)) < 400 for each in problems)


@pytest.mark.parametrize(
    "text", ["a: " + "9" * 50_000, "a: 0x" + "f" * 50_000, "a: 1e999999", "a: 190:20:30.15"]
)
def test_numbers_stay_text(text: str) -> None:
    """However huge, they are not worked out while they are read."""
    begin = time.monotonic()
    node, problems = read_yaml(text, file="x.yaml")
    assert time.monotonic() - begin < SECONDS
    assert node is not None
    assert not problems


ESCAPES = {
    "classes": "{{ name.__class__.__mro__[1].__subclasses__() }}",
    "classes by item": "{{ name['__class__'] }}",
    "classes by filter": "{{ name | attr('__class__') }}",
    "a filter by another": "{{ ['__class__'] | map('attr') | list }}",
    "format": "{{ '{0.__class__.__init__.__globals__}'.format(name) }}",
    "format_map": "{{ '{x.__class__}'.format_map({'x': name}) }}",
    "percent": "{{ '%(x)s' % {'x': name} }}",
    "percent that pads": "{{ '%999999999d' % 1 }}",
    "globals of a function": "{{ self.__init__.__globals__ }}",
    "the template itself": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "lipsum": "{{ lipsum(9999) }}",
    "range": "{% for i in range(999999999) %}x{% endfor %}",
    "an import": "{% import 'os' as os %}",
    "an include": "{% include '/etc/passwd' %}",
    "an extension": "{% extends '/etc/passwd' %}",
    "a long text": "{{ 'x' * 999999999 }}",
    "a long list": "{{ ([1] * 99999999) | length }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a power of a figure": "{{ n ** n ** n }}",
    "a shift of texts": "{{ name.ljust(999999999) }}",
    "zfill": "{{ name.zfill(999999999) }}",
    "loops in loops": "{% for a in name * 999 %}" * 6 + "x" + "{% endfor %}" * 6,
    "loops over texts": "{% set s = 'x' * 99 %}"
    + "{% for a in s %}" * 6
    + "x"
    + "{% endfor %}" * 6,
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a loop that calls itself": "{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}",
    "a block of lines": "{% set x = namespace(a=1) %}{{ x }}",
    "a call of a value": "{{ name() }}",
    "a method": "{{ name.encode().hex() }}",
    "changing a list": "{{ words.append(name) }}",
    "deep brackets": "{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}",
    "deep ifs": "{% if 1 %}" * 500 + "x" + "{% endif %}" * 500,
    "doubling": "{% set s = 'xxxxxxxx' %}" + "{% set s = s ~ s %}" * 40 + "{{ s }}",
}


@pytest.mark.parametrize("source", ESCAPES.values(), ids=ESCAPES)
def test_a_template_stays_in_its_box(source: str) -> None:
    """Refused when it is checked and, were it not checked, when it is filled; in no time."""
    begin = time.monotonic()
    with pytest.raises(TemplateError):
        names_in(source)
    with pytest.raises(CompositionError) as caught:
        Renderer().render(source, {"name": "Ana", "n": 9, "words": ["a"]}, name="x")
    assert "Ana" not in str(caught.value)
    assert time.monotonic() - begin < SECONDS


def test_a_message_has_an_end() -> None:
    """A template that shows more than any message holds is refused instead of sent."""
    source = "{% for a in words %}{% for b in words %}xxxxxxxxxx{% endfor %}{% endfor %}"
    begin = time.monotonic()
    with pytest.raises(CompositionError):
        Renderer().render(source, {"words": ["a"] * 20_000}, name="x")
    assert time.monotonic() - begin < SECONDS
