"""Who buys again, and when."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.repeat.cohorts import COHORTS

REPEAT = Theme("repeat", (Section("return", (COHORTS,)),))
