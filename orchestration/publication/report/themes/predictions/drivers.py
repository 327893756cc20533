"""Drivers: what of a first purchase goes with buying again, with its interval and its warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, number_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say


@dataclass(frozen=True, slots=True)
class Driver:
    """One feature in a regression with all others; no figures where the flag says why."""

    target: str
    label_ja: str
    label_en: str
    coefficient: float | None
    low: float | None
    high: float | None
    p_value: float | None
    vif: float | None
    flag: str | None
    buyers: int

    @property
    def name(self) -> Text:
        """What the feature is called."""
        return Text(self.label_ja, self.label_en)

    @property
    def is_clear(self) -> bool:
        """True when the interval leaves 0 out and no other feature blurs it."""
        if self.flag is not None or self.low is None or self.high is None:
            return False
        return self.low > 0 or self.high < 0


_SQL = """
select target, label_ja, label_en, coefficient, low, high, p_value, vif, flag, buyers
from marts.rpt_drivers
where method <> 'correlation'
order by target, abs(coefficient) desc nulls last, feature
"""


def _build(published: Published) -> Content | None:
    drivers = published.rows(Driver, _SQL)
    again = [d for d in drivers if d.target == "bought_again_180d" and d.coefficient is not None]
    if not again:
        return None
    return Content(
        reading=_reading(again),
        figures=row_chart(
            [driver.name for driver in again],
            [
                Series(
                    say("drivers.coefficient"),
                    [driver.coefficient for driver in again],
                    low=[driver.low for driver in again],
                    high=[driver.high for driver in again],
                )
            ],
            number_axis(say("drivers.axis"), 2),
        ),
        numbers=_table(drivers),
        note=say("drivers.note"),
    )


def _reading(again: Sequence[Driver]) -> Text:
    buyers = show.persons(again[0].buyers)
    clear = [driver for driver in again if driver.is_clear]
    if not clear:
        return say("drivers.reading_none", buyers=buyers)
    first = clear[0]
    return say(
        "drivers.reading",
        name=first.name,
        direction=say("drivers.more" if (first.coefficient or 0) > 0 else "drivers.less"),
        buyers=buyers,
    )


def _figure(value: float | None) -> Text:
    return show.NOTHING if value is None else same(f"{value:+.2f}")


def _table(drivers: Sequence[Driver]) -> Table:
    return Table(
        columns=(
            Column(say("drivers.feature"), kind="word"),
            Column(say("drivers.target"), kind="word"),
            Column(say("drivers.coefficient")),
            Column(say("drivers.low")),
            Column(say("drivers.high")),
            Column(say("drivers.p_value")),
            Column(say("drivers.vif")),
            Column(say("drivers.flag"), kind="word"),
        ),
        rows=tuple(
            (
                driver.name,
                say(f"drivers.{driver.target}"),
                _figure(driver.coefficient),
                _figure(driver.low),
                _figure(driver.high),
                show.NOTHING if driver.p_value is None else show.number(driver.p_value, 3),
                show.NOTHING if driver.vif is None else show.number(driver.vif),
                say(f"drivers.{driver.flag}") if driver.flag else show.NOTHING,
            )
            for driver in drivers
        ),
    )


DRIVERS = Panel(key="drivers", reads=("marts.rpt_drivers",), build=_build)
