"""The report in a real browser, from files: drawn, silent, in two languages, on any screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.publication.report.themes.registry import THEMES
from tests.browser.chromium import PROGRAM, Chromium

PAGES = [theme.file for theme in THEMES if theme.panels()]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="neither chromium nor google-chrome is installed"),
]


LOOKS = (
    ("ja", "light", 1280),
    ("en", "dark", 1280),
    ("en", "light", 390),
    ("ja", "dark", 390),
)
UNDRAWN = """
[...document.querySelectorAll('[data-chart]')]
    .filter(box => box.querySelector('.main-svg')?.clientWidth !== box.clientWidth)
    .map(box => box.dataset.chart)
"""
"""Keys of the charts that are not drawn, or not as wide as their place."""


def words_of(chromium: Chromium, key: str) -> str:
    """Give the words that the browser drew in one chart."""
    return str(
        chromium.ask(
            f"[...document.querySelectorAll('[data-chart={key}] text')]"
            ".map(each => each.textContent).join(' ')"
        )
    )


@pytest.mark.parametrize("page", PAGES)
def test_page_draws_every_chart_without_a_complaint_and_fits_every_screen(
    report_folder: Path, chromium: Chromium, page: str
) -> None:
    chromium.open(report_folder / page)
    for language, scheme, width in LOOKS:
        chromium.look(width=width, scheme=scheme)
        chromium.speak(language)
        chromium.settle()
        seen = f"{language}, {scheme}, {width}"
        assert chromium.ask("document.documentElement.scrollWidth") == width, seen
        assert chromium.ask(UNDRAWN) == [], seen
    assert chromium.complaints == []


def test_page_opens_in_japanese_and_switches_without_reload(
    report_folder: Path, chromium: Chromium
) -> None:
    chromium.open(report_folder / "index.html")
    words = words_of(chromium, "sales")
    assert "純売上" in words
    assert "¥60万" in words
    assert "Net sales" not in words
    chromium.ask("window.stays = true")
    chromium.speak("en")
    words = words_of(chromium, "sales")
    assert "Net sales" in words
    assert "¥600K" in words
    assert "純売上" not in words
    assert chromium.ask("window.stays && document.title") == "縁側マーケット customer report"


def test_navigation_leads_to_every_page_in_the_chosen_language(
    report_folder: Path, chromium: Chromium
) -> None:
    chromium.open(report_folder / "index.html", "en")
    links = [(report_folder / page).as_uri() + "#en" for page in PAGES]
    for place, pages in ((".pages", links), ("#in-short", links[1:])):
        found = f"[...document.querySelectorAll('{place} [data-page]')].map(each => each.href)"
        assert chromium.ask(found) == pages
    current = "document.querySelector('[aria-current=page]').textContent"
    assert "Overview" in chromium.ask(current)


def test_chart_has_a_label_in_the_chosen_language(report_folder: Path, chromium: Chromium) -> None:
    chromium.open(report_folder / "segmentation.html", "en")
    label = chromium.ask("document.querySelector('[data-chart=deciles]').ariaLabel")
    assert label.startswith("Chart: Sales by decile. The best 10%")
    chromium.open(report_folder / "repeat.html", "en")
    assert "Months since first purchase" in words_of(chromium, "cohorts")
