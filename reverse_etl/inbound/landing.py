"""Keeping a posted batch: on the disk whole before the vendor is told so, or not at all."""

import hashlib
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from reverse_etl.inbound.receiver import Delivery


def land(folder: Path, delivery: Delivery, *, received_at: datetime) -> datetime:
    """Write what is kept of a request and give when it first came.

    A repeated request is the same file; the file's time is that of the first receipt. Raises
    OSError, for example when the disk is full; then nothing was kept.
    """
    target = folder / f"{hashlib.sha256(delivery.identity).hexdigest()}.json"
    if target.exists():
        return min(datetime.fromtimestamp(target.stat().st_mtime, UTC), received_at)
    folder.mkdir(parents=True, exist_ok=True)
    # Ingest passes over names with a dot in front, so it never sees half a batch.
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(delivery.content)
            file.flush()
            os.utime(file.fileno(), (received_at.timestamp(),) * 2)
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_names(folder)
    return received_at


def _sync_names(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
