"""How good the predictions are."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme

PREDICTIONS = Theme("predictions", (Section("accuracy", ()),))
