"""Reads one publication into the report's model; every query aggregates inside DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import duckdb

from orchestration.publication.report.model import (
    CohortCell,
    Decile,
    Eligibility,
    Exclusion,
    Gate,
    Kpis,
    MonthSales,
    Period,
    Publication,
    ReportData,
    RfmCell,
    Segment,
    Stage,
)

Row = TypeVar("Row")

_REQUIRED = frozenset({
    "_publication.publication", "_publication.gates",
    "marts.fct_orders", "marts.fct_web_sessions", "marts.customer_360", "marts.rpt_kpi_daily",
    "marts.rpt_cohort_retention", "marts.rpt_rfm", "marts.rpt_deciles",
    "marts.rpt_stage_ladder", "marts.rpt_exclusions", "segments.seg_second_purchase",
    "policy.send_eligibility",
})  # fmt: skip


class ReportError(Exception):
    """The publication cannot be shown; the message says what is wrong with it."""


def read_publication(folder: Path) -> ReportData:
    """Give what the report shows of the publication in a folder.

    Raises:
        ReportError: the folder has no warehouse.duckdb, or a table of the contract is missing,
            or the orders are in several currencies.
    """
    warehouse = folder / "warehouse.duckdb"
    if not warehouse.is_file():
        raise ReportError(f"{warehouse} does not exist: publish before making the report")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        _check_tables(connection, warehouse)
        publication = _publication(connection)
        return ReportData(
            publication=publication,
            kpis=_kpis(connection, publication.as_of_date),
            months=_months(connection, publication.as_of_date),
            cohorts=_all(connection, CohortCell, _COHORTS),
            rfm=_all(connection, RfmCell, _RFM),
            deciles=_all(connection, Decile, _DECILES),
            stages=_all(connection, Stage, _STAGES),
            exclusions=_all(connection, Exclusion, _EXCLUSIONS),
            segments=_segments(connection),
            eligibility=_all(connection, Eligibility, _ELIGIBILITY),
            gates=_all(connection, Gate, _GATES),
        )


def _check_tables(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    names = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    missing = sorted(_REQUIRED - {name for (name,) in names})
    if missing:
        raise ReportError(f"{warehouse} lacks {', '.join(missing)}: build and publish it again")


def _all(
    connection: duckdb.DuckDBPyConnection, make: Callable[..., Row], sql: str
) -> tuple[Row, ...]:
    return tuple(make(*row) for row in connection.execute(sql).fetchall())


def _publication(connection: duckdb.DuckDBPyConnection) -> Publication:
    rows = connection.execute(
        "select publication_id, as_of_date, published_at from _publication.publication"
    ).fetchall()
    if len(rows) != 1:
        raise ReportError(f"_publication.publication holds {len(rows)} rows instead of one")
    currencies = [
        currency
        for (currency,) in connection.execute(
            "select distinct currency from marts.fct_orders where currency is not null order by 1"
        ).fetchall()
    ]
    if len(currencies) > 1:
        raise ReportError(f"orders are in {', '.join(currencies)}; a shop reports in one currency")
    ((first_date, orders, sources, persons, has_web_data),) = connection.execute(
        """
        select
            min(ordered_date), count(*), list_sort(list(distinct source)),
            (select count(*) from marts.customer_360),
            exists (select 1 from marts.fct_web_sessions)
        from marts.fct_orders
        """
    ).fetchall()
    publication_id, as_of_date, published_at = rows[0]
    return Publication(
        publication_id=publication_id,
        as_of_date=as_of_date,
        published_at=published_at,
        currency=currencies[0] if currencies else "",
        first_order_date=first_date,
        orders=orders,
        persons=persons,
        sources=tuple(sources or ()),
        has_web_data=has_web_data,
    )


def _kpis(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Kpis:
    month_start = as_of_date.replace(day=1)
    before_end = month_start - timedelta(days=1)
    before_end = before_end.replace(day=min(before_end.day, as_of_date.day))
    ((customers, repeaters, leads, has_members),) = connection.execute(
        """
        select
            count(*) filter (purchase_count >= 1), count(*) filter (purchase_count >= 2),
            count(*) filter (stage in ('lead', 'hot_lead')), coalesce(bool_or(is_member), false)
        from marts.customer_360
        """
    ).fetchall()
    ((candidates, has_deliveries),) = connection.execute(
        """
        select
            (select count(*) from segments.seg_second_purchase),
            exists (select 1 from marts.fct_orders where delivered_at is not null)
        """
    ).fetchall()
    return Kpis(
        this_month=_period(connection, month_start, as_of_date),
        last_month=_period(connection, before_end.replace(day=1), before_end),
        customers=customers,
        repeaters=repeaters,
        second_purchase_candidates=candidates if candidates or has_deliveries else None,
        leads=leads if leads or has_members else None,
    )


def _period(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> Period:
    ((net_sales, orders, buyers, new_buyers),) = connection.execute(
        """
        select
            coalesce(sum(net_sales), 0)::decimal(18, 3), count(*), count(distinct person_id),
            count(distinct person_id) filter (is_first_purchase)
        from marts.fct_orders
        where is_purchase and ordered_date between ? and ?
        """,
        [first, last],
    ).fetchall()
    return Period(first, last, net_sales, orders, buyers, new_buyers)


def _months(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> tuple[MonthSales, ...]:
    rows = connection.execute(_MONTHS, [as_of_date]).fetchall()
    return tuple(MonthSales(*row) for row in rows)


def _segments(connection: duckdb.DuckDBPyConnection) -> tuple[Segment, ...]:
    names = connection.execute(
        """
        select table_name from information_schema.tables
        where table_schema = 'segments' and table_name like 'seg\\_%' escape '\\' order by 1
        """
    ).fetchall()
    return tuple(
        Segment(name, persons)
        for (name,) in names
        for (persons,) in connection.execute(f'select count(*) from segments."{name}"').fetchall()
    )


_MONTHS = """
with months as (
    select distinct date_trunc('month', kpi_date)::date as month from marts.rpt_kpi_daily
),

