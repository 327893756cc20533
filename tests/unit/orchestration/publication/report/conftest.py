"""Publications for the report, and a reader of the page it makes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.published import REQUIRED, open_publication
from orchestration.publication.report.render import render_report
from tests.published_tables import create_published_tables

HERE = Path(__file__).parent
VOID_ELEMENTS = {"meta", "br", "link", "input"}
PUBLICATION_ONLY = """
insert into _publication.publication values
    ('publication-0', 'empty', 'run-1', date '2026-10-15', timestamp '2026-10-16 03:04:05', '1')
"""

ONE_PURCHASE_IN_POUNDS = """
insert into marts.fct_orders by name
select
    'uci:1' as order_id, 'uci' as source, 'person-1' as person_id,
    date '2026-10-15' as ordered_date, true as is_purchase, true as is_first_purchase,
    1234.565 as net_sales, 'GBP' as currency;
insert into marts.rpt_kpi_daily by name select date '2026-10-15' as kpi_date;
insert into marts.customer_360 by name
select 'person-1' as person_id, 'customer' as stage, 1 as purchase_count, false as is_member;
insert into marts.rpt_stage_ladder by name
select * from (values (1, 'visitor', '訪問者', 'browser', 0), (4, 'customer', '顧客', 'person', 1))
    as stages (stage_order, stage, stage_ja, subject_kind, subjects);
"""

SYNCS: list[dict[str, object]] = [
    {
        "sync": "first_purchase__mail",
        "segment": "seg_first_purchase",
        "channel": "sendgrid_contacts",
        "status": "awaiting_approval",
        "adds": 1,
        "changes": 2,
        "removals": 3,
        "unchanged": 4,
        "refused": {"unsubscribed": 5, "no_consent": 6},
        "invalid": {"missing_value": 2},
        "delivered": 7,
        "rejected": 8,
        "unknown": 9,
        "waiting_reason": "first sync: 1 recipients would be added; refusals: 11 of 14 is 79%",
        "waiting_codes": ["first_sync", "too_many_refusals"],
    }
]
FRESHNESS: list[dict[str, object]] = [
    {
        "source": "own",
        "entity": "orders",
        "files": 3,
        "rows_accepted": 1234,
        "rows_quarantined": 1,
        "newest_at": datetime(2026, 10, 13, 23, 59),  # noqa: DTZ001 (UTC without a zone)
        "loaded_at": datetime(2026, 10, 16, 2, 0),  # noqa: DTZ001 (UTC without a zone)
    }
]


@dataclass
class Report:
    """The words and the table cells of all pages as a reader of one language sees them."""

    pages: Mapping[str, str]
    """File -> its HTML."""
    language: str
    texts: dict[str, str] = field(default_factory=dict)
    """Card -> its words; "" -> the words outside the cards, page after page."""
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for html in self.pages.values():
            _Reader(self).feed(html)

    @property
    def html(self) -> str:
        """All pages, one after another."""
        return "".join(self.pages.values())

    def figure(self, key: str) -> Any:
        """Give one figure as the browser gets it."""
        figures: dict[str, Any] = {}
        for html in self.pages.values():
            found = re.search(r'id="figures">(.*?)</script>', html, re.DOTALL)
            assert found
            figures |= json.loads(found[1])
        return figures[key][self.language]


class _Reader(HTMLParser):
    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report
        self._open: list[tuple[str, Mapping[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID_ELEMENTS:
            self._open.append((tag, dict(attrs)))
        if tag == "tr":
            self._report.rows.setdefault(self._card(), []).append([])
        if tag in {"th", "td"}:
            self._report.rows[self._card()][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        languages = [
            attrs["lang"] for tag, attrs in self._open if tag != "html" and "lang" in attrs
        ]
        if {"script", "style"} & set(tags) or set(languages) - {self._report.language}:
            return
        card = self._card()
        self._report.texts[card] = self._report.texts.get(card, "") + data
        if {"th", "td"} & set(tags):
            self._report.rows[card][-1][-1] += data

    def _card(self) -> str:
        ids = [attrs["id"] for _, attrs in self._open if attrs.get("id")]
        return str(ids[-1]) if ids else ""


def write_publication(folder: Path, *statements: str) -> Path:
    """Write a publication of empty tables and run the statements in it."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_published_tables(connection)
        for statement in statements:
            connection.execute(statement)
    return folder


