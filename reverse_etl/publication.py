"""Reading one publication: the only data a sync sees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from reverse_etl.canonical import Value
from reverse_etl.channels.base import Reject
from reverse_etl.errors import TerminalError
from reverse_etl.spec import SyncSpec

FETCH_ROWS = 5_000


class PublicationMissingError(Exception):
    """There is no publication in the folder."""


@dataclass(frozen=True, slots=True)
class Source:
    """Of when published data are: their last complete day, and the instant of publication."""

    as_of_date: date
    published_at: datetime

    def __str__(self) -> str:
        """Say both in words for a person."""
        return f"as of {self.as_of_date}, published {self.published_at:%Y-%m-%d %H:%M} UTC"


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


class Publication:
    """A publication folder opened read-only; use it as a context manager and close it early."""

    def __init__(self, folder: Path) -> None:
        """Open both databases; raises PublicationMissingError when one is not there."""
        warehouse, contacts = folder / "warehouse.duckdb", folder / "contacts.duckdb"
        if not warehouse.is_file() or not contacts.is_file():
            raise PublicationMissingError(folder.name)
        self._connection = duckdb.connect(str(warehouse), read_only=True)
        place = str(contacts).replace("'", "''")
        self._connection.execute(f"attach '{place}' as contacts (read_only)")
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
        self._connection.close()

    def _read_info(self) -> PublicationInfo:
        query = "select publication_id, as_of_date, published_at from _publication.publication"
        try:
            row = self._connection.execute(query).fetchone()
        except duckdb.CatalogException:
            row = None
        if row is None:
            self._connection.close()
            raise PublicationMissingError("_publication.publication")
        return PublicationInfo(row[0], Source(row[1], row[2].replace(tzinfo=UTC)))

    def target_rows(self, spec: SyncSpec) -> Iterator[TargetRow]:
        """Give every row of the sync's segment, allowed or not, in the order of person_id.

        A person on whom the policy has no word is refused as `not_decided`.
        """
        sql = f"""
            with eligibility as (
                select person_id, bool_and(allowed) as allowed, min(reason_code) as reason_code
                from policy.send_eligibility
                where sync = ?
                group by person_id
            )
            select
                segment.person_id,
                case
                    when eligibility.allowed then null
                    else coalesce(eligibility.reason_code, 'not_decided')
                end,
                segment.entered_at,
                {self._columns(spec)}
            from segments."{spec.segment}" as segment
            left join eligibility on eligibility.person_id = segment.person_id
            left join contacts.contact.person_contacts as contact
                on contact.person_id = segment.person_id
            order by segment.person_id, segment.entered_at
        """
        for person_id, reason, entered_at, *values in self._stream(sql, [spec.name]):
            payload, absent = _payload(spec, values)
            reject = Reject(person_id or "", f"missing_{absent}") if absent else None
            episode = "" if entered_at is None else entered_at.isoformat()
            yield TargetRow(person_id, reason, episode, payload, reject)

    def payloads(self, spec: SyncSpec, person_ids: Sequence[str]) -> dict[str, dict[str, Value]]:
        """Give the mapped payload of some people of the segment."""
        sql = f"""
            select segment.person_id, {self._columns(spec)}
            from (select unnest(?::varchar[]) as person_id) as wanted
            inner join segments."{spec.segment}" as segment
                on segment.person_id = wanted.person_id
            left join contacts.contact.person_contacts as contact
                on contact.person_id = segment.person_id
            order by segment.person_id, segment.entered_at
        """
        found: dict[str, dict[str, Value]] = {}
        for person_id, *values in self._stream(sql, [list(person_ids)]):
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
            from (select unnest(?::varchar[]) as person_id) as wanted
            inner join contacts.contact.person_contacts as contact
                on contact.person_id = wanted.person_id
            order by contact.person_id
        """
        rows = self._stream(sql, [list(person_ids)])
        return {person: dict(zip(fields, values, strict=True)) for person, *values in rows}

    def _columns(self, spec: SyncSpec) -> str:
        """Write the payload's columns; raises TerminalError naming one that is not there."""
        places = {
            "segment": ("segments", spec.segment),
            "contact": ("contact", "person_contacts"),
        }
        known = {source: self._known(*place) for source, place in places.items()}
        parts = []
        for name, mapping in spec.payload.items():
            if mapping.column_name not in known[mapping.source]:
                schema, table = places[mapping.source]
                raise TerminalError(
                    f"sync {spec.name}: payload field {name}: the publication has no column "
                    f"{mapping.column_name} in {schema}.{table}; mend the mapping or the model"
                )
            parts.append(f'{mapping.source}."{mapping.column_name}"')
        return ", ".join(parts)

    def _known(self, schema: str, table: str) -> set[str]:
        rows = self._connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
        return {row[0] for row in rows}

    def _stream(self, sql: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.execute(sql, values)
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield from rows


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
