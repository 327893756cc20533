"""Person ids: who keeps one, who gets one back, who gets a new one."""

import hashlib
import random
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from orchestration.durable import replace_table as write
from orchestration.identity.registry import KINDS, NOBODY, assign_person_ids, new_person_id
from orchestration.identity.state import FORMER_SCHEMA, MAP_SCHEMA, IdentityFiles, read_previous


def person(record_key: str) -> str:
    return "p_" + hashlib.sha256(record_key.encode()).hexdigest()[:16]


@pytest.fixture
def assign(tmp_path):
    """Gives persons and changes of clusters, after a map and former persons were written."""
    files = IdentityFiles(tmp_path)

    def run(
        records: Sequence[str],
        clusters: Sequence[int],
        before: Mapping[str, str] | None = None,
        former: Sequence[tuple[str, str]] = (),
        since: Mapping[str, int] | None = None,
    ):
        rows = [
            (key, person, (since or {}).get(key, 1), 0) for key, person in (before or {}).items()
        ]
        write(files.person_map, _table(rows, MAP_SCHEMA))
        write(files.former_persons, _table([(*row, 1) for row in former], FORMER_SCHEMA))
        nodes = pa.table(
            {
                "record_key": pa.array(records, pa.string()),
                "node": pa.array(range(len(records)), pa.int32()),
            }
        )
        with duckdb.connect() as connection:
            connection.execute("create temp table nodes as select * from nodes")
            previous = read_previous(connection, files)
        labels = np.array(clusters, dtype=np.int32)
        found = assign_person_ids(nodes["record_key"].combine_chunks(), labels, previous)
        ids = found.person_ids.to_pylist()
        changes = [
            (KINDS[kind], ids[now], None if old == NOBODY else ids[old], count)
            for kind, now, old, count in zip(
                found.changes.kind,
                found.changes.person,
                found.changes.old_person,
                found.changes.records.tolist(),
                strict=True,
            )
        ]
        return [ids[place] for place in found.person], changes

    return run


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    return pa.table(
        [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)],
        schema=schema,
    )


def test_new_cluster_takes_the_id_of_its_smallest_record(assign) -> None:
    persons, changes = assign(["a", "b", "c"], [0, 0, 2])
    assert persons == [person("a"), person("a"), person("c")]
    assert changes == [("create", person("a"), None, 2), ("create", person("c"), None, 1)]


def test_nothing_changes_when_the_clusters_stay(assign) -> None:
    assert assign(["a", "b"], [0, 0], {"a": "p_old", "b": "p_old"}) == (["p_old", "p_old"], [])


def test_smaller_record_key_does_not_change_an_id_when_a_record_joins(assign) -> None:
    assert assign(["a", "b"], [0, 0], {"b": "p_old"}) == (["p_old", "p_old"], [])


def test_larger_part_survives_when_two_persons_merge(assign) -> None:
    persons, changes = assign(["a", "b", "c"], [0, 0, 0], {"a": "p_1", "b": "p_2", "c": "p_2"})
    assert persons == ["p_2"] * 3
    assert changes == [("merge", "p_2", "p_1", 1)]


def test_smaller_id_survives_when_equal_persons_merge(assign) -> None:
    persons, changes = assign(["a", "b"], [0, 0], {"a": "p_2", "b": "p_1"})
    assert persons == ["p_1", "p_1"]
    assert changes == [("merge", "p_1", "p_2", 1)]


def test_larger_part_keeps_the_id_when_a_person_splits(assign) -> None:
    persons, changes = assign(["a", "b", "c"], [0, 1, 1], dict.fromkeys("abc", person("a")))
    # The part with the smallest record lost the id that was made of it, so it gets another.
    assert persons == [person("a#1"), person("a"), person("a")]
    assert changes == [("split", person("a#1"), person("a"), 1)]


def test_part_with_the_smaller_record_keeps_the_id_when_equal_parts_split(assign) -> None:
    persons, _ = assign(["a", "b"], [0, 1], {"a": "p_1", "b": "p_1"})
    assert persons == ["p_1", person("b")]


