"""The latest KPIs beside their targets."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.overview.kpi_targets import KPI_TARGETS

KPIS = """
insert into marts.fct_orders by name select 'o' as order_id, 'JPY' as currency;
insert into marts.rpt_kpi_targets by name
select *, kpi as label_ja, kpi as label_en from (values
    ('net_sales', 'month', date '2026-09-01', 900000, 1000000, 'at_least', false),
    ('churn_rate', 'month', date '2026-09-01', 0.05, 0.08, 'at_most', true),
    ('gross_margin', 'month', date '2026-09-01', null, 0.4, 'at_least', null),
    ('orders', 'month', date '2026-08-01', 300, 200, 'at_least', true)
) as kpis (kpi, period, period_start, kpi_value, target, direction, is_met)
"""


def test_kpi_targets_judge_the_latest_period_only(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(KPI_TARGETS, KPIS)

    assert content.reading.ja == "判定できる2件の目標のうち、1件を達成しています。"
    (table,) = content.tables
    assert [[cell.ja for cell in row] for row in table.table.rows] == [
        ["net_sales", "2026年9月", "¥900,000", "¥1,000,000以上", "未達"],
        ["churn_rate", "2026年9月", "5.0%", "8.0%以下", "達成"],
        ["gross_margin", "2026年9月", "–", "40.0%以上", "値なし"],
    ]
