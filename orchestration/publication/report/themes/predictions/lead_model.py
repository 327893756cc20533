"""The lead model beside the points: which of them puts those who will buy first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, number_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say

_COLOURS = {"logistic": "indigo", "points": "amber"}


@dataclass(frozen=True, slots=True)
class Ranking:
    """How one way to rank leads did in the test weeks."""

    model: str
    leads: int
    buyers: int
    auc: float
    brier_score: float | None
    top_decile_lift: float
    test_from: date
    test_to: date

    @property
    def name(self) -> Text:
        """What the way is called."""
        return say(f"lead_model.{self.model}")


@dataclass(frozen=True, slots=True)
class Lift:
    """One tenth of the leads."""

    model: str
    decile: int
    lift: float


_RANKINGS = """
select model, leads, buyers, auc, brier_score, top_decile_lift, test_from, test_to
from marts.rpt_lead_model
order by is_default desc, model
"""
_LIFTS = """
select model, decile, lift from marts.rpt_lead_lifts order by model, decile
"""


def _build(published: Published) -> Content | None:
    rankings = published.rows(Ranking, _RANKINGS)
    if not rankings:
        return None
    lifts = published.rows(Lift, _LIFTS)
    deciles = sorted({lift.decile for lift in lifts})
    return Content(
        reading=_reading(rankings),
        figures=column_chart(
            [show.count(decile) for decile in deciles],
            [
                Series(
                    ranking.name,
                    [lift.lift for lift in lifts if lift.model == ranking.model],
                    colour=_COLOURS[ranking.model],
                )
                for ranking in rankings
            ],
            number_axis(say("lead_model.lift")),
            names_title=say("lead_model.decile"),
        ),
        numbers=_table(rankings),
    )


def _reading(rankings: Sequence[Ranking]) -> Text:
    best = rankings[0]
    known = {
        "best": best.name,
        "lift": show.times(best.top_decile_lift),
        "buyers": show.persons(best.buyers),
    }
    if len(rankings) == 1:
        return say("lead_model.reading_alone", **known)
    other = rankings[1]
    words = "lead_model.reading" if best.auc > other.auc else "lead_model.reading_even"
    return say(words, **known, other=other.name)


def _table(rankings: Sequence[Ranking]) -> Table:
    return Table(
        columns=(
            Column(say("lead_model.ranking"), kind="word"),
            Column(say("lead_model.leads")),
            Column(say("lead_model.buyers")),
            Column(say("lead_model.auc")),
            Column(say("lead_model.brier_score")),
            Column(say("lead_model.top_decile_lift")),
            Column(say("lead_model.test_from")),
            Column(say("lead_model.test_to")),
        ),
        rows=tuple(
            (
                ranking.name,
                show.count(ranking.leads),
                show.count(ranking.buyers),
                show.number(ranking.auc, 3),
                show.NOTHING
                if ranking.brier_score is None
                else show.number(ranking.brier_score, 4),
                show.times(ranking.top_decile_lift),
                show.day(ranking.test_from),
                show.day(ranking.test_to),
            )
            for ranking in rankings
        ),
    )


LEAD_MODEL = Panel(
    key="lead_model", reads=("marts.rpt_lead_model", "marts.rpt_lead_lifts"), build=_build
)
