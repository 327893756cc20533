"""The ledger's messages and holdouts as files of the landing zone: so the warehouse knows."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
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


def export_feedback(ledger: Ledger, folder: Path) -> list[Path]:
    """Write what changed since the last export, and give the new files; without a change, none.

    A file is named by its newest change, so the same export is the same file. `updated_at` is when
    a message was sent, where it was, so that what is told of it later does not move it in time.
    """
    known = _newest(folder, "messages")
    records = ledger.export_messages(known)
    rows = [[_cell(record, name) for name in MESSAGE_COLUMNS] for record in records]
    newest = max((record.updated_at for record in records), default=None)
    written = _write(folder, "messages", MESSAGE_COLUMNS, rows, newest)
    arms = ledger.assignments()
    drawn = max((arm.assigned_at for arm in arms), default=None)
    lines = [[_text(getattr(arm, name)) for name in HOLDOUT_COLUMNS] for arm in arms]
    written += _write(folder, "holdout", HOLDOUT_COLUMNS, lines, drawn)
    return written


def _cell(record: MessageRecord, name: str) -> str:
    if name == "updated_at":
        return _text(record.claimed_at or record.updated_at)
    return _text(getattr(record, name))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _newest(folder: Path, what: str) -> datetime | None:
    names = sorted(path.stem.partition("_")[2] for path in folder.glob(f"{what}_*.csv"))
    return datetime.strptime(names[-1], STAMP).replace(tzinfo=UTC) if names else None


def _write(
    folder: Path,
    what: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    newest: datetime | None,
) -> list[Path]:
    if newest is None:
        return []
    path = folder / f"{what}_{newest.astimezone(UTC):{STAMP}}.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    if path.exists():
        return []
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    temporary.replace(path)
    return [path]
