"""What is wrong with the keys of a file: pydantic's findings as a person would say them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nudgebot.errors import Problem
from nudgebot.nudging.strict_yaml import Node, line_at
from nudgebot.spelling import did_you_mean, listed

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]
Words = Callable[[Mapping[str, Any]], str]
"""The words for one finding, from its `input` and its `ctx`."""


def checked(
    model: type[Model], data: Any, *, node: Node, file: str, field: str = ""
) -> tuple[Model | None, list[Problem]]:
    """The keys as the model wants them, or None and every problem with its line.

    `data` is what `node` says in plain text; `field` is where the node stands in its file.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [
            Problem(file, line_at(node, path), _field(field, path), _say(model, dict(each), path))
            for each in error.errors(include_url=False)
            for path in (tuple(each["loc"]),)
        ]


def _field(field: str, path: Path) -> str:
    return ".".join(part for part in (field, *map(str, path)) if part)


def _say(model: type[BaseModel], error: Mapping[str, Any], path: Path) -> str:
    if error["type"] == "extra_forbidden":
        return _unknown_key(model, str(path[-1]), path[:-1])
    say = _WORDS.get(error["type"])
    return say(error) if say else str(error["msg"])


def _models(model: type[BaseModel]) -> Iterator[tuple[Path, type[BaseModel]]]:
    """The model and those right below it, with where they stand."""
    yield (), model
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield (name,), info.annotation


def _unknown_key(model: type[BaseModel], key: str, place: Path) -> str:
    known: Sequence[str] = ()
    for at, each in _models(model):
        if at == place:
            known = tuple(each.model_fields)
        elif key in each.model_fields:
            return f"belongs under `{at[0]}:`" if at else "belongs one level further out"
    return f"unknown key{did_you_mean(key, known)}"


def _not_possible(error: Mapping[str, Any]) -> str:
    words = str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
    guess = did_you_mean(str(error["input"]), words) or f"; possible: {listed(words)}"
    return f"`{error['input']}` is not possible{guess}"


def _not_a(kind: str) -> Words:
    return lambda error: f"`{error['input']}` is not {kind}"


def _always(words: str) -> Words:
    return lambda _error: words


def _too_much(limit: float, given: str) -> str:
    share = limit == 1 and given.isdecimal() and int(given) <= 100
    return f"must be at most {limit:g}" + (f", did you mean {int(given) / 100:g}?" if share else "")


_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "missing": _always("is missing"),
        "enum": _not_possible,
        "bool_parsing": _not_a("`true` or `false`"),
        "bool_type": _always("is `true` or `false`"),
        "int_parsing": _not_a("a whole number"),
        "int_type": _always("needs a whole number"),
        "float_parsing": _not_a("a number"),
        "float_type": _always("needs a number"),
        "finite_number": _not_a("a number"),
        "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']:g}",
        "less_than_equal": lambda error: _too_much(error["ctx"]["le"], str(error["input"])),
        "string_pattern_mismatch": _always("is one lower-case word, such as `exam_reminder`"),
        "string_type": _always("needs a text"),
        "string_too_short": _always("needs a text"),
        "string_too_long": lambda error: f"is longer than {error['ctx']['max_length']} characters",
        "too_short": _always("needs at least one entry"),
        "dict_type": _always("needs keys below it"),
        "model_type": _always("needs keys below it"),
        "model_attributes_type": _always("needs keys below it"),
        "list_type": _always("needs a list, such as `[a, b]`"),
    }
)
