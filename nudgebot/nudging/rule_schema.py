"""The JSON Schema of rule files, which lets editors complete and check while one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nudgebot.insight.metric import Metric, Unit
from nudgebot.nudging.operators import EXISTENCE, operators_for
from nudgebot.nudging.rule_file import RuleKeys

Schema = dict[str, Any]
_HERE: Schema = {"$ref": "#/$defs/Conditions"}


def rule_schema(metrics: Mapping[str, Metric]) -> Schema:
    """The schema of a file: one rule, or a list of them under `rules:`."""
    rule = RuleKeys.model_json_schema()
    definitions = rule.pop("$defs")
    for name in ("conditions", "unless"):
        description = rule["properties"][name].get("description", "")
        rule["properties"][name] = {**_HERE, "description": description}
    several: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Rule"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nudgebot rules",
        "oneOf": [
            {"$ref": "#/$defs/Rule"},
            {
                "type": "object",
                "properties": {"rules": several},
                "required": ["rules"],
                "additionalProperties": False,
            },
        ],
        "$defs": {
            **definitions,
            "Rule": rule,
            "Conditions": _conditions(metrics),
            **{_kind(metric): _tests(metric) for metric in metrics.values()},
        },
    }


def _conditions(metrics: Mapping[str, Metric]) -> Schema:
    joint = {"oneOf": [_HERE, {"type": "array", "minItems": 1, "items": _HERE}]}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            **{
                name: {
                    "$ref": f"#/$defs/{_kind(metric)}",
                    "description": f"{metric.help} ({metric.unit.value})",
                }
                for name, metric in metrics.items()
            },
            "any": joint,
            "all": joint,
            "not": _HERE,
        },
    }


def _kind(metric: Metric) -> str:
    """Metrics of one unit share a definition, unless they have words of their own."""
    return f"{metric.unit.value}_{metric.name}" if metric.words else metric.unit.value


def _tests(metric: Metric) -> Schema:
    value = _value(metric)
    pair = {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
    several = {"type": "array", "items": value, "minItems": 1}
    kinds = {"between": pair, "in": several, "not_in": several}
    kinds |= {name: {"const": True} for name in EXISTENCE}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: kinds.get(name, value) for name in operators_for(metric.unit)},
    }


def _value(metric: Metric) -> Schema:
    match metric.unit:
        case Unit.WORD | Unit.WORDS:
            return {"enum": list(metric.words)} if metric.words else {"type": "string"}
        case Unit.SHARE:
            return {"type": "number", "minimum": 0, "maximum": 1}
        case _:
            return {"type": "number"}
