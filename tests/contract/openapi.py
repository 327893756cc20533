"""An official OpenAPI description that judges requests."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

DATA = Path(__file__).parents[1] / "data"
OWN_FIELDS = "OwnFields"


class Description:
    """An OpenAPI description that judges requests, types by their discriminator among them."""

    def __init__(self, path: Path) -> None:
        self._whole = _with_subtypes(json.loads(path.read_text(encoding="utf-8")))
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def violation(
        self, method: str, path: str, body: Any, query: Mapping[str, str] | None = None
    ) -> str | None:
        """Give what is wrong with a request, or None; `body` as read, `query` if it is judged."""
        template = self._template(path)
        operation = self._whole["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return f"{method} {path} is not among the described operations"
        problem = _query_problem(operation, query or {})
        if problem:
            return problem
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return "a body where none belongs" if body is not None else None
        kind = next(iter(content)).replace("/", "~1")
        place = template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        pointer = f"#/paths/{place}/{method.lower()}/requestBody/content/{kind}/schema"
        if pointer not in self._validators:
            schema = {**self._whole, "$ref": pointer}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        first = next(iter(self._validators[pointer].iter_errors(body)), None)
        return None if first is None else f"{unquote(place)}: {first.message}"

    def fields(self, path: str) -> set[str]:
        """Give the names that a form may have."""
        content = self._whole["paths"][self._template(path)]["post"]["requestBody"]["content"]
        schema = next(iter(content.values()))["schema"]
        return set(schema["properties"])

    def _template(self, path: str) -> str:
        parts = path.split("/")
        for template in self._whole["paths"]:
            wanted = template.split("/")
            pairs = zip(wanted, parts, strict=False)
            if len(wanted) == len(parts) and all(w == p or w[:1] == "{" for w, p in pairs):
                return str(template)
        return path


def _query_problem(operation: Mapping[str, Any], query: Mapping[str, str]) -> str | None:
    # What stands behind a reference is a header that our calls do not use.
    for parameter in (one for one in operation.get("parameters", []) if one.get("in") == "query"):
        name, given = parameter["name"], query.get(parameter["name"])
        if given is None and parameter.get("required"):
            return f"{name} is missing"
        if given is not None and len(given) < parameter["schema"].get("minLength", 0):
            return f"{name} is too short"
    return None


def _with_subtypes(description: dict[str, Any]) -> dict[str, Any]:
    """Let a discriminator choose the subtype, which OpenAPI means and JSON Schema does not."""
    schemas = description.get("components", {}).get("schemas", {})
    bases = {name: schema for name, schema in schemas.items() if "discriminator" in schema}
    for name, base in bases.items():
        own = {key: value for key, value in base.items() if key != "discriminator"}
        schemas[name + OWN_FIELDS] = own
        mark, mapping = base["discriminator"]["propertyName"], base["discriminator"]["mapping"]
        choices = [
            {"if": {"properties": {mark: {"const": kind}}}, "then": {"$ref": where}}
            for kind, where in mapping.items()
        ]
        known = {"properties": {mark: {"enum": sorted(mapping)}}}
        own_fields = {"$ref": f"#/components/schemas/{name}{OWN_FIELDS}"}
        schemas[name] = {"allOf": [own_fields, known, *choices]}
    for name, schema in schemas.items():
        # A subtype extends its base's own fields; the choice itself would never end.
        if name not in bases:
            for part in schema.get("allOf", []):
                base_name = part.get("$ref", "").rpartition("/")[2]
                if base_name in bases:
                    part["$ref"] += OWN_FIELDS
    return description
