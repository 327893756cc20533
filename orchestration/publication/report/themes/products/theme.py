"""Which products sell, lead on and go together."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.products.abc import ABC
from orchestration.publication.report.themes.products.cycles import CYCLES
from orchestration.publication.report.themes.products.due import DUE
from orchestration.publication.report.themes.products.next_products import NEXT_PRODUCTS
from orchestration.publication.report.themes.products.together import TOGETHER

PRODUCTS = Theme(
    "products",
    (
        Section("assortment", (ABC,)),
        Section("timing", (CYCLES, DUE)),
        Section("together", (TOGETHER, NEXT_PRODUCTS)),
    ),
)
