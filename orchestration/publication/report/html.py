"""Makes the HTML of one page from the cards of its panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.style import FONT, PALETTE
from orchestration.publication.report.panel import Content, Panel, Theme
from orchestration.publication.report.published import About
from orchestration.publication.report.texts import Text, join, same, say

PLOTLY_FILE = "plotly.min.js"
"""The one script beside the pages."""
READINGS_SHOWN = 3
"""Sentences of a page that the first page repeats."""


@dataclass(frozen=True, slots=True)
class Card:
    """A panel with what it shows; without content its words say that there is no data."""

    panel: Panel
    content: Content | None
    words: Text
    """The reading, or why there is none."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """What a page says in short, for the first page."""

    theme: Theme
    readings: tuple[Text, ...]


def highlights(
    themes: Sequence[Theme], cards: Mapping[str, Mapping[str, Card]]
) -> tuple[Highlight, ...]:
    """Give the first readings of every page but the first; a page without data has none."""
    return tuple(
        Highlight(
            theme,
            tuple(card.words for card in cards[theme.key].values() if card.content)[
                :READINGS_SHOWN
            ],
        )
        for theme in themes[1:]
    )


def page_html(
    theme: Theme,
    cards: Mapping[str, Card],
    themes: Sequence[Theme],
    *,
    shop_title: str,
    about: About,
    in_short: Sequence[Highlight] = (),
) -> str:
    """Give one page; `themes` are the pages that its navigation leads to."""
    is_first = theme == themes[0]
    return (
        _environment()
        .get_template("page.html")
        .render(
            theme=theme,
            themes=themes,
            cards=cards,
            in_short=in_short,
            heading=same(shop_title) if is_first else theme.name,
            title=_title(theme, shop_title, is_first=is_first),
            as_of=_as_of(about, shop_title, is_first=is_first),
            lead=_coverage(about) if is_first else theme.lead,
            is_first=is_first,
            publication_id=about.publication_id,
            published_at=show.instant(about.published_at),
            figures={
                key: card.content.figures
                for key, card in cards.items()
                if card.content and card.content.figures
            },
            palette=PALETTE,
            dark_colours={pair.light: pair.dark for pair in PALETTE.values()},
            font=FONT,
            plotly_file=PLOTLY_FILE,
        )
    )


def both(text: Text) -> Markup:
    """Give a text as HTML in both languages; the page's style shows the chosen one."""
    if text.ja == text.en:
        return escape(text.ja)
    return Markup('<span lang="ja">{}</span><span lang="en">{}</span>').format(text.ja, text.en)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"say": say, "both": both}
    return environment


def _title(theme: Theme, shop_title: str, *, is_first: bool) -> Text:
    if is_first:
        return say("page.title", shop=shop_title)
    return say("page.page_title", page=theme.name, shop=shop_title)


def _as_of(about: About, shop_title: str, *, is_first: bool) -> Text:
    day = show.day(about.as_of_date)
    return say("page.as_of", day=day) if is_first else say("page.of_shop", shop=shop_title, day=day)


def _coverage(about: About) -> Text:
    persons = show.persons(about.persons)
    if about.first_order_date is None:
        return say("page.coverage_without_orders", persons=persons)
    return say(
        "page.coverage",
        first=show.day(about.first_order_date),
        last=show.day(about.as_of_date),
        orders=show.count(about.orders),
        persons=persons,
        sources=join([same(source) for source in about.sources]),
    )
