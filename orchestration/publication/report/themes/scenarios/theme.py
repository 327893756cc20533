"""Whom the shop's scenarios would reach today, switched on or not."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.scenarios.expected import EXPECTED
from orchestration.publication.report.themes.scenarios.reach import REACH

SCENARIOS = Theme("scenarios", (Section("scenario_reach", (REACH, EXPECTED)),))
