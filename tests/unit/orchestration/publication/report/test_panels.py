"""What every panel owes, the ones yet to come included."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from orchestration.publication.report.panel import Panel
from orchestration.publication.report.published import REQUIRED, open_publication
from orchestration.publication.report.render import theme_cards
from orchestration.publication.report.texts import all_texts
from orchestration.publication.report.themes import registry
from orchestration.publication.report.themes.registry import THEMES
from tests.published_tables import contracts

THEMES_FOLDER = Path(registry.__file__).parent
PANELS = [panel for theme in THEMES for panel in theme.panels()]
SAYS_SO_ITSELF = {"tiles"}
"""Panels that show what is missing piece by piece."""


@pytest.fixture(scope="module")
def empty_cards(empty_folder: Path) -> Any:
    with open_publication(empty_folder) as published:
        return {
            key: card for theme in THEMES for key, card in theme_cards(theme, published).items()
        }


def test_every_key_stands_once() -> None:
    assert [
        key for key, number in Counter(panel.key for panel in PANELS).items() if number > 1
    ] == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_panel_has_its_words(panel: Panel) -> None:
    assert panel.title.ja
    assert panel.definition.ja.endswith("。")
    assert panel.empty.ja.endswith("。")


@pytest.mark.parametrize("section", [s.key for theme in THEMES for s in theme.sections])
def test_section_has_its_heading(section: str) -> None:
    assert f"sections.{section}" in all_texts()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_panel_reads_published_tables_only(panel: Panel) -> None:
    published = {name for name, _ in contracts()} | {"_publication.gates"}
    assert set(panel.reads) - published == set()


@pytest.mark.parametrize(
    "panel", [p for p in PANELS if p.key not in SAYS_SO_ITSELF], ids=lambda panel: panel.key
)
def test_panel_says_no_data_when_its_tables_are_empty(panel: Panel, empty_cards: Any) -> None:
    card = empty_cards[panel.key]
    assert card.content is None
    assert card.words == panel.empty


@pytest.mark.parametrize(
    "panel", [p for p in PANELS if set(p.reads) - REQUIRED], ids=lambda panel: panel.key
)
def test_panel_names_the_table_when_one_is_missing(panel: Panel, bare_cards: Any) -> None:
    card = bare_cards[panel.key]
    assert card.content is None
    assert card.words.ja.startswith(panel.empty.ja)
    assert "がありません" in card.words.ja


@pytest.fixture(scope="module")
def bare_cards(bare_folder: Path) -> Any:
    with open_publication(bare_folder) as published:
        return {
            key: card for theme in THEMES for key, card in theme_cards(theme, published).items()
        }


def test_every_file_of_a_theme_is_on_its_page() -> None:
    listed = {panel.build.__module__ for panel in PANELS}
    written = {
        f"orchestration.publication.report.themes.{path.parent.name}.{path.stem}"
        for path in THEMES_FOLDER.glob("*/*.py")
        if path.stem not in {"__init__", "theme"} and "= Panel(" in path.read_text("utf-8")
    }
    assert written - listed == set()
