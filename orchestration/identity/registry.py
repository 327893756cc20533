"""Stable person ids: a cluster keeps the id that most of its records had, or gets its own back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.identity.clustering import Nodes
from orchestration.identity.graph import Codes
from orchestration.identity.state import Previous

KINDS = ("create", "merge", "move", "split")
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the last resolution, in columns of equal length and a fixed order."""

    kind: NDArray[np.int8]
    """Places in KINDS."""
    person: Codes
    old_person: Codes
    """NOBODY where a person is new."""
    records: NDArray[np.int64]

    def count(self, kind: str) -> int:
        """How many changes are of the kind."""
        return int((self.kind == KINDS.index(kind)).sum())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The person of every record, as places in `person_ids`, and what changed."""

    person_ids: pa.Array
    person: Codes
    changes: Changes


@dataclass(frozen=True, slots=True)
class _Shares:
    """How many records of a cluster had a person: one row per cluster and person."""

    cluster: Codes
    person: Codes
    records: NDArray[np.int64]
    at_no: NDArray[np.int32]
    """The first resolution of the belonging, or the last one for former persons."""

    def where(self, chosen: NDArray[np.bool_]) -> _Shares:
        return _Shares(
            self.cluster[chosen], self.person[chosen], self.records[chosen], self.at_no[chosen]
        )


def assign_person_ids(keys: pa.Array, labels: Nodes, previous: Previous) -> Assignment:
    """Give every cluster a person id.

    `keys` are the sorted record keys and `labels` the first node of each record's cluster. An id
    goes to the cluster that holds most of its records; a tie goes to the smaller id, then to the
    cluster with the smaller record key. When a person falls apart and a part has records that
    belonged to another person before, the id stays with the part that had it first. A cluster
    left without an id gets back a former one of its records that nobody has now; else a new one.
    """
    first_nodes = np.flatnonzero(labels == np.arange(len(labels), dtype=labels.dtype))
    cluster = (np.cumsum(labels == np.arange(len(labels), dtype=labels.dtype)) - 1)[labels]
    person_of = np.full(len(first_nodes), NOBODY, dtype=np.int32)
    known = previous.person >= 0
    shares = _shares(cluster[known], previous.person[known], previous.since_no[known], np.minimum)
    former = _shares(
        cluster[previous.former_node],
        previous.former_person,
        previous.former_until,
        np.maximum,
    )
    former = former.where(~previous.held[former.person])
    _keep(person_of, _without_undone_merges(shares, former, len(first_nodes)))
    kept = person_of >= 0
    _give_back(person_of, former)
    person_ids = _with_new_ids(person_of, keys, first_nodes, previous.person_ids)
    sizes = np.bincount(cluster, minlength=len(first_nodes))
    return Assignment(person_ids, person_of[cluster], _changes(shares, sizes, person_of, kept))


def new_person_id(smallest_record_key: str, taken: set[str]) -> str:
    """An id that the smallest record key decides, and that nobody in `taken` has."""
    attempt = 0
    while True:
        seed = smallest_record_key if attempt == 0 else f"{smallest_record_key}#{attempt}"
        person_id = "p_" + hashlib.sha256(seed.encode()).hexdigest()[:16]
        if person_id not in taken:
            return person_id
        attempt += 1


def _shares(cluster: Codes, person: Codes, number: NDArray[np.int32], bound: np.ufunc) -> _Shares:
    width = int(person.max(initial=0)) + 1
    pairs, place, records = np.unique(
        cluster.astype(np.int64) * width + person, return_inverse=True, return_counts=True
    )
    at_no = np.full(len(pairs), -1 if bound is np.maximum else np.iinfo(np.int32).max, np.int32)
    bound.at(at_no, place, number)
    return _Shares(
        (pairs // width).astype(np.int32), (pairs % width).astype(np.int32), records, at_no
    )


def _without_undone_merges(shares: _Shares, former: _Shares, clusters: int) -> _Shares:
    """The shares, without those of parts that had another id before they joined a person."""
    parts = np.bincount(shares.person, minlength=1)[shares.person]
    had_another = np.zeros(clusters, dtype=np.bool_)
    had_another[former.cluster] = True
    undone = np.zeros(len(np.bincount(shares.person, minlength=1)), dtype=np.bool_)
    undone[shares.person[(parts > 1) & had_another[shares.cluster]]] = True
    contested = np.flatnonzero(undone[shares.person])
    order = contested[
        np.lexsort(
            (
                shares.cluster[contested],
                -shares.records[contested],
                shares.at_no[contested],
                shares.person[contested],
            )
        )
    ]
    stays = ~undone[shares.person]
    _, first = np.unique(shares.person[order], return_index=True)
    stays[order[first]] = True
    return shares.where(stays)


def _keep(person_of: Codes, shares: _Shares) -> None:
    """Ids that nobody contests go straight; the others by rank, one by one."""
    in_clusters = np.bincount(shares.cluster, minlength=1)[shares.cluster]
    in_persons = np.bincount(shares.person, minlength=1)[shares.person]
    alone = (in_clusters == 1) & (in_persons == 1)
    person_of[shares.cluster[alone]] = shares.person[alone]
    contested = shares.where(~alone)
    order = np.lexsort((contested.cluster, contested.person, -contested.records))
    _one_by_one(person_of, contested, order)


def _give_back(person_of: Codes, former: _Shares) -> None:
    """Ids that nobody has now go back to clusters without one: most records, then latest."""
    wanted = former.where(person_of[former.cluster] == NOBODY)
    order = np.lexsort((wanted.cluster, wanted.person, -wanted.at_no, -wanted.records))
    _one_by_one(person_of, wanted, order)


def _one_by_one(person_of: Codes, shares: _Shares, order: NDArray[np.int64]) -> None:
    given: set[int] = set()
    ranked = zip(shares.cluster[order].tolist(), shares.person[order].tolist(), strict=True)
    for cluster, person in ranked:
        if person_of[cluster] == NOBODY and person not in given:
            person_of[cluster] = person
            given.add(person)


def _with_new_ids(
    person_of: Codes, keys: pa.Array, first_nodes: NDArray[Any], known: pa.Array
) -> pa.Array:
    """Give new ids to the clusters that still have none; the ids, the new ones at the end."""
    without = np.flatnonzero(person_of == NOBODY)
    person_of[without] = np.arange(len(known), len(known) + len(without), dtype=np.int32)
    smallest = keys.take(pa.array(first_nodes[without])).to_pylist()
    # Hashing is the one thing here that no column operation does; it happens once in a life.
    ids = [new_person_id(key, set()) for key in smallest]
    taken = pc.is_in(pa.array(ids, pa.string()), value_set=known).to_numpy(zero_copy_only=False)
    if taken.any() or len(set(ids)) < len(ids):
        used = set(known.to_pylist())
        for place, key in enumerate(smallest):
            ids[place] = new_person_id(key, used)
            used.add(ids[place])
    return pa.concat_arrays([known, pa.array(ids, pa.string())])


def _changes(
    shares: _Shares, sizes: NDArray[np.int64], person_of: Codes, kept: NDArray[np.bool_]
) -> Changes:
    now = person_of[shares.cluster]
    moved = shares.where(now != shares.person)
    now = now[now != shares.person]
    living = np.isin(moved.person, person_of)
    kind = np.where(kept[moved.cluster], KINDS.index("move"), KINDS.index("split"))
    kind = np.where(living, kind, KINDS.index("merge"))
    new = np.setdiff1d(np.arange(len(person_of)), shares.cluster)
    return Changes(
        kind=np.concatenate([np.full(len(new), KINDS.index("create")), kind]).astype(np.int8),
        person=np.concatenate([person_of[new], now]),
        old_person=np.concatenate([np.full(len(new), NOBODY, dtype=np.int32), moved.person]),
        records=np.concatenate([sizes[new], moved.records]),
    )
