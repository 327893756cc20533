"""Colours, fonts and axes that every figure shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from orchestration.publication.report.texts import Language, Text

FONT = (
    '"Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", "Noto Sans CJK JP", '
    '"Yu Gothic UI", Meiryo, system-ui, sans-serif'
)


@dataclass(frozen=True, slots=True)
class Colour:
    """One role's colour on light and on dark paper; the page swaps them in the browser."""

    light: str
    dark: str


PALETTE = {
    "paper": Colour("#f7f5f0", "#14171b"),
    "card": Colour("#ffffff", "#1c2026"),
    "ink": Colour("#1f2733", "#e9e6df"),
    "muted": Colour("#58616f", "#a6adb8"),
    "line": Colour("#e3dfd6", "#343a43"),
    "thread": Colour("#b3383f", "#e8797d"),
    "indigo": Colour("#2d5f8f", "#74abdd"),
    "amber": Colour("#d99a3d", "#e7b566"),
    "grey": Colour("#a9afb8", "#6b727d"),
    "green": Colour("#2b7a57", "#68bd96"),
    "sand": Colour("#c9b68f", "#a8966f"),
    "plum": Colour("#7d5a86", "#b48fbd"),
    # Ink stays readable on the whole way from low to high, on both papers.
    "heat-low": Colour("#eff4f9", "#222a33"),
    "heat-high": Colour("#5f93c6", "#3a6a97"),
    "pale": Colour("#ecebe7", "#2a2f36"),
}

HEAT = [[0, PALETTE["heat-low"].light], [1, PALETTE["heat-high"].light]]


def colour(role: str) -> str:
    """Give the colour of a role as the figures carry it."""
    return PALETTE[role].light


def safe(text: Text, language: Language) -> str:
    """Give words of the data so that Plotly shows them as they are, markup included."""
    return escape(text.to(language), quote=False)


def layout(height: int, **changes: Any) -> dict[str, Any]:
    """Give the calm layout that every figure starts from, with the figure's own changes."""
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 56, "r": 12, "t": 40, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colour("ink")},
        "hoverlabel": {
            "font": {"family": FONT, "size": 13, "color": colour("ink")},
            "bgcolor": colour("card"),
            "bordercolor": colour("line"),
            "align": "left",
        },
        "dragmode": False,
        "bargap": 0.28,
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
            "traceorder": "normal",
        },
        **changes,
    }  # fmt: skip


def bare_axis(**changes: Any) -> dict[str, Any]:
    """Give an axis of names, without grid and without zoom."""
    return {
        "showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "",
        "linecolor": colour("line"), "automargin": True, **changes,
    }  # fmt: skip


def value_axis(
    ticks: list[Decimal], words: Callable[[Decimal], Text], language: Language, **changes: Any
) -> dict[str, Any]:
    """Give an axis from zero to the last tick, its ticks written in the language."""
    return {
        "range": [0, float(ticks[-1])],
        "tickvals": [float(tick) for tick in ticks],
        "ticktext": [words(tick).to(language) for tick in ticks],
        "gridcolor": colour("line"), "zeroline": False, "fixedrange": True, "ticks": "",
        "automargin": True, **changes,
    }  # fmt: skip


def panel_title(words: str, y: float) -> dict[str, Any]:
    """Give the title of a value axis, written level above its panel."""
    return {
        "text": words, "xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left",
        "yanchor": "bottom", "yshift": 4, "showarrow": False,
        "font": {"size": 12, "color": colour("muted")},
    }  # fmt: skip


def top_legend() -> dict[str, Any]:
    """Give the legend at the very top, above the title of the value axis."""
    return {
        "orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0.995,
        "yanchor": "top", "traceorder": "normal",
    }  # fmt: skip


def axis_title(words: Text, language: Language) -> dict[str, Any]:
    """Give a value axis's title, level above it."""
    return {
        "text": words.to(language), "xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom",
        "x": 0, "xanchor": "left", "yshift": 8,
        "showarrow": False, "font": {"size": 12, "color": colour("muted")},
    }  # fmt: skip


def round_ticks(maximum: float, least_step: Decimal = Decimal(1)) -> list[Decimal]:
    """Give round values, whole ones by default, from zero to at least the maximum."""
    if maximum <= 0:
        return [Decimal(0), Decimal(1)]
    magnitude = Decimal(10) ** math.floor(math.log10(maximum / 4))
    largest = Decimal(repr(maximum))
    step = next(magnitude * factor for factor in (1, 2, 5, 10) if largest <= 6 * magnitude * factor)
    step = max(step, least_step)
    return [step * number for number in range(math.ceil(largest / step) + 1)]
