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

from orchestration.publication.report.page import render_report

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
        "refused": {"suppressed": 5, "no_consent": 6},
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
        "loaded_at": datetime(2026, 10, 16, 2, 0),  # noqa: DTZ001
    }
]


@dataclass
class Page(HTMLParser):
    """The words and the table cells of a page as a reader of one language sees them."""

    html: str
    language: str
    texts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, Mapping[str, str | None]]] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID_ELEMENTS:
            self._open.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.setdefault(self._card(), []).append([])
        if tag in {"th", "td"}:
            self.rows[self._card()][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        languages = [
            attrs["lang"] for tag, attrs in self._open if tag != "html" and "lang" in attrs
        ]
        if {"script", "style"} & set(tags) or set(languages) - {self.language}:
            return
        card = self._card()
        self.texts[card] = self.texts.get(card, "") + data
        if {"th", "td"} & set(tags):
            self.rows[card][-1][-1] += data

    def _card(self) -> str:
        ids = [attrs["id"] for _, attrs in self._open if attrs.get("id")]
        return str(ids[-1]) if ids else ""

    def figure(self, key: str) -> Any:
        """Give one figure as the browser gets it."""
        found = re.search(r'id="figures">(.*?)</script>', self.html, re.DOTALL)
        assert found
        return json.loads(found[1])[key][self.language]


def write_publication(folder: Path, *statements: str) -> Path:
    """Write a publication of empty tables and run the statements in it."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute((HERE / "published_tables.sql").read_text(encoding="utf-8"))
        for statement in statements:
            connection.execute(statement)
    return folder


def render(
    publication: Path,
    shop_title: str = "縁側商店",
    syncs: Sequence[Mapping[str, object]] = (),
    freshness: Sequence[Mapping[str, object]] = (),
) -> str:
    """Give the page of a publication."""
    output = publication / "reports" / "index.html"
    info = render_report(
        publication,
        shop_title=shop_title,
        sync_summaries=syncs,
        source_freshness=freshness,
        output=output,
    )
    assert info.bytes == output.stat().st_size
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def small_shop() -> str:
    """The statements that fill a publication with a shop worked out by hand."""
    return (HERE / "small_shop.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def small_html(tmp_path_factory: pytest.TempPathFactory, small_shop: str) -> str:
    """The page of the shop worked out by hand."""
    folder = write_publication(tmp_path_factory.mktemp("small") / "publication", small_shop)
    return render(folder, syncs=SYNCS, freshness=FRESHNESS)


@pytest.fixture(scope="session")
def japanese(small_html: str) -> Page:
    """The page of the small shop as a Japanese reader sees it."""
    return Page(small_html, "ja")


@pytest.fixture(scope="session")
def english(small_html: str) -> Page:
    """The page of the small shop as an English reader sees it."""
    return Page(small_html, "en")


@pytest.fixture
def sync_values() -> dict[str, object]:
    """The summary of one sync."""
    return dict(SYNCS[0])


@pytest.fixture
def freshness_values() -> dict[str, object]:
    """What arrived of one entity."""
    return dict(FRESHNESS[0])


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., tuple[Page, Page]]:
    """Gives a publication's page in both languages; its tables hold what the statements insert."""
    numbers = count()

    def make(*statements: str, **options: Any) -> tuple[Page, Page]:
        folder = write_publication(tmp_path / f"publication_{next(numbers)}", *statements)
        html = render(folder, **options)
        return Page(html, "ja"), Page(html, "en")

    return make


@pytest.fixture(scope="session")
def publication_row() -> str:
    """The statement that makes an otherwise empty publication."""
    return PUBLICATION_ONLY


@pytest.fixture(scope="session")
def empty_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of a publication whose tables are all empty."""
    folder = tmp_path_factory.mktemp("empty") / "publication"
    return Page(render(write_publication(folder, PUBLICATION_ONLY)), "ja")


@pytest.fixture(scope="session")
def pound_pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, Page]:
    """The page, in both languages, of a shop with one purchase in pounds and nothing else."""
    folder = tmp_path_factory.mktemp("pounds") / "publication"
    html = render(write_publication(folder, PUBLICATION_ONLY, ONE_PURCHASE_IN_POUNDS))
    return Page(html, "ja"), Page(html, "en")
