"""The outbox: files for a print shop, a call centre or any system that takes CSV or NDJSON."""

import csv
import errno
import hashlib
import io
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from reverse_etl.canonical import canonical_value
from reverse_etl.channel import (
    Batch,
    BatchResult,
    Capabilities,
    Channel,
    ChannelSettings,
    DeliveryClass,
    Health,
    Item,
    Operation,
    Outcome,
    PlainRows,
    Reject,
    Row,
)
from reverse_etl.errors import TransientError
from reverse_etl.file_text import CP932_TWINS, NUMBER_OR_PHONE, alike, first_unencodable, is_formula

FILE_STEMS = {Operation.ADD: "adds", Operation.CHANGE: "changes", Operation.REMOVE: "removes"}
UNENCODABLE = re.compile(r"unencodable_u\+([0-9a-f]{4,6})_in_(.+)")
ARRIVAL, RANK = "arrival_date", "rank"
"""Columns that the channel makes itself."""


class FileOptions(BaseModel):
    """How the receiver wants its files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["csv", "ndjson"] = "csv"
    encoding: Literal["utf-8-sig", "utf-8", "cp932"] = "utf-8-sig"
    newline: Literal["crlf", "lf"] = "crlf"
    opened_by: Literal["machine", "human"] = "machine"
    """A cell that starts like a formula is refused for a machine, quoted for a person."""
    headings: dict[str, str] = Field(default_factory=dict)
    """Payload field or person_id → the heading of its column."""
    dedupe_by: tuple[str, ...] = ()
    """Payload fields; of people equal in all of them one is handed over."""
    arrival_days: Annotated[int, Field(ge=1, le=60)] | None = None
    """Days from the run to the day on which the pieces shall arrive; adds a column of that day."""
    rank_by: str | None = None
    """Payload field of numbers: the rows go from the highest down, with a column of their rank."""


class FileChannel(Channel):
    """Writes `<outbox>/<sync>/<date>_<run>/adds_00001.csv` and its like, with a manifest."""

    name: ClassVar[str] = "file"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"mirror", "upsert", "add_only"}),
        media=frozenset({"email", "print", "phone", "line"}),
        delivery_class=DeliveryClass.NATURAL,
        max_rows=100_000,
        max_bytes=200_000_000,
        max_removals=100_000,
        leaves_machine=False,
    )

    def __init__(self, options: FileOptions, fields: Sequence[str], outbox: Path | None) -> None:
        """Keep the receiver's wishes and the folder to write to."""
        self._options = options
        self._fields = tuple(fields)
        self._made = _made_columns(options)
        self._outbox = outbox

    @classmethod
    def open(
        cls, options: Mapping[str, object], fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the outbox of a sync."""
        return cls(FileOptions.model_validate(dict(options)), fields, settings.outbox)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a heading of a field that the payload does not have."""
        parsed = FileOptions.model_validate(dict(options))
        made = _made_columns(parsed)
        if clash := sorted(set(made) & set(fields)):
            raise ValueError(f"payload field {clash[0]}: the channel makes it; take it out")
        if parsed.rank_by and parsed.rank_by not in fields:
            raise ValueError(f"rank_by: {parsed.rank_by} is no payload field; map it")
        for field in parsed.headings:
            if field not in (*fields, *made, "person_id"):
                raise ValueError(f"headings: {field} is no payload field; remove it or map it")
            _encode(parsed.headings[field], parsed.encoding)
        for field in parsed.dedupe_by:
            if field not in fields:
                raise ValueError(f"dedupe_by: {field} is no payload field; remove it or map it")
        if parsed.encoding == "utf-8-sig" and parsed.format == "ndjson":
            raise ValueError("ndjson takes no byte order mark; set encoding: utf-8")

    def missing(self) -> str | None:
        """Ask for the outbox folder when there is none."""
        return None if self._outbox else "the shop has no outbox folder; set it in the workspace"

    def check(self) -> Health:
        """Say whether the outbox, or the folder it will stand in, can be written to."""
        unset = self.missing()
        if self._outbox is None or unset:
            return Health(ok=False, message=str(unset))
        place = self._outbox
        while not place.exists() and place != place.parent:
            place = place.parent
        is_writable = place.is_dir() and os.access(place, os.W_OK)
        return Health(is_writable, "the outbox is " + ("ready" if is_writable else "read-only"))

    def build(self, row: Row) -> Item | Reject:
        """Give the row's cells as text; refuses what the encoding or the receiver cannot take."""
        cells: dict[str, str] = {}
        for field in self._fields:
            value = row.payload.get(field)
            text = _cell(canonical_value(field, value))
            if isinstance(value, str):
                checked = self._check_text(field, text)
                if isinstance(checked, Reject):
                    return Reject(row.person_id, checked.code)
                text = checked
            cells[field] = text
        size = sum(len(text.encode()) + 3 for text in cells.values())
        return Item(row.person_id, row.person_id, cells, size, twin=self._twin(cells))

    def plain_rows(
        self, person: str, texts: Mapping[str, str], others: Mapping[str, str]
    ) -> PlainRows | None:
        """Give the rows without a formula; with twins, or in CP932, each row is looked at."""
        del others
        if self._options.dedupe_by or self._options.encoding == "cp932":
            return None
        if self._options.format == "ndjson" or self._options.opened_by == "human":
            return PlainRows("true", person)
        checks = [
            f"not coalesce(regexp_matches({text}, '^[=+@-]') "
            f"and not regexp_full_match({text}, '{NUMBER_OR_PHONE.pattern}'), false)"
            for text in texts.values()
        ]
        return PlainRows(" and ".join(checks) or "true", person)

    def _twin(self, cells: Mapping[str, str]) -> str:
        """Give the text that is the same for people who shall get one piece."""
        return alike(cells[field] for field in self._options.dedupe_by)

    def _check_text(self, field: str, text: str) -> str | Reject:
        """Give the text as it will stand in the file, or why it cannot."""
        if self._options.format == "csv":
            if "\n" in text or "\r" in text:
                return Reject("", f"line_break_in_{field}")
            is_human = self._options.opened_by == "human"
            if is_formula(text, opened_by_human=is_human):
                if not is_human:
                    return Reject("", f"formula_in_{field}")
                text = "'" + text
        if self._options.encoding != "cp932":
            return text
        text = text.translate(CP932_TWINS)
        bad = first_unencodable(text)
        return text if bad is None else Reject("", f"unencodable_u+{ord(bad):04x}_in_{field}")

    def deliver(self, batch: Batch) -> BatchResult:
        """Write the batch as one file, whole or not at all; the same batch gives the same file."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if self._outbox is None:
            return BatchResult(Outcome.DENIED, "no_outbox")
        folder = self._folder(self._outbox, batch.sync, batch.run_id, batch.run_date)
        number = batch.key.rpartition(":")[2]
        path = folder / f"{FILE_STEMS[batch.operation]}_{number}.{self._options.format}"
        body = self._body(batch)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(path, body)
            self._write_manifest(folder, path, batch, body)
        except OSError as error:
            reason = errno.errorcode.get(error.errno or 0, "unknown").lower()
            return BatchResult(Outcome.REFUSED, f"disk_{reason}")
        return BatchResult(Outcome.DELIVERED)

    def leave_out(self, sync: str, run_id: str, run_date: date, rejects: Sequence[Reject]) -> None:
        """Write who was left out for a character that the encoding lacks: which, and where."""
        found = [(r.person_id, UNENCODABLE.fullmatch(r.code)) for r in rejects]
        rows = [(person, match[2], match[1]) for person, match in found if match]
        if not rows or self._outbox is None:
            return
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(("person_id", "field", "code_point", "character"))
        for person, field, code in sorted(rows):
            writer.writerow((person, field, f"U+{code.upper()}", chr(int(code, 16))))
        folder = self._folder(self._outbox, sync, run_id, run_date)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(folder / "unencodable.csv", text.getvalue().encode("utf-8-sig"))
        except OSError as error:
            reason = errno.errorcode.get(error.errno or 0, "unknown").lower()
            raise TransientError(f"sync {sync}: unencodable.csv: disk_{reason}") from None

    def _folder(self, outbox: Path, sync: str, run_id: str, run_date: date) -> Path:
        run = re.sub(r"[^A-Za-z0-9_-]", "-", run_id)
        return outbox / sync / f"{run_date:%Y%m%d}_{run}"

    def _body(self, batch: Batch) -> bytes:
        is_removal = batch.operation is Operation.REMOVE
        names = ("person_id",) if is_removal else ("person_id", *self._fields, *self._made)
        newline = "\r\n" if self._options.newline == "crlf" else "\n"
        rows = self._rows(batch)
        text = io.StringIO()
        if self._options.format == "ndjson":
            for row in rows:
                record = {name: row[name] for name in names}
                text.write(json.dumps(record, ensure_ascii=False) + newline)
        else:
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=newline)
            writer.writerow([self._options.headings.get(name, name) for name in names])
            writer.writerows([row[name] for name in names] for row in rows)
        return _encode(text.getvalue(), self._options.encoding)

    def _rows(self, batch: Batch) -> list[dict[str, str]]:
        """Give the cells of every row, with the columns that the channel makes."""
        rows = [{"person_id": item.person_id, **_texts(item)} for item in batch.items]
        if batch.operation is Operation.REMOVE:
            return rows
        if self._options.rank_by:
            rows.sort(
                key=lambda row: (_descending(row[str(self._options.rank_by)]), row["person_id"])
            )
        day = batch.run_date + timedelta(days=self._options.arrival_days or 0)
        made = [{ARRIVAL: day.isoformat(), RANK: str(rank)} for rank in range(1, len(rows) + 1)]
        return [row | more for row, more in zip(rows, made, strict=True)]

    def _write_manifest(self, folder: Path, path: Path, batch: Batch, body: bytes) -> None:
        place = folder / "manifest.json"
        known = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {"files": {}}
        entry = {
            "rows": len(batch.items),
            "sha256": hashlib.sha256(body).hexdigest(),
            "encoding": self._options.encoding,
        }
        manifest = {
            "sync": batch.sync,
            "run_id": batch.run_id,
            "files": dict(sorted({**known["files"], path.name: entry}.items())),
        }
        _write_whole(place, json.dumps(manifest, ensure_ascii=False, indent=1).encode())


def _made_columns(options: FileOptions) -> tuple[str, ...]:
    """Give the columns that the channel makes under these options."""
    wanted = ((ARRIVAL, options.arrival_days), (RANK, options.rank_by))
    return tuple(name for name, option in wanted if option)


def _texts(item: Item) -> dict[str, str]:
    return {name: str(text) for name, text in item.content.items()}


def _descending(text: str) -> tuple[bool, float]:
    """Give what sorts the highest number first and everything else last."""
    try:
        number = float(text)
    except ValueError:
        return True, 0.0
    return (False, -number) if math.isfinite(number) else (True, 0.0)


def _cell(value: str | int | float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _encode(text: str, encoding: str) -> bytes:
    """Encode strictly; a '?' on paper is worse than a row that waits."""
    return text.encode(encoding)


def _write_whole(path: Path, body: bytes) -> None:
    """Put a file in place by one rename; only its owner may read it."""
    temporary = path.with_name(path.name + ".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
