"""Whom one publication lets a sync reach, and whom it does not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.canonical import keyed_hash, message_id, payload_hash
from reverse_etl.channel import Channel, Reject, Row
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.places import find_rivals, give_places
from reverse_etl.planning.publication import (
    Publication,
    PublicationInfo,
    PublicationMissingError,
    TargetRow,
)
from reverse_etl.planning.screen import screen
from reverse_etl.planning.target_table import SCHEMA, Target, Targets
from reverse_etl.send_rules import MessageRules, MessageTerms
from reverse_etl.spec import SyncSpec


@dataclass(slots=True)
class TargetSet:
    """Everybody a sync shall reach by one publication, and everybody it shall not."""

    info: PublicationInfo | None = None
    source_rows: int = 0
    targets: Targets = field(default_factory=Targets)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """(person_id, reason code): policy says no."""
    invalid: list[tuple[str, str]] = field(default_factory=list)
    """(person_id, code): the row cannot be sent as it is."""
    state: pa.Table | None = None
    """What the destination held when the rows were read, in the columns of `state_table.SCHEMA`.

    None where it must be read, or read again.
    """
    terms: MessageTerms | None = None
    """What the messages must keep to; None where no messages are sent."""


def read_targets(spec: SyncSpec, folder: Path, ledger: Ledger, channel: Channel) -> TargetSet:
    """Give whom the publication lets this sync reach; empty when there is no publication."""
    found = TargetSet()
    try:
        with Publication(folder) as publication:
            found.info = publication.info
            if spec.is_message:
                found.terms = _terms(spec, publication.message_rules(spec.medium))
            _judge_rows(spec, publication, found, ledger, channel)
    except PublicationMissingError:
        return TargetSet()
    return found


def _terms(spec: SyncSpec, published: MessageRules) -> MessageTerms:
    return MessageTerms(
        name=spec.message_name,
        medium=spec.medium,
        purpose=spec.purpose or "marketing",
        expires_after=timedelta(hours=spec.expires_after_hours or 0.0),
        rules=published.rules,
        counted_media=published.counted_media,
        quiet=published.quiet if spec.quiet_hours == "respect" else None,
    )


def _judge_rows(
    spec: SyncSpec, publication: Publication, found: TargetSet, ledger: Ledger, channel: Channel
) -> None:
    """Find the targets: plain rows at once, the others one by one; then each gets its place."""
    with ThreadPoolExecutor(1) as beside:
        # DuckDB computes while the ledger is read.
        begun = beside.submit(screen, publication, spec, channel, ledger.secret)
        found.state = None if spec.is_message else ledger.state_table(spec.name)
        screened = begun.result()
    tables: list[pa.Table] = []
    if screened is not None:
        found.source_rows += screened.source_rows
        found.refused.extend(screened.refused)
        found.invalid.extend(screened.invalid)
        tables.append(screened.table)
    columns = _Columns()
    if screened is None or screened.rest:
        rows = publication.target_rows(spec, screened.rest if screened else "")
        _build_rows(spec, rows, found, channel, ledger.secret, columns)
        tables.append(columns.table())
    table = pa.concat_tables([part.cast(SCHEMA) for part in tables])
    rivals = find_rivals(publication.connection, table, columns.twins)
    held = ledger.held_keys(spec.name, [claim.person_id for claim in rivals])
    lost = give_places(rivals, held)
    found.invalid.extend(lost.items())
    if lost:
        people = pa.array(list(lost), pa.string())
        table = table.filter(pc.invert(pc.is_in(table["person_id"], value_set=people)))
    found.refused.sort()
    found.invalid.sort()
    found.targets = Targets(table)


@dataclass(slots=True)
class _Columns:
    """Targets that were built one by one."""

    columns: dict[str, list[object]] = field(
        default_factory=lambda: {name: [] for name in SCHEMA.names}
    )
    twins: dict[str, str] = field(default_factory=dict)
    """person_id → twin, where there is one."""

    def add(self, person: str, target: Target, twin: str) -> None:
        """Append one."""
        ends = target.expires_at
        naive = None if ends is None else ends.astimezone(UTC).replace(tzinfo=None)
        values = (person, target.payload_hash, target.key_hash, target.episode, naive)
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        if twin:
            self.twins[person] = twin

    def table(self) -> pa.Table:
        """Give them as a table."""
        return pa.table(self.columns, schema=SCHEMA)


def _build_rows(
    spec: SyncSpec,
    rows: Iterator[TargetRow],
    found: TargetSet,
    channel: Channel,
    secret: bytes,
    columns: _Columns,
) -> None:
    last: str | None = None
    for row in rows:
        found.source_rows += 1
        person = row.person_id
        if person is None or person == last:
            code = "null_person" if person is None else "duplicate_person"
            found.invalid.append((person or "", code))
            continue
        last = person
        if row.reason is not None:
            found.refused.append((person, row.reason))
            continue
        ours = ""
        if spec.is_message:
            ours = message_id(spec.message_name, person, row.episode, secret=secret)
        item = row.reject or channel.build(Row(person, row.payload, ours))
        if isinstance(item, Reject):
            found.invalid.append((person, item.code))
            continue
        hashed = payload_hash(row.payload, secret=secret)
        key_hash = keyed_hash(item.key, secret=secret)
        columns.add(person, Target(hashed, key_hash, row.episode, row.expires_at), item.twin)
