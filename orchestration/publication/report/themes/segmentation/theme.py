"""Which groups the buyers form, and what each brings."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.segmentation.clusters import CLUSTERS
from orchestration.publication.report.themes.segmentation.deciles import DECILES
from orchestration.publication.report.themes.segmentation.rfm import RFM

SEGMENTATION = Theme("segmentation", (Section("groups", (RFM, DECILES, CLUSTERS)),))