def render(
    publication: Path,
    shop_title: str = "縁側商店",
    syncs: Sequence[Mapping[str, object]] = (),
    freshness: Sequence[Mapping[str, object]] = (),
) -> dict[str, str]:
    """Give the pages of a publication by their file."""
    output = publication / "reports"
    info = render_report(
        publication,
        shop_title=shop_title,
        sync_summaries=syncs,
        source_freshness=freshness,
        output=output,
    )
    assert info.path == output / "index.html"
    assert info.bytes == sum(file.stat().st_size for file in output.iterdir())
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(output.glob("*.html"))}


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    """Writes a publication into a folder: empty tables, filled by statements."""
    return write_publication


@pytest.fixture(scope="session")
def rendered() -> Callable[..., dict[str, str]]:
    """Renders a publication into `reports/` in its folder; gives the pages by their file."""
    return render


@pytest.fixture(scope="session")
def small_shop() -> str:
    """The statements that fill a publication with a shop worked out by hand."""
    return (HERE / "small_shop.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def small_pages(tmp_path_factory: pytest.TempPathFactory, small_shop: str) -> dict[str, str]:
    """The pages of the shop worked out by hand."""
    folder = write_publication(tmp_path_factory.mktemp("small") / "publication", small_shop)
    return render(folder, syncs=SYNCS, freshness=FRESHNESS)


@pytest.fixture(scope="session")
def japanese(small_pages: dict[str, str]) -> Report:
    """The pages of the small shop as a Japanese reader sees it."""
    return Report(small_pages, "ja")


@pytest.fixture(scope="session")
def english(small_pages: dict[str, str]) -> Report:
    """The pages of the small shop as an English reader sees it."""
    return Report(small_pages, "en")


@pytest.fixture
def sync_values() -> dict[str, object]:
    """The summary of one sync."""
    return dict(SYNCS[0])


@pytest.fixture
def freshness_values() -> dict[str, object]:
    """What arrived of one entity."""
    return dict(FRESHNESS[0])


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., tuple[Report, Report]]:
    """Gives a publication's page in both languages; its tables hold what the statements insert."""
    numbers = count()

    def make(*statements: str, **options: Any) -> tuple[Report, Report]:
        folder = write_publication(tmp_path / f"publication_{next(numbers)}", *statements)
        html = render(folder, **options)
        return Report(html, "ja"), Report(html, "en")

    return make


@pytest.fixture(scope="session")
def publication_row() -> str:
    """The statement that makes an otherwise empty publication."""
    return PUBLICATION_ONLY


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication whose tables are all empty."""
    return write_publication(tmp_path_factory.mktemp("hollow") / "publication", PUBLICATION_ONLY)


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with the tables that the report cannot do without, and no other."""
    folder = tmp_path_factory.mktemp("bare")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_published_tables(connection)
        connection.execute(PUBLICATION_ONLY)
        for (name,) in connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
        ).fetchall():
            if name not in REQUIRED:
                connection.execute(f"drop table {name}")
    return folder


@pytest.fixture
def panel_of(tmp_path: Path) -> Callable[..., Content | None]:
    """Gives what one panel shows of tables that hold what the statements insert.

    The publication's day is 2026-10-15, its currency that of marts.fct_orders.
    """
    numbers = count()

    def build(panel: Panel, *statements: str) -> Content | None:
        folder = tmp_path / f"panel_{next(numbers)}"
        write_publication(folder, PUBLICATION_ONLY, *statements)
        with open_publication(folder) as published:
            return panel.build(published)

    return build


@pytest.fixture(scope="session")
def empty_page(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The pages of a publication whose tables are all empty."""
    folder = tmp_path_factory.mktemp("empty") / "publication"
    return Report(render(write_publication(folder, PUBLICATION_ONLY)), "ja")


@pytest.fixture(scope="session")
def pound_pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """The page, in both languages, of a shop with one purchase in pounds and nothing else."""
    folder = tmp_path_factory.mktemp("pounds") / "publication"
    html = render(write_publication(folder, PUBLICATION_ONLY, ONE_PURCHASE_IN_POUNDS))
    return Report(html, "ja"), Report(html, "en")
