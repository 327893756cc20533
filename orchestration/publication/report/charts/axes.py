"""Series and value axes, as the ready-made charts take them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orchestration.publication.report import format as show
from orchestration.publication.report.charts import style
from orchestration.publication.report.texts import Language, Text, say

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Axis:
    """How values are measured: the axis title, how a value is written, the least step of ticks."""

    title: Text
    words: Callable[[Decimal], Text]
    least_step: Decimal = Decimal(1)

    def exact(self, value: Number) -> Text:
        """Give a value as the axis writes it."""
        return self.words(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))


@dataclass(frozen=True, slots=True)
class Series:
    """Named values in the order of the names, or points, that they belong to."""

    name: Text
    values: Sequence[Number | None]
    """None where there is no value: nothing is drawn there."""
    colour: str = "indigo"
    """A role of style.PALETTE."""
    hover: Sequence[Text] = ()
    """What pointing at each value shows; by default its name, the series and the value."""
    low: Sequence[Number | None] = ()
    high: Sequence[Number | None] = ()
    """Ends of each value's interval, drawn as a whisker or a band; empty when there is none."""
    dash: str = "solid"
    """solid, dash or dot; lines only."""


def count_axis(title: Text) -> Axis:
    """Give an axis of whole numbers."""
    return Axis(title, lambda value: show.count(round(value)))


def number_axis(title: Text, digits: int = 1) -> Axis:
    """Give an axis of numbers with so many decimals."""
    step = Decimal(1).scaleb(-digits)
    return Axis(title, lambda value: show.number(float(value), digits), step)


def percent_axis(title: Text) -> Axis:
    """Give an axis of ratios, written as percent."""
    return Axis(title, lambda ratio: show.percent_short(float(ratio)), Decimal("0.001"))


def money_axis(title: Text, currency: str) -> Axis:
    """Give an axis of amounts, shortened to 万 and 億 or K and M."""
    return Axis(title, lambda amount: show.money_short(amount, currency))


def extremes(series: Iterable[Series], *, stacked: bool = False) -> tuple[float, float]:
    """Give the least and the largest value to show, zero included."""
    columns = [
        [float(value) for value in (*each.values, *each.low, *each.high) if value is not None]
        for each in series
    ]
    if stacked:
        lengths = zip(*([v or 0 for v in each.values] for each in series), strict=True)
        sums = [float(sum(values)) for values in lengths]
        return min(0.0, *sums, 0.0), max(0.0, *sums, 0.0)
    every = [value for column in columns for value in column]
    return min(0.0, *every, 0.0), max(0.0, *every, 0.0)


def scale(
    axis: Axis, low: float, high: float, language: Language, **changes: Any
) -> dict[str, Any]:
    """Give the layout of a value axis from below the least to above the largest value."""
    ticks = _ticks(low, high, axis.least_step)
    return {
        **style.value_axis(ticks, axis.words, language),
        "range": [float(ticks[0]), float(ticks[-1])],
        **changes,
    }


def hover_words(names: Sequence[Text], series: Series, axis: Axis, language: Language) -> list[str]:
    """Give what pointing at each value of a series shows."""
    if series.hover:
        return [style.safe(words, language).replace("&lt;br&gt;", "<br>") for words in series.hover]
    lines = []
    for name, value in zip(names, series.values, strict=True):
        shown = show.NOTHING if value is None else axis.exact(value)
        words = say("charts.hover", series=series.name, value=shown)
        lines.append(f"{style.safe(name, language)}<br>{style.safe(words, language)}")
    return lines


def _ticks(low: float, high: float, least_step: Decimal) -> list[Decimal]:
    above = style.round_ticks(max(high, -low), least_step)
    step = above[1]
    below = math.ceil(Decimal(repr(-low)) / step) if low < 0 else 0
    upto = max(1, math.ceil(Decimal(repr(high)) / step)) if high > 0 else (0 if below else 1)
    return [step * number for number in range(-below, upto + 1)]
