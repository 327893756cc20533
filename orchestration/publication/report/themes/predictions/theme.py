"""How good the predictions are."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.predictions.drivers import DRIVERS
from orchestration.publication.report.themes.predictions.lead_model import LEAD_MODEL

PREDICTIONS = Theme(
    "predictions", (Section("accuracy", (LEAD_MODEL,)), Section("drivers", (DRIVERS,)))
)
