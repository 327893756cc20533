"""What the page needs of one chart: its words, its figure in both languages, its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from orchestration.publication.report.texts import LANGUAGES, Language, Text


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one column of a table, and whether it holds numbers, words or sentences."""

    head: Text
    kind: Literal["number", "word", "sentence"] = "number"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers for readers and for screen readers; the first cell of a row names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its definition and what it says; no figure when there is no data."""

    key: str
    title: Text
    definition: Text
    reading: Text
    figures: dict[Language, dict[str, Any]] | None
    table: Table | None


def in_both_languages(draw: Callable[[Language], go.Figure]) -> dict[Language, dict[str, Any]]:
    """Give the figure that a function draws, as JSON values, in each language."""
    return {language: draw(language).to_plotly_json() for language in LANGUAGES}
