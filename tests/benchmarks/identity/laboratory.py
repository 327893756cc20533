"""Builds a shop once and resolves its records again and again."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from orchestration.identity.graph import Rule
from orchestration.identity.reading import Settings, opened, read_graph, read_rules
from orchestration.identity.tiers import cluster
from tests.benchmarks.bench import Benchmark, Result
from tests.benchmarks.identity.graphs import (
    NORMALISED_VALUES,
    RAW_VALUES,
    KnownRecords,
    joined_by_email_or_phone,
    known_records,
)
from tests.benchmarks.identity.scoring import Labels, Score, score
from tests.benchmarks.identity.variants import BLOCKLIST, UNLIMITED, Edges, Variant, variants

Progress = Callable[[str], None]

_EDGE_MODELS = (
    "int_identity__blocked_values",
    "int_identity__link_keys",
    "int_identity__edges",
)
_KEEP_BIRTH_EDGES = """
    create table intermediate.kept as
    select * from intermediate.int_identity__edges where rule = 'name_and_birth';
    create table intermediate.no_births as
    select * replace (null::date as birth_key) from intermediate.int_identity__link_keys;
    drop table intermediate.int_identity__link_keys;
    alter table intermediate.no_births rename to int_identity__link_keys;
"""
_BRING_BACK_BIRTH_EDGES = """
    insert into intermediate.int_identity__edges select * from intermediate.kept
"""
_ALONE = {"email_alone": "mailbox_key", "phone_alone": "phone_key"}
_ALONE_TIER = 3
_ADD_ALONE = """
    insert into intermediate.int_identity__edges (left_record, right_record, rule, first_seen_at)
    with grouped as (
        select
            record_key,
            first_value(record_key) over (partition by {key} order by record_key) as first_key,
            first_seen_at
        from intermediate.int_identity__link_keys
        where {key} is not null
    )

    select first_key, record_key, '{rule}', first_seen_at from grouped
    where record_key <> first_key
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    group: str
    name: str
    score: Score


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A built shop, and work databases with other candidate edges."""

    benchmark: Benchmark
    progress: Progress

    def rows(self) -> Iterator[Row]:
        """Build the shop; then the baselines, and the resolution without one thing at a time.

        Raises:
            PhaseError: a phase of the build ended with an error.
        """
        records = self._build()
        work_db = self.benchmark.workspace.work_db
        for name, values in (
            ("one mailbox or one number, as written", RAW_VALUES),
            ("one mailbox or one number, normalised", NORMALISED_VALUES),
        ):
            self.progress(name)
            found = joined_by_email_or_phone(work_db, records, values)
            yield Row("baseline", name, score(found, records.true, records.accounts))
        databases = {Edges.OURS: work_db, **self._other_databases(work_db)}
        with opened(work_db) as connection:
            rules, limits = read_rules(connection), _read_limits(connection)
        for variant in variants(rules, limits):
            self.progress(f"{variant.group}: {variant.name}")
            found = self._resolve(databases[variant.edges], variant, records)
            row_score = score(found, records.true, records.accounts)
            yield Row(variant.group, variant.name, row_score)

    def shipped(self) -> Row:
        """Build the shop and resolve it as it is.

        Raises:
            PhaseError: a phase of the build ended with an error.
        """
        records = self._build()
        with opened(self.benchmark.workspace.work_db) as connection:
            rules, limits = read_rules(connection), _read_limits(connection)
        variant = next(variants(rules, limits))
        found = self._resolve(self.benchmark.workspace.work_db, variant, records)
        return Row(variant.group, variant.name, score(found, records.true, records.accounts))

    def _build(self) -> KnownRecords:
        self.benchmark.build_edges(Result(self.benchmark.persons, str(self.benchmark.as_of_date)))
        truth = self.benchmark.root / "truth"
        return known_records(self.benchmark.workspace.work_db, truth)

    def _resolve(self, work_db: Path, variant: Variant, records: KnownRecords) -> Labels:
        rules = variant.rules
        if not variant.edges.has_names:
            rules = (*rules, *(Rule(name, _ALONE_TIER, is_star=True) for name in _ALONE))
        settings = Settings(rules=rules, limits=variant.limits)
        with opened(work_db) as connection:
            graph = read_graph(connection, settings)
        if graph.records.keys.to_pylist() != list(records.keys):
            raise ValueError("the resolution saw other records than the truth")
        return cluster(graph).labels.astype(np.int64)

    def _other_databases(self, work_db: Path) -> dict[Edges, Path]:
        """Copies of the work database, each with candidate edges of its own."""
        copies: dict[Edges, Path] = {}

        def copy(origin: Path, edges: Edges) -> Path:
            self.progress(f"edges: {edges.value}")
            copies[edges] = work_db.with_name(f"{edges.value}.duckdb")
            shutil.copyfile(origin, copies[edges])
            return copies[edges]

        self._without_blocklist(copy(work_db, Edges.NO_BLOCKLIST))
        self._without_births(copy(work_db, Edges.NO_BIRTHS))
        self._without_births(copy(copies[Edges.NO_BLOCKLIST], Edges.NO_GUARDS))
        _without_names(copy(work_db, Edges.NO_NAMES))
        _without_names(copy(copies[Edges.NO_GUARDS], Edges.NOTHING))
        return copies

    def _without_blocklist(self, work_db: Path) -> None:
        with duckdb.connect(str(work_db)) as connection:
            connection.execute(
                "update seeds.identity_limits set max_count = $1 where starts_with(limit_name, $2)",
                [UNLIMITED, BLOCKLIST],
            )
        self.benchmark.rebuild(work_db, _EDGE_MODELS)

    def _without_births(self, work_db: Path) -> None:
        """The edges' macro holds back what states different dates; the rule on dates stays."""
        with duckdb.connect(str(work_db)) as connection:
            connection.execute(_KEEP_BIRTH_EDGES)
        self.benchmark.rebuild(work_db, _EDGE_MODELS[-1:])
        with duckdb.connect(str(work_db)) as connection:
            connection.execute(_BRING_BACK_BIRTH_EDGES)


def _read_limits(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute("select limit_name, max_count from work.seeds.identity_limits")
    return dict(sorted(rows.fetchall()))


def _without_names(work_db: Path) -> None:
    with duckdb.connect(str(work_db)) as connection:
        for rule, key in _ALONE.items():
            connection.execute(_ADD_ALONE.format(rule=rule, key=key))
            connection.execute(
                "insert into seeds.identity_rules values ($1, $2, true, 'added here')",
                [rule, _ALONE_TIER],
            )
