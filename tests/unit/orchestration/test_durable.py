from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.durable import move_into_place, replace_table


def test_move_into_place_makes_the_folders_and_leaves_no_source(tmp_path: Path) -> None:
    source = tmp_path / "fresh"
    source.write_text("new")
    target = tmp_path / "a" / "b" / "file"
    move_into_place(source, target)
    assert target.read_text() == "new"
    assert not source.exists()


def test_replace_table_leaves_the_old_rows_when_the_new_ones_cannot_be_written(
    tmp_path: Path,
) -> None:
    file = tmp_path / "table.parquet"
    replace_table(file, pa.table({"n": [1, 2]}))
    file.with_suffix(".tmp").mkdir()
    with pytest.raises(OSError, match="table"):
        replace_table(file, pa.table({"n": [3]}))
    assert pq.read_table(file).column("n").to_pylist() == [1, 2]
