"""A small identity graph in a real work database, and what the resolution makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.identity.resolve import IdentityReport, resolve_identities

COLUMNS = [
    "record_key",
    "source",
    "record_kind",
    "source_customer_id",
    "line_user_id",
    "email_key",
    "email_status",
    "email_loose_key",
    "phone_key",
    "phone_kind",
    "name_key",
    "name_loose_key",
    "given_name_key",
    "family_name_key",
    "kana_key",
    "given_kana_key",
    "romaji_key",
    "postal_key",
    "address_key",
    "birth_key",
    "company_key",
    "first_seen_at",
]
RULES = {
    "same_source_customer": 1,
    "line_account_link": 2,
    "email_and_kana": 3,
    "phone_and_kana": 3,
    "kana_and_address": 4,
    "splink": 5,
}
LIMITS = {"emails": 5, "phones": 4, "line_users": 1, "given_names": 3, "accounts": 20}


def record(key: str, **values: object) -> dict[str, object]:
    """A record of the key `source|kind|id`, with the keys that a test is about."""
    source, kind, number = key.split("|")
    own = {"source_customer_id": number} if kind == "customer" else {}
    status = {"email_status": "valid"} if "email_key" in values else {}
    return {"record_key": key, "source": source, "record_kind": kind, **own, **status, **values}


@dataclass
class World:
    """One shop's work database and lake."""

    root: Path
    single_account_sources: tuple[str, ...] = ()
    linked_pairs: Path | None = None
    runs: int = field(default=0)

    @property
    def work_db(self) -> Path:
        return self.root / "work" / "warehouse.duckdb"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def overrides(self) -> Path:
        return self.root / "state" / "identity_overrides.csv"

    def write(
        self,
        records: Iterable[str | Mapping[str, object]],
        edges: Iterable[tuple[str, str, str]] = (),
        *,
        rules: Mapping[str, int] = RULES,
        limits: Mapping[str, int] = LIMITS,
    ) -> None:
        """Put the tables as the models make them in place of those that were there."""
        rows = [record(each) if isinstance(each, str) else each for each in records]
        self.work_db.parent.mkdir(parents=True, exist_ok=True)
        tables = {
            "intermediate.int_identity__records": pa.table(
                {name: _column(name, [row.get(name) for row in rows]) for name in COLUMNS}
            ),
            "intermediate.int_identity__edges": _table(
                ["left_record", "right_record", "rule"], list(edges)
            ),
            "seeds.identity_rules": _table(
                ["rule", "tier", "is_enabled"], [(r, t, True) for r, t in rules.items()]
            ),
            "seeds.identity_limits": _table(["limit_name", "max_count"], list(limits.items())),
        }
        with self.connect() as connection:
            for schema in ("intermediate", "seeds"):
                connection.execute(f"create schema if not exists {schema}")
            for name, content in tables.items():
                connection.register("content", content)
                connection.execute(f"create or replace table {name} as select * from content")
                connection.unregister("content")

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.work_db))

    def decide(self, *rows: str) -> None:
        """Write the override file: `link a b` or `never_link a b` a row."""
        self.overrides.parent.mkdir(parents=True, exist_ok=True)
        lines = ["action,left_record,right_record,note"]
        lines += [",".join([*row.split(" "), ""]) for row in rows]
        self.overrides.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def resolve(self) -> IdentityReport:
        self.runs += 1
        return resolve_identities(
            self.work_db,
            self.lake,
            f"run-{self.runs}",
            overrides=self.overrides,
            single_account_sources=self.single_account_sources,
            linked_pairs=self.linked_pairs,
        )

    def read(self, name: str) -> list[dict[str, object]]:
        return pq.read_table(self.lake / "identity" / f"{name}.parquet").to_pylist()

    @property
    def persons(self) -> dict[str, str]:
        return {str(row["record_key"]): str(row["person_id"]) for row in self.read("person_map")}

    @property
    def groups(self) -> set[frozenset[str]]:
        """The records of each person."""
        found: dict[str, set[str]] = {}
        for key, person in self.persons.items():
            found.setdefault(person, set()).add(key)
        return {frozenset(keys) for keys in found.values()}

    @property
    def events(self) -> list[tuple[object, ...]]:
        return [
            (row["kind"], row["person_id"], row["old_person_id"], row["record_count"])
            for row in self.read("identity_events")
        ]

    @property
    def refused(self) -> set[tuple[object, ...]]:
        return {
            (row["left_record"], row["right_record"], row["rule"], row["reason"])
            for row in self.read("refused_links")
        }


def _column(name: str, values: list[object]) -> pa.Array:
    kinds = {"birth_key": pa.date32(), "first_seen_at": pa.timestamp("us")}
    return pa.array(values, kinds.get(name, pa.string()))


def _table(names: list[str], rows: list[tuple[object, ...]]) -> pa.Table:
    kinds = {"tier": pa.int64(), "max_count": pa.int64(), "is_enabled": pa.bool_()}
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kinds.get(name, pa.string()))
            for place, name in enumerate(names)
        }
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def make_record():
    """Gives a record of the key `source|kind|id`, with the keys that a test is about."""
    return record


@pytest.fixture
def groups_of():
    """The groups that words of record keys name, one group a text."""
    return lambda *texts: {frozenset(text.split()) for text in texts}
