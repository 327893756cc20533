"""The pages of the report, in the order of the navigation."""

from __future__ import annotations

from orchestration.publication.report.panel import Theme
from orchestration.publication.report.themes.overview.theme import OVERVIEW
from orchestration.publication.report.themes.person.theme import PERSON
from orchestration.publication.report.themes.predictions.theme import PREDICTIONS
from orchestration.publication.report.themes.products.theme import PRODUCTS
from orchestration.publication.report.themes.repeat.theme import REPEAT
from orchestration.publication.report.themes.scenarios.theme import SCENARIOS
from orchestration.publication.report.themes.segmentation.theme import SEGMENTATION
from orchestration.publication.report.themes.stages.theme import STAGES
from orchestration.publication.report.themes.value.theme import VALUE

THEMES: tuple[Theme, ...] = (
    OVERVIEW, SEGMENTATION, REPEAT, VALUE, PRODUCTS, STAGES, SCENARIOS, PREDICTIONS,
    PERSON,
)  # fmt: skip
