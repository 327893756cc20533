"""Lead score: how many who never bought are warm, and who has just become so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code


@dataclass(frozen=True, slots=True)
class Band:
    """Leads whose scores lie in one band."""

    band: str
    band_ja: str
    leads: int
    above: int
    """Leads whose score reaches the threshold."""
    crossed: int
    """Of these, leads whose score rose to it within the last seven days."""

    @property
    def name(self) -> Text:
        """The band's Japanese name as the data has it, and its English words."""
        return Text(self.band_ja, say_code("lead_bands", self.band).en)


_SQL = """
select
    band, min(band_ja), count(*), count(*) filter (is_above_threshold),
    count(*) filter (
        is_above_threshold and crossed_threshold_at >= ?::date - interval 7 day
    )
from marts.rpt_lead_scores
group by band
order by max(score) desc, band
"""


_REASON = """
select reason_1
from marts.rpt_lead_scores
where is_above_threshold and reason_1 is not null
group by reason_1
order by count(*) desc, reason_1
limit 1
"""


def _build(published: Published) -> Content | None:
    bands = published.rows(Band, _SQL, [published.about.as_of_date])
    if not bands:
        return None
    return Content(
        reading=_reading(bands, published.rows(str, _REASON)),
        figures=row_chart(
            [band.name for band in bands],
            [Series(say("lead_scores.leads"), [band.leads for band in bands], colour="amber")],
            count_axis(say("lead_scores.leads")),
        ),
        numbers=_table(bands),
    )


def _reading(bands: Sequence[Band], reasons: Sequence[str]) -> Text:
    above = sum(band.above for band in bands)
    leads = show.persons(sum(band.leads for band in bands))
    if not above or not reasons:
        return say("lead_scores.reading_none", leads=leads)
    return say(
        "lead_scores.reading",
        leads=leads,
        above=show.persons(above),
        crossed=show.persons(sum(band.crossed for band in bands)),
        reason=say_code("lead_reasons", reasons[0]),
    )


def _table(bands: Sequence[Band]) -> Table:
    return Table(
        columns=(
            Column(say("lead_scores.band"), kind="word"),
            Column(say("lead_scores.leads")),
            Column(say("lead_scores.above")),
            Column(say("lead_scores.crossed")),
        ),
        rows=tuple(
            (
                band.name,
                show.count(band.leads),
                show.count(band.above),
                show.count(band.crossed),
            )
            for band in bands
        ),
    )


LEAD_SCORES = Panel(key="lead_scores", reads=("marts.rpt_lead_scores",), build=_build)
