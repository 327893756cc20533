"""A small work database as dbt leaves it, and publishing it in one line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.publication.changes import ChangeLimits
from orchestration.publication.editions import Edition
from orchestration.publication.gates import GateRecord
from orchestration.publication.publish import PublicationReport, publish

CANARY = "hanako.canary@example.jp"
PASSED = GateRecord("dbt/marts", "unique_customer_360_person_id", True, "error", "")
LIMITS = ChangeLimits()

BUILD = """
create schema marts; create schema segments; create schema policy; create schema identity;
create schema contact; create schema staging;
create table marts.customer_360 as
    select 'p' || i as person_id, i as order_count, (i * 100)::decimal(18, 3) as net_sales
    from range(1, 201) people(i);
create table marts.fct_orders as
    select 'ec:' || i as order_id, date '2026-10-01' + (i % 31)::integer as ordered_date,
        1000::decimal(18, 3) as net_sales, 'JPY' as currency
    from range(310) orders(i);
create table segments.seg_winback as
    select 'p' || i as person_id, timestamp '2026-10-30 00:00' as entered_at, 'lapsed' as reason
    from range(1, 41) people(i);
create table policy.send_eligibility as select 'p1' as person_id, true as allowed;
create table identity.person_identifiers as select 'p1' as person_id, 'ab12' as email_hash;
create table contact.person_contacts as
    select 'p' || i as person_id, '{canary}' as email from range(1, 201) people(i);
create table staging.stg_customers as select '{canary}' as email;
"""


@dataclass(slots=True)
class Shop:
    """A shop's work database and its publications."""

    root: Path
    template: Path
    made: int = field(default=0)

    @property
    def work(self) -> Path:
        return self.root / "work" / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    def build(self, *changes: str) -> None:
        """Build the work database anew, then apply statements to it."""
        self.work.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.template, self.work)
        if changes:
            with duckdb.connect(str(self.work)) as connection:
                connection.execute("; ".join(changes))

    def edition(self, shop: str = "sample") -> Edition:
        self.made += 1
        return Edition(
            publication_id=f"pub{self.made}",
            shop=shop,
            run_id="run1",
            as_of_date=date(2026, 10, 31),
            published_at=datetime.fromisoformat(f"2026-11-01T{self.made:02}:00"),
        )

    def publish(
        self,
        *,
        gates: tuple[GateRecord, ...] = (PASSED,),
        limits: ChangeLimits | None = LIMITS,
        keep: int = 7,
        shop: str = "sample",
    ) -> PublicationReport:
        return publish(
            self.work,
            self.published,
            self.edition(shop),
            gates=gates,
            required_stages=["dbt/marts"],
            limits=limits,
            keep=keep,
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work database as every shop starts with it."""
    path = tmp_path_factory.mktemp("template") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(BUILD.format(canary=CANARY))
    return path


@pytest.fixture
def shop(tmp_path: Path, template: Path) -> Shop:
    """A shop that is built and has published nothing."""
    shop = Shop(tmp_path, template)
    shop.build()
    return shop


Query = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def query() -> Query:
    """Read a published file as others do."""

    def run(path: Path, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return run
