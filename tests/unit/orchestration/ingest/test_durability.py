"""A batch is on the disk, with its folders, before the log says so."""

import os
from pathlib import Path
from typing import Any

import pytest

HEADER = "number,ordered,changed,state,total,mail,phone\n"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the names of open files")
def test_rows_and_their_folders_are_synced_before_the_log_entry(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land("orders_1.csv", HEADER + "1,2026-10-31 12:00:00,,1,5,,\n2,soon,,1,5,,\n")
    log = shop.lake.root / "files"
    synced: list[tuple[str, bool]] = []
    sync = os.fsync

    def record(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        is_logged = any(log.glob("shop-*.parquet"))
        synced.append((path.relative_to(shop.root.resolve()).as_posix(), is_logged))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    shop.ingest()

    day = "lake/raw/shop/orders/load_date=2026-11-01"
    before = [path for path, is_logged in synced if not is_logged]
    made = ["lake/raw", "lake/raw/shop", "lake/raw/shop/orders", day]
    made += ["lake/quarantine/shop/orders", "lake/pending/shop/files.parquet"]
    assert set(made) <= set(before)
    assert sum(path.endswith((".raw.parquet", ".quarantine.parquet")) for path in before) == 2
    assert ("lake/files", True) in synced
