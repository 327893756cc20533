"""KPIs beside their targets: the latest complete month and quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code

_MONEY = {"net_sales", "average_order_value"}


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI of one period and its target."""

    kpi: str
    label_ja: str
    label_en: str
    period: str
    start: date
    value: float | None
    target: float
    direction: str
    is_met: bool | None


_SQL = """
with latest as (
    select period, max(period_start) as period_start from marts.rpt_kpi_targets group by period
)

select
    kpis.kpi, kpis.label_ja, kpis.label_en, kpis.period, kpis.period_start, kpis.kpi_value,
    kpis.target, kpis.direction, kpis.is_met
from marts.rpt_kpi_targets as kpis
inner join latest
    on kpis.period = latest.period and kpis.period_start = latest.period_start
order by kpis.period, kpis.is_met nulls last, kpis.kpi
"""


def _build(published: Published) -> Content | None:
    kpis = published.rows(Kpi, _SQL)
    judged = [kpi for kpi in kpis if kpi.is_met is not None]
    if not judged:
        return None
    met = sum(bool(kpi.is_met) for kpi in judged)
    return Content(
        reading=say("kpi_targets.reading", all=show.count(len(judged)), met=show.count(met)),
        tables=(PanelTable(say("kpi_targets.title"), _table(kpis, published.currency)),),
    )


def _table(kpis: Sequence[Kpi], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("kpi_targets.kpi"), kind="word"),
            Column(say("kpi_targets.period"), kind="word"),
            Column(say("kpi_targets.value")),
            Column(say("kpi_targets.target")),
            Column(say("kpi_targets.outcome"), kind="word"),
        ),
        rows=tuple(
            (
                Text(kpi.label_ja, kpi.label_en),
                say(f"kpi_targets.{kpi.period}", start=show.month(kpi.start)),
                show.NOTHING if kpi.value is None else _figure(kpi.kpi, kpi.value, currency),
                say(f"kpi_targets.{kpi.direction}", value=_figure(kpi.kpi, kpi.target, currency)),
                say_code("kpi_outcomes", str(kpi.is_met).lower()),
            )
            for kpi in kpis
        ),
    )


def _figure(kpi: str, value: float, currency: str) -> Text:
    if kpi in _MONEY:
        return show.money(Decimal(repr(value)), currency)
    if kpi.endswith("_rate") or "_rate_" in kpi or kpi == "gross_margin":
        return show.percent(value)
    return show.count(round(value))


KPI_TARGETS = Panel(key="kpi_targets", reads=("marts.rpt_kpi_targets",), build=_build)
