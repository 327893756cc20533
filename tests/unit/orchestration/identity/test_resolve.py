import os
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.identity.resolve import IdentityReport, resolve_identities


@pytest.fixture
def work_db(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def write_graph(work_db: Path, records: list[str], edges: list[tuple[str, str]]) -> None:
    with duckdb.connect(str(work_db)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            "create or replace table intermediate.int_identity__records (record_key varchar)"
        )
        connection.execute(
            "create or replace table intermediate.int_identity__edges"
            " (left_record varchar, right_record varchar)"
        )
        if records:
            connection.executemany(
                "insert into intermediate.int_identity__records values (?)",
                [(record,) for record in records],
            )
        if edges:
            connection.executemany(
                "insert into intermediate.int_identity__edges values (?, ?)", edges
            )


def person_map(lake: Path) -> dict[str, str]:
    table = pq.read_table(lake / "identity" / "person_map.parquet")
    return dict(zip(table["record_key"].to_pylist(), table["person_id"].to_pylist(), strict=True))


def events(lake: Path) -> list[dict[str, object]]:
    return pq.read_table(lake / "identity" / "identity_events.parquet").to_pylist()


def test_resolve_joins_connected_records_and_counts_them(work_db: Path, tmp_path: Path) -> None:
    write_graph(work_db, ["c", "a", "b", "d"], [("b", "c"), ("a", "b")])
    report = resolve_identities(work_db, tmp_path, "run-1")
    assert report == IdentityReport(
        records=4,
        edges=2,
        persons=2,
        largest_person_records=3,
        created=2,
        merged=0,
        split=0,
        moved=0,
    )
    persons = person_map(tmp_path)
    assert persons["a"] == persons["b"] == persons["c"] != persons["d"]


def test_resolve_adds_no_event_when_nothing_changed(work_db: Path, tmp_path: Path) -> None:
    write_graph(work_db, ["a", "b"], [])
    resolve_identities(work_db, tmp_path, "run-1")
    before = (person_map(tmp_path), events(tmp_path))
    report = resolve_identities(work_db, tmp_path, "run-2")
    assert (person_map(tmp_path), events(tmp_path)) == before
    assert report.created == 0


def test_resolve_keeps_history_when_persons_merge_and_split(work_db: Path, tmp_path: Path) -> None:
    write_graph(work_db, ["a", "b"], [])
    resolve_identities(work_db, tmp_path, "run-1")
    write_graph(work_db, ["a", "b"], [("a", "b")])
    assert resolve_identities(work_db, tmp_path, "run-2").merged == 1
    write_graph(work_db, ["a", "b"], [])
    assert resolve_identities(work_db, tmp_path, "run-3").split == 1
    history = events(tmp_path)
    assert [event["kind"] for event in history] == ["create", "create", "merge", "split"]
    assert len({event["event_id"] for event in history}) == 4


def test_resolve_writes_changes_once_when_a_run_died_before_its_map(
    work_db: Path, tmp_path: Path
) -> None:
    write_graph(work_db, ["a", "b"], [])
    resolve_identities(work_db, tmp_path, "run-1")
    before = events(tmp_path)
    (tmp_path / "identity" / "person_map.parquet").unlink()
    resolve_identities(work_db, tmp_path, "run-2")
    assert events(tmp_path) == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the names of open files")
def test_resolve_syncs_each_file_and_then_its_folder(
    work_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_graph(work_db, ["a"], [])
    synced: list[str] = []
    sync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    resolve_identities(work_db, tmp_path, "run-1")
    files = ["identity_events.partial", "refused_links.partial", "person_map.partial"]
    assert synced == [name for file in files for name in (file, "identity")]


def test_resolve_writes_empty_files_when_there_are_no_records(
    work_db: Path, tmp_path: Path
) -> None:
    write_graph(work_db, [], [])
    report = resolve_identities(work_db, tmp_path, "run-1")
    assert report.persons == 0
    assert person_map(tmp_path) == {}
    assert events(tmp_path) == []
