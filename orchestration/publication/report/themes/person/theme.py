"""One person as an example: figures, the line over time, stages, orders."""

from __future__ import annotations

from orchestration.publication.report.panel import Section, Theme
from orchestration.publication.report.themes.person.facts import FACTS
from orchestration.publication.report.themes.person.forecast import FORECAST
from orchestration.publication.report.themes.person.line import LINE
from orchestration.publication.report.themes.person.orders import ORDERS
from orchestration.publication.report.themes.person.stages import STAGE_CHANGES

PERSON = Theme(
    "person",
    (
        Section("person", (FACTS, LINE)),
        Section("person_forecast", (FORECAST,)),
        Section("person_history", (STAGE_CHANGES, ORDERS)),
    ),
)
