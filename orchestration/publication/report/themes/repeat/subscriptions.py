"""Subscriptions: how many are kept to their k-th delivery, and how many are cancelled a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from operator import mul

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.lines import line_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import say
from orchestration.publication.report.themes.months import MONTHS_OF_RATES, month_table

LEAST_KNOWN = 10
"""Subscriptions that a delivery must tell of for the reading to go as far as it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the k-th delivery, all months of start together."""

    delivery_no: int
    shipped: int
    cancelled: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SubscriptionMonth:
    """One finished month of the running subscriptions."""

    month_start: date
    active_at_start: int
    started: int
    cancelled: int
    paused: int
    churn_ratio: float | None


_DELIVERIES = """
select delivery_no, sum(shipped)::bigint as shipped, sum(cancelled)::bigint as cancelled,
    sum(waiting)::bigint as waiting
from marts.rpt_subscription_retention
group by delivery_no having sum(shipped + cancelled) > 0 order by delivery_no
"""
_MONTHS = """
select month_start, active_at_start, started, cancelled, paused, churn_ratio
from marts.rpt_subscription_churn where is_complete order by month_start
"""
_COUNTS = {
    "active": "active_at_start",
    "started": "started",
    "cancelled": "cancelled",
    "paused": "paused",
}


def _build_retention(published: Published) -> Content | None:
    deliveries = published.rows(Delivery, _DELIVERIES)
    if not deliveries:
        return None
    survival = list(accumulate((d.shipped / (d.shipped + d.cancelled) for d in deliveries), mul))
    names = [say("deliveries.number", number=str(each.delivery_no)) for each in deliveries]
    first = deliveries[0]
    told = sum(each.shipped + each.cancelled >= LEAST_KNOWN for each in deliveries) or 1
    return Content(
        reading=say(
            "deliveries.reading",
            number=str(deliveries[told - 1].delivery_no),
            share=show.percent(survival[told - 1]),
            subscriptions=show.count(first.shipped + first.cancelled),
        ),
        figures=line_chart(
            names,
            [Series(say("deliveries.survival"), survival)],
            percent_axis(say("deliveries.survival")),
        ),
        numbers=Table(
            columns=(
                Column(say("deliveries.delivery"), kind="word"),
                Column(say("deliveries.shipped")),
                Column(say("deliveries.cancelled")),
                Column(say("deliveries.waiting")),
                Column(say("deliveries.survival")),
            ),
            rows=tuple(
                (
                    name,
                    show.count(each.shipped),
                    show.count(each.cancelled),
                    show.count(each.waiting),
                    show.percent(share),
                )
                for name, each, share in zip(names, deliveries, survival, strict=True)
            ),
        ),
    )


def _build_churn(published: Published) -> Content | None:
    months = published.rows(SubscriptionMonth, _MONTHS)[-MONTHS_OF_RATES:]
    told = [month for month in months if month.churn_ratio is not None]
    if not told:
        return None
    last = told[-1]
    days = [month.month_start for month in months]
    return Content(
        reading=say(
            "cancellations.reading",
            month=show.month(last.month_start),
            share=show.percent(last.churn_ratio or 0),
            active=show.count(last.active_at_start),
            cancelled=show.count(last.cancelled),
        ),
        figures=line_chart(
            [show.month(day) for day in days],
            [Series(say("cancellations.churn"), [month.churn_ratio for month in months], "thread")],
            percent_axis(say("cancellations.churn")),
        ),
        numbers=month_table(
            days,
            [
                *(
                    (
                        say(f"cancellations.{name}"),
                        [show.count(getattr(month, column)) for month in months],
                    )
                    for name, column in _COUNTS.items()
                ),
                (
                    say("cancellations.churn"),
                    [show.percent_if_known(month.churn_ratio) for month in months],
                ),
            ],
        ),
    )


DELIVERIES = Panel(
    key="deliveries", reads=("marts.rpt_subscription_retention",), build=_build_retention
)
CANCELLATIONS = Panel(
    key="cancellations", reads=("marts.rpt_subscription_churn",), build=_build_churn
)
