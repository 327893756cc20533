"""The ledger's messages and holdouts as files of the landing zone: so the warehouse knows."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reverse_etl.ledger.events import MessageRecord
from reverse_etl.ledger.ledger import Ledger

MESSAGE_COLUMNS = (
    "message_id",
    "sync",
    "person_id",
    "occurrence",
    "medium",
    "purpose",
    "state",
    "code",
    "updated_at",
    "provider_ref",
)
HOLDOUT_COLUMNS = ("experiment", "person_id", "arm", "salt", "bucket", "assigned_at")
STAMP = "%Y%m%dT%H%M%S%f"
OVERLAP = timedelta(minutes=5)
"""A process may write down what it did longer ago than another's newest change, by the time that it
waited for the ledger: so far back every export looks again."""


def export_feedback(ledger: Ledger, folder: Path) -> list[Path]:
    """Write what no export has told yet, and give the new files; without any, none.

    A file is named by its newest change. `updated_at` is when a message goes out, where it does, so
    that what is told of it later does not move it in time.
    """
    exports = sorted(folder.glob("messages_*.csv"))
    since = _newest(exports[-1]) - OVERLAP if exports else None
    records = ledger.export_messages(since)
    rows = [tuple(_cell(record, name) for name in MESSAGE_COLUMNS) for record in records]
    known = {row for path in exports if since and _newest(path) >= since for row in _rows(path)}
    newest = max((record.updated_at for record in records), default=None)
    new = [row for row in rows if row not in known]
    written = _write(folder, "messages", MESSAGE_COLUMNS, new, newest)
    return written + _export_arms(ledger, folder)


def _export_arms(ledger: Ledger, folder: Path) -> list[Path]:
    arms = ledger.assignments()
    drawn = max((arm.assigned_at for arm in arms), default=None)
    rows = [tuple(_text(getattr(arm, name)) for name in HOLDOUT_COLUMNS) for arm in arms]
    known = {row for path in folder.glob("holdout_*.csv") for row in _rows(path)}
    new = [row for row in rows if row not in known]
    return _write(folder, "holdout", HOLDOUT_COLUMNS, new, drawn)


def _cell(record: MessageRecord, name: str) -> str:
    if name == "updated_at":
        return _text(record.goes_at or record.updated_at)
    return _text(getattr(record, name))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _newest(path: Path) -> datetime:
    return datetime.strptime(path.stem.split("_")[1], STAMP).replace(tzinfo=UTC)


def _rows(path: Path) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from map(tuple, rows)


def _write(
    folder: Path,
    what: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    newest: datetime | None,
) -> list[Path]:
    if newest is None or not rows:
        return []
    stem = f"{what}_{newest.astimezone(UTC):{STAMP}}"
    later = len(list(folder.glob(f"{stem}*.csv")))
    path = folder / (f"{stem}_{later}.csv" if later else f"{stem}.csv")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    temporary.replace(path)
    return [path]
