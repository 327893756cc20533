"""Steps up the ladder: how many take one in a month, by the channel that first brought them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code

MONTHS_POOLED = 12
LEAST_AT_RISK = 60
"""A channel with fewer months of persons than this has no rate worth showing."""
_STEPS = {"lead": "amber", "customer": "indigo"}
"""First purchases of leads, second ones of customers."""


@dataclass(frozen=True, slots=True)
class Step:
    """The months that persons of a channel spent on a stage, and how many ended with the step."""

    channel: str
    from_stage: str
    at_risk: int
    stepped_up: int

    @property
    def rate(self) -> float | None:
        """Steps per month on the stage; null where there were too few months."""
        return self.stepped_up / self.at_risk if self.at_risk >= LEAST_AT_RISK else None


_SQL = """
with months as (
    select distinct month_start from marts.rpt_stage_funnel
    where is_complete order by month_start desc limit $1
)

select channel, from_stage, sum(at_risk)::bigint, sum(stepped_up)::bigint
from marts.rpt_stage_funnel
where
    month_start in (select month_start from months)
    and (from_stage, to_stage) in (('lead', 'customer'), ('customer', 'repeater'))
group by channel, from_stage
order by channel <> 'all', sum(sum(at_risk)) over (partition by channel) desc, channel
"""


def _build(published: Published) -> Content | None:
    steps = published.rows(Step, _SQL, [MONTHS_POOLED])
    rates = {(step.channel, step.from_stage): step.rate for step in steps}
    channels = [c for c in dict.fromkeys(step.channel for step in steps) if _shown(steps, c)]
    if not channels:
        return None
    return Content(
        reading=_reading(rates, channels),
        figures=row_chart(
            [_name(channel) for channel in channels],
            [
                Series(
                    say(f"stage_steps.{stage}"),
                    [rates.get((channel, stage)) for channel in channels],
                    colour,
                )
                for stage, colour in _STEPS.items()
            ],
            percent_axis(say("stage_steps.axis")),
        ),
        numbers=Table(
            columns=(
                Column(say("stage_steps.channel"), kind="word"),
                Column(say("stage_steps.step"), kind="word"),
                Column(say("stage_steps.at_risk")),
                Column(say("stage_steps.stepped_up")),
                Column(say("stage_steps.rate")),
            ),
            rows=tuple(
                (
                    _name(step.channel),
                    say(f"stage_steps.{step.from_stage}"),
                    show.count(step.at_risk),
                    show.count(step.stepped_up),
                    show.percent_if_known(step.rate),
                )
                for step in steps
            ),
        ),
    )


def _shown(steps: Sequence[Step], channel: str) -> bool:
    return any(step.rate is not None for step in steps if step.channel == channel)


def _reading(rates: dict[tuple[str, str], float | None], channels: Sequence[str]) -> Text:
    known = {c: r for c in channels if c != "all" and (r := rates.get((c, "customer"))) is not None}
    everybody = rates.get(("all", "customer"))
    if not known or everybody is None:
        return say("stage_steps.reading_none")
    best = max(known, key=lambda channel: (known[channel], channel))
    return say(
        "stage_steps.reading",
        rate=show.percent(everybody),
        channel=_name(best),
        best=show.percent(known[best]),
    )


def _name(channel: str) -> Text:
    return say_code("repeat_values", channel)


STEPS = Panel(key="stage_steps", reads=("marts.rpt_stage_funnel",), build=_build)
