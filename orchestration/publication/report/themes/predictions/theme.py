"""How good the predictions are, and what goes with buying again."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.predictions.backtest import BACKTEST
from orchestration.publication.report.themes.predictions.calibration import CALIBRATION
from orchestration.publication.report.themes.predictions.drivers import DRIVERS
from orchestration.publication.report.themes.predictions.lead_model import LEAD_MODEL

PREDICTIONS = Theme(
    "predictions",
    (
        Section("accuracy", (BACKTEST, CALIBRATION, LEAD_MODEL)),
        Section("drivers", (DRIVERS,)),
    ),
)
