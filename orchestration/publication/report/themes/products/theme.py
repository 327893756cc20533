"""Which products sell, lead on and go together."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme

PRODUCTS = Theme(
    "products",
    (
        Section("assortment", ()),
        Section("timing", ()),
        Section("together", ()),
    ),
)
