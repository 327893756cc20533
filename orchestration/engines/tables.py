"""Which tables pass between a warehouse and the files beside it, read from dbt's manifest."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Table:
    """A table by its schema and name."""

    schema: str
    name: str

    def __str__(self) -> str:
        """Give the name in SQL; schemas and models are plain words."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Source:
    """A table that a warehouse has loaded from the lake."""

    table: Table
    location: str
    """What DuckDB selects from to read it."""


class Manifest:
    """dbt's parse of the project."""

    def __init__(self, path: Path) -> None:
        """Read target/manifest.json."""
        parsed = json.loads(path.read_text(encoding="utf-8"))
        self._nodes: Mapping[str, Any] = parsed["nodes"]
        self._sources: Mapping[str, Any] = parsed["sources"]

    def sources_of(self, tag: str) -> list[Source]:
        """The sources that the models of a tag read, by name."""
        read = {
            parent
            for node in self._nodes.values()
            if node["resource_type"] == "model" and tag in node["tags"]
            for parent in node["depends_on"]["nodes"]
            if parent in self._sources
        }
        return [_source(self._sources[unique_id]) for unique_id in sorted(read)]

    def built_in(
        self, tag: str, *, schemas: Collection[str], names: Collection[str]
    ) -> list[Table]:
        """The tables of a tag that lie in one of the schemas or have one of the names."""
        tables = [
            Table(node["schema"], node["name"])
            for node in self._nodes.values()
            if node["resource_type"] in {"model", "seed"} and tag in node["tags"]
        ]
        return sorted(t for t in tables if t.schema in schemas or t.name in names)


def _source(node: Mapping[str, Any]) -> Source:
    location = node["config"]["meta"]["external_location"].format(name=node["name"])
    return Source(Table(node["schema"], node["identifier"]), location)
