"""What a resolution writes, and that a second one adds nothing."""

import os
from datetime import date
from pathlib import Path

import pytest

A, B, C, D = (f"ec|customer|{letter}" for letter in "abcd")
LINK = "email_and_kana"


def test_resolve_joins_connected_records_and_counts_them(world) -> None:
    world.write([C, A, B, D], [(B, C, LINK), (A, B, LINK)])
    report = world.resolve()
    assert (report.records, report.edges, report.persons) == (4, 2, 2)
    assert (report.largest_person_records, report.median_person_records) == (3, 1)
    assert report.p99_person_records == 3
    assert (report.created, report.merged, report.split, report.moved) == (2, 0, 0, 0)
    assert report.recomputed_records == 4
    persons = world.persons
    assert persons[A] == persons[B] == persons[C] != persons[D]


def test_resolve_adds_no_event_when_nothing_changed(world) -> None:
    world.write([A, B, C], [(A, B, LINK)])
    world.resolve()
    before = (world.read("person_map"), world.events)
    report = world.resolve()
    assert (world.read("person_map"), world.events) == before
    assert (report.created, report.recomputed_records) == (0, 0)


def test_resolve_adds_no_event_when_a_new_record_joins_a_person(world) -> None:
    world.write([A])
    world.resolve()
    before = (world.persons[A], world.events)
    world.write([A, B], [(A, B, LINK)])
    world.resolve()
    assert (world.persons[B], world.events) == before


def test_resolve_recomputes_only_the_component_that_changed(world, make_record) -> None:
    world.write([A, B, C, D], [(A, B, LINK), (C, D, LINK)])
    world.resolve()
    world.write([A, B, C, make_record(D, phone_key="+819012345678")], [(A, B, LINK), (C, D, LINK)])
    assert world.resolve().recomputed_records == 2


def test_resolve_keeps_refused_links_of_components_that_did_not_change(world, make_record) -> None:
    births = {A: 1, B: 2}
    records = [make_record(key, birth_key=_day(day)) for key, day in births.items()]
    world.write([*records, C], [(A, B, LINK)])
    world.resolve()
    before = world.refused
    world.write([*records, C, D], [(A, B, LINK), (C, D, LINK)])
    assert world.resolve().recomputed_records == 2
    assert world.refused == before == {(A, B, LINK, "birth_date")}


def test_resolve_forgets_refused_links_that_are_no_candidates_any_more(world, make_record) -> None:
    records = [make_record(A, birth_key=_day(1)), make_record(B, birth_key=_day(2))]
    world.write(records, [(A, B, LINK)])
    world.resolve()
    world.write(records)
    world.resolve()
    assert world.refused == set()


@pytest.mark.parametrize(
    "lost", [["person_map"], ["person_map", "refused_links"], ["person_map", "former_persons"]]
)
def test_resolve_gives_the_same_when_a_run_died_before_its_map(world, lost: list[str]) -> None:
    world.write([A, B, C], [(A, B, LINK)])
    world.resolve()
    folder = world.lake / "identity"
    kept = {name: (folder / f"{name}.parquet").read_bytes() for name in ("person_map",)}
    world.write([A, B, C], [(B, C, LINK)])
    world.resolve()
    expected = (world.persons, world.events)
    for name in lost:
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    (folder / "person_map.parquet").write_bytes(kept["person_map"])
    world.resolve()
    assert (world.persons, world.events) == expected


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the names of open files")
def test_resolve_syncs_each_file_and_then_its_folder(
    world, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write([A])
    synced: list[str] = []
    sync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    world.resolve()
    files = ["identity_events", "refused_links", "person_map"]
    assert synced == [name for file in files for name in (f"{file}.tmp", "identity")]


def test_resolve_writes_empty_files_when_there_are_no_records(world) -> None:
    world.write([])
    assert world.resolve().persons == 0
    assert (world.persons, world.events, world.refused) == ({}, [], set())


def test_resolve_leaves_nothing_beside_the_work_database(world) -> None:
    world.write([A, B], [(A, B, LINK)])
    world.resolve()
    assert [path.name for path in world.work_db.parent.iterdir()] == ["warehouse.duckdb"]


def test_resolve_names_the_seed_when_a_rule_is_not_in_it(world) -> None:
    world.write([A, B], [(A, B, "shoe_size")])
    with pytest.raises(ValueError, match=r"shoe_size.*identity_rules lacks: add a row"):
        world.resolve()


def test_resolve_ignores_the_edges_of_a_rule_that_is_off(world) -> None:
    world.write([A, B], [(A, B, LINK)])
    with world.connect() as connection:
        connection.execute("update seeds.identity_rules set is_enabled = false")
    report = world.resolve()
    assert (report.persons, report.edges) == (2, 0)


def test_resolve_joins_the_pairs_of_a_linkage_model_in_the_last_tier(world, tmp_path) -> None:
    world.write([A, B, C], [(A, B, LINK)])
    world.linked_pairs = tmp_path / "pairs.parquet"
    with world.connect() as connection:
        connection.execute(
            f"copy (select '{B}' as left_record, '{C}' as right_record"
            f" union all select '{B}', 'ec|customer|gone') to '{world.linked_pairs}'"
        )
    assert world.resolve().persons == 1


def _day(number: int) -> date:
    return date(1980, 1, number)
