"""The plain rows of a publication, judged and hashed in DuckDB without passing through Python."""

from dataclasses import dataclass

import pyarrow as pa

from reverse_etl.channel import Channel
from reverse_etl.planning import canonical_sql
from reverse_etl.planning.canonical_sql import PayloadField, Written
from reverse_etl.planning.publication import ELIGIBILITY, REASON, Publication, SegmentRows
from reverse_etl.planning.target_table import SCHEMA
from reverse_etl.spec import SyncSpec

MANY = "(select person_id from screened group by person_id having count(*) > 1)"
NOT_PLAIN = "not is_plain"


@dataclass(frozen=True, slots=True)
class Screened:
    """What SQL could judge of a segment."""

    table: pa.Table
    """The targets, in the columns of `target_table.SCHEMA`."""
    refused: list[tuple[str, str]]
    """(person_id, reason code)."""
    invalid: list[tuple[str, str]]
    """(person_id, code)."""
    source_rows: int
    rest: str
    """SQL for the rows of a segment that `Channel.build` must see; empty when there are none."""


def screen(
    publication: Publication, spec: SyncSpec, channel: Channel, secret: bytes
) -> Screened | None:
    """Judge the plain rows of a sync's segment; None where SQL can tell nothing of this sync.

    A person with several rows is left to the caller, and so is every row that is not plain.
    """
    query = _query(publication, spec, channel)
    if query is None:
        return None
    run = publication.connection.execute
    marks = {"sync": spec.message_name, **publication.segment_rows(spec).marks}
    run(query, {**marks, **canonical_sql.pads(secret)})
    run(f"update screened set is_plain = false where person_id in {MANY}")
    source_rows, others = run(
        f"select count(*), count(*) filter (where {NOT_PLAIN}) from screened"
    ).fetchall()[0]
    invalid = "select person_id, 'missing_' || absent from screened where is_plain "
    return Screened(
        table=publication.connection.sql(
            f"select {', '.join(SCHEMA.names)} from screened "
            "where is_plain and reason is null and absent is null"
        ).to_arrow_table(),
        refused=run(
            "select person_id, reason from screened where is_plain and reason is not null"
        ).fetchall(),
        invalid=run(f"{invalid} and reason is null and absent is not null").fetchall(),
        source_rows=source_rows - others,
        rest=_REST if others else "",
    )


_REST = f"""(
    segment.person_id is null
    or segment.person_id in (select person_id from screened where {NOT_PLAIN})
)"""


def _query(publication: Publication, spec: SyncSpec, channel: Channel) -> str | None:
    """Give the SQL that makes the table `screened`."""
    fields = publication.fields(spec)
    rows = publication.segment_rows(spec)
    texts = {name: field.column for name, field in fields.items() if field.is_text}
    others = {name: field.column for name, field in fields.items() if not field.is_text}
    plain = channel.plain_rows("segment.person_id", texts, others)
    payload = canonical_sql.write_payload(fields)
    episode = canonical_sql.write_instant(rows.episode, rows.episode_type)
    if plain is None or payload is None or episode is None:
        return None
    if rows.expires_type != "TIMESTAMP":
        return None
    key = Written(plain.key, plain.condition)
    return f"""
        create or replace temp table screened as
        with {ELIGIBILITY},
        written as ({_written(publication, rows, fields, (payload, episode, key))}),
        judged as (
            select
                *,
                reason is null and absent is null and takes as is_target,
                person_id is not null
                and (reason is not null or absent is not null or takes) as is_plain
            from written
        )
        select
            * exclude (payload_text, key_text, takes),
            case when is_target then {canonical_sql.hashed("payload_text")} end as payload_hash,
            case when is_target then {canonical_sql.hashed("key_text")} end as key_hash
        from judged
    """


def _written(
    publication: Publication,
    rows: SegmentRows,
    fields: dict[str, PayloadField],
    written: tuple[Written, Written, Written],
) -> str:
    """Give the SQL of the texts of each row, and whether they are those that Python writes."""
    payload, episode, key = written
    absent = "".join(
        f" when {field.is_empty} then {canonical_sql.literal(name)}"
        for name, field in fields.items()
        if field.is_required
    )
    return f"""
        select
            segment.person_id,
            {REASON} as reason,
            {f"case {absent} end" if absent else "cast(null as varchar)"} as absent,
            {episode.text} as episode,
            cast({rows.expires_at} as timestamp) as expires_at,
            {payload.text} as payload_text,
            {key.text} as key_text,
            coalesce({payload.is_plain} and {episode.is_plain} and {key.is_plain}, false) as takes
        {publication.joined(rows)}
    """
