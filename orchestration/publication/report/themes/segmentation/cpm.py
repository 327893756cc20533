"""CPM: the ten groups of buyers, active and lapsed, and how buyers move between them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code
from orchestration.publication.report.themes.months import Moves, moves_content

_RANKS = ("best", "trend", "steady", "early", "first")


@dataclass(frozen=True, slots=True)
class Rank:
    """Buyers of one rank, active and lapsed."""

    rank: str
    active: int
    lapsed: int
    net_sales: Decimal


_GROUPS = """
select
    cpm_rank, count(*) filter (not is_lapsed), count(*) filter (is_lapsed),
    sum(net_sales)::decimal(18, 3)
from marts.rpt_cpm
group by cpm_rank
"""
_MONTHS = """
select
    month_start, coalesce(sum(persons) filter (movement = 'step_up'), 0)::bigint,
    coalesce(sum(persons) filter (movement = 'return'), 0)::bigint,
    coalesce(sum(persons) filter (movement = 'lapse'), 0)::bigint
from marts.rpt_cpm_transitions
where is_complete
group by month_start
order by month_start
"""


def _build_groups(published: Published) -> Content | None:
    found = {rank.rank: rank for rank in published.rows(Rank, _GROUPS)}
    ranks = [found[rank] for rank in _RANKS if rank in found]
    if not ranks:
        return None
    everybody = sum(rank.active + rank.lapsed for rank in ranks)
    active = sum(rank.active for rank in ranks)
    best = found.get("best")
    return Content(
        reading=say(
            "cpm.reading",
            persons=show.persons(everybody),
            active=show.persons(active),
            share=show.percent(active / everybody),
            best=show.persons(best.active if best else 0),
            lost=show.persons(best.lapsed if best else 0),
        ),
        figures=row_chart(
            [_name(rank) for rank in ranks],
            [
                Series(say("cpm.active"), [rank.active for rank in ranks]),
                Series(say("cpm.lapsed"), [rank.lapsed for rank in ranks], colour="grey"),
            ],
            count_axis(say("words.buyers")),
            stacked=True,
        ),
        numbers=Table(
            columns=(
                Column(say("cpm.rank"), kind="word"),
                Column(say("cpm.active")),
                Column(say("cpm.lapsed")),
                Column(say("words.net_sales")),
            ),
            rows=tuple(
                (
                    _name(rank),
                    show.count(rank.active),
                    show.count(rank.lapsed),
                    show.money(rank.net_sales, published.currency),
                )
                for rank in ranks
            ),
        ),
    )


def _name(rank: Rank) -> Text:
    return say_code("cpm_ranks", rank.rank)


def _build_moves(published: Published) -> Content | None:
    return moves_content("cpm_moves", published.rows(Moves, _MONTHS))


CPM = Panel(key="cpm", reads=("marts.rpt_cpm",), build=_build_groups)
CPM_MOVES = Panel(key="cpm_moves", reads=("marts.rpt_cpm_transitions",), build=_build_moves)