purchases as (
    select
        date_trunc('month', ordered_date)::date as month,
        sum(net_sales) filter (is_first_purchase) as new_sales,
        sum(net_sales) filter (not is_first_purchase) as repeat_sales,
        count(*) filter (is_first_purchase) as new_orders,
        count(*) filter (not is_first_purchase) as repeat_orders
    from marts.fct_orders
    where is_purchase
    group by all
)

select
    months.month, last_day(months.month) <= ?,
    coalesce(purchases.new_sales, 0)::decimal(18, 3),
    coalesce(purchases.repeat_sales, 0)::decimal(18, 3),
    coalesce(purchases.new_orders, 0), coalesce(purchases.repeat_orders, 0)
from months
left join purchases on months.month = purchases.month
order by months.month
"""
_COHORTS = """
select cohort_month, months_since, cohort_size, active_persons, is_complete
from marts.rpt_cohort_retention
order by cohort_month, months_since
"""
_RFM = """
select
    r_score, f_score, rfm_segment, min(rfm_segment_ja), count(*),
    sum(monetary)::decimal(18, 3)
from marts.rpt_rfm
group by r_score, f_score, rfm_segment
order by r_score desc, f_score, count(*) desc, rfm_segment
"""
_DECILES = """
select decile, customers, net_sales, sales_share, cumulative_share
from marts.rpt_deciles
order by decile
"""
_STAGES = """
select stage, stage_ja, subject_kind, subjects, share_of_kind
from marts.rpt_stage_ladder
order by stage_order, stage
"""
_EXCLUSIONS = """
select subject, source, reason, "rows", amount
from marts.rpt_exclusions
order by subject, "rows" desc, source, reason
"""
_ELIGIBILITY = """
select sync, channel, reason_code, count(*)
from policy.send_eligibility
group by all
order by sync, reason_code nulls first, channel
"""
_GATES = """
select stage, check_name, passed, severity, coalesce(detail, '')
from _publication.gates
order by passed, stage, check_name, severity, detail
"""
