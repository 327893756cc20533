"""The first page: this month, sales, segments and syncs, quality of the data."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.overview.eligibility import ELIGIBILITY
from orchestration.publication.report.themes.overview.exclusions import EXCLUSIONS
from orchestration.publication.report.themes.overview.freshness import FRESHNESS
from orchestration.publication.report.themes.overview.gates import GATES
from orchestration.publication.report.themes.overview.kpi_targets import KPI_TARGETS
from orchestration.publication.report.themes.overview.sales import SALES
from orchestration.publication.report.themes.overview.segments import SEGMENTS
from orchestration.publication.report.themes.overview.syncs import SYNCS
from orchestration.publication.report.themes.overview.tiles import TILES

OVERVIEW = Theme(
    "overview",
    (
        Section("month", (TILES,)),
        Section("sales", (SALES, KPI_TARGETS)),
        Section("activation", (SEGMENTS, ELIGIBILITY, SYNCS)),
        Section("quality", (GATES, FRESHNESS, EXCLUSIONS)),
    ),
)
