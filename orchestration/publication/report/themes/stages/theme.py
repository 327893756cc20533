"""How near persons are to buying, and what moves them on."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.stages.flow import FLOW
from orchestration.publication.report.themes.stages.ladder import LADDER
from orchestration.publication.report.themes.stages.lead_scores import LEAD_SCORES
from orchestration.publication.report.themes.stages.steps import STEPS

STAGES = Theme(
    "stages",
    (
        Section("ladder", (LADDER, STEPS, FLOW)),
        Section("leads", (LEAD_SCORES,)),
    ),
)
