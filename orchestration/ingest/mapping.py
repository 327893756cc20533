"""Loads a mapping file, or says which line of it to mend."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from orchestration.ingest.errors import MappingError
from orchestration.ingest.mapping_model import (
    ColumnMapping,
    EntityMapping,
    FeedMapping,
    SourceMapping,
)
from orchestration.ingest.mapping_rules import find_mistakes
from orchestration.ingest.yaml_lines import LinedYaml, Location, load_lined_yaml


def load_mapping(path: Path, *, source: str | None = None) -> SourceMapping:
    """The mapping of a file, under another source name when one is given.

    Raises:
        MappingError: with the line and the key of the first mistake in the file.
    """
    document = load_lined_yaml(path)
    if not isinstance(document.tree, dict):
        raise MappingError(
            path,
            1,
            "",
            "the file holds no mapping",
            mend="Begin with `source:`, `description:` and `feeds:`.",
        )
    try:
        mapping = SourceMapping.model_validate(document.tree)
    except ValidationError as error:
        raise _first_error(path, document, error) from None
    mistakes = sorted(
        ((document.line(mistake.location), mistake) for mistake in find_mistakes(mapping)),
        key=lambda pair: pair[0],
    )
    for line, mistake in mistakes:
        key = _dotted(mistake.location)
        raise MappingError(path, line, key, mistake.what, mend=mistake.mend)
    return mapping if source is None else mapping.model_copy(update={"source": source})


def _first_error(path: Path, document: LinedYaml, error: ValidationError) -> MappingError:
    # A list whose items are wrong is told to be short as well; only the items are the mistake.
    told = [item for item in error.errors() if item["type"] != "too_short"] or error.errors()
    errors = [(document.line(tuple(item["loc"])), item) for item in told]
    line, item = min(errors, key=lambda pair: pair[0])
    location: Location = tuple(item["loc"])
    what, mend = _in_words(dict(item), location)
    return MappingError(path, line, _dotted(location), what, mend=mend)


def _in_words(item: dict[str, Any], location: Location) -> tuple[str, str]:
    if item["type"] == "extra_forbidden":
        known = _known_keys(location)
        close = get_close_matches(str(location[-1]), known, n=1)
        guess = f"Did you mean `{close[0]}`? " if close else ""
        return "unknown key", f"{guess}Known keys: {', '.join(known)}."
    if item["type"] == "missing":
        return "the key is missing", "Write it."
    if item["type"] == "literal_error":
        return "unknown value", f"Write {item['ctx']['expected']}."
    return str(item["msg"]), "See docs/sources/generic_csv.md."


def _known_keys(location: Location) -> list[str]:
    """The keys of the model in which an unknown key was found."""
    depth = sum(1 for part in location if isinstance(part, int))
    model: type[BaseModel] = (SourceMapping, FeedMapping, EntityMapping)[min(depth, 2)]
    if "columns" in location[:-1]:
        model = ColumnMapping
    return [field.alias or name for name, field in model.model_fields.items()]


def _dotted(location: Location) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")