def test_record_moves_when_both_persons_live_on(assign) -> None:
    before = {"a": "p_1", "b": "p_1", "c": "p_1", "d": "p_2", "e": "p_2"}
    persons, changes = assign(["a", "b", "c", "d", "e"], [0, 0, 2, 2, 2], before)
    assert persons == ["p_1", "p_1", "p_2", "p_2", "p_2"]
    assert changes == [("move", "p_2", "p_1", 1)]


def test_record_that_is_gone_is_forgotten(assign) -> None:
    assert assign(["b"], [0], {"a": "p_1", "b": "p_1"}) == (["p_1"], [])


def test_no_records_make_no_persons(assign) -> None:
    assert assign([], [], {"a": "p_1"}) == ([], [])


def test_part_gets_its_former_id_back_when_nobody_has_it(assign) -> None:
    persons, changes = assign(["a", "b"], [0, 1], {"a": "p_1", "b": "p_1"}, [("b", "p_2")])
    assert persons == ["p_1", "p_2"]
    assert changes == [("split", "p_2", "p_1", 1)]


def test_part_gets_no_former_id_when_somebody_has_it(assign) -> None:
    before = {"a": "p_1", "b": "p_1", "c": "p_2"}
    persons, _ = assign(["a", "b", "c"], [0, 1, 2], before, [("b", "p_2")])
    assert persons == ["p_1", person("b"), "p_2"]


def test_both_parts_get_their_ids_back_when_the_merged_part_grew_meanwhile(assign) -> None:
    # a and its later orders came to p_2 with resolution 5; b had p_2 from the start.
    before = dict.fromkeys(["a", "b", "x", "y", "z"], "p_2")
    since = {"a": 5, "b": 1, "x": 5, "y": 6, "z": 6}
    persons, changes = assign(
        ["a", "b", "x", "y", "z"], [0, 1, 0, 0, 0], before, [("a", "p_1")], since
    )
    assert persons == ["p_1", "p_2", "p_1", "p_1", "p_1"]
    assert changes == [("split", "p_1", "p_2", 4)]


def test_former_id_goes_to_the_part_with_most_of_its_records(assign) -> None:
    before = dict.fromkeys("abcd", "p_1")
    former = [("b", "p_2"), ("c", "p_2"), ("d", "p_2")]
    since = {"a": 1, "b": 2, "c": 2, "d": 2}
    persons, _ = assign(["a", "b", "c", "d"], [0, 1, 2, 2], before, former, since)
    assert persons == ["p_1", person("b"), "p_2", "p_2"]


def test_person_gets_its_id_back_when_its_records_return(assign) -> None:
    persons, changes = assign(["a", "b"], [0, 1], {"b": "p_1"}, [("a", "p_2")])
    assert persons == ["p_2", "p_1"]
    assert changes == [("create", "p_2", None, 1)]


def test_new_person_takes_no_id_that_another_ever_had(assign) -> None:
    persons, _ = assign(["a", "b"], [0, 1], {"b": "p_1"}, [("b", person("a"))])
    assert persons == [person("a#1"), "p_1"]


def test_new_id_avoids_those_taken() -> None:
    assert new_person_id("a", {person("a"), person("a#1")}) == person("a#2")


@pytest.mark.parametrize("seed", range(10))
def test_ids_stay_one_to_one_whatever_the_history(assign, seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311  a fixed seed, no secret
    records = [f"r{number:02}" for number in range(30)]
    before: dict[str, str] = {}
    for _ in range(5):
        groups = [generator.randrange(12) for _ in records]
        clusters = [groups.index(group) for group in groups]
        persons, _ = assign(records, clusters, before)
        pairs = set(zip(clusters, persons, strict=True))
        assert len(pairs) == len({c for c, _ in pairs}) == len({p for _, p in pairs})
        before = dict(zip(records, persons, strict=True))
        assert assign(records, clusters, before) == (persons, [])
