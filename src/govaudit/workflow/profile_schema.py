"""The JSON Schema of rule books, by which an editor completes keys and marks mistakes while one types.

It knows the checks of this installation with their parameters. What only the whole book tells (does a row name a check
that is due? does the extended book have that row?) is left to ``govaudit profiles validate``.
"""

from __future__ import annotations

import re
from typing import Any

from govaudit.checks.registry import Check, all_checks
from govaudit.inspection.messages import Catalogue, catalogue
from govaudit.inspection.profile import Profile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = r"^-?\d+(\.\d+)?$"
_TRUTHS = ["true", "false", "yes", "no", "on", "off"]
_DROPPED = frozenset({"title", "description", "default", "$defs", "properties"})
"""What pydantic says for programmers, and what is written apart from the rest."""


def profile_schema(language: str) -> dict[str, Any]:
    """The schema, with a sentence for each key in ``language``."""
    words = catalogue("inspection", language)
    pydantic = Profile.model_json_schema()
    parts = {name: _described(_as_written(part), words, name) for name, part in pydantic["$defs"].items()}
    elements = parts["RequiredColumn"]["properties"]["elements"]
    elements["items"] = {"anyOf": [{"type": "string"}, elements["items"]]}
    parts["RowChange"] = {**parts["Row"], "required": ["id"]}
    schema = _described(_as_written(pydantic), words, "Profile")
    properties = schema["properties"]
    whole, changed = (_or_nothing({"type": "array", "items": _part(name)}) for name in ("Row", "RowChange"))
    properties["checks"] = _instead(properties["checks"], _or_nothing(_checks(language)))
    properties["columns"] = _instead(properties["columns"], _or_nothing(properties["columns"]))
    properties["rows"] = _instead(properties["rows"], {})
    return {
        "$schema": _DIALECT,
        "title": words.text("profile-keys.title"),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"required": ["name"], "properties": {"rows": changed}},
        "else": {"required": schema["required"], "properties": {"rows": whole}},
        "$defs": parts,
    }


def _described(part: dict[str, Any], words: Catalogue, name: str) -> dict[str, Any]:
    """``part`` with its sentence for every key; ``name``: of its class."""
    group = _CAPITAL.sub("-", name).lower()
    for key, value in part["properties"].items():
        sentence = f"profile-keys.{group}.{key}"
        if words.has(sentence):
            value["description"] = words.text(sentence)
    return part


def _instead(property_: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` with the sentence of the property whose place it takes."""
    return {**{key: property_[key] for key in ("description",) if key in property_}, **schema}


def _part(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    """A key without a value adds nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def _checks(language: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {one.id: _or_nothing(_parameters(one, language)) for one in all_checks().values()},
        "additionalProperties": False,
    }


def _parameters(check: Check[Any], language: str) -> dict[str, Any]:
    properties = check.params.model_json_schema().get("properties", {})
    return {
        "title": catalogue("checks", language).text(f"{check.id}.title"),
        "type": "object",
        "properties": {name: _as_written(one) for name, one in properties.items()},
        "additionalProperties": False,
    }


def _as_written(schema: Any) -> Any:
    """``schema`` as people write it: numbers and truth values may be quoted."""
    if isinstance(schema, list):
        return [_as_written(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in {"number", "integer"}:
        bounds = {key: schema[key] for key in schema if key.startswith(("minimum", "maximum", "exclusive"))}
        return {"anyOf": [{"type": schema["type"], **bounds}, {"type": "string", "pattern": _NUMBER}]}
    if schema.get("type") == "boolean":
        return {"anyOf": [{"type": "boolean"}, {"enum": _TRUTHS}]}
    written = {key: _as_written(value) for key, value in schema.items() if key not in _DROPPED}
    if "properties" in schema:
        written["properties"] = {name: _as_written(one) for name, one in schema["properties"].items()}
    return written
