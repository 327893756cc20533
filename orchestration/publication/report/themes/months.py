"""What panels that go by month share: their table, and the moves up, back and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Table
from orchestration.publication.report.texts import Text, say

MONTHS_OF_MOVES = 12
MONTHS_OF_RATES = 24
_DIRECTIONS = {"up": "indigo", "back": "green", "down": "thread"}


@dataclass(frozen=True, slots=True)
class Moves:
    """How many moved up, back and down in one month that has ended."""

    month: date
    up: int
    back: int
    down: int


def month_table(months: Sequence[date], columns: Sequence[tuple[Text, Sequence[Text]]]) -> Table:
    """Give a table with one row a month; a column has its head and a cell for each month."""
    return Table(
        columns=(Column(say("words.month"), kind="word"), *(Column(head) for head, _ in columns)),
        rows=tuple(
            (show.month(month), *cells)
            for month, *cells in zip(months, *(cells for _, cells in columns), strict=True)
        ),
    )


def moves_content(key: str, moves: Sequence[Moves]) -> Content | None:
    """Give the latest months of moves, oldest first given, in the words of the panel `key`."""
    shown = moves[-MONTHS_OF_MOVES:]
    if not shown:
        return None
    latest = shown[-1]
    counts = {name: [getattr(month, name) for month in shown] for name in _DIRECTIONS}
    return Content(
        reading=say(
            f"{key}.reading",
            month=show.month(latest.month),
            up=show.persons(latest.up),
            back=show.persons(latest.back),
            down=show.persons(latest.down),
        ),
        figures=column_chart(
            [show.month(month.month) for month in shown],
            [
                Series(say(f"{key}.{name}"), counts[name], colour)
                for name, colour in _DIRECTIONS.items()
            ],
            count_axis(say("words.persons")),
        ),
        numbers=month_table(
            [month.month for month in reversed(shown)],
            [
                (say(f"{key}.{name}"), [show.count(number) for number in reversed(numbers)])
                for name, numbers in counts.items()
            ],
        ),
    )
