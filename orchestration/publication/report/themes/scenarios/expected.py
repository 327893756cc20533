"""Expected gross profit of those whom each step would reach today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, money_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Expected:
    """One step of a scenario of which something is expected."""

    title_ja: str
    title_en: str
    step: str
    allowed: int
    judged: int
    expectation: str
    expected_orders: float
    gross_profit_per_order: Decimal
    expected_gross_profit: Decimal
    currency: str

    @property
    def name(self) -> Text:
        """The scenario and its step."""
        return Text(f"{self.title_ja}・{self.step}", f"{self.title_en}: {self.step}")


_SQL = """
select title_ja, title_en, step, allowed, judged, expectation, expected_orders,
    gross_profit_per_order, expected_gross_profit, currency
from policy.rpt_scenario_reach
where expected_gross_profit is not null
order by expected_gross_profit desc, scenario, step
"""


def _build(published: Published) -> Content | None:
    steps = published.rows(Expected, _SQL)
    if not steps:
        return None
    best = steps[0]
    return Content(
        reading=say(
            "scenario_expected.reading",
            name=best.name,
            allowed=show.persons(best.allowed),
            profit=show.money(best.expected_gross_profit, best.currency),
            basis=_basis(best),
        ),
        figures=row_chart(
            [step.name for step in steps],
            [Series(say("scenario_expected.profit"), [s.expected_gross_profit for s in steps])],
            money_axis(say("scenario_expected.profit"), best.currency),
        ),
        numbers=_table(steps),
    )


def _basis(step: Expected) -> Text:
    return say(f"scenario_expected.{step.expectation}")


def _table(steps: Sequence[Expected]) -> Table:
    return Table(
        columns=(
            Column(say("scenario_reach.step"), kind="word"),
            Column(say("scenario_reach.allowed")),
            Column(say("scenario_expected.judged")),
            Column(say("scenario_expected.basis"), kind="word"),
            Column(say("scenario_expected.orders")),
            Column(say("scenario_expected.per_order")),
            Column(say("scenario_expected.profit")),
        ),
        rows=tuple(
            (
                step.name,
                show.count(step.allowed),
                show.count(step.judged),
                _basis(step),
                show.number(step.expected_orders),
                show.money(step.gross_profit_per_order, step.currency),
                show.money(step.expected_gross_profit, step.currency),
            )
            for step in steps
        ),
    )


EXPECTED = Panel(key="scenario_expected", reads=("policy.rpt_scenario_reach",), build=_build)
