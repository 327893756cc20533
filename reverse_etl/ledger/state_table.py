"""What a destination is known to hold, as columns."""

from collections.abc import Iterator

import pyarrow as pa
from sqlalchemy import Connection, Integer, cast, select
from sqlalchemy.engine.interfaces import DBAPICursor

from reverse_etl.ledger.schema import STATE

READ_ROWS = 2_000
"""More at a time is slower: the rows leave the cache of the processor before they are turned."""
SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("status", pa.string()),
        ("payload_hash", pa.string()),
        ("key_hash", pa.string()),
        ("mapping_version", pa.int64()),
        ("episode", pa.string()),
        ("remote_id", pa.string()),
        ("is_dirty", pa.int8()),
    ]
)


def read_state(connection: Connection, sync: str) -> pa.Table:
    """Give one row per person whom the destination holds or held, in the columns of SCHEMA.

    The driver's own rows are read: of a million, every wrapping costs seconds.
    """
    names = [name for name in SCHEMA.names if name != "is_dirty"]
    # SQLite knows no boolean.
    query = select(*(STATE.c[name] for name in names), cast(STATE.c.is_dirty, Integer))
    text = query.where(STATE.c.sync == sync).compile(
        connection, compile_kwargs={"literal_binds": True}
    )
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(text))
        return pa.Table.from_batches(list(_batches(cursor)), SCHEMA)
    finally:
        cursor.close()


def _batches(cursor: DBAPICursor) -> Iterator[pa.RecordBatch]:
    while rows := cursor.fetchmany(READ_ROWS):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)]
        yield pa.record_batch(arrays, schema=SCHEMA)
