"""What a panel is: a key, the tables it reads, and a function from them to what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import LANGUAGES, Language, Text, say

Figures = dict[Language, dict[str, Any]]
"""One figure in each language, as JSON values."""


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
class PanelTable:
    """A table that stands open in a panel, with its caption; a folded one opens on demand."""

    caption: Text
    table: Table
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, what it is compared with, and what it counts."""

    key: str
    label: Text
    value: Text
    comparison: Text | None
    definition: Text
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a panel shows of one publication; every part but the reading may be absent."""

    reading: Text
    """One sentence with the numbers that matter, for a marketer."""
    figures: Figures | None = None
    numbers: Table | None = None
    """The numbers behind the figure, folded below it."""
    note: Text | None = None
    """How to read the numbers below the figure."""
    tables: tuple[PanelTable, ...] = ()
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One analysis on a page.

    Its words stand in texts/<theme>.yml under its key: `<key>.title`, `<key>.definition`, and
    `<key>.empty`, which is shown when a table is missing or `build` gives None.
    """

    key: str
    reads: tuple[str, ...]
    """Tables with their schema; where one is not published, the panel says "no data"."""
    build: Callable[[Published], Content | None]
    """Gives the content, or None when the tables have no rows to speak of."""

    @property
    def title(self) -> Text:
        """The panel's heading."""
        return say(f"{self.key}.title")

    @property
    def definition(self) -> Text:
        """What exactly is counted."""
        return say(f"{self.key}.definition")

    @property
    def empty(self) -> Text:
        """What is said instead of numbers when there are none."""
        return say(f"{self.key}.empty")


@dataclass(frozen=True, slots=True)
class Section:
    """Panels below one heading, `sections.<key>` of the texts; pairs stand side by side."""

    key: str
    panels: tuple[Panel | tuple[Panel, Panel], ...]

    def all_panels(self) -> tuple[Panel, ...]:
        """Give the panels in the order of the page."""
        rows = (row if isinstance(row, tuple) else (row,) for row in self.panels)
        return tuple(panel for row in rows for panel in row)


@dataclass(frozen=True, slots=True)
class Theme:
    """One page: `<key>.html`, its words in texts/<key>.yml under `pages.<key>`."""

    key: str
    sections: tuple[Section, ...]

    @property
    def name(self) -> Text:
        """The page's name in the navigation and at its head."""
        return say(f"pages.{self.key}.name")

    @property
    def lead(self) -> Text:
        """What the page answers."""
        return say(f"pages.{self.key}.lead")

    @property
    def file(self) -> str:
        """The page's file."""
        return "index.html" if self.key == "overview" else f"{self.key}.html"

    def panels(self) -> tuple[Panel, ...]:
        """Give the panels in the order of the page."""
        return tuple(panel for section in self.sections for panel in section.all_panels())


def in_both_languages(draw: Callable[[Language], go.Figure]) -> Figures:
    """Give the figure that a function draws, as JSON values, in each language."""
    return {language: draw(language).to_plotly_json() for language in LANGUAGES}
