"""Texts with `{variables}`: which they name, and how they are filled in."""

import re
from collections.abc import Mapping
from typing import Any

VARIABLE = re.compile(r"\{([a-z][a-z0-9_]{0,62})\}")


def variables_in(part: Any) -> set[str]:
    """Give the names in a text, or in every text of a JSON value."""
    if isinstance(part, str):
        return set(VARIABLE.findall(part))
    if isinstance(part, Mapping):
        return {name for value in part.values() for name in variables_in(value)}
    if isinstance(part, list | tuple):
        return {name for value in part for name in variables_in(value)}
    return set()


def fill(part: Any, values: Mapping[str, str]) -> Any:
    """Give the text or JSON value with its variables filled in; a value is never filled again."""
    if isinstance(part, str):
        return VARIABLE.sub(lambda match: values[match.group(1)], part)
    if isinstance(part, Mapping):
        return {name: fill(value, values) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [fill(value, values) for value in part]
    return part
