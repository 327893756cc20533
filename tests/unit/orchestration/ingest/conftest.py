"""A shop of one source in a temporary folder, with real files, Parquet and DuckDB."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.ingest.ingest import LandedBatch, ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from orchestration.ingest.mapping_model import SourceMapping
from orchestration.ingest.report import GateResultLike, SourceReport

FIRST_LOAD = datetime.fromisoformat("2026-11-01 03:00:00")

ORDERS_MAPPING = """
    source: shop
    description: Orders of a shop.
    time_zone: Asia/Tokyo
    feeds:
      - name: orders
        files: orders_*.csv
        format: csv
        max_bad_row_ratio: 0.5
        entities:
          - entity: orders
            version: updated_at
            columns:
              source_order_id: number
              ordered_at: {from: ordered, required: true}
              updated_at: changed
              status: {from: state, map: {1: paid, 9: cancelled}}
              currency: {value: JPY}
              total: {from: total, minimum: 0}
              email: mail
              phone: phone
"""


@dataclass
class Shop:
    """One source with its landing folder and its lake."""

    root: Path
    mapping: SourceMapping
    gate: Callable[[LandedBatch], GateResultLike] | None = None
    click_key: str | None = None
    loads: int = 0
    lake: Lake = field(init=False)

    def __post_init__(self) -> None:
        self.lake = Lake(self.root / "lake")

    def land(self, name: str, content: str | bytes, *, encoding: str = "utf-8") -> Path:
        path = self.root / "landing" / self.mapping.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def ingest(self) -> SourceReport[Any]:
        self.loads += 1
        return ingest_source(
            self.mapping,
            landing=self.root / "landing",
            lake=self.lake,
            loaded_at=FIRST_LOAD.replace(day=self.loads),
            gate=self.gate,
            shop_time_zone="Asia/Tokyo",
            click_key=self.click_key,
        )

    def rows(self, entity: str, columns: str = "*") -> list[tuple[object, ...]]:
        return self._query(f"raw/*/{entity}/**", f"select {columns} from rows order by _file, _row")

    def quarantine(self, columns: str = "row, reason, column_name") -> list[tuple[object, ...]]:
        return self._query("quarantine/*/*", f"select {columns} from rows order by file, row")

    def log(self, columns: str) -> list[tuple[object, ...]]:
        return self._query("files", f"select {columns} from rows order by file, revision, entity")

    def count(self, folder: str) -> int:
        files = self.lake.root.glob(f"{folder}/*.parquet")
        return sum(pq.read_metadata(path).num_rows for path in files)

    def lake_files(self) -> list[str]:
        return sorted(
            path.relative_to(self.lake.root).as_posix()
            for path in self.lake.root.rglob("*")
            if path.is_file()
        )

    def _query(self, folder: str, query: str) -> list[tuple[object, ...]]:
        files = [str(path) for path in self.lake.root.glob(f"{folder}/*.parquet")]
        if not files:
            return []
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.read_parquet(files, union_by_name=True, hive_partitioning=False).create_view(
                "rows"
            )
            return connection.sql(query).fetchall()


@pytest.fixture(scope="session")
def shop_in() -> Callable[[Path, str], Shop]:
    """Builds a shop in a folder from the text of a mapping file."""

    def make(folder: Path, text: str) -> Shop:
        path = folder / "mapping.yml"
        path.write_text(dedent(text), "utf-8")
        return Shop(folder, load_mapping(path))

    return make


@pytest.fixture
def make_shop(tmp_path: Path, shop_in: Callable[[Path, str], Shop]) -> Callable[[str], Shop]:
    """Builds a shop from the text of a mapping file."""
    return partial(shop_in, tmp_path)


@pytest.fixture
def shop(make_shop: Callable[[str], Shop]) -> Shop:
    """A shop whose feed orders_*.csv has number, ordered, changed, state, total, mail, phone."""
    return make_shop(ORDERS_MAPPING)
