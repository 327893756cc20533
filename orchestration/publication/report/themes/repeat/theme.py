"""Who buys again, and when."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.repeat.cohorts import COHORTS
from orchestration.publication.report.themes.repeat.curves import CURVE
from orchestration.publication.report.themes.repeat.f2 import F2, F2_PRODUCTS
from orchestration.publication.report.themes.repeat.ltv import LTV
from orchestration.publication.report.themes.repeat.monthly import MONTHS
from orchestration.publication.report.themes.repeat.second_sales import SECOND_SALES
from orchestration.publication.report.themes.repeat.subscriptions import CANCELLATIONS, DELIVERIES

REPEAT = Theme(
    "repeat",
    (
        Section("next_purchase", ((F2, CURVE), F2_PRODUCTS)),
        Section("return", (MONTHS, COHORTS, LTV)),
        Section("second_sales", (SECOND_SALES,)),
        Section("subscriptions", ((DELIVERIES, CANCELLATIONS),)),
    ),
)
