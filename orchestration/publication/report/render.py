"""Renders one publication as a folder of HTML pages in Japanese and English."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plotly.offline import get_plotlyjs

from orchestration.publication.report.folder import replaced_folder
from orchestration.publication.report.html import PLOTLY_FILE, Card, highlights, page_html
from orchestration.publication.report.inputs import freshness, sync_summary
from orchestration.publication.report.panel import Content, Panel, Theme
from orchestration.publication.report.published import Published, ReportError, open_publication
from orchestration.publication.report.texts import Text, say
from orchestration.publication.report.themes.person.theme import PERSON
from orchestration.publication.report.themes.registry import THEMES


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """Where the report lies, its size, how long it took and which panels hold data."""

    path: Path
    """The page to open first."""
    bytes: int
    seconds: float
    pages: int
    charts: int
    without_data: tuple[str, ...]
    """Keys of the panels that had nothing to show."""


def render_report(
    publication: Path,
    *,
    shop_title: str,
    sync_summaries: Sequence[Mapping[str, object]],
    source_freshness: Sequence[Mapping[str, object]],
    output: Path,
) -> ReportInfo:
    """Write the report of the publication in a folder; equal input gives equal bytes.

    The folder `output` is swapped at one stroke: a reader sees the old pages or the new ones.

    Raises:
        ReportError: the publication is none, or a summary lacks a key.
    """
    started = time.perf_counter()
    themes = _themes()
    syncs = [sync_summary(values) for values in sync_summaries]
    feeds = [freshness(values) for values in source_freshness]
    with open_publication(publication, syncs=syncs, feeds=feeds) as published:
        cards = {theme.key: theme_cards(theme, published) for theme in themes}
        about = published.about
    with replaced_folder(output) as draft:
        for theme in themes:
            page = page_html(
                theme,
                cards[theme.key],
                themes,
                shop_title=shop_title,
                about=about,
                in_short=highlights(themes, cards) if theme == themes[0] else (),
            )
            (draft / theme.file).write_text(page, encoding="utf-8")
        (draft / PLOTLY_FILE).write_text(get_plotlyjs(), encoding="utf-8")
    shown = [card for of_theme in cards.values() for card in of_theme.values()]
    return ReportInfo(
        path=output / THEMES[0].file,
        bytes=sum(file.stat().st_size for file in output.iterdir()),
        seconds=time.perf_counter() - started,
        pages=len(themes),
        charts=sum(card.content is not None and card.content.figures is not None for card in shown),
        without_data=tuple(card.panel.key for card in shown if card.content is None),
    )


def render_person_card(
    publication: Path, person_id: str, *, shop_title: str, reports: Path
) -> Path:
    """Write the page of one person beside the pages of the report and give its path.

    The next report replaces the folder and thereby removes the page.

    Raises:
        ReportError: there is no report yet, or the publication has no such person.
    """
    if not (reports / PLOTLY_FILE).is_file():
        raise ReportError(f"{reports} holds no report: run the build first")
    with open_publication(publication, person_id=person_id) as published:
        sql = "select count(*) from marts.customer_360 where person_id = ?"
        if published.rows(int, sql, [person_id]) != (1,):
            raise ReportError(
                f"{published.about.publication_id} has no person {person_id!r};"
                " marts.customer_360 lists the ids"
            )
        cards = theme_cards(PERSON, published)
        about = published.about
    page = page_html(PERSON, cards, _themes(), shop_title=shop_title, about=about)
    name = re.sub(r"[^A-Za-z0-9_-]", "_", person_id)
    path = reports / f"person-{name}.html"
    path.write_text(page, encoding="utf-8")
    return path


def theme_cards(theme: Theme, published: Published) -> dict[str, Card]:
    """Give what each panel of a page shows of a publication, by the panel's key."""
    return {panel.key: _card(panel, published) for panel in theme.panels()}


def _themes() -> list[Theme]:
    return [theme for theme in THEMES if theme.panels()]


def _card(panel: Panel, published: Published) -> Card:
    missing = published.lacks(panel.reads)
    if missing:
        tables = say("page.missing_table", tables=", ".join(missing))
        words = Text(panel.empty.ja + tables.ja, f"{panel.empty.en} {tables.en}")
        return Card(panel, None, words)
    content: Content | None = panel.build(published)
    return Card(panel, content, panel.empty if content is None else content.reading)
