"""Renders one publication as one self-contained HTML page in Japanese and English."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from orchestration.publication.report import format as show
from orchestration.publication.report.figures.chart import Chart
from orchestration.publication.report.figures.cohorts import cohort_chart
from orchestration.publication.report.figures.deciles import decile_chart
from orchestration.publication.report.figures.eligibility import eligibility_chart
from orchestration.publication.report.figures.rfm import rfm_chart
from orchestration.publication.report.figures.sales import sales_chart
from orchestration.publication.report.figures.stages import stage_chart
from orchestration.publication.report.figures.theme import FONT, PALETTE
from orchestration.publication.report.inputs import freshness, sync_summary
from orchestration.publication.report.model import (
    Freshness,
    Kpis,
    Publication,
    ReportData,
    SyncSummary,
)
from orchestration.publication.report.panels import (
    exclusion_panel,
    freshness_panel,
    gate_panel,
    segment_panel,
    sync_panel,
)
from orchestration.publication.report.queries import read_publication
from orchestration.publication.report.texts import Text, join, same, say
from orchestration.publication.report.tiles import tiles


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """Where the report lies, its size, how long it took and how many charts hold data."""

    path: Path
    bytes: int
    seconds: float
    charts: int


def render_report(
    publication: Path,
    *,
    shop_title: str,
    sync_summaries: Sequence[Mapping[str, object]],
    source_freshness: Sequence[Mapping[str, object]],
    output: Path,
) -> ReportInfo:
    """Write the report of the publication in a folder; equal input gives equal bytes.

    Raises:
        ReportError: the publication lacks a table, or a summary lacks a key.
    """
    started = time.perf_counter()
    data = read_publication(publication)
    syncs = [sync_summary(values) for values in sync_summaries]
    feeds = [freshness(values) for values in source_freshness]
    charts = _charts(data)
    page = _page(data, charts, shop_title, syncs, feeds)
    _replace(output, page)
    return ReportInfo(
        path=output,
        bytes=output.stat().st_size,
        seconds=time.perf_counter() - started,
        charts=sum(chart.figures is not None for chart in charts.values()),
    )


def _charts(data: ReportData) -> dict[str, Chart]:
    currency = data.publication.currency
    charts = (
        sales_chart(data.months, currency),
        cohort_chart(data.cohorts),
        rfm_chart(data.rfm, currency),
        decile_chart(data.deciles, currency),
        stage_chart(data.stages, has_web_data=data.publication.has_web_data),
        eligibility_chart(data.eligibility),
    )
    return {chart.key: chart for chart in charts}


def _page(
    data: ReportData,
    charts: Mapping[str, Chart],
    shop_title: str,
    syncs: Sequence[SyncSummary],
    feeds: Sequence[Freshness],
) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"say": say, "both": both}
    publication = data.publication
    return environment.get_template("page.html").render(
        shop_title=shop_title,
        title=say("page.title", shop=shop_title),
        publication=publication,
        as_of=say("page.as_of", day=show.day(publication.as_of_date)),
        published_at=show.instant(publication.published_at),
        coverage=_coverage(publication),
        period=_period(data.kpis),
        tiles=tiles(data.kpis, publication.currency),
        charts=charts,
        exclusions=exclusion_panel(data.exclusions, publication.currency),
        segments=segment_panel(data.segments, syncs),
        syncs=sync_panel(syncs),
        freshness=freshness_panel(feeds, publication.as_of_date),
        gates=gate_panel(data.gates),
        figures={key: chart.figures for key, chart in charts.items() if chart.figures},
        palette=PALETTE,
        dark_colours={pair.light: pair.dark for pair in PALETTE.values()},
        font=FONT,
        plotly_js=get_plotlyjs(),
    )


def both(text: Text) -> Markup:
    """Give a text as HTML in both languages; the page's style shows the chosen one."""
    if text.ja == text.en:
        return escape(text.ja)
    return Markup('<span lang="ja">{}</span><span lang="en">{}</span>').format(text.ja, text.en)


def _coverage(publication: Publication) -> Text:
    persons = show.persons(publication.persons)
    if publication.first_order_date is None:
        return say("page.coverage_without_orders", persons=persons)
    return say(
        "page.coverage",
        first=show.day(publication.first_order_date),
        last=show.day(publication.as_of_date),
        orders=show.count(publication.orders),
        persons=persons,
        sources=join([same(source) for source in publication.sources]),
    )


def _period(kpis: Kpis) -> Text:
    return say(
        "tiles.period",
        first=show.day(kpis.this_month.first_date),
        last=show.day(kpis.this_month.last_date),
        first_before=show.day(kpis.last_month.first_date),
        last_before=show.day(kpis.last_month.last_date),
    )


def _replace(output: Path, page: str) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(f".{output.name}.draft")
    draft.write_text(page, encoding="utf-8")
    draft.replace(output)
