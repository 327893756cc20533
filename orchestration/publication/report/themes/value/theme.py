"""What a customer is worth over time."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.value.expected_orders import EXPECTED_ORDERS
from orchestration.publication.report.themes.value.lifetime_values import LIFETIME_VALUES

VALUE = Theme("value", (Section("worth", (LIFETIME_VALUES, EXPECTED_ORDERS)),))
