"""What a customer is worth over time."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme

VALUE = Theme("value", (Section("worth", ()),))
