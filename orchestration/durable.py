"""Files that a loss of power leaves whole: the old one or the new one, never half of either."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(source: Path, target: Path) -> None:
    """Put a finished file where it belongs, at one stroke; folders that lack are made."""
    new = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(source)
    source.replace(target)
    for folder in (target.parent, *(made.parent for made in new)):
        sync(folder)


def replace_table(file: Path, table: pa.Table) -> None:
    """Put a table in the place of a Parquet file's, at one stroke."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".tmp")
    pq.write_table(table, fresh)
    move_into_place(fresh, file)


def replace_text(file: Path, text: str) -> None:
    """Put a text in the place of a file's, at one stroke."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".tmp")
    fresh.write_text(text, encoding="utf-8")
    move_into_place(fresh, file)
