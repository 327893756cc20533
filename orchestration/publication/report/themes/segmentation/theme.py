"""Which groups the buyers form, and what each brings."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.segmentation.clusters import CLUSTERS
from orchestration.publication.report.themes.segmentation.cpm import CPM, CPM_MOVES
from orchestration.publication.report.themes.segmentation.deciles import DECILES
from orchestration.publication.report.themes.segmentation.rfm import RFM
from orchestration.publication.report.themes.segmentation.rfm_groups import RFM_GROUPS
from orchestration.publication.report.themes.segmentation.tastes import TASTES

SEGMENTATION = Theme(
    "segmentation",
    (
        Section("groups", (RFM, RFM_GROUPS, DECILES, CPM, CPM_MOVES, CLUSTERS)),
        Section("tastes", (TASTES,)),
    ),
)
