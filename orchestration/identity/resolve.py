"""Resolves who is who: from the edges in the work database to the person map in the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.durable import replace_table
from orchestration.identity.fingerprint import Hashes, component_hashes
from orchestration.identity.graph import Graph
from orchestration.identity.guards import Mask, reasons_of
from orchestration.identity.journal import append_events, append_former
from orchestration.identity.overrides import read_overrides
from orchestration.identity.queries import arrow_table
from orchestration.identity.reading import Settings, opened, read_graph
from orchestration.identity.registry import NOBODY, Assignment, assign_person_ids
from orchestration.identity.state import (
    MAP_SCHEMA,
    REFUSED_SCHEMA,
    IdentityFiles,
    Previous,
    read_previous,
    read_table,
)
from orchestration.identity.tiers import Clustering, cluster


@dataclass(frozen=True, slots=True)
class IdentityReport:
    """Counts of one resolution: records and edges read, persons found, changes since the last."""

    records: int
    edges: int
    persons: int
    largest_person_records: int
    created: int
    merged: int
    split: int
    moved: int
    median_person_records: int
    p99_person_records: int
    recomputed_records: int
    """Records of components in which something changed since the last resolution."""
    overrides_without_record: int
    """Override rows that wait for a record which is not there."""
    refused: Mapping[str, int]
    """Reason -> links that joined nobody."""

    def as_metadata(self) -> dict[str, int]:
        """The counts by name."""
        counts = asdict(self)
        refused = counts.pop("refused")
        return counts | {f"refused_{reason}": count for reason, count in refused.items()}


@dataclass(frozen=True, slots=True)
class Settled:
    """The persons of a graph, given those of the last resolution."""

    hashes: Hashes
    touched: Mask
    """The records of components in which something changed."""
    clustering: Clustering
    """Its refused links are those of touched components."""
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Resolution:
    """Everything that a resolution decides, before any of it is written."""

    graph: Graph
    previous: Previous
    settled: Settled
    refused: pa.Table


def resolve_identities(
    work_db: Path,
    lake: Path,
    run_id: str,
    *,
    overrides: Path | None = None,
    single_account_sources: tuple[str, ...] = (),
    linked_pairs: Path | None = None,
) -> IdentityReport:
    """Write who is who to lake/identity, from the identity tables of the work database.

    Each file is replaced at once: former_persons, identity_events, refused_links, then
    person_map. Should a run die in between, the next finds the same changes again and sees that
    they are written already. A resolution that changes nothing adds no event. Components in
    which nothing changed since the last resolution keep their persons unexamined.

    `linked_pairs` is a Parquet file (left_record, right_record) of pairs that a linkage model
    proposed; they join in the last tier.

    Raises:
        IdentityError: the overrides or the seeds are wrong.
    """
    files = IdentityFiles(lake / "identity")
    files.folder.mkdir(parents=True, exist_ok=True)
    rows = read_overrides(overrides)
    settings = Settings(rows, single_account_sources, linked_pairs)
    with opened(work_db) as connection:
        found = decide(connection, files, settings)
        _write(connection, files, found, run_id)
    waiting = len(rows) - len(found.graph.linked) - len(found.graph.never)
    return _report(found, waiting)


def decide(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, settings: Settings
) -> Resolution:
    """Resolve, and write nothing."""
    graph = read_graph(connection, settings)
    previous = read_previous(connection, files)
    settled = settle(graph, previous)
    return Resolution(graph, previous, settled, _refused(connection, files, graph, settled))


def settle(graph: Graph, previous: Previous) -> Settled:
    """Cluster what changed since the last resolution, and give every cluster its person id.

    Records of components in which nothing changed stay with those whose person they share: the
    result is that of clustering everything.
    """
    hashes = component_hashes(graph)
    touched = _touched(hashes, previous)
    links = graph.links.where(touched[graph.links.left])
    clustering = cluster(Graph(graph.records, links, graph.linked, graph.never, graph.limits))
    still = np.flatnonzero(~touched).astype(np.int32)
    first = np.full(len(previous.person_ids), len(touched), dtype=np.int32)
    np.minimum.at(first, previous.person[still], still)
    labels = clustering.labels.copy()
    labels[still] = first[previous.person[still]]
    return Settled(
        hashes=hashes,
        touched=touched,
        clustering=Clustering(labels, clustering.refused),
        assignment=assign_person_ids(graph.records.keys, labels, previous),
    )


def _touched(hashes: Hashes, previous: Previous) -> Mask:
    """The records of components that are not as they were, record by record."""
    changed = (previous.person < 0) | (previous.component_hash != hashes)
    # One changed record touches its whole component, which all share one hash.
    touched: Mask = np.isin(hashes, np.unique(hashes[changed]))
    return touched


def _refused(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    graph: Graph,
    settled: Settled,
) -> pa.Table:
    """The links refused now, and those refused before in components that nothing touched."""
    links, against = settled.clustering.refused.links, settled.clustering.refused.reasons
    reasons = pa.array([reason.split("/")[0] for reason in reasons_of(graph)], pa.string())
    names = pa.array([rule.name for rule in links.rules], pa.string())
    now = pa.table(
        [
            graph.records.keys.take(pa.array(links.left)),
            graph.records.keys.take(pa.array(links.right)),
            names.take(pa.array(links.rule)),
            pa.array(links.tiers),
            reasons.take(pa.array(against)),
        ],
        schema=REFUSED_SCHEMA,
    )
    connection.register("refused_now", now)
    connection.register("refused_before", read_table(files.refused_links, REFUSED_SCHEMA))
    connection.register("untouched", pa.table({"node": np.flatnonzero(~settled.touched)}))
    table = arrow_table(
        connection,
        "with still as (select record_key from nodes semi join untouched"
        " on nodes.node = untouched.node)"
        " select * from refused_now union"
        " select refused_before.* from refused_before"
        " semi join still on refused_before.left_record = still.record_key order by all",
    )
    for name in ("refused_now", "refused_before", "untouched"):
        connection.unregister(name)
    return table.cast(REFUSED_SCHEMA)


def _write(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, found: Resolution, run_id: str
) -> None:
    keys, previous, assignment = found.graph.records.keys, found.previous, found.settled.assignment
    resolution_no = append_events(connection, files, assignment, run_id)
    append_former(connection, files, keys, previous, assignment, resolution_no)
    replace_table(files.refused_links, found.refused)
    stays = (previous.person != NOBODY) & (previous.person == assignment.person)
    since_no = np.where(stays, previous.since_no, np.int32(resolution_no))
    columns = [
        keys,
        assignment.person_ids.take(pa.array(assignment.person)),
        pa.array(since_no, pa.int32()),
        pa.array(found.settled.hashes),
    ]
    replace_table(files.person_map, pa.table(columns, schema=MAP_SCHEMA))


def _report(found: Resolution, waiting: int) -> IdentityReport:
    sizes = np.bincount(found.settled.assignment.person)
    sizes = sizes[sizes > 0]
    changes = found.settled.assignment.changes
    reasons, counts = np.unique(found.refused["reason"].to_pylist(), return_counts=True)
    return IdentityReport(
        records=len(found.graph.records),
        edges=len(found.graph.links),
        persons=len(sizes),
        largest_person_records=int(sizes.max(initial=0)),
        created=changes.count("create"),
        merged=changes.count("merge"),
        split=changes.count("split"),
        moved=changes.count("move"),
        median_person_records=_size_at(sizes, 0.5),
        p99_person_records=_size_at(sizes, 0.99),
        recomputed_records=int(found.settled.touched.sum()),
        overrides_without_record=waiting,
        refused=dict(zip(reasons.tolist(), counts.tolist(), strict=True)),
    )


def _size_at(sizes: NDArray[np.int64], share: float) -> int:
    """The size that so large a share of the persons does not exceed."""
    return int(np.quantile(sizes, share, method="inverted_cdf")) if len(sizes) else 0
