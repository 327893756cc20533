"""Reading one publication: the only data a sync sees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from reverse_etl.canonical import Value
from reverse_etl.channel import Reject
from reverse_etl.errors import TerminalError
from reverse_etl.planning.canonical_sql import PayloadField
from reverse_etl.send_rules import FrequencyRule, MessageRules, QuietHours
from reverse_etl.source import Source
from reverse_etl.spec import SyncSpec

FETCH_ROWS = 5_000
ELIGIBILITY = """eligibility as (
    select person_id, bool_and(allowed) as allowed, min(reason_code) as reason_code
    from policy.send_eligibility
    where sync = $sync
    group by person_id
)"""
REASON = """case
    when not coalesce(eligibility.allowed, false)
        then coalesce(eligibility.reason_code, 'not_decided')
end"""


class PublicationMissingError(Exception):
    """There is no publication in the folder."""


@dataclass(frozen=True, slots=True)
class PublicationInfo:
    """Which publication it is."""

    publication_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One row of a segment with the policy's word on it; `reason` is None when allowed."""

    person_id: str | None
    reason: str | None
    episode: str
    payload: Mapping[str, Value]
    reject: Reject | None
    expires_at: datetime | None = None
    """When a message is of no use any more, where the row itself says so."""


class Publication:
    """A publication folder opened read-only; use it as a context manager and close it early."""

    def __init__(self, folder: Path) -> None:
        """Open both databases; raises PublicationMissingError when one is not there."""
        warehouse, contacts = folder / "warehouse.duckdb", folder / "contacts.duckdb"
        if not warehouse.is_file() or not contacts.is_file():
            raise PublicationMissingError(folder.name)
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        self.connection.execute("set enable_progress_bar = false")
        place = str(contacts).replace("'", "''")
        self.connection.execute(f"attach '{place}' as contacts (read_only)")
        self.info = self._read_info()

    def __enter__(self) -> Self:
        """Give the opened publication."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close both databases."""
        self.connection.close()

    def _read_info(self) -> PublicationInfo:
        query = "select publication_id, as_of_date, published_at from _publication.publication"
        try:
            row = self.connection.execute(query).fetchone()
        except duckdb.CatalogException:
            row = None
        if row is None:
            self.connection.close()
            raise PublicationMissingError("_publication.publication")
        return PublicationInfo(row[0], Source(row[1], row[2].replace(tzinfo=UTC)))

    def target_rows(self, spec: SyncSpec, among: str = "") -> Iterator[TargetRow]:
        """Give every row of the sync's segment, allowed or not, in the order of person_id.

        A person on whom the policy has no word is refused as `not_decided`. Of a segment with the
        columns `sync` and `occurrence`, such as `scenario_due`, only the sync's own rows are read.
        `among` is SQL that says which rows to give; empty for all.
        """
        rows = self.segment_rows(spec)
        columns = ", ".join(field.column for field in self.fields(spec).values())
        sql = f"""
            with {ELIGIBILITY}
            select segment.person_id, {REASON}, {rows.episode}, {rows.expires_at}, {columns}
            {self.joined(rows)}
            {among and f"where {among}"}
            order by segment.person_id, {rows.order}
        """
        values = {"sync": spec.message_name, **rows.marks}
        for person_id, reason, episode, expires_at, *cells in self._stream(sql, values):
            payload, absent = _payload(spec, cells)
            reject = Reject(person_id or "", f"missing_{absent}") if absent else None
            ends = None if expires_at is None else expires_at.replace(tzinfo=UTC)
            yield TargetRow(person_id, reason, _episode(episode), payload, reject, ends)

    def joined(self, rows: "SegmentRows") -> str:
        """Give the SQL of a segment's rows with the policy's word and the contact of each."""
        return f"""
            from {rows.relation} as segment
            left join eligibility on eligibility.person_id = segment.person_id
            left join contacts.contact.person_contacts as contact
                on contact.person_id = segment.person_id
        """

    def payloads(self, spec: SyncSpec, person_ids: Sequence[str]) -> dict[str, dict[str, Value]]:
        """Give the mapped payload of some people of the segment."""
        rows = self.segment_rows(spec)
        columns = ", ".join(field.column for field in self.fields(spec).values())
        sql = f"""
            select segment.person_id, {columns}
            from (select unnest($people::varchar[]) as person_id) as wanted
            inner join {rows.relation} as segment
                on segment.person_id = wanted.person_id
            left join contacts.contact.person_contacts as contact
                on contact.person_id = segment.person_id
            order by segment.person_id, {rows.order}
        """
        marks: dict[str, Any] = {"people": list(person_ids), **rows.marks}
        found: dict[str, dict[str, Value]] = {}
        for person_id, *values in self._stream(sql, marks):
            found.setdefault(person_id, _payload(spec, values)[0])
        return found

    def contact_payloads(
        self, spec: SyncSpec, person_ids: Sequence[str]
    ) -> dict[str, dict[str, Value]]:
        """Give the contact fields of the payload for people who may have left the segment."""
        fields = {name: mapping for name, mapping in spec.payload.items() if _is_contact(mapping)}
        if not fields:
            return {}
        columns = ", ".join(f'contact."{mapping.column_name}"' for mapping in fields.values())
        sql = f"""
            select contact.person_id, {columns}
            from (select unnest($people::varchar[]) as person_id) as wanted
            inner join contacts.contact.person_contacts as contact
                on contact.person_id = wanted.person_id
            order by contact.person_id
        """
        rows = self._stream(sql, {"people": list(person_ids)})
        return {person: dict(zip(fields, values, strict=True)) for person, *values in rows}

    def fields(self, spec: SyncSpec) -> dict[str, PayloadField]:
        """Give the payload's fields; raises TerminalError naming a column that is not there."""
        places = {
            "segment": ("segments", spec.segment),
            "contact": ("contacts.contact", "person_contacts"),
        }
        known = {source: self._known(*place) for source, place in places.items()}
        found: dict[str, PayloadField] = {}
        for name, mapping in spec.payload.items():
            if mapping.column_name not in known[mapping.source]:
                place = ".".join(places[mapping.source]).removeprefix("contacts.")
                raise TerminalError(
                    f"sync {spec.name}: payload field {name}: the publication has no column "
                    f"{mapping.column_name} in {place}; mend the mapping or the model"
                )
            found[name] = PayloadField(
                name,
                f'{mapping.source}."{mapping.column_name}"',
                known[mapping.source][mapping.column_name],
                mapping.when_null == "omit",
                mapping.required,
            )
        return found

    def segment_rows(self, spec: SyncSpec) -> "SegmentRows":
        """Give how the rows of a sync's segment are read."""
        known = self._known("segments", spec.segment)
        table = f'segments."{spec.segment}"'
        name = "occurrence" if "occurrence" in known else "entered_at"
        episode = f"segment.{name}"
        ends = known.get("expires_at", "TIMESTAMP")
        expires_at = "segment.expires_at" if "expires_at" in known else "null"
        # Of several occurrences of one person the newest is the message.
        order = f"{episode} desc" if spec.is_message else episode
        is_shared = "sync" in known
        shared = f"(select * from {table} where sync = $sync and channel = $medium)"
        marks = {"sync": spec.message_name, "medium": spec.medium} if is_shared else {}
        relation = shared if is_shared else table
        return SegmentRows(relation, episode, known.get(name, ""), expires_at, ends, order, marks)

    def message_rules(self, medium: str) -> MessageRules:
        """Give the caps and the quiet hours of a medium as the policy publishes them.

        Raises TerminalError when the publication has no such rules: a message must not go then.
        """
        media = self._policy("media", "channel, quiet_from, quiet_until, counts_towards_cap")
        rules = self._policy("frequency_rules", "medium, window_days, max_messages")
        hours = {row[0]: (row[1], row[2]) for row in media}
        if medium not in hours:
            raise TerminalError(
                f"policy.media has no row for {medium}; add it to the seed media.csv and publish"
            )
        begin, end = (_time(cell) for cell in hours[medium])
        return MessageRules(
            rules=tuple(FrequencyRule(*row) for row in rules),
            counted_media=frozenset(row[0] for row in media if row[3]),
            quiet=None if begin is None or end is None else QuietHours(begin, end),
        )

    def _policy(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(f"select {columns} from policy.{table}").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            raise TerminalError(
                f"the publication has no policy.{table} with {columns}; build and publish again"
            ) from None

    def _known(self, schema: str, table: str) -> dict[str, str]:
        """Give column → type of a table; none when there is no such table."""
        # Ten times as quick as duckdb_columns(), which describes every table of both files.
        sql = "select name, type from pragma_table_info(?)"
        try:
            rows = self.connection.execute(sql, [f'{schema}."{table}"']).fetchall()
        except duckdb.CatalogException:
            return {}
        return dict(rows)

    def _stream(self, sql: str, marks: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        cursor = self.connection.execute(sql, marks)
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield from rows


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """How the rows of a segment are read, in SQL."""

    relation: str
    episode: str
    episode_type: str
    expires_at: str
    expires_type: str
    order: str
    marks: Mapping[str, str]
    """The values of the relation's marks; empty where every row is the sync's own."""


def _episode(cell: Any) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else str(cell.isoformat())


def _time(cell: Any) -> time | None:
    """Give an hour of the day from a time or from HH:MM."""
    if cell is None or cell == "":
        return None
    return cell if isinstance(cell, time) else time.fromisoformat(str(cell))


def _is_contact(mapping: Any) -> bool:
    return bool(mapping.source == "contact")


def _payload(spec: SyncSpec, values: Sequence[Any]) -> tuple[dict[str, Value], str | None]:
    """Give the payload and the first required field that is empty."""
    payload: dict[str, Value] = {}
    absent: str | None = None
    for (name, mapping), value in zip(spec.payload.items(), values, strict=True):
        if value is None or value == "":
            absent = name if mapping.required and absent is None else absent
            if mapping.when_null == "omit":
                continue
        payload[name] = value
    return payload, absent
